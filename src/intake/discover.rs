//! Which files of a directory are files of facts: `sales*`, `costs*`, `usage*`, `fx*`,
//! `payments*`, `grants*`, `audits*`, as CSV or JSON lines, plain or packed, or as Parquet. Looks into no folder below.

use std::path::{Path, PathBuf};

use super::{IntakeError, Mapping};
use crate::fact::Table;

/// A file of facts and the table that its rows belong to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceFile {
    /// Its name within the book, with `/` between folders: what statements and findings call it.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// What its name says it holds.
    pub table: Table,
}

/// How the text of a file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    Csv,
    JsonLines,
    Parquet,
}

/// The files of facts in a directory, sorted by name.
///
/// # Errors
/// If the directory cannot be read.
pub fn discover(dir: &Path) -> Result<Vec<SourceFile>, IntakeError> {
    discover_with(dir, &Mapping::default())
}

/// The same, and files of other names whose table a map says.
///
/// # Errors
/// If the directory cannot be read.
pub fn discover_with(dir: &Path, mapping: &Mapping) -> Result<Vec<SourceFile>, IntakeError> {
    discover_below(dir, "", mapping)
}

/// Those of a folder below the book, by their names within the book; all of it if `folder` is empty.
///
/// # Errors
/// If the directory cannot be read.
pub fn discover_below(
    book: &Path,
    folder: &str,
    mapping: &Mapping,
) -> Result<Vec<SourceFile>, IntakeError> {
    let dir = book.join(folder);
    let fail = |source| IntakeError::Read { path: dir.clone(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&dir).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if let Some(table) = table_in(name, mapping).filter(|_| path.is_file()) {
            let slash = if folder.is_empty() { "" } else { "/" };
            files.push(SourceFile { name: format!("{folder}{slash}{name}"), path, table });
        }
    }
    files.sort();
    Ok(files)
}

impl SourceFile {
    /// How many bytes it has, roughly: those of a packed file when it is unpacked.
    pub fn plain_size(&self) -> u64 {
        let bytes = self.path.metadata().map_or(0, |data| data.len());
        if self.is_packed() { bytes.saturating_mul(5) } else { bytes }
    }

    /// Are its bytes compressed?
    pub(super) fn is_packed(&self) -> bool {
        let end = self.path.extension().and_then(|end| end.to_str());
        matches!(end, Some("gz" | "zst" | "parquet"))
    }

    /// A file named by hand; none if neither a map nor its name says its table.
    ///
    /// ```
    /// use revshare::{fact::Table, intake::{Mapping, SourceFile}};
    /// let none = Mapping::default();
    /// let file = SourceFile::named("book/costs-2026-10.csv.gz".as_ref(), &none).unwrap();
    /// assert_eq!((file.name.as_str(), file.table), ("costs-2026-10.csv.gz", Table::Costs));
    /// assert!(SourceFile::named("notes.csv".as_ref(), &none).is_none());
    /// ```
    pub fn named(path: &Path, mapping: &Mapping) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_owned();
        let table = table_in(&name, mapping)?;
        Some(Self { name, path: path.to_owned(), table })
    }

    /// Does it hold sums that a warehouse made, instead of rows?
    pub fn is_tally(&self) -> bool {
        let name = self.name.rsplit('/').next().unwrap_or(&self.name);
        name.starts_with(super::tally::PREFIX) && layout_of(name) == Some(Layout::Csv)
    }

    pub(super) fn layout(&self) -> Layout {
        layout_of(&self.name).unwrap_or(Layout::Csv)
    }
}

fn layout_of(name: &str) -> Option<Layout> {
    let plain = [".gz", ".zst"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    match plain.rsplit_once('.')?.1 {
        "csv" => Some(Layout::Csv),
        "jsonl" | "ndjson" | "json" => Some(Layout::JsonLines),
        "parquet" if plain == name => Some(Layout::Parquet),
        _ => None,
    }
}

/// The table that a map or else its name gives a file, if the file is one of facts.
fn table_in(name: &str, mapping: &Mapping) -> Option<Table> {
    layout_of(name)?;
    mapping.for_file(name).and_then(|map| map.table).or_else(|| table_of_name(name))
}

/// The table that the beginning of a name says.
pub(super) fn table_of_name(name: &str) -> Option<Table> {
    let name = name.strip_prefix(super::tally::PREFIX).unwrap_or(name);
    let tables = [
        ("sales", Table::Sales),
        ("costs", Table::Costs),
        ("usage", Table::Usage),
        ("fx", Table::Fx),
        ("payments", Table::Payments),
        ("grants", Table::Grants),
        ("audits", Table::Audits),
    ];
    tables.iter().find(|(start, _)| name.starts_with(start)).map(|(_, table)| *table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "usage.ndjson.zst",
            "sales-eu.csv",
            "sales.parquet",
            "sales.parquet.gz",
            "contract.toml",
            "sales.txt",
            "mysales.csv",
            "fx.json",
            "costs.csv.gz",
            "payments.jsonl",
            "sales.csv.bak",
        ] {
            std::fs::write(dir.path().join(name), "").unwrap();
        }
        std::fs::create_dir(dir.path().join("sales-old.csv")).unwrap();
        let files = discover(dir.path()).unwrap();
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        let due = [
            "costs.csv.gz",
            "fx.json",
            "payments.jsonl",
            "sales-eu.csv",
            "sales.parquet",
            "usage.ndjson.zst",
        ];
        assert_eq!(names, due);
        assert!(discover(&dir.path().join("nowhere")).is_err());
    }
}
