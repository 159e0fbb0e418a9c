//! Where a value came from.

use std::fmt;
use std::sync::Arc;

/// A place in a file: line and column start at 1; column 0 means the whole line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u64,
    /// Column in characters, from 1; 0 for the whole line.
    pub column: u64,
    /// How many characters the place covers; at least 1.
    pub width: u64,
    /// The line itself.
    pub excerpt: String,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            0 => write!(f, "{}:{}", self.file, self.line),
            column => write!(f, "{}:{}:{column}", self.file, self.line),
        }
    }
}

impl Origin {
    /// The place of a byte range in a text.
    pub fn in_text(file: &Arc<str>, text: &str, range: std::ops::Range<usize>) -> Self {
        let at = floor_char(text, range.start);
        let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
        let width = text[at..floor_char(text, range.end).clamp(at, end)].chars().count().max(1);
        Self {
            file: Arc::clone(file),
            line: text[..at].matches('\n').count() as u64 + 1,
            column: text[start..at].chars().count() as u64 + 1,
            width: width as u64,
            excerpt: text[start..end].trim_end_matches('\r').to_owned(),
        }
    }
}

fn floor_char(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}
