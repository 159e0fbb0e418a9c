//! What the targets share: a book of one file on the disk, read through the public door.

use std::collections::BTreeSet;
use std::path::PathBuf;

use revshare::contract::Contract;
use revshare::fact::{Archive, Lens};
use revshare::intake::{self, Import, Mapping, Reader, Request, Row, SourceFile, import};

/// A folder that holds one file of facts at a time.
pub struct Desk {
    folder: tempfile::TempDir,
}

impl Default for Desk {
    fn default() -> Self {
        Self { folder: tempfile::tempdir().expect("the folder of temporary files can be written") }
    }
}

impl Desk {
    /// Writes the file; none if neither its name nor the mapping says what it holds.
    pub fn put(&self, name: &str, bytes: &[u8], mapping: &Mapping) -> Option<SourceFile> {
        let path: PathBuf = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("the folder can be written");
        SourceFile::named(&path, mapping)
    }
}

/// Every row of a file.
pub fn rows(file: &SourceFile, mapping: &Mapping) -> Vec<Row> {
    let mut reader = Reader::new(mapping, &[]);
    reader.survey(std::slice::from_ref(file)).expect("the file can be read");
    let mut rows = reader.open(file).expect("the file can be read");
    let mut all = Vec::new();
    while let Some(row) = rows.next_row().expect("the file can be read") {
        all.push(row);
    }
    all
}

/// Imports the file and checks that no row disappeared.
pub fn import_whole(file: &SourceFile, mapping: &Mapping, contracts: &[Contract]) -> Import {
    let mut rejects = Vec::new();
    let done = import(Request {
        files: std::slice::from_ref(file),
        mapping,
        contracts,
        lens: &Lens::of(contracts),
        archive: &Archive::default(),
        known: &(),
        rejects: Some(&mut rejects),
        progress: &mut intake::silent,
    })
    .expect("the file can be read");
    let controls = &done.gathered.delivery.files[0].controls;
    let count = |of: fn(&revshare::fact::Control) -> u64| controls.iter().map(of).sum::<u64>();
    let (read, rejected) = (count(|each| each.read.rows), count(|each| each.rejected.rows));
    let ended = count(|each| each.accepted.rows + each.duplicate.rows + each.superseded.rows);
    assert_eq!(read, ended + rejected, "every row ends somewhere");
    // A row stands there once for each reason.
    let line = |reject: &str| {
        let reject: serde_json::Value = serde_json::from_str(reject).expect("JSON");
        reject["line"].as_u64().expect("a line")
    };
    let rejects = String::from_utf8(rejects).expect("text");
    let lines: BTreeSet<u64> = rejects.lines().map(line).collect();
    assert_eq!(lines.len() as u64, rejected, "every rejected row stands in the rejects");
    for control in controls {
        let mut parts = control.accepted.amount + control.duplicate.amount;
        parts += control.superseded.amount;
        parts += control.rejected.amount;
        assert_eq!(parts, control.read.amount, "the groups add up to the input");
    }
    done
}
