//! One thread's hand: for each bucket a block that is not yet full.

use std::io;

use super::block::{self, BLOCK, Frame, HEAD, PAGE, SLACK, Span};
use super::directory::Listed;
use super::filter;
use super::shelf::MarksShelf;
use crate::fact::bulk::{Batch, Hand, bucket_of, near};

/// Bytes from block to block: not a power of two, or all of them would compete for the same few lines
/// of the cache.
const STRIDE: usize = BLOCK + 64;
const _: () = assert!(STRIDE >= BLOCK + SLACK);
/// Full blocks that are written at once. A write of a whole megabyte that begins at a page costs the
/// system half of what it costs in small and odd pieces.
const AT_ONCE: usize = 64;

/// How far behind a mark its block is asked for: in a line that the marks after the next will be in. As many rows
/// lie between two marks of a bucket as there are buckets, so it is there by then.
const AHEAD: usize = 96;

/// The block of a bucket that is not yet full.
#[derive(Clone, Copy)]
struct Open {
    /// Where its bytes are.
    slot: u16,
    used: u16,
}

pub(super) struct MarksHand<'a> {
    shelf: &'a MarksShelf,
    bits: u32,
    open: Vec<Open>,
    /// A slot for each bucket, and for each block that waits to be written.
    bytes: Vec<u8>,
    /// Slots of blocks to be written, in that order.
    full: Vec<u16>,
    /// Slots that nobody uses.
    free: Vec<u16>,
    /// That of all open blocks; none before the first mark.
    frame: Option<Frame>,
    /// The same blocks; their places are not known yet.
    listed: Vec<Listed>,
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
            listed: Vec::with_capacity(AT_ONCE),
        }
    }

    /// Puts down marks that fit the frame.
    fn fill<const NARROW: bool>(&mut self, frame: &Frame, batch: &Batch<'_>) -> io::Result<()> {
        let (size, bits) = (frame.size(), self.bits);
        for row in 0..batch.len() {
            let bucket = bucket_of(&batch.ids[row], bits);
            let mut open = self.open[bucket];
            if usize::from(open.used) + size > BLOCK {
                open = self.seal(bucket, frame, BLOCK)?;
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

    /// Puts a block among those to be written, in so many bytes, and gives back the next one.
    #[inline(never)]
    fn seal(&mut self, bucket: usize, frame: &Frame, length: usize) -> io::Result<Open> {
        let Open { slot, used } = self.open[bucket];
        let bytes = &mut self.bytes[usize::from(slot) * STRIDE..][..length];
        bytes[used.into()..].fill(0);
        let keys = block::end(bytes, frame, (usize::from(used) - HEAD) / frame.size());
        let filter = filter::of(keys);
        let check = crc32fast::hash(bytes);
        let (bucket_of, length) = (bucket as u32, length as u16);
        self.listed.push(Listed { bucket: bucket_of, offset: 0, length, check, filter });
        self.full.push(slot);
        // There are more only if they could not be written: that is said again, for no slot is left.
        if self.full.len() >= AT_ONCE {
            self.write()?;
        }
        let slot = self.free.pop().expect("there are as many as blocks wait at most");
        self.open[bucket] = Open { slot, used: HEAD as u16 };
        Ok(self.open[bucket])
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
        let part = |(slot, listed): (&u16, &Listed)| -> &[u8] {
            &self.bytes[usize::from(*slot) * STRIDE..][..listed.length.into()]
        };
        let parts: Vec<&[u8]> = self.full.iter().zip(&self.listed).map(part).collect();
        let mut offset = self.shelf.append_all(&parts)?;
        for listed in &mut self.listed {
            listed.offset = offset;
            offset += u64::from(listed.length);
        }
        self.free.append(&mut self.full);
        let next = Vec::with_capacity(AT_ONCE);
        self.shelf.take_in(std::mem::replace(&mut self.listed, next));
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
