//! The files of lines, as one view. CSV columns are texts, as they stand; Parquet keeps its types.
//!
//! Nothing is judged here: what a text means is the SQL's business. Refused is only what could be read
//! in two ways: a name that stands twice in a header, files of two kinds, a packed file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::csv::CsvFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;
use revshare::fact::Table;
use revshare::warehouse::fields;

use crate::Trouble;

/// The view of all lines.
pub const VIEW: &str = "revshare_input";

/// The files of a table: files as they are named, of folders those that begin with the table's name.
///
/// # Errors
/// If there is none, or one cannot be read here.
pub fn find(table: Table, named: &[PathBuf]) -> Result<Vec<PathBuf>, Trouble> {
    let mut files = Vec::new();
    for path in named {
        let path = path.canonicalize().map_err(|error| Trouble::file(path, error))?;
        if !path.is_dir() {
            files.push(path);
            continue;
        }
        for entry in path.read_dir().map_err(|error| Trouble::file(&path, error))? {
            let file = entry.map_err(|error| Trouble::file(&path, error))?.path();
            let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if file.is_file() && name.starts_with(table.as_str()) {
                files.push(file);
            }
        }
    }
    files.sort();
    files.dedup();
    if files.is_empty() {
        let table = table.as_str();
        return Err(Trouble::Input(format!("no file of {table} in what was named")));
    }
    Ok(files)
}

/// Which files these are, for the provenance of the tally: names and sizes, or how many of them.
///
/// # Errors
/// If one cannot be read.
pub fn described(files: &[PathBuf]) -> Result<String, Trouble> {
    let mut all = 0;
    let mut each = Vec::new();
    for file in files {
        let bytes = file.metadata().map_err(|error| Trouble::file(file, error))?.len();
        all += bytes;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        each.push(format!("{name} of {bytes} bytes"));
    }
    Ok(match each.len() {
        ..=4 => each.join(", "),
        many => format!("{many} files of {all} bytes"),
    })
}

/// Makes the view of the files; gives the columns of the table that they have.
///
/// # Errors
/// If a file cannot be read or could be read in two ways.
pub async fn view(
    context: &SessionContext,
    table: Table,
    files: &[PathBuf],
) -> Result<Vec<String>, Trouble> {
    let parquet = files.iter().filter(|file| ends(file, "parquet")).count();
    let groups = match parquet {
        0 => csv_groups(files)?,
        all if all == files.len() => vec![parquet_group(context, files).await?],
        _ => return Err(Trouble::Input("files of both CSV and Parquet: run one kind".to_owned())),
    };
    let engine = |error| Trouble::engine("the lines")(error);
    let there = |field: &&str| groups.iter().any(|group| group.has(field));
    let columns: Vec<&str> = fields(table).iter().copied().filter(there).collect();
    let mut parts = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let name = format!("{VIEW}_{number}");
        context.deregister_table(&name).map_err(engine)?;
        context.register_table(&name, Arc::new(group.table().map_err(engine)?)).map_err(engine)?;
        let fields = columns.iter().map(|field| match group.has(field) {
            true => format!("\"{field}\""),
            false => format!("CAST(NULL AS VARCHAR) AS \"{field}\""),
        });
        parts.push(format!("SELECT {} FROM {name}", fields.collect::<Vec<_>>().join(", ")));
    }
    let query = format!("CREATE OR REPLACE VIEW {VIEW} AS {}", parts.join(" UNION ALL "));
    context.sql(&query).await.map_err(engine)?;
    Ok(columns.into_iter().map(str::to_owned).collect())
}

/// Files that are read alike.
struct Group {
    schema: SchemaRef,
    format: Arc<dyn FileFormat>,
    files: Vec<PathBuf>,
}

impl Group {
    fn has(&self, field: &str) -> bool {
        self.schema.field_with_name(field).is_ok()
    }

    fn table(&self) -> Result<ListingTable, DataFusionError> {
        listed(&self.files, Arc::clone(&self.schema), Arc::clone(&self.format))
    }
}

/// A table of exactly these files.
///
/// # Errors
/// If the engine refuses a path.
pub(crate) fn listed(
    files: &[PathBuf],
    schema: SchemaRef,
    format: Arc<dyn FileFormat>,
) -> Result<ListingTable, DataFusionError> {
    let urls = files.iter().map(|file| ListingTableUrl::parse(file.to_string_lossy()));
    let options = ListingOptions::new(format).with_file_extension("");
    let config = ListingTableConfig::new_with_multi_paths(urls.collect::<Result<_, _>>()?)
        .with_listing_options(options)
        .with_schema(schema);
    ListingTable::try_new(config)
}

/// CSV files by their header, and by whether a field of theirs may hold an end of line.
fn csv_groups(files: &[PathBuf]) -> Result<Vec<Group>, Trouble> {
    let mut groups: BTreeMap<(Vec<String>, bool), Vec<PathBuf>> = BTreeMap::new();
    for file in files {
        if !ends(file, "csv") {
            let file = file.display();
            return Err(Trouble::Input(format!("{file}: only plain .csv and .parquet are read")));
        }
        let quoted = has_quote(file).map_err(|error| Trouble::file(file, error))?;
        groups.entry((header(file)?, quoted)).or_default().push(file.clone());
    }
    let group = |((header, quoted), files): ((Vec<String>, bool), Vec<PathBuf>)| {
        let field = |name| Field::new(name, DataType::Utf8, true);
        let schema = Arc::new(Schema::new(header.into_iter().map(field).collect::<Vec<_>>()));
        let format = CsvFormat::default().with_has_header(true).with_newlines_in_values(quoted);
        Group { schema, format: Arc::new(format), files }
    };
    Ok(groups.into_iter().map(group).collect())
}

async fn parquet_group(context: &SessionContext, files: &[PathBuf]) -> Result<Group, Trouble> {
    let format: Arc<dyn FileFormat> = Arc::new(ParquetFormat::default());
    let options = ListingOptions::new(Arc::clone(&format)).with_file_extension("");
    let mut schema: Option<SchemaRef> = None;
    for file in files {
        let engine = |error| Trouble::engine(&file.to_string_lossy())(error);
        let url = ListingTableUrl::parse(file.to_string_lossy()).map_err(engine)?;
        let found = options.infer_schema(&context.state(), &url).await.map_err(engine)?;
        match &schema {
            Some(known) if known.fields() != found.fields() => {
                let file = file.display();
                return Err(Trouble::Input(format!("{file}: other columns than the files before")));
            }
            Some(_) => {}
            None => schema = Some(found),
        }
    }
    let schema = schema.ok_or_else(|| Trouble::Input("no file".to_owned()))?;
    Ok(Group { schema, format, files: files.to_vec() })
}

fn header(file: &Path) -> Result<Vec<String>, Trouble> {
    let fail = |why: &dyn std::fmt::Display| Trouble::Input(format!("{}: {why}", file.display()));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_path(file)
        .map_err(|error| fail(&error))?;
    let first = reader.records().next().ok_or_else(|| fail(&"no header"))?;
    let first = first.map_err(|error| fail(&error))?;
    let mut names: Vec<String> = Vec::new();
    for name in &first {
        let name = name.trim_start_matches('\u{feff}').to_owned();
        if names.contains(&name) {
            return Err(fail(&format_args!("the column {name:?} stands twice in the header")));
        }
        names.push(name);
    }
    Ok(names)
}

/// Is there a quote in it? Without one no field holds an end of line, and the file may be cut into
/// parts at any of them.
fn has_quote(file: &Path) -> std::io::Result<bool> {
    let mut file = File::open(file)?;
    let mut chunk = vec![0; 1 << 20];
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(false),
            read if memchr::memchr(b'"', &chunk[..read]).is_some() => return Ok(true),
            _ => {}
        }
    }
}

fn ends(file: &Path, end: &str) -> bool {
    file.extension().is_some_and(|it| it == end)
}
