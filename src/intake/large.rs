//! A delivery with large files: the express way through them, and what is left of them to the
//! ordinary one.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};

use super::again::{Again, Line, changed, unreadable};
use super::company::company_of;
use super::express::{Chunk, Columns, Express, FilePass, Lane, Left, Ordinary, Rest, each_line};
use super::import::{MarkedFacts, Run};
use super::interrupt::Interrupt;
use super::read::{Reader, Reading, Row, Rows};
use super::request::Step;
use super::{IntakeError, SourceFile};
use crate::fact::bulk::{Judged, Verdict, judge};
use crate::fact::{BulkPlace, Gather, Hash, Key, Kind, Known, Tally};

/// The large files of a delivery.
pub(super) struct Large<'a> {
    express: Express<'a>,
    known: &'a dyn Known,
    /// By the number of the file.
    passes: BTreeMap<usize, FilePass>,
    /// Which chunks have rows of an id that went the ordinary way.
    ordinary: Vec<(Hash, u32)>,
    void: Vec<Hash>,
    /// Kind and product by place, once all files are read.
    places: Vec<BulkPlace>,
}

impl<'a> Large<'a> {
    pub(super) fn new(express: Express<'a>, known: &'a dyn Known) -> Self {
        Self {
            express,
            known,
            passes: BTreeMap::new(),
            ordinary: Vec::new(),
            void: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Was this file read the express way?
    pub(super) fn has(&self, number: usize) -> bool {
        self.passes.contains_key(&number)
    }

    /// Reads a file whose header was read.
    pub(super) fn file(
        &mut self,
        run: &mut Run<'_>,
        number: usize,
        columns: Columns,
        mut rows: Rows<'_>,
        file: &SourceFile,
    ) -> Result<(), IntakeError> {
        let opened = run.open(&rows, file);
        debug_assert_eq!(opened, number);
        let source = rows.source().to_owned();
        let (input, line) = rows.take_input().expect("a header of CSV gives no line back");
        let ordinary = &mut self.ordinary;
        let mut counter = Counter { run, rows: &mut rows, number, file, ordinary, count: 0 };
        let pass = self.express.file(columns, &source, input, line, &mut counter);
        let count = counter.count;
        let mut pass = pass.map_err(|why| why.of(file))?;
        let bytes = run.close(number, rows, file, count)?;
        pass.head = bytes.saturating_sub(pass.bytes);
        self.passes.insert(number, pass);
        Ok(())
    }

    /// Finds the rows that share their id with others, and sees to them.
    pub(super) fn judge(
        &mut self,
        run: &mut Run<'_>,
        reader: &Reader<'_>,
        files: &[SourceFile],
    ) -> Result<(), IntakeError> {
        self.express.finish_marks().map_err(IntakeError::Shelf)?;
        self.places = self.express.common.places.list();
        let judged = self.all_buckets(run, &reader.interrupt)?;
        for placed in &judged.found {
            let (kind, product) = &self.places[placed.mark.place as usize];
            run.gather.found(placed.mark.id, *kind, placed.mark.time, product.as_deref());
        }
        self.void = judged.void;
        let mut passes = std::mem::take(&mut self.passes);
        for (number, pass) in &mut passes {
            let last = pass.first + pass.chunks.len() as u32;
            let of = |chunk: &u32| (pass.first..last).contains(chunk);
            let verdicts: Vec<_> =
                judged.verdicts.iter().filter(|(chunk, _, _)| of(chunk)).copied().collect();
            if !verdicts.is_empty() {
                self.see_to(run, *number, pass, &verdicts, reader, &files[*number])?;
            }
            run.gather.add_sums(*number, &pass.sums.tallies, &pass.sums.repeats);
        }
        self.passes = passes;
        Ok(())
    }

    /// Judges every bucket, on as many threads as read rows.
    fn all_buckets(&self, run: &mut Run<'_>, interrupt: &Interrupt) -> Result<Judged, IntakeError> {
        let (next, all) = (AtomicUsize::new(0), Mutex::new(Judged::default()));
        let (gather, mut tell) = run.while_gathered();
        let wanted = gather.wanted();
        let (common, threads, known) = (&self.express.common, self.express.threads, self.known);
        let shelf = common.shelf;
        let buckets = 1 << shelf.bits();
        let work = |ready: Sender<()>| -> io::Result<()> {
            let mut marks = Vec::new();
            loop {
                let bucket = next.fetch_add(1, Ordering::Relaxed);
                if bucket >= buckets || interrupt.check().is_err() {
                    return Ok(());
                }
                marks.clear();
                shelf.bucket(bucket, &mut marks)?;
                let company = company_of(&marks, bucket, shelf.bits(), gather, known, &wanted)?;
                let judged = judge(&marks, &company);
                let mut all = all.lock().expect("nobody panics while holding it");
                all.verdicts.extend(judged.verdicts);
                all.void.extend(judged.void);
                all.found.extend(judged.found);
                drop(all);
                let _somebody_listens_or_it_does_not_matter = ready.send(());
            }
        };
        let (ready, done) = channel();
        std::thread::scope(|scope| {
            let (work, ready) = (&work, ready);
            let start = |_| {
                let ready = ready.clone();
                scope.spawn(move || work(ready))
            };
            let threads: Vec<_> = (0..threads).map(start).collect();
            drop(ready);
            done.iter().zip(1..).for_each(|((), done)| tell(Step::Comparing, done, buckets));
            let broke = |_| io::Error::other("a thread that compares ids has stopped");
            threads.into_iter().try_for_each(|thread| thread.join().map_err(broke)?)
        })
        .map_err(IntakeError::Shelf)?;
        interrupt.check()?;
        let mut judged = all.into_inner().expect("nobody panics while holding it");
        judged.verdicts.sort_unstable_by_key(|(chunk, id, _)| (*chunk, *id));
        judged.void.sort_unstable();
        judged.found.sort_unstable_by_key(|placed| placed.mark.id);
        Ok(judged)
    }

    /// Reads the chunks again that have rows to see to.
    fn see_to(
        &mut self,
        run: &mut Run<'_>,
        number: usize,
        pass: &mut FilePass,
        verdicts: &[(u32, Hash, Verdict)],
        reader: &Reader<'_>,
        file: &SourceFile,
    ) -> Result<(), IntakeError> {
        let mut sums = std::mem::take(&mut pass.sums);
        let groups = verdicts.chunk_by(|a, b| a.0 == b.0).count();
        let mut again = Again::open(pass, reader, file)?;
        let mut lane = self.express.common.lane(&pass.columns, &pass.source);
        for (done, group) in verdicts.chunk_by(|a, b| a.0 == b.0).enumerate() {
            run.tell_of(Step::ReadingAgain, &file.name, done, groups);
            let (first_line, Chunk { text, .. }) = again.chunk(group[0].0)?;
            let left = settle_chunk(&mut lane, &text, pass.columns.delimiter(), group);
            for left in left.ok_or_else(|| changed(file))? {
                let row = again.rows.line(&text[left.from..left.to], first_line + left.line);
                note(&mut self.ordinary, &run.gather, number, group[0].0, &row);
                run.row(number, &again.rows, &file.name, row)?;
            }
        }
        lane.pour(&mut sums);
        drop((again, lane));
        pass.sums = sums;
        Ok(())
    }

    /// Feeds the rows of contested ids for the second time.
    pub(super) fn contest(
        &mut self,
        run: &mut Run<'_>,
        number: usize,
        reader: &Reader<'_>,
        file: &SourceFile,
    ) -> Result<(), IntakeError> {
        let pass = &self.passes[&number];
        let range = pass.first..pass.first + pass.chunks.len() as u32;
        let contested = self
            .ordinary
            .iter()
            .filter(|(id, chunk)| range.contains(chunk) && run.gather.is_contested(id));
        let chunks: BTreeSet<u32> = contested.map(|(_, chunk)| *chunk).collect();
        let lane = self.express.common.lane(&pass.columns, &pass.source);
        let mut again = Again::open(pass, reader, file)?;
        for chunk in chunks {
            let mut rows = Vec::new();
            let contested = |line: &Line<'_>| {
                lane.id(line.text, line.from, line.ends)
                    .is_some_and(|id| run.gather.is_contested(&id))
            };
            again.rows_of(chunk, &contested, &mut |row| {
                rows.push(row);
                Ok(())
            })?;
            for row in rows {
                if let Reading::Entries(entries) = &row.result {
                    for (slice, entry) in entries {
                        run.gather.contest(number, row.line, slice.as_ref(), entry);
                    }
                }
            }
        }
        Ok(())
    }

    /// Tells of the rows that begin at some lines, and perhaps of others.
    pub(super) fn lines(
        &mut self,
        number: usize,
        reader: &Reader<'_>,
        file: &SourceFile,
        lines: &BTreeSet<u64>,
        tell: &mut dyn FnMut(u64, &str) -> Result<(), IntakeError>,
    ) -> Result<(), IntakeError> {
        let pass = &self.passes[&number];
        let chunk_of = |line: &u64| {
            let place = pass.chunks.partition_point(|chunk| chunk.line <= *line);
            pass.first + u32::try_from(place.saturating_sub(1)).expect("chunks have such numbers")
        };
        let chunks: BTreeSet<u32> = lines.iter().map(chunk_of).collect();
        let mut again = Again::open(pass, reader, file)?;
        for chunk in chunks {
            let asked = |line: &Line<'_>| lines.contains(&line.number);
            again.rows_of(chunk, &asked, &mut |row| tell(row.line, &row.text))?;
        }
        Ok(())
    }

    /// What is to be known of all marks.
    pub(super) fn marked(self) -> MarkedFacts {
        let tallies = self.passes.values().filter_map(|pass| pass.sums.tallies.first());
        let rows: i64 = tallies.flat_map(Tally::iter).map(|(_, cell)| cell.rows).sum();
        MarkedFacts { facts: rows.unsigned_abs(), void: self.void }
    }

    /// What marks say of their facts. A product that no fact on the shelf has is left out.
    pub(super) fn places(&self, gather: &Gather<'_>) -> Vec<BulkPlace> {
        let tallies = self.passes.values().filter_map(|pass| pass.sums.tallies.first());
        let charges =
            tallies.flat_map(|tally| tally.iter()).filter(|(key, _)| key.kind == Kind::Charge);
        let sold: BTreeSet<&str> =
            charges.map(|(key, _): (&Key, _)| key.product.as_str()).collect();
        let kept =
            |product: &String| sold.contains(product.as_str()) || gather.knows_product(product);
        let place = |(kind, product): &BulkPlace| (*kind, product.clone().filter(kept));
        self.places.iter().map(place).collect()
    }
}

/// Takes the rows out of a chunk that do not simply count; gives back those that go the ordinary way.
/// None if they are not there any more.
fn settle_chunk(
    lane: &mut Lane<'_>,
    text: &[u8],
    delimiter: u8,
    verdicts: &[(u32, Hash, Verdict)],
) -> Option<Vec<Left>> {
    let (mut left, mut met) = (Vec::new(), BTreeSet::new());
    each_line(text, delimiter, |line, from, ends| {
        let Some(id) = lane.id(text, from, ends) else { return };
        let Ok(at) = verdicts.binary_search_by_key(&id, |(_, id, _)| *id) else { return };
        let Some(taken) = lane.take(text, from, ends) else { return };
        let again = !met.insert(at);
        match verdicts[at].2 {
            Verdict::RepeatFirst if !again => {}
            Verdict::RepeatFirst | Verdict::Repeat => lane.repeat(&taken),
            Verdict::Ordinary => {
                lane.remove(&taken);
                left.push(Left { line, from, to: ends[ends.len() - 1] });
            }
        }
    });
    (met.len() == verdicts.len()).then_some(left)
}

/// Sees to the rows of a file that the express way leaves.
struct Counter<'c, 'r, 'a> {
    run: &'c mut Run<'a>,
    rows: &'c mut Rows<'r>,
    number: usize,
    file: &'c SourceFile,
    ordinary: &'c mut Vec<(Hash, u32)>,
    count: u64,
}

/// What can go wrong on the way.
pub(super) enum Trouble {
    Machine(io::Error),
    Intake(IntakeError),
}

impl Trouble {
    fn of(self, file: &SourceFile) -> IntakeError {
        match self {
            Self::Machine(source) => unreadable(file, source),
            Self::Intake(error) => error,
        }
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Machine(error)
    }
}

impl Ordinary for Counter<'_, '_, '_> {
    type Error = Trouble;

    fn rest(&mut self, rest: &Rest<'_>) -> Result<u64, Trouble> {
        self.count += rest.taken;
        let (run, ordinary) = (&mut *self.run, &mut *self.ordinary);
        let (number, name, count) = (self.number, &self.file.name, &mut self.count);
        let mut each = |rows: &Rows<'_>, row: Row| {
            *count += 1;
            note(ordinary, &run.gather, number, rest.chunk, &row);
            run.row(number, rows, name, row)
        };
        let next = match rest.left {
            None => self.rows.each_in(rest.text, rest.line, &mut each).map_err(Trouble::Intake)?,
            Some(left) => {
                for left in left {
                    let row = self.rows.line(&rest.text[left.from..left.to], rest.line + left.line);
                    each(self.rows, row).map_err(Trouble::Intake)?;
                }
                0
            }
        };
        self.run.tell(&self.file.name, self.count, self.rows.bytes());
        self.rows.interrupt().check().map_err(Trouble::Intake)?;
        Ok(next)
    }
}

/// Notes in which chunk the ids of a row are.
fn note(
    ordinary: &mut Vec<(Hash, u32)>,
    gather: &Gather<'_>,
    number: usize,
    chunk: u32,
    row: &Row,
) {
    if let Reading::Entries(entries) = &row.result {
        let ids = entries.iter().filter_map(|(_, entry)| gather.id(number, entry));
        ordinary.extend(ids.map(|id| (id, chunk)));
    }
}
