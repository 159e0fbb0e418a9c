//! What an import did: the control totals of the new files, and the files that were known.

use serde::Serialize;

use super::text::control_table;
use crate::statement::{FileControl, VERSION, pretty};

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
    #[derive(Serialize)]
    struct Report<'a> {
        controls: &'a [FileControl],
        unchanged: Vec<&'a str>,
        version: &'static str,
    }
    let unchanged = unchanged.iter().map(AsRef::as_ref).collect();
    pretty(&Report { controls, unchanged, version: VERSION })
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
