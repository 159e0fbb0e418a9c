//! Rows that are refused: why, where in the row, and the row itself for the rejects file.

use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use super::rows::Span;
use crate::finding::{Code, Finding};
use crate::origin::Origin;

/// One reason against a row.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) code: &'static Code,
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// The field of a CSV record that it is about.
    pub(super) field: Option<usize>,
}

impl Refusal {
    pub(super) fn new(code: &'static Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, field: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn field(mut self, field: Option<usize>) -> Self {
        self.field = self.field.or(field);
        self
    }

    /// The finding, with its place in the row.
    pub(super) fn finding(self, file: &Arc<str>, line: u64, text: &str, spans: &[Span]) -> Finding {
        let span = self.field.and_then(|field| spans.get(field));
        let mut origin = match span {
            Some(span) => Origin::in_text(file, text, span.from..span.to),
            None => whole_line(file, text),
        };
        origin.line += line - 1;
        origin.excerpt = shorten(&origin.excerpt);
        let mut finding = Finding::new(self.code, self.message).at(origin);
        finding.help = self.help;
        finding
    }
}

/// The most of a line that a finding shows, in characters.
const EXCERPT: usize = 400;

fn shorten(line: &str) -> String {
    if line.len() <= EXCERPT {
        return line.to_owned();
    }
    format!("{} …", line.chars().take(EXCERPT).collect::<String>())
}

fn whole_line(file: &Arc<str>, text: &str) -> Origin {
    Origin { column: 0, ..Origin::in_text(file, text, 0..usize::MAX) }
}

/// One line of the rejects file.
#[derive(Serialize)]
struct Reject<'a> {
    file: &'a str,
    line: u64,
    column: u64,
    code: &'a str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    row: &'a str,
}

/// Writes a refused row to the rejects file: one JSON line for each reason.
pub(super) fn write(
    out: &mut dyn Write,
    findings: &[Finding],
    file: &str,
    line: u64,
    row: &str,
) -> io::Result<()> {
    for finding in findings {
        let reject = Reject {
            file,
            line,
            column: finding.origin.as_ref().map_or(0, |origin| origin.column),
            code: finding.code.id,
            reason: &finding.message,
            help: finding.help.as_deref(),
            row,
        };
        serde_json::to_writer(&mut *out, &reject)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
