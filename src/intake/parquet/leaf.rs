//! A page as it was read, and the texts of its values: where they lie in it, in its dictionary, or written out.
//!
//! The law: a value becomes the text that the general reader of the format makes of it, and none comes from
//! bytes that are not there.

use std::sync::Arc;

use parquet::basic::{Encoding, Type};
use parquet::column::page::Page;
use parquet::schema::types::ColumnDescriptor;

use super::columns::Holds;
use super::form;
use super::number::{SLOT, Slot};
use super::runs::Runs;
use super::texts::{AT_ONCE, NEAR, Place, Span, Texts};
use super::time::Days;

/// How plain values lie one behind the other.
#[derive(Clone, Copy, Debug)]
pub(super) enum Layout {
    Int,
    Long,
    /// The length of each before it.
    Bytes,
    Fixed(usize),
}

/// What the values of a column are understood by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    layout: Layout,
    holds: Holds,
    nullable: bool,
}

/// A page of values.
pub(super) struct Leaf {
    page: Page,
    kind: Kind,
    dictionary: Arc<Dictionary>,
}

/// The next row of a page: which rows from there on hold something, if not all do, and where their values are.
#[derive(Clone)]
pub(super) struct Cursor {
    present: Option<Runs>,
    values: Values,
}

#[derive(Clone)]
enum Values {
    /// Where the next one begins.
    Plain(usize),
    Numbers(Runs),
}

/// Values as text, one behind the other. They become text once, however often they stand.
#[derive(Default)]
pub(super) struct Dictionary {
    text: Vec<u8>,
    spans: Vec<Span>,
    longest: usize,
}

impl Kind {
    /// None if the values of the column are of a rare type.
    pub(super) fn of(column: &ColumnDescriptor, holds: Holds) -> Option<Self> {
        let layout = match column.physical_type() {
            Type::INT32 => Layout::Int,
            Type::INT64 => Layout::Long,
            Type::BYTE_ARRAY => Layout::Bytes,
            Type::FIXED_LEN_BYTE_ARRAY => {
                Layout::Fixed(usize::try_from(column.type_length()).ok().filter(|it| *it > 0)?)
            }
            Type::BOOLEAN | Type::INT96 | Type::FLOAT | Type::DOUBLE => return None,
        };
        Some(Self { layout, holds, nullable: column.max_def_level() > 0 })
    }

    /// Writes the value that begins at a place, and says where the next one does; none if it is cut off.
    fn write(self, bytes: &[u8], at: usize, text: &mut Vec<u8>) -> Option<usize> {
        let (rest, holds) = (bytes.get(at..)?, self.holds);
        Some(match self.layout {
            Layout::Int => {
                form::int(i32::from_le_bytes(*rest.first_chunk()?), holds, text);
                at + 4
            }
            Layout::Long => {
                form::long(i64::from_le_bytes(*rest.first_chunk()?), holds, text);
                at + 8
            }
            Layout::Bytes => {
                let (length, rest) = rest.split_first_chunk()?;
                let length = u32::from_le_bytes(*length) as usize;
                form::bytes(rest.get(..length)?, holds, text);
                at + 4 + length
            }
            Layout::Fixed(length) => {
                form::fixed(rest.get(..length)?, holds, text);
                at + length
            }
        })
    }

    /// Where the value lies so many values behind one.
    fn pass(self, bytes: &[u8], at: usize, values: usize) -> Option<usize> {
        let width = match self.layout {
            Layout::Int => 4,
            Layout::Long => 8,
            Layout::Fixed(length) => length,
            Layout::Bytes => {
                let mut at = at;
                for _ in 0..values {
                    let length = u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?);
                    at += 4 + length as usize;
                }
                return (at <= bytes.len()).then_some(at);
            }
        };
        let to = at.checked_add(values.checked_mul(width)?)?;
        (to <= bytes.len()).then_some(to)
    }
}

impl Dictionary {
    /// The values of a page; none if they lie in a way that is not known here.
    pub(super) fn of(page: &Page, kind: Kind) -> Option<Self> {
        if !matches!(page.encoding(), Encoding::PLAIN | Encoding::PLAIN_DICTIONARY) {
            return None;
        }
        let (bytes, mut at, mut all) = (page.buffer(), 0, Self::default());
        for _ in 0..page.num_values() {
            let from = all.text.len();
            at = kind.write(bytes, at, &mut all.text)?;
            let span = Span::between(from, all.text.len())?;
            all.longest = all.longest.max(span.length as usize);
            all.spans.push(span);
        }
        // Short texts are copied with what stands behind them.
        all.text.resize(all.text.len() + NEAR, 0);
        Some(all)
    }
}

impl Leaf {
    /// A page of values, and its first row; none if they lie in a way that is not known here.
    pub(super) fn of(
        page: Page,
        kind: Kind,
        dictionary: &Arc<Dictionary>,
    ) -> Option<(Self, Cursor)> {
        let bytes = page.buffer();
        let (present, from) = match &page {
            Page::DataPageV2 { def_levels_byte_len, rep_levels_byte_len, .. } => {
                let from = *rep_levels_byte_len as usize;
                let to = from.checked_add(*def_levels_byte_len as usize)?;
                (from..to, to)
            }
            Page::DataPage { def_level_encoding: Encoding::RLE, .. } if kind.nullable => {
                let length = u32::from_le_bytes(*bytes.first_chunk()?) as usize;
                let to = length.checked_add(4)?;
                (4..to, to)
            }
            Page::DataPage { .. } if !kind.nullable => (0..0, 0),
            Page::DataPage { .. } | Page::DictionaryPage { .. } => return None,
        };
        bytes.get(present.clone())?;
        let present = if kind.nullable { Some(Runs::new(1, present)?) } else { None };
        let values = match page.encoding() {
            Encoding::PLAIN => Values::Plain(from),
            Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY => match bytes.get(from) {
                Some(width) => Values::Numbers(Runs::new((*width).into(), from + 1..bytes.len())?),
                // Nothing but nulls.
                None => Values::Plain(from),
            },
            _ => return None,
        };
        let leaf = Self { page, kind, dictionary: Arc::clone(dictionary) };
        Some((leaf, Cursor { present, values }))
    }

    fn bytes(&self) -> &[u8] {
        self.page.buffer()
    }

    /// The bytes that some texts lie in.
    pub(super) fn holding<'t>(&'t self, texts: &'t Texts) -> &'t [u8] {
        match texts.place {
            Place::Page => self.bytes(),
            Place::Dictionary => &self.dictionary.text,
            Place::Own => &texts.own,
        }
    }

    /// May texts of it need quotes?
    pub(super) fn is_raw(&self, texts: &Texts) -> bool {
        texts.place == Place::Page
    }

    /// Passes by so many rows.
    pub(super) fn pass(&self, cursor: &mut Cursor, rows: usize) -> Option<()> {
        let (bytes, Cursor { present, values }) = (self.bytes(), cursor);
        let count = match present {
            Some(present) => present.pass_counting(bytes, rows)?,
            None => rows,
        };
        match values {
            Values::Plain(at) => *at = self.kind.pass(bytes, *at, count)?,
            Values::Numbers(numbers) => numbers.pass(bytes, count)?,
        }
        Some(())
    }

    /// Do the texts of so many rows between two cursors have more bytes than these, roughly?
    pub(super) fn is_heavier(
        &self,
        (from, to): (&Cursor, &Cursor),
        rows: usize,
        bytes: usize,
    ) -> bool {
        match (&from.values, &to.values) {
            (Values::Plain(from), Values::Plain(to)) => to - from > bytes,
            (Values::Numbers(_), _) | (_, Values::Numbers(_)) => {
                let most = rows.saturating_mul(self.dictionary.longest);
                // A single long text says nothing of rows that do not hold it.
                most > bytes && self.lengths(from.clone(), rows).is_none_or(|all| all > bytes)
            }
        }
    }

    /// How long the texts of the next rows are, if they are of the dictionary.
    fn lengths(&self, cursor: Cursor, rows: usize) -> Option<usize> {
        let (bytes, Cursor { present, values }) = (self.bytes(), cursor);
        let Values::Numbers(mut numbers) = values else { return None };
        let mut left = match present {
            Some(mut present) => present.pass_counting(bytes, rows)?,
            None => rows,
        };
        let (mut found, mut all) = ([0; AT_ONCE], 0);
        while left > 0 {
            let found = &mut found[..left.min(AT_ONCE)];
            numbers.fill(bytes, found)?;
            for number in &*found {
                all += self.dictionary.spans.get(*number as usize)?.length as usize;
            }
            left -= found.len();
        }
        Some(all)
    }

    /// Finds or writes the texts of the next rows, at most [`AT_ONCE`]; a null is nothing.
    pub(super) fn texts(&self, cursor: &mut Cursor, rows: usize, texts: &mut Texts) -> Option<()> {
        let (bytes, Cursor { present, values }) = (self.bytes(), cursor);
        let Some(present) = present else { return self.values(values, rows, texts) };
        if present.are_all(bytes, 1, rows)? {
            return self.values(values, rows, texts);
        }
        let mut levels = [0; AT_ONCE];
        let levels = &mut levels[..rows];
        present.fill(bytes, levels)?;
        let mut count = levels.iter().filter(|level| **level > 0).count();
        self.values(values, count, texts)?;
        for (row, level) in levels.iter().enumerate().rev() {
            texts.spans[row] = if *level > 0 {
                count -= 1;
                texts.spans[count]
            } else {
                Span::default()
            };
        }
        Some(())
    }

    fn values(&self, values: &mut Values, count: usize, texts: &mut Texts) -> Option<()> {
        match values {
            Values::Plain(at) => self.plain(at, count, texts),
            Values::Numbers(numbers) => {
                texts.place = Place::Dictionary;
                let mut found = [0; AT_ONCE];
                numbers.fill(self.bytes(), &mut found[..count])?;
                for (span, number) in texts.spans.iter_mut().zip(&found[..count]) {
                    *span = *self.dictionary.spans.get(*number as usize)?;
                }
                Some(())
            }
        }
    }

    fn plain(&self, at: &mut usize, count: usize, texts: &mut Texts) -> Option<()> {
        let (bytes, holds) = (self.bytes(), self.kind.holds);
        let written = match self.kind.layout {
            Layout::Bytes if form::is_text(holds) => return self.lying(at, count, texts),
            Layout::Bytes | Layout::Fixed(_) => None,
            Layout::Int => {
                let values = bytes.get(*at..)?.as_chunks().0.get(..count)?;
                written(values, texts, |it, days, slot| {
                    form::put_int(i32::from_le_bytes(it), holds, days, slot)
                })
            }
            Layout::Long => {
                let values = bytes.get(*at..)?.as_chunks().0.get(..count)?;
                written(values, texts, |it, days, slot| {
                    form::put_long(i64::from_le_bytes(it), holds, days, slot)
                })
            }
        };
        if written.is_some() {
            *at = self.kind.pass(bytes, *at, count)?;
            return Some(());
        }
        texts.place = Place::Own;
        texts.own.clear();
        for span in &mut texts.spans[..count] {
            let from = texts.own.len();
            *at = self.kind.write(bytes, *at, &mut texts.own)?;
            *span = Span::between(from, texts.own.len())?;
        }
        Some(())
    }

    /// Texts as they lie in the page.
    fn lying(&self, at: &mut usize, count: usize, texts: &mut Texts) -> Option<()> {
        let bytes = self.bytes();
        // No page has more bytes than can be counted so.
        u32::try_from(bytes.len()).ok()?;
        texts.place = Place::Page;
        for span in &mut texts.spans[..count] {
            let length = u32::from_le_bytes(*bytes.get(*at..)?.first_chunk()?);
            *span = Span { from: *at as u32 + 4, length };
            *at += 4 + length as usize;
        }
        (*at <= bytes.len()).then_some(())
    }
}

/// Short texts of values; none if one of them is long.
#[inline(always)]
fn written<const BYTES: usize>(
    values: &[[u8; BYTES]],
    texts: &mut Texts,
    put: impl Fn([u8; BYTES], &mut Days, &mut Slot) -> Option<usize>,
) -> Option<()> {
    texts.place = Place::Own;
    let Texts { spans, own, days, .. } = texts;
    let room = (values.len() + 1) * SLOT;
    if own.len() < room {
        own.resize(room, 0);
    }
    let mut at = 0;
    for (value, span) in values.iter().zip(spans) {
        let length = put(*value, days, own.get_mut(at..)?.first_chunk_mut()?)?;
        *span = Span { from: at as u32, length: length as u32 };
        at += length;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_of_a_dictionary_weighs_where_it_stands() {
        let kind = Kind { layout: Layout::Bytes, holds: Holds::Text, nullable: false };
        let texts = [vec![1, 0, 0, 0, b'a'], 1000_u32.to_le_bytes().into(), vec![b'x'; 1000]];
        let encoding = Encoding::PLAIN;
        let buf = texts.concat().into();
        let page = Page::DictionaryPage { buf, num_values: 2, encoding, is_sorted: false };
        let dictionary = Arc::new(Dictionary::of(&page, kind).unwrap());
        // Of numbers of one bit: a hundred times the first, once the second, and twenty times the first.
        let page = Page::DataPage {
            buf: vec![1, 200, 1, 0, 2, 1, 40, 0].into(),
            num_values: 121,
            encoding: Encoding::RLE_DICTIONARY,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let (leaf, first) = Leaf::of(page, kind, &dictionary).unwrap();
        for (from, rows, bytes) in [(0, 100, 100), (0, 101, 1100), (90, 31, 1030), (101, 20, 20)] {
            let (mut begin, mut end) = (first.clone(), first.clone());
            leaf.pass(&mut begin, from).unwrap();
            leaf.pass(&mut end, from + rows).unwrap();
            assert!(!leaf.is_heavier((&begin, &end), rows, bytes), "{rows} from {from}");
            assert!(leaf.is_heavier((&begin, &end), rows, bytes - 1), "{rows} from {from}");
        }
    }
}
