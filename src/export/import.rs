//! What an import did: the control totals of the new files, and the files that were known.

use schemars::JsonSchema;
use serde::Serialize;

use super::text::control_table;
use crate::statement::{FileControl, VERSION, pretty};

/// What an import did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Import")]
pub struct Report {
    /// The version of this document's shape: `1`.
    pub version: String,
    /// What became of every row of the new files.
    pub controls: Vec<FileControl>,
    /// Files that were imported before.
    pub unchanged: Vec<String>,
}

/// As text: a table of new files, then those that were imported before.
pub fn text<S: AsRef<str>>(controls: &[FileControl], unchanged: &[S]) -> String {
    let mut text = if controls.is_empty() {
        "nothing new to import\n".to_owned()
    } else {
        control_table(controls)
    };
    for file in unchanged {
        text.push_str(&format!("{} was imported before, nothing changed\n", file.as_ref()));
    }
    text
}

/// As JSON: `controls[]` as in a statement, and `unchanged[]`.
pub fn json<S: AsRef<str>>(controls: &[FileControl], unchanged: &[S]) -> String {
    let unchanged = unchanged.iter().map(|file| file.as_ref().to_owned()).collect();
    pretty(&Report { controls: controls.to_vec(), unchanged, version: VERSION.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_files_are_named() {
        assert_eq!(
            text(&[], &["a.csv"]),
            "nothing new to import\na.csv was imported before, nothing changed\n"
        );
        assert!(json(&[], &["a.csv"]).contains("\"a.csv\""));
    }
}
