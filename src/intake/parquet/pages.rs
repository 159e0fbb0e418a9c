//! One column of a row group, page by page: values as they lie there, or numbers of a dictionary's.
//!
//! The law: a value becomes the text that the general reader of the format makes of it. What lies in another
//! way is left to that one. A dictionary's values become text once, however often they stand.

use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescriptor;

use super::columns::Holds;
use super::form;
use super::runs::Runs;
use super::time::Clock;

/// How plain values lie one behind the other.
#[derive(Clone, Copy, Debug)]
enum Layout {
    Int,
    Long,
    /// The length of each before it.
    Bytes,
    Fixed(usize),
}

/// The rows of a column that come next.
pub(super) struct Pages {
    reader: Box<dyn PageReader>,
    layout: Layout,
    holds: Holds,
    nullable: bool,
    page: Option<Page>,
    /// Rows left in the page; which of them hold something, if not all do; and where their values are.
    left: usize,
    present: Option<Runs>,
    values: Values,
    dictionary: Dictionary,
    clock: Clock,
}

enum Values {
    /// Where the next one begins.
    Plain(usize),
    Numbers(Runs),
}

/// Values as text, one behind the other, and where each ends.
#[derive(Default)]
struct Dictionary {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Pages {
    /// The pages of a column without lists or records; none if its values are of a rare type.
    pub(super) fn new(
        reader: Box<dyn PageReader>,
        column: &ColumnDescriptor,
        holds: Holds,
    ) -> Option<Self> {
        let layout = match column.physical_type() {
            Type::INT32 => Layout::Int,
            Type::INT64 => Layout::Long,
            Type::BYTE_ARRAY => Layout::Bytes,
            Type::FIXED_LEN_BYTE_ARRAY => {
                Layout::Fixed(usize::try_from(column.type_length()).ok().filter(|it| *it > 0)?)
            }
            Type::BOOLEAN | Type::INT96 | Type::FLOAT | Type::DOUBLE => return None,
        };
        Some(Self {
            reader,
            layout,
            holds,
            nullable: column.max_def_level() > 0,
            page: None,
            left: 0,
            present: None,
            values: Values::Plain(0),
            dictionary: Dictionary::default(),
            clock: Clock::default(),
        })
    }

    /// How many rows there are before the next page; none if that lies in a way that is not known here.
    pub(super) fn ready(&mut self) -> Result<Option<usize>> {
        while self.left == 0 {
            let page = self.reader.get_next_page()?.ok_or_else(short)?;
            let known = match &page {
                Page::DictionaryPage { .. } => self.begin_dictionary(&page),
                Page::DataPage { .. } | Page::DataPageV2 { .. } => self.begin(&page),
            };
            if known.is_none() {
                return Ok(None);
            }
            self.page = Some(page);
        }
        Ok(Some(self.left))
    }

    fn begin_dictionary(&mut self, page: &Page) -> Option<()> {
        let Self { layout, holds, dictionary, clock, .. } = self;
        let Dictionary { text, ends } = dictionary;
        text.clear();
        ends.clear();
        if !matches!(page.encoding(), Encoding::PLAIN | Encoding::PLAIN_DICTIONARY) {
            return None;
        }
        let (bytes, mut at) = (page.buffer(), 0);
        for _ in 0..page.num_values() {
            at = layout.write(bytes, at, *holds, clock, text)?;
            ends.push(text.len());
        }
        Some(())
    }

    fn begin(&mut self, page: &Page) -> Option<()> {
        let (bytes, rows) = (page.buffer(), page.num_values() as usize);
        let (present, from) = match page {
            Page::DataPageV2 { def_levels_byte_len, rep_levels_byte_len, .. } => {
                let from = *rep_levels_byte_len as usize;
                let to = from.checked_add(*def_levels_byte_len as usize)?;
                (from..to, to)
            }
            Page::DataPage { def_level_encoding: Encoding::RLE, .. } if self.nullable => {
                let length = u32::from_le_bytes(*bytes.first_chunk()?) as usize;
                let to = length.checked_add(4)?;
                (4..to, to)
            }
            Page::DataPage { .. } if !self.nullable => (0..0, 0),
            Page::DataPage { .. } | Page::DictionaryPage { .. } => return None,
        };
        bytes.get(present.clone())?;
        self.present = if self.nullable { Some(Runs::new(1, present)?) } else { None };
        self.values = match page.encoding() {
            Encoding::PLAIN => Values::Plain(from),
            Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY => match bytes.get(from) {
                Some(width) => Values::Numbers(Runs::new((*width).into(), from + 1..bytes.len())?),
                // Nothing but nulls.
                None => Values::Plain(from),
            },
            _ => return None,
        };
        self.left = rows;
        Some(())
    }

    /// Writes the value of the next row; a null is nothing. To be asked for rows that are [ready](Self::ready).
    #[inline]
    pub(super) fn write(&mut self, text: &mut Vec<u8>) -> Result<()> {
        self.next(text).ok_or_else(short)
    }

    #[inline]
    fn next(&mut self, text: &mut Vec<u8>) -> Option<()> {
        let bytes = self.page.as_ref()?.buffer();
        self.left = self.left.checked_sub(1)?;
        if let Some(present) = &mut self.present
            && present.next(bytes)? == 0
        {
            return Some(());
        }
        match &mut self.values {
            Values::Plain(at) => {
                *at = self.layout.write(bytes, *at, self.holds, &mut self.clock, text)?;
            }
            Values::Numbers(numbers) => {
                text.extend_from_slice(self.dictionary.of(numbers.next(bytes)?)?);
            }
        }
        Some(())
    }
}

impl Dictionary {
    #[inline]
    fn of(&self, number: u32) -> Option<&[u8]> {
        let number = number as usize;
        let to = *self.ends.get(number)?;
        let from = if number == 0 { 0 } else { self.ends[number - 1] };
        self.text.get(from..to)
    }
}

impl Layout {
    /// Writes the value that begins at a place, and says where the next one does; none if it is cut off.
    #[inline]
    fn write(
        self,
        bytes: &[u8],
        at: usize,
        holds: Holds,
        clock: &mut Clock,
        text: &mut Vec<u8>,
    ) -> Option<usize> {
        let rest = bytes.get(at..)?;
        Some(match self {
            Self::Int => {
                form::int(i32::from_le_bytes(*rest.first_chunk()?), holds, clock, text);
                at + 4
            }
            Self::Long => {
                form::long(i64::from_le_bytes(*rest.first_chunk()?), holds, clock, text);
                at + 8
            }
            Self::Bytes => {
                let (length, rest) = rest.split_first_chunk()?;
                let length = u32::from_le_bytes(*length) as usize;
                form::bytes(rest.get(..length)?, holds, text);
                at + 4 + length
            }
            Self::Fixed(length) => {
                form::fixed(rest.get(..length)?, holds, text);
                at + length
            }
        })
    }
}

/// There is less than there should be.
pub(super) fn short() -> ParquetError {
    ParquetError::EOF("a column has fewer values than its row group has rows".to_owned())
}
