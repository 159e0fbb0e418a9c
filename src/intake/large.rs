//! A delivery with large files: the express way through them, and what is left of them to the
//! ordinary one.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{Sender, channel};

use super::again::Again;
use super::collect::{self, Counter};
use super::company::company_of;
use super::express::{Express, FilePass, Opened, Poured};
use super::import::{MarkedFacts, Run};
use super::interrupt::Interrupt;
use super::kept::Ordinary;
use super::read::Reader;
use super::request::Step;
use super::second::{Passes, Second, hand_over, take_out};
use super::{IntakeError, SourceFile};
use crate::fact::bulk::{Crowd, Judged, Room};
use crate::fact::{BulkPlace, Gather, Hash, Known, Lens};

/// The large files of a delivery.
pub(super) struct Large<'a> {
    express: Express<'a>,
    known: &'a dyn Known,
    /// By the number of the file.
    passes: BTreeMap<usize, FilePass>,
    ordinary: Ordinary,
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
            ordinary: Ordinary::default(),
            void: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Reads all files of a delivery, those with plain rows on the express way.
    pub(super) fn read<'r>(
        &mut self,
        run: &mut Run<'_>,
        reader: &'r Reader<'r>,
        files: &'r [SourceFile],
        lens: &Lens,
    ) -> Result<(), IntakeError> {
        let open = |file: &SourceFile| {
            let rows = reader.open(file)?;
            // Sales that are kept singly do not add up.
            let columns = rows.columns().filter(|_| lens.singly.is_empty());
            Ok((rows, columns))
        };
        let Self { express, passes, ordinary, .. } = self;
        express.read(files, &open, |roster| {
            for (number, file) in files.iter().enumerate() {
                match roster.file()? {
                    Opened::Whole(rows) => run.file(*rows, file)?,
                    Opened::Chunks(rows, job) if job.is_ordinary() => {
                        collect::rows(run, file, *rows, roster)?;
                    }
                    Opened::Chunks(rows, job) => {
                        let of = (number, file);
                        let mut counter = Counter::open(run, ordinary, of, rows, &job);
                        while let Some(ready) = roster.next()? {
                            counter.all(&ready)?;
                        }
                        passes.insert(number, counter.close()?);
                    }
                }
                roster.turn();
            }
            Ok(())
        })
    }

    /// Finds the rows that share their id with others, and sees to them; decides between rows of any file that
    /// contradict each other, and tells of those that lost.
    pub(super) fn judge(
        &mut self,
        run: &mut Run<'_>,
        reader: &Reader<'_>,
        files: &[SourceFile],
    ) -> Result<(), IntakeError> {
        self.places = self.express.common.places.list();
        let judged = self.all_buckets(run, &reader.interrupt)?;
        for placed in &judged.found {
            let (kind, product) = &self.places[placed.mark.place as usize];
            run.gather.found(placed.mark.id, *kind, placed.mark.time, product.as_deref());
        }
        let Judged { repeats, ordinary, void, .. } = judged;
        self.void = void;
        let Self { express, passes, ordinary: noted, .. } = self;
        let take = |pass: &mut FilePass| std::mem::take(&mut pass.sums);
        let sums: Vec<Poured> = passes.values_mut().map(take).collect();
        let look = |((number, pass), sums): ((&usize, _), Poured)| {
            let again = Again { pass, reader, file: &files[*number] };
            Second::of(*number, again, (&repeats, &ordinary), sums)
        };
        let looks: Vec<Second<'_>> = passes.iter().zip(sums).map(look).collect();
        take_out(express, &looks, || {
            hand_over(express, &looks, run, noted)?;
            run.decide(Some(Passes { passes, ordinary: noted }), reader, files)
        })?;
        let sums: Vec<(usize, Poured)> = looks.into_iter().map(Second::sums).collect();
        for (number, sums) in sums {
            run.gather.add_sums(number, sums.tallies(), &sums.counts(), &sums.repeats);
            passes.get_mut(&number).expect("it was looked at again").sums = sums;
        }
        Ok(())
    }

    /// Judges every bucket, on as many threads as read rows.
    fn all_buckets(&self, run: &mut Run<'_>, interrupt: &Interrupt) -> Result<Judged, IntakeError> {
        let (next, all) = (AtomicU16::new(0), Mutex::new(Judged::default()));
        let (gather, mut tell) = run.while_gathered();
        let wanted = gather.wanted();
        let (common, threads, known) = (&self.express.common, self.express.threads, self.known);
        let (ready, done) = channel();
        let work = |ready: Sender<()>| -> io::Result<()> {
            let (mut judged, mut room) = (Judged::default(), Room::default());
            while let Ok(first) = u8::try_from(next.fetch_add(1, Ordering::Relaxed)) {
                if interrupt.check().is_err() {
                    break;
                }
                let bucket = common.shelf.bucket(first)?;
                let crowd = Crowd::of(&*bucket, &mut room);
                let company = company_of(&crowd, first, gather, known, &wanted)?;
                let of_bucket = crowd.judge(company);
                bucket.close(room.keys(), &of_bucket.void)?;
                judged.extend(of_bucket);
                if usize::from(first) % TOLD == TOLD - 1 {
                    let _who_listens_waits_for_the_end = ready.send(());
                }
            }
            judged.sort();
            all.lock().expect("nobody panics while holding it").extend(judged);
            Ok(())
        };
        std::thread::scope(|scope| {
            let start = |ready: Sender<()>| scope.spawn(move || work(ready));
            let threads: Vec<_> = (1..threads).map(|_| start(ready.clone())).collect();
            let threads: Vec<_> = threads.into_iter().chain([start(ready)]).collect();
            let told = done.iter().zip(1..);
            told.for_each(|((), times)| tell(Step::Comparing, times * TOLD, BUCKETS));
            let broke = |_| io::Error::other("a thread that compares ids has stopped");
            threads.into_iter().try_for_each(|thread| thread.join().map_err(broke)?)
        })
        .map_err(IntakeError::Shelf)?;
        interrupt.check()?;
        let mut judged = all.into_inner().expect("nobody panics while holding it");
        judged.sort();
        Ok(judged)
    }

    /// What is to be known of all marks.
    pub(super) fn marked(self) -> MarkedFacts {
        let rows: i64 = self.passes.values().map(|pass| pass.sums.rows()).sum();
        MarkedFacts { facts: rows.unsigned_abs(), void: self.void }
    }

    /// What marks say of their facts. A product that no fact on the shelf has is left out.
    pub(super) fn places(&self, gather: &Gather<'_>) -> Vec<BulkPlace> {
        let sold: BTreeSet<&str> = self.passes.values().flat_map(|pass| pass.sums.sold()).collect();
        let kept =
            |product: &String| sold.contains(product.as_str()) || gather.knows_product(product);
        let place = |(kind, product): &BulkPlace| (*kind, product.clone().filter(kept));
        self.places.iter().map(place).collect()
    }
}

/// A bucket for each first byte of an id.
const BUCKETS: usize = 1 << 8;
/// Buckets between two words of how far they are: to wake whoever listens costs as much as a hundred marks.
const TOLD: usize = 8;
