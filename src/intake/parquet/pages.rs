//! One column of a row group, page by page.
//!
//! The law: what lies in a way that is not known here is left to the general reader of the format.

use std::sync::Arc;

use parquet::column::page::{Page, PageReader};
use parquet::errors::{ParquetError, Result};

use super::leaf::{Cursor, Dictionary, Kind, Leaf};

/// The rows of a column that come next.
pub(super) struct Pages {
    reader: Box<dyn PageReader>,
    kind: Kind,
    /// The page at hand and the next row of it, and how many rows are left there.
    at: Option<(Arc<Leaf>, Cursor)>,
    left: usize,
    dictionary: Arc<Dictionary>,
}

impl Pages {
    /// The pages of a column without lists or records.
    pub(super) fn new(reader: Box<dyn PageReader>, kind: Kind) -> Self {
        Self { reader, kind, at: None, left: 0, dictionary: Arc::default() }
    }

    /// How many rows there are before the next page; none if that lies in a way that is not known here.
    pub(super) fn ready(&mut self) -> Result<Option<usize>> {
        while self.left == 0 {
            let page = self.reader.get_next_page()?.ok_or_else(short)?;
            if self.begin(page).is_none() {
                return Ok(None);
            }
        }
        Ok(Some(self.left))
    }

    fn begin(&mut self, page: Page) -> Option<()> {
        if matches!(page, Page::DictionaryPage { .. }) {
            self.dictionary = Arc::new(Dictionary::of(&page, self.kind)?);
            return Some(());
        }
        let rows = page.num_values() as usize;
        let (leaf, cursor) = Leaf::of(page, self.kind, &self.dictionary)?;
        self.at = Some((Arc::new(leaf), cursor));
        self.left = rows;
        Some(())
    }

    /// The page at hand, and its next row. To be asked for when rows are [ready](Self::ready).
    pub(super) fn at(&self) -> Result<&(Arc<Leaf>, Cursor)> {
        self.at.as_ref().ok_or_else(short)
    }

    /// So many rows further in the page at hand.
    pub(super) fn further(&self, rows: usize) -> Result<Cursor> {
        let (leaf, cursor) = self.at()?;
        let mut cursor = cursor.clone();
        leaf.pass(&mut cursor, rows).ok_or_else(short)?;
        Ok(cursor)
    }

    /// Goes on so many rows further, where this one is.
    pub(super) fn go_on(&mut self, to: Cursor, rows: usize) {
        if let Some((_, cursor)) = &mut self.at {
            *cursor = to;
        }
        self.left -= rows;
    }

    /// Passes by rows, and by whole pages without looking at them. Says if it could: a page may lie in a way that
    /// is not known here.
    pub(super) fn pass(&mut self, rows: usize) -> Result<bool> {
        let mut due = rows;
        while due > 0 {
            if self.left == 0 {
                let next = self.reader.peek_next_page()?.filter(|next| !next.is_dict);
                let rows = next.and_then(|next| next.num_rows.or(next.num_levels));
                if let Some(rows) = rows.filter(|rows| *rows <= due) {
                    self.reader.skip_next_page()?;
                    due -= rows;
                    continue;
                }
            }
            let Some(left) = self.ready()? else { return Ok(false) };
            let now = due.min(left);
            // What is left of a page need not be looked at if nothing is asked for there.
            let to = if now == left { self.at()?.1.clone() } else { self.further(now)? };
            self.go_on(to, now);
            due -= now;
        }
        Ok(true)
    }
}

/// There is less than there should be.
pub(super) fn short() -> ParquetError {
    ParquetError::EOF("a column has fewer values than its row group has rows".to_owned())
}
