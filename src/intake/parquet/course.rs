//! The way through the rows of a file, row group by row group.
//!
//! The law: all columns are at the same row. What is at hand is bounded: a page of each column, and of rows no
//! more at once than they have bytes.

use std::sync::Arc;

use fearless_simd::Level;
use parquet::column::reader::ColumnReader;
use parquet::errors::Result;
use parquet::file::reader::RowGroupReader;

use super::cells::Cells;
use super::columns::{Holds, Placed};
use super::leaf::{Cursor, Kind, Leaf};
use super::pages::{Pages, short};
use super::sheet::Form;
use super::texts::{AT_ONCE, Column, Look, Texts, put};
use crate::intake::express::Buffer;

/// Goes through the rows.
pub(super) struct Course {
    form: Arc<Form>,
    /// Of the row group at hand.
    parts: Vec<Part>,
    /// The row group that comes next.
    group: usize,
    /// Rows left in the one at hand.
    left: usize,
    /// The number of the next row.
    row: u64,
}

/// A column of a row group.
pub(super) enum Part {
    Pages(Pages),
    /// What is rare; a nested column has no reader.
    Cells {
        reader: Option<Box<ColumnReader>>,
        holds: Holds,
    },
}

/// Some rows of a file, not yet text.
pub(in crate::intake) struct Strip {
    /// The number of the first.
    pub(in crate::intake) first: u64,
    rows: usize,
    pieces: Vec<Piece>,
}

/// The same of a column.
enum Piece {
    Page(Arc<Leaf>, Cursor),
    Cells(Cells),
}

/// The columns of a row group, each with its first page.
pub(super) fn open_group(form: &Form, number: usize) -> Result<Vec<Part>> {
    let (group, rows) = (form.group(number)?, form.rows_in(number)?);
    let part = |Placed { leaf, holds }: &Placed| {
        let pages = |leaf: usize| -> Result<Option<Pages>> {
            let column = group.metadata().column(leaf).column_descr();
            let Some(kind) = Kind::of(column, *holds) else { return Ok(None) };
            Ok(Some(Pages::new(group.get_column_page_reader(leaf)?, kind)))
        };
        let mut pages = leaf.map(pages).transpose()?.flatten();
        // Of a row group without rows there are no pages.
        if rows > 0
            && let Some(first) = &mut pages
            && first.ready()?.is_none()
        {
            pages = None;
        }
        Ok(match pages {
            Some(pages) => Part::Pages(pages),
            None => {
                let reader = leaf.map(|leaf| group.get_column_reader(leaf)).transpose()?;
                Part::Cells { reader: reader.map(Box::new), holds: *holds }
            }
        })
    };
    form.columns.iter().map(part).collect()
}

impl Course {
    /// From the first row on.
    pub(super) fn new(form: Arc<Form>) -> Self {
        Self { form, parts: Vec::new(), group: 0, left: 0, row: 0 }
    }

    /// The number of the next row.
    pub(super) fn row(&self) -> u64 {
        self.row
    }

    /// The row group that comes next, if there is one.
    pub(super) fn next_group(&self) -> Option<usize> {
        (self.group < self.form.groups()).then_some(self.group)
    }

    /// Has the row group at hand rows left?
    pub(super) fn is_within(&self) -> bool {
        self.left > 0
    }

    /// Goes on with the next row group, whose columns were opened.
    pub(super) fn enter(&mut self, parts: Vec<Part>) -> Result<()> {
        (self.parts, self.left) = (parts, self.form.rows_in(self.group)?);
        self.group += 1;
        Ok(())
    }

    /// The next rows, at most so many and of no more bytes, roughly; none at the end.
    pub(super) fn take(&mut self, rows: usize, bytes: usize) -> Result<Option<Strip>> {
        while self.left == 0 {
            let Some(group) = self.next_group() else { return Ok(None) };
            let parts = open_group(&self.form, group)?;
            self.enter(parts)?;
        }
        let rows = self.ready(rows)?;
        let (rows, further) = self.further(rows, bytes)?;
        let (first, mut pieces) = (self.row, Vec::with_capacity(self.parts.len()));
        for (part, to) in self.parts.iter_mut().zip(further) {
            pieces.push(match part {
                Part::Pages(pages) => {
                    let (leaf, from) = pages.at()?;
                    let piece = Piece::Page(Arc::clone(leaf), from.clone());
                    pages.go_on(to.ok_or_else(short)?, rows);
                    piece
                }
                Part::Cells { reader, holds } => {
                    Piece::Cells(Cells::of(reader.as_deref_mut(), *holds, rows)?)
                }
            });
        }
        self.went(rows);
        Ok(Some(Strip { first, rows, pieces }))
    }

    /// Sees to it that some rows are at hand in all columns, and says how many.
    fn ready(&mut self, most: usize) -> Result<usize> {
        let mut rows = self.left.min(most.max(1));
        for at in 0..self.parts.len() {
            if let Part::Pages(pages) = &mut self.parts[at] {
                match pages.ready()? {
                    Some(ready) => rows = rows.min(ready),
                    None => self.parts[at] = self.in_general(at)?,
                }
            }
        }
        Ok(rows)
    }

    /// As many of these rows as have no more bytes in any column, and where each goes on behind them.
    fn further(&self, most: usize, bytes: usize) -> Result<(usize, Vec<Option<Cursor>>)> {
        let mut rows = most;
        'fewer: loop {
            let mut further = Vec::with_capacity(self.parts.len());
            for part in &self.parts {
                let Part::Pages(pages) = part else {
                    further.push(None);
                    continue;
                };
                let (leaf, from) = pages.at()?;
                let to = pages.further(rows)?;
                if rows > 1 && leaf.is_heavier((from, &to), rows, bytes) {
                    rows /= 2;
                    continue 'fewer;
                }
                further.push(Some(to));
            }
            return Ok((rows, further));
        }
    }

    /// A column of the row group at hand, from the next row on, as the general reader sees it.
    fn in_general(&self, column: usize) -> Result<Part> {
        let Placed { leaf, holds } = self.form.columns[column];
        let group = self.form.group(self.group - 1)?;
        let mut reader = leaf.map(|leaf| group.get_column_reader(leaf)).transpose()?;
        let passed = self.form.rows_in(self.group - 1)? - self.left;
        if let Some(reader) = &mut reader {
            skip(reader, passed)?;
        }
        Ok(Part::Cells { reader: reader.map(Box::new), holds })
    }

    /// Passes by the rows before one: by row groups and pages as a whole, where nothing of them is asked for.
    pub(super) fn pass_to(&mut self, row: u64) -> Result<()> {
        while self.row < row {
            if self.left == 0 {
                let Some(group) = self.next_group() else { return Ok(()) };
                let rows = self.form.rows_in(group)?;
                if rows as u64 <= row - self.row {
                    self.group += 1;
                    self.row += rows as u64;
                    continue;
                }
                let parts = open_group(&self.form, group)?;
                self.enter(parts)?;
            }
            let due = usize::try_from(row - self.row).map_or(self.left, |due| due.min(self.left));
            if due < self.left {
                self.pass(due)?;
            }
            self.went(due);
        }
        Ok(())
    }

    fn pass(&mut self, rows: usize) -> Result<()> {
        for at in 0..self.parts.len() {
            if let Part::Pages(pages) = &mut self.parts[at]
                && !pages.pass(rows)?
            {
                self.parts[at] = self.in_general(at)?;
            } else if matches!(self.parts[at], Part::Pages(_)) {
                continue;
            }
            if let Part::Cells { reader: Some(reader), .. } = &mut self.parts[at] {
                skip(reader, rows)?;
            }
        }
        Ok(())
    }

    fn went(&mut self, rows: usize) {
        self.left -= rows;
        self.row += rows as u64;
        if self.left == 0 {
            self.parts.clear();
        }
    }
}

/// Passes by so many rows.
fn skip(reader: &mut ColumnReader, rows: usize) -> Result<()> {
    let passed = match reader {
        ColumnReader::BoolColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::Int32ColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::Int64ColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::Int96ColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::FloatColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::DoubleColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::ByteArrayColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::FixedLenByteArrayColumnReader(reader) => reader.skip_records(rows),
    }?;
    if passed == rows { Ok(()) } else { Err(short()) }
}

impl Strip {
    /// Puts its rows behind a text, each on a line.
    pub(super) fn put(mut self, into: &mut Buffer) -> Result<Look> {
        let (level, mut from, mut look) = (Level::new(), 0, Look::Plain { ascii: true });
        let mut texts: Vec<Texts> = self.pieces.iter().map(|_| Texts::default()).collect();
        while from < self.rows {
            let rows = (self.rows - from).min(AT_ONCE);
            for (piece, texts) in self.pieces.iter_mut().zip(&mut texts) {
                if let Piece::Page(leaf, cursor) = piece {
                    texts.spans.resize_with(rows, Default::default);
                    leaf.texts(cursor, rows, texts).ok_or_else(short)?;
                }
            }
            let pieces = self.pieces.iter().zip(&texts);
            let columns: Vec<Column<'_>> =
                pieces.map(|(piece, texts)| column(piece, texts, from)).collect();
            look = look.and(put(level, &columns, rows, into));
            from += rows;
        }
        Ok(look)
    }
}

fn column<'t>(piece: &'t Piece, texts: &'t Texts, from: usize) -> Column<'t> {
    match piece {
        Piece::Page(leaf, _) => {
            let bytes = leaf.holding(texts);
            Column { bytes, spans: &texts.spans, raw: leaf.is_raw(texts) }
        }
        Piece::Cells(cells) => {
            Column { bytes: cells.text(), spans: &cells.spans()[from..], raw: false }
        }
    }
}
