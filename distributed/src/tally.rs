//! From the SQL to the file: each step in its order, what it gives kept as files, the result written.
//!
//! The file appears whole or not at all, and not before the joins are proven.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::util::display::array_value_to_string;
use datafusion::catalog::TableProvider;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::error::DataFusionError;
use revshare::calendar::Period;

use crate::engine::Engine;
use crate::keep::{KeepExec, Kept, reported};
use crate::lines::listed;
use crate::{Trouble, proof};

/// How often a step is begun before it counts as failed. What a failed attempt wrote is not read.
const ATTEMPTS: usize = 3;

/// A step that was kept.
#[derive(Clone, Debug)]
pub struct Step {
    /// The name of its table.
    pub name: String,
    /// Its files.
    pub files: Vec<Kept>,
    /// How long it took.
    pub took: Duration,
    /// How often it was begun.
    pub attempts: usize,
}

impl Step {
    /// How many rows it has.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }
}

/// Runs the statements of [`revshare::warehouse::Query`] and writes what the last one gives. The
/// folder `work` is empty, and all executors can write to it.
///
/// # Errors
/// If there can be no tally; then none is written.
pub async fn make(
    engine: &Engine,
    statements: &[String],
    period: Option<Period>,
    work: &Path,
    out: &Path,
) -> Result<Vec<Step>, Trouble> {
    let mut steps = Vec::new();
    let mut last = None;
    for statement in statements {
        if let Some((name, query)) = table_of(statement) {
            steps.push(keep(engine, name, query, work).await?);
        } else if statement.starts_with("CREATE OR REPLACE VIEW") {
            engine.context().sql(statement).await.map_err(Trouble::engine("a view"))?;
        } else {
            last = Some(statement);
        }
    }
    let last = last.ok_or_else(|| Trouble::Input("these statements give no tally".to_owned()))?;
    let tally =
        often("the tally", || async { engine.run_union(engine.plan(last).await?).await }).await?;
    proof::joins(engine, &steps, period).await?;
    write(&tally.0, out)?;
    Ok(steps)
}

/// The name and the query of a step that is kept.
fn table_of(statement: &str) -> Option<(&str, &str)> {
    statement.strip_prefix("CREATE OR REPLACE TABLE ")?.split_once(" AS\n")
}

async fn keep(engine: &Engine, name: &str, query: &str, work: &Path) -> Result<Step, Trouble> {
    let folder = work.join(name);
    std::fs::create_dir_all(&folder).map_err(|error| Trouble::file(&folder, error))?;
    let began = Instant::now();
    let once = || async {
        let plan = engine.plan(query).await?;
        let schema = plan.schema();
        let keep = Arc::new(KeepExec::new(plan, &folder));
        Ok((schema, reported(&engine.run(keep).await?)?))
    };
    let ((schema, files), attempts) = often(name, once).await?;
    let table = stored(&files, schema).map_err(Trouble::engine(name))?;
    let context = engine.context();
    context.deregister_table(name).map_err(Trouble::engine(name))?;
    context.register_table(name, table).map_err(Trouble::engine(name))?;
    Ok(Step { name: name.to_owned(), files, took: began.elapsed(), attempts })
}

/// Begins again if it fails, a few times.
async fn often<T, F, R>(step: &str, once: F) -> Result<(T, usize), Trouble>
where
    F: Fn() -> R,
    R: Future<Output = Result<T, DataFusionError>>,
{
    let mut attempts = 1;
    loop {
        match once().await {
            Ok(done) => return Ok((done, attempts)),
            Err(_) if attempts < ATTEMPTS => attempts += 1,
            Err(error) => return Err(Trouble::engine(step)(error)),
        }
    }
}

/// A table of the reported files, and of no others. One without rows is a file without rows: a member of
/// a union that reads nothing would keep its stage from ending.
fn stored(files: &[Kept], schema: SchemaRef) -> Result<Arc<dyn TableProvider>, DataFusionError> {
    let full = files.iter().filter(|kept| kept.rows > 0);
    let mut paths: Vec<PathBuf> = full.map(|kept| kept.file.clone()).collect();
    if paths.is_empty() {
        paths.extend(files.first().map(|kept| kept.file.clone()));
    }
    Ok(Arc::new(listed(&paths, schema, Arc::new(ParquetFormat::default()))?))
}

fn write(batches: &[RecordBatch], out: &Path) -> Result<(), Trouble> {
    let partial = out.with_extension("csv.partial");
    let fail = |source| Trouble::file(&partial, source);
    let mut file = csv::Writer::from_path(&partial).map_err(|error| fail(error.into()))?;
    if let Some(first) = batches.first() {
        let names = first.schema_ref().fields().iter().map(|field| field.name().as_str());
        file.write_record(names).map_err(|error| fail(error.into()))?;
    }
    for row in in_order(batches).map_err(Trouble::engine("the tally"))? {
        file.write_record(&row).map_err(|error| fail(error.into()))?;
    }
    let file = file.into_inner().map_err(|error| fail(error.into_error()))?;
    file.sync_all().map_err(fail)?;
    std::fs::rename(&partial, out).map_err(|error| Trouble::file(out, error))
}

/// The rows as texts, in the order that the statement asks for: by every column, byte by byte.
fn in_order(batches: &[RecordBatch]) -> Result<Vec<Vec<String>>, DataFusionError> {
    let mut rows = Vec::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            let texts = batch.columns().iter().map(|column| array_value_to_string(column, row));
            rows.push(texts.collect::<Result<_, _>>()?);
        }
    }
    rows.sort_unstable();
    Ok(rows)
}
