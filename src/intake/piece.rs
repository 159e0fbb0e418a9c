//! Rows out of pieces of a file that somebody else has read: a line, or a chunk of lines. And some rows of a whole one.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;

use super::IntakeError;
use super::express::Columns;
use super::parquet::{Columnar, Sheet, Walk};
use super::read::Rows;
use super::row::Row;
use super::rows::{Lines, Raw};
use super::scan::split;
use super::source::{Input, Tap};

/// What is left of a file whose header was read.
pub(super) struct Feed {
    /// Its plain bytes.
    pub(super) input: Box<dyn io::Read + Send>,
    /// What was read of them already.
    pub(super) carry: Vec<u8>,
    /// Who is to be told of the digest of the bytes: else it is taken where they are read.
    pub(super) tap: Option<Tap>,
    /// Plain bytes of the header.
    pub(super) head: u64,
    /// The number of its first line.
    pub(super) line: u64,
    /// What stands between two fields; none for JSON lines.
    pub(super) delimiter: Option<u8>,
    /// Its rows, if they were never lines; there are no bytes then.
    pub(super) sheet: Option<Sheet>,
}

/// A row that is asked for again.
pub(super) enum Asked<'t> {
    /// One line of the text: its number, and what stands there.
    Text(u64, &'t [u8]),
    /// One that only the ordinary reader knows.
    Row(Row),
}

impl Asked<'_> {
    /// What it says.
    pub(super) fn read(self, rows: &mut Rows<'_>) -> Row {
        match self {
            Self::Text(line, text) => rows.line(text, line),
            Self::Row(row) => row,
        }
    }
}

impl Rows<'_> {
    /// Where its fields stand, if the express way may take its rows.
    pub(super) fn columns(&self) -> Option<Columns> {
        let columns = Columns::of(self.plan.as_ref()?, self.columns, self.delimiter?)?;
        let fit = |columnar: &Columnar| columnar.are_fit(columns.read());
        self.columnar.as_ref().is_none_or(fit).then_some(columns)
    }

    /// Takes away what is to be read, and says the number of its first line. Rows come from
    /// [`line`](Self::line) and [`each_in`](Self::each_in) from now on.
    pub(super) fn take_input(&mut self) -> Option<(Input, u64)> {
        let nothing: Input = Box::new(std::io::empty());
        let lines = std::mem::replace(&mut self.lines, Lines::new(nothing));
        let next = lines.next_line_number();
        lines.into_input().map(|input| (input, next))
    }

    /// The same, for somebody who takes the digest of a plain file by himself. Lines that were given back stay.
    pub(super) fn take_feed(&mut self) -> io::Result<Feed> {
        let (head, delimiter) = (self.lines.bytes(), self.delimiter);
        let line = self.lines.next_line_number() + self.lines.given_back() as u64;
        let mut input = self.lines.take_input(Box::new(io::empty()));
        let sheet = self.columnar.as_ref().map(|it| it.sheet.clone());
        let tap = match self.source.plain() {
            Some(tap) if sheet.is_none() => tap.clone(),
            of_columns => {
                let tap = of_columns.cloned();
                return Ok(Feed { input, carry: Vec::new(), tap, head, line, delimiter, sheet });
            }
        };
        let carry = input.fill_buf()?.to_vec();
        let (input, tap) = (Box::new(tap.undigested()), Some(tap));
        Ok(Feed { input, carry, tap, head, line, delimiter, sheet })
    }

    /// Can others read its rows, piece by piece? Not if a quote of the header that is not closed has given lines back.
    pub(super) fn is_in_pieces(&self) -> bool {
        self.delimiter.is_none() || self.lines.given_back() == 0
    }

    /// The rows from the first on, to ask for some of them, if they were never lines.
    pub(super) fn walk(&self) -> Option<Walk> {
        self.columnar.as_ref().map(|it| it.sheet.clone().walk())
    }

    /// The row that one line is, whose fields all end within it.
    pub(super) fn line(&mut self, text: &[u8], line: u64) -> Row {
        let refused = split(text, self.delimiter.unwrap_or(b','), &mut self.spans);
        self.row_of(Raw { line, bytes: text.to_vec(), refused })
    }

    /// What is shown of such a row; of text that is shown as it stands, without a look at what it says.
    pub(super) fn shown<'t>(&mut self, text: &'t [u8], line: u64) -> Cow<'t, str> {
        match std::str::from_utf8(text) {
            Ok(text) if self.columnar.is_none() => Cow::Borrowed(text),
            Ok(_) | Err(_) => Cow::Owned(self.line(text, line).text().into_owned()),
        }
    }

    /// The rows that begin on some lines, in their order, as far as there are any. Nobody looks at what others say.
    pub(super) fn each_on(
        &mut self,
        mut lines: BTreeSet<u64>,
        each: &mut dyn FnMut(Row) -> Result<(), IntakeError>,
    ) -> Result<(), IntakeError> {
        while !lines.is_empty()
            && let Some(raw) = self.raw()?
        {
            if lines.remove(&raw.line) {
                each(self.row_of(raw))?;
            }
        }
        Ok(())
    }

    /// Every row of some whole lines; says the number of the line behind them.
    pub(super) fn each_in(
        &mut self,
        text: &[u8],
        line: u64,
        each: &mut dyn FnMut(&Self, Row) -> Result<(), IntakeError>,
    ) -> Result<u64, IntakeError> {
        let mut lines = Lines::from_line(text, line);
        if self.columnar.is_some() {
            lines = lines.by_record();
        }
        let fail = |source| IntakeError::Read { path: self.path.clone(), source };
        while let Some(raw) = lines.next_row(self.delimiter, &mut self.spans).map_err(fail)? {
            let row = self.row_of(raw);
            each(self, row)?;
        }
        Ok(lines.next_line_number())
    }
}
