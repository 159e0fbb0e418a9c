//! Fields that are no column as it is: a constant, or what a lookup makes of a column.
//!
//! They stand behind the columns of a row, as if the file had them.

use super::super::field::Lookup;

/// How such a field comes about.
#[derive(Clone, Debug)]
pub(in crate::intake) enum Made {
    /// Always the same.
    Constant(String),
    /// By the text of a column.
    Lookup(usize, Lookup),
}

impl Made {
    /// The column that it looks at.
    pub(in crate::intake) fn column(&self) -> Option<usize> {
        match self {
            Self::Constant(_) => None,
            Self::Lookup(column, _) => Some(*column),
        }
    }

    /// Its text in a row; none if the ordinary reader has to say what is wrong.
    pub(super) fn text<'t>(&'t self, field: impl Fn(usize) -> Option<&'t [u8]>) -> Option<&'t str> {
        match self {
            Self::Constant(text) => Some(text),
            Self::Lookup(column, lookup) => match std::str::from_utf8(field(*column)?).ok()? {
                "" => Some(""),
                text => lookup.table.get(text).or(lookup.otherwise.as_ref()).map(String::as_str),
            },
        }
    }
}
