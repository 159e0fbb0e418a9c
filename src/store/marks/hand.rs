//! One thread's hand: for each bucket a block that is not yet full.

use std::io;

use super::block::{self, BLOCK, SLACK, Widths};
use super::directory::Listed;
use super::filter::{self, FILTER};
use super::shelf::MarksShelf;
use crate::fact::bulk::{Hand, Mark, Placed, bucket_of};

/// Bytes from block to block: not a power of two, or all of them would compete for the same few lines
/// of the cache.
const STRIDE: usize = BLOCK + 64;
const _: () = assert!(STRIDE >= BLOCK + SLACK);
/// Bytes of full blocks that are written at once.
const OUT: usize = 1 << 18;

/// How far a block is.
#[derive(Clone, Copy, Default)]
struct Open {
    /// Bytes; none if it has not begun.
    used: u16,
    marks: u16,
    /// Where its first row begins.
    at: u64,
}

pub(super) struct MarksHand<'a> {
    shelf: &'a MarksShelf,
    bits: u32,
    open: Vec<Open>,
    bytes: Vec<u8>,
    /// None before the first mark.
    widths: Option<Widths>,
    /// Full blocks to be written.
    out: Vec<u8>,
    /// All full blocks. The place of those in `out` is still counted from its beginning.
    listed: Vec<Listed>,
    written: usize,
}

impl<'a> MarksHand<'a> {
    pub(super) fn new(shelf: &'a MarksShelf) -> Self {
        let bits = shelf.bits();
        Self {
            shelf,
            bits,
            open: vec![Open::default(); 1 << bits],
            bytes: vec![0; STRIDE << bits],
            widths: None,
            out: Vec::with_capacity(OUT + BLOCK),
            listed: Vec::new(),
            written: 0,
        }
    }

    /// The widths for a mark. Wider ones need new blocks; that happens a few times at most.
    fn widen(&mut self, code: i64, place: u32) -> io::Result<Widths> {
        self.seal_all()?;
        let widths = self.widths.unwrap_or_else(|| Widths::around(code)).widened(code, place);
        self.widths = Some(widths);
        Ok(widths)
    }

    fn put_one(&mut self, at: u64, mark: &Mark) -> io::Result<()> {
        let code = block::code(mark.time)?;
        let widths = match self.widths {
            Some(widths) if widths.fit(code, mark.place) => widths,
            _ => self.widen(code, mark.place)?,
        };
        let bucket = bucket_of(&mark.id, self.bits);
        let Open { used, marks, at: first } = self.open[bucket];
        let mut further = u32::try_from(at.wrapping_sub(first));
        let mut used = usize::from(used);
        if used == 0 || used + widths.size() > BLOCK || further.is_err() {
            if marks > 0 {
                self.seal(bucket, &widths)?;
            }
            used = block::begin(&mut self.bytes[bucket * STRIDE..], &widths, at);
            self.open[bucket].at = at;
            further = Ok(0);
        }
        let further = further.expect("a new block begins where it is too far");
        let from = bucket * STRIDE + used;
        block::put(&mut self.bytes[from..], &widths, mark, code, further);
        let open = &mut self.open[bucket];
        open.used = (used + widths.size()) as u16;
        open.marks += 1;
        Ok(())
    }

    /// Puts a block among those to be written.
    fn seal(&mut self, bucket: usize, widths: &Widths) -> io::Result<()> {
        let Open { used, marks, .. } = std::mem::take(&mut self.open[bucket]);
        let bytes = &mut self.bytes[bucket * STRIDE..][..used.into()];
        block::end(bytes, marks);
        let mut filter = [0; FILTER];
        block::keys(bytes, widths).for_each(|key| filter::add(&mut filter, key));
        self.listed.push(Listed {
            bucket: bucket as u32,
            offset: self.out.len() as u64,
            length: used,
            check: crc32fast::hash(bytes),
            filter,
        });
        self.out.extend_from_slice(bytes);
        if self.out.len() < OUT { Ok(()) } else { self.write() }
    }

    fn seal_all(&mut self) -> io::Result<()> {
        let Some(widths) = self.widths else { return Ok(()) };
        (0..self.open.len())
            .filter(|bucket| self.open[*bucket].marks > 0)
            .collect::<Vec<_>>()
            .into_iter()
            .try_for_each(|bucket| self.seal(bucket, &widths))
    }

    fn write(&mut self) -> io::Result<()> {
        if self.out.is_empty() {
            return Ok(());
        }
        let offset = self.shelf.append(&self.out)?;
        self.listed[self.written..].iter_mut().for_each(|block| block.offset += offset);
        self.written = self.listed.len();
        self.out.clear();
        Ok(())
    }
}

impl Hand for MarksHand<'_> {
    fn put(&mut self, marks: &[Placed]) -> io::Result<()> {
        marks.iter().try_for_each(|placed| self.put_one(placed.at, &placed.mark))
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.seal_all()?;
        self.write()?;
        self.shelf.take_in(std::mem::take(&mut self.listed));
        Ok(())
    }
}
