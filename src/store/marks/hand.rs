//! One thread's hand: for each bucket two blocks that are not yet full, one behind the other.
//!
//! Two stand side by side in the file, so that they are written and read at once; to look up an id takes one.

use std::io;

use super::block::{self, BLOCK, Frame, HEAD, PAGE, SLACK, Span};
use super::directory::Block;
use super::shelf::MarksShelf;
use crate::fact::bulk::{Batch, Hand, bucket_of, near};

/// Bytes of two blocks.
const PAIR: usize = 2 * BLOCK;
/// Bytes from pair to pair: not a power of two, or all of them would compete for the same few lines
/// of the cache.
const STRIDE: usize = PAIR + 64;
const _: () = assert!(STRIDE >= PAIR + SLACK);
/// Full pairs that are written at once. A write of a whole megabyte that begins at a page costs the
/// system half of what it costs in small and odd pieces.
const AT_ONCE: usize = 32;

/// How far behind a mark its block is asked for: in a line that the marks after the next will be in. As many rows
/// lie between two marks of a bucket as there are buckets, so it is there by then.
const AHEAD: usize = 96;

/// The blocks of a bucket that are not yet full.
#[derive(Clone, Copy)]
struct Open {
    /// Where their bytes are.
    slot: u16,
    /// How many of them, both together, with what stays empty at the end of the first.
    used: u16,
}

impl Open {
    /// Is there no room for a mark in the block that is being filled?
    #[inline]
    fn is_full(self, size: usize) -> bool {
        (usize::from(self.used) - 1) % BLOCK + size >= BLOCK
    }
}

pub(super) struct MarksHand<'a> {
    shelf: &'a MarksShelf,
    bits: u32,
    open: Vec<Open>,
    /// A slot for each bucket, and for each pair that waits to be written.
    bytes: Vec<u8>,
    /// Slots of pairs to be written, in that order, and how many of their bytes.
    full: Vec<(u16, usize)>,
    /// Slots that nobody uses.
    free: Vec<u16>,
    /// That of all open blocks; none before the first mark.
    frame: Option<Frame>,
    /// Their blocks, whose places are not known yet.
    blocks: Vec<Block>,
}

impl<'a> MarksHand<'a> {
    pub(super) fn new(shelf: &'a MarksShelf) -> Self {
        let bits = shelf.bits();
        let (buckets, slots) = (1_u16 << bits, (1 << bits) + AT_ONCE);
        Self {
            shelf,
            bits,
            open: (0..buckets).map(|slot| Open { slot, used: HEAD as u16 }).collect(),
            bytes: vec![0; slots * STRIDE],
            full: Vec::with_capacity(AT_ONCE),
            free: (buckets..slots as u16).collect(),
            frame: None,
            blocks: Vec::with_capacity(2 * AT_ONCE),
        }
    }

    /// Puts down marks that fit the frame.
    fn fill<const NARROW: bool>(&mut self, frame: &Frame, batch: &Batch<'_>) -> io::Result<()> {
        let (size, bits) = (frame.size(), self.bits);
        for row in 0..batch.len() {
            let bucket = bucket_of(&batch.ids[row], bits);
            let mut open = self.open[bucket];
            if open.is_full(size) {
                open = self.turn(bucket, frame)?;
            }
            let from = usize::from(open.slot) * STRIDE + usize::from(open.used);
            block::put::<NARROW>(&mut self.bytes[from..], frame, batch, row);
            self.open[bucket].used = open.used + size as u16;
            if let Some(soon) = self.bytes.get(from + AHEAD) {
                near::fetch(soon);
            }
        }
        Ok(())
    }

    /// Puts down marks that do not fit the frame, or for which there is none: a few times at most. A month has few
    /// widths, and a file of less than four gigabytes one frame.
    #[cold]
    fn put_elsewhere(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        let Some(span) = Span::of(batch) else { return Ok(()) };
        let mut frame = self.frame.unwrap_or_else(|| Frame::around(&span));
        if !frame.fits(&span) {
            self.seal_all(true)?;
            frame = frame.widened(&span);
            if !frame.fits(&span) {
                let half = batch.len() / 2;
                self.put_batch(&batch.part(0..half))?;
                return self.put_batch(&batch.part(half..batch.len()));
            }
        }
        self.frame = Some(frame);
        self.put_batch(batch)
    }

    /// The block of a bucket is full: goes on to the next one.
    #[inline(never)]
    fn turn(&mut self, bucket: usize, frame: &Frame) -> io::Result<Open> {
        if usize::from(self.open[bucket].used) > BLOCK {
            self.seal(bucket, frame, PAIR)?;
        } else {
            self.open[bucket].used = (BLOCK + HEAD) as u16;
        }
        Ok(self.open[bucket])
    }

    /// Puts the blocks of a bucket among those to be written, in so many bytes, and makes room for the next ones.
    fn seal(&mut self, bucket: usize, frame: &Frame, length: usize) -> io::Result<()> {
        let Open { slot, used } = self.open[bucket];
        let pair = &mut self.bytes[usize::from(slot) * STRIDE..][..length];
        let whole = (BLOCK - HEAD) / frame.size();
        for (block, before) in pair.chunks_mut(BLOCK).zip([0, BLOCK]) {
            let used = usize::from(used) - before;
            let marks = if used > BLOCK { whole } else { (used - HEAD) / frame.size() };
            block[HEAD + marks * frame.size()..].fill(0);
            block::end(block, frame, marks);
            let (bucket, length) = (bucket as u32, block.len() as u16);
            let check = crc32fast::hash(block);
            self.blocks.push(Block { bucket, offset: 0, length, check });
        }
        self.full.push((slot, length));
        // There are more only if they could not be written: that is said again, for no slot is left.
        if self.full.len() >= AT_ONCE {
            self.write()?;
        }
        let slot = self.free.pop().expect("there are as many as pairs wait at most");
        self.open[bucket] = Open { slot, used: HEAD as u16 };
        Ok(())
    }

    /// Seals what is open, in whole pages if more is to come.
    fn seal_all(&mut self, more: bool) -> io::Result<()> {
        let Some(frame) = self.frame else { return Ok(()) };
        for bucket in 0..self.open.len() {
            let used = usize::from(self.open[bucket].used);
            if used > HEAD {
                let length = if more { used.next_multiple_of(PAGE) } else { used };
                self.seal(bucket, &frame, length)?;
            }
        }
        Ok(())
    }

    fn write(&mut self) -> io::Result<()> {
        if self.full.is_empty() {
            return Ok(());
        }
        let part = |(slot, length): &(u16, usize)| -> &[u8] {
            &self.bytes[usize::from(*slot) * STRIDE..][..*length]
        };
        let parts: Vec<&[u8]> = self.full.iter().map(part).collect();
        let mut offset = self.shelf.append_all(&parts)?;
        for block in &mut self.blocks {
            block.offset = offset;
            offset += u64::from(block.length);
        }
        self.free.extend(self.full.drain(..).map(|(slot, _)| slot));
        self.shelf.take_in(&mut self.blocks);
        Ok(())
    }
}

impl Hand for MarksHand<'_> {
    fn put_batch(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        match self.frame.filter(|frame| frame.holds(batch)) {
            Some(frame) if frame.is_narrow() => self.fill::<true>(&frame, batch),
            Some(frame) => self.fill::<false>(&frame, batch),
            None => self.put_elsewhere(batch),
        }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.seal_all(false)?;
        self.write()?;
        self.shelf.let_go();
        Ok(())
    }
}
