//! A step of the query, kept as files: each task writes a file of its own and reports its name and rows.
//!
//! Only reported files belong to the step. A task that died half way, or whose report was lost and that
//! ran again elsewhere, leaves files that nobody reads; so no row is lost and none is there twice.
//! (`COPY ... TO` would bring all rows to one task, and would leave no way to tell such files apart.)

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use datafusion::arrow::array::{RecordBatch, StringArray, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties,
};
use futures::StreamExt;

/// A file that a task wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where, as the writer saw it: the folder is shared.
    pub file: PathBuf,
    /// How many rows.
    pub rows: u64,
}

/// Writes each partition of its input into a file of its own; gives a row for each.
#[derive(Debug)]
pub struct KeepExec {
    input: Arc<dyn ExecutionPlan>,
    folder: PathBuf,
    properties: Arc<PlanProperties>,
}

/// What a task reports: the name of its file and how many rows are in it.
pub fn report_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("file", DataType::Utf8, false),
        Field::new("rows", DataType::UInt64, false),
    ]))
}

/// The files that tasks reported.
///
/// # Errors
/// If these are no reports.
pub fn reported(batches: &[RecordBatch]) -> Result<Vec<Kept>> {
    let mut kept = Vec::new();
    for batch in batches {
        let files = batch.column(0).as_any().downcast_ref::<StringArray>();
        let rows = batch.column(1).as_any().downcast_ref::<UInt64Array>();
        let (Some(files), Some(rows)) = (files, rows) else {
            return internal_err!("a task reported {:?}", batch.schema());
        };
        for (file, rows) in files.iter().flatten().zip(rows.values()) {
            kept.push(Kept { file: file.into(), rows: *rows });
        }
    }
    kept.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(kept)
}

impl KeepExec {
    /// Keeps what `input` gives in `folder`, which exists and which every executor can write to.
    pub fn new(input: Arc<dyn ExecutionPlan>, folder: &Path) -> Self {
        let partitions = input.output_partitioning().partition_count();
        let properties = Arc::new(PlanProperties::new(
            EquivalenceProperties::new(report_schema()),
            Partitioning::UnknownPartitioning(partitions),
            EmissionType::Final,
            Boundedness::Bounded,
        ));
        Self { input, folder: folder.to_owned(), properties }
    }

    /// Where the files go.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl DisplayAs for KeepExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeepExec: folder={}", self.folder.display())
    }
}

impl ExecutionPlan for KeepExec {
    fn name(&self) -> &str {
        "KeepExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let [input] = children.as_slice() else {
            return internal_err!("KeepExec has one input, not {}", children.len());
        };
        Ok(Arc::new(Self::new(Arc::clone(input), &self.folder)))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let rows = self.input.execute(partition, context)?;
        let report = write(rows, self.folder.join(fresh_name(partition)));
        let stream = futures::stream::once(report);
        Ok(Box::pin(RecordBatchStreamAdapter::new(report_schema(), stream)))
    }
}

/// A name that no other task has, here or elsewhere, and that tells which process wrote the file.
fn fresh_name(partition: usize) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let (process, number) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{process}-{:x}-{number}-{partition}.parquet", since.as_nanos())
}

async fn write(mut rows: SendableRecordBatchStream, path: PathBuf) -> Result<RecordBatch> {
    let packed = WriterProperties::builder().set_compression(Compression::LZ4_RAW).build();
    let file = File::create_new(&path).map_err(DataFusionError::IoError)?;
    let mut writer = ArrowWriter::try_new(file, rows.schema(), Some(packed))?;
    let mut count = 0;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        count += batch.num_rows() as u64;
        writer.write(&batch)?;
    }
    writer.into_inner()?.sync_all().map_err(DataFusionError::IoError)?;
    let name = StringArray::from(vec![path.to_string_lossy().into_owned()]);
    let columns: Vec<Arc<dyn datafusion::arrow::array::Array>> =
        vec![Arc::new(name), Arc::new(UInt64Array::from(vec![count]))];
    Ok(RecordBatch::try_new(report_schema(), columns)?)
}
