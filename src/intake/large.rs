//! A delivery with large files: the express way through them, and what is left of them to the
//! ordinary one.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::ScopedJoinHandle;

use super::again::{Again, Found, Noted, unreadable};
use super::collect::Counter;
use super::company::company_of;
use super::express::{Express, FilePass, Opened, Poured};
use super::import::{MarkedFacts, Run};
use super::interrupt::Interrupt;
use super::kept::Ordinary;
use super::read::{Reader, Reading, Row};
use super::request::Step;
use super::{IntakeError, SourceFile};
use crate::fact::bulk::{Crowd, Judged, Room, Spot};
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

    /// Was this file read the express way?
    pub(super) fn has(&self, number: usize) -> bool {
        self.passes.contains_key(&number)
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
                    Opened::Ordinary(rows) => run.file(*rows, file)?,
                    Opened::Express(rows, job) => {
                        let of = (number, file);
                        let mut counter = Counter::open(run, ordinary, of, rows, &job);
                        while let Some(ready) = roster.next()? {
                            counter.all(&ready)?;
                        }
                        passes.insert(number, counter.close(&job)?);
                    }
                }
                roster.turn();
            }
            Ok(())
        })
    }

    /// Finds the rows that share their id with others, and sees to them.
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
        let mut passes: Vec<_> = std::mem::take(&mut self.passes).into_iter().collect();
        for group in passes.chunks_mut(self.express.threads) {
            let take = |(_, pass): &mut (usize, FilePass)| std::mem::take(&mut pass.sums);
            let mut sums: Vec<Poured> = group.iter_mut().map(take).collect();
            let look = |at: usize| {
                let (number, pass) = &group[at];
                let (at, file) = (|spot: &Spot| spot.at, &files[*number]);
                let (repeats, ordinary) = (of(pass, &repeats, at), of(pass, &ordinary, at));
                Second { number: *number, again: Again { pass, reader, file }, repeats, ordinary }
            };
            let looks: Vec<_> = (0..group.len()).map(look).collect();
            let unpacked = self.unpack(&looks, &mut sums);
            for ((look, found), sums) in looks.iter().zip(unpacked).zip(&mut sums) {
                self.second(run, look, found.transpose()?, sums)?;
                run.gather.add_sums(look.number, sums.tallies(), &sums.counts(), &sums.repeats);
            }
            group.iter_mut().zip(sums).for_each(|((_, pass), sums)| pass.sums = sums);
        }
        self.passes = passes.into_iter().collect();
        self.ordinary.noted.sort_unstable_by_key(|noted| noted.at);
        Ok(())
    }

    /// Looks again at packed files, each on a thread of its own.
    fn unpack(
        &self,
        looks: &[Second<'_>],
        sums: &mut [Poured],
    ) -> Vec<Option<Result<Vec<Found>, IntakeError>>> {
        let common = &self.express.common;
        let look = |look: &Second<'_>, sums: &mut Poured| {
            look.again.unpacked(common, look.repeats, look.ordinary, sums)
        };
        std::thread::scope(|scope| {
            let start = |(it, sums)| scope.spawn(move || look(it, sums));
            let packed = |it: &(&Second<'_>, _)| it.0.again.file.is_packed();
            let each = looks.iter().zip(sums);
            let threads: Vec<_> = each.map(|it| packed(&it).then(|| start(it))).collect();
            let broke = || io::Error::other("a thread that reads rows has stopped");
            let file = |at: usize| looks[at].again.file;
            let join = |(at, thread): (usize, Option<ScopedJoinHandle<'_, _>>)| {
                thread.map(|it| it.join().unwrap_or_else(|_| Err(unreadable(file(at), broke()))))
            };
            threads.into_iter().enumerate().map(join).collect()
        })
    }

    /// Sees to the rows of a file that are looked at again; `found` are those of a packed one.
    fn second(
        &mut self,
        run: &mut Run<'_>,
        look: &Second<'_>,
        found: Option<Vec<Found>>,
        sums: &mut Poured,
    ) -> Result<(), IntakeError> {
        let Second { number, again, repeats, ordinary } = look;
        run.tell_of(Step::ReadingAgain, &again.file.name, 0, repeats.len() + ordinary.len());
        if let Some(found) = found {
            return self.give(run, *number, again, found);
        }
        self.take_out(again, repeats, sums)?;
        self.hand_over(run, *number, again, ordinary, sums)
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
                common.shelf.close(first, &of_bucket.void)?;
                judged.extend(of_bucket);
                let _who_listens_waits_for_the_end = ready.send(());
            }
            judged.sort();
            all.lock().expect("nobody panics while holding it").extend(judged);
            Ok(())
        };
        std::thread::scope(|scope| {
            let start = |ready: Sender<()>| scope.spawn(move || work(ready));
            let threads: Vec<_> = (1..threads).map(|_| start(ready.clone())).collect();
            let threads: Vec<_> = threads.into_iter().chain([start(ready)]).collect();
            done.iter().zip(1..).for_each(|((), done)| tell(Step::Comparing, done, BUCKETS));
            let broke = |_| io::Error::other("a thread that compares ids has stopped");
            threads.into_iter().try_for_each(|thread| thread.join().map_err(broke)?)
        })
        .map_err(IntakeError::Shelf)?;
        interrupt.check()?;
        let mut judged = all.into_inner().expect("nobody panics while holding it");
        judged.sort();
        Ok(judged)
    }

    /// Takes rows of a file out of its sums that repeat others.
    fn take_out(
        &self,
        again: &Again<'_>,
        spots: &[Spot],
        sums: &mut Poured,
    ) -> Result<(), IntakeError> {
        let (common, threads) = (&self.express.common, self.express.threads);
        let all = Mutex::new(sums);
        again.each_spot(common, threads, spots, &|look, spots| {
            look.repeats(spots)?;
            let poured = look.lane.poured();
            all.lock().expect("nobody panics while holding it").add(poured);
            Ok(())
        })?;
        Ok(())
    }

    /// Takes rows of a file out of its sums and hands them to the ordinary reader, in their order.
    fn hand_over(
        &mut self,
        run: &mut Run<'_>,
        number: usize,
        again: &Again<'_>,
        spots: &[Spot],
        sums: &mut Poured,
    ) -> Result<(), IntakeError> {
        let threads = self.express.threads;
        let (count, mut done) = (spots.len(), 0);
        for spots in spots.chunks(threads * AT_ONCE) {
            run.tell_of(Step::ReadingAgain, &again.file.name, done, count);
            done += spots.len();
            let all = Mutex::new(&mut *sums);
            let found = again.each_spot(&self.express.common, threads, spots, &|look, spots| {
                let found = look.ordinary(spots)?;
                let poured = look.lane.poured();
                all.lock().expect("nobody panics while holding it").add(poured);
                Ok(found)
            })?;
            self.give(run, number, again, found.into_iter().flatten())?;
        }
        Ok(())
    }

    /// Gives rows to the ordinary reader.
    fn give(
        &mut self,
        run: &mut Run<'_>,
        number: usize,
        again: &Again<'_>,
        found: impl IntoIterator<Item = Found>,
    ) -> Result<(), IntakeError> {
        let mut found = found.into_iter().peekable();
        if found.peek().is_none() {
            return Ok(());
        }
        let mut rows = again.rows()?;
        for Found { at, line, text } in found {
            let row = rows.line(&text, line);
            let plain = |id, _: &Row| Noted::plain(id, at, line, &text);
            let packed = again.file.is_packed().then_some(&text[..]);
            self.ordinary.note(&run.gather, number, &row, packed, plain);
            run.row(number, &rows, &again.file.name, row)?;
        }
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
        let noted = of(pass, &self.ordinary.noted, |noted| noted.at).iter();
        let contested = noted.filter(|noted| run.gather.is_contested(&noted.id)).copied().collect();
        let again = Again { pass, reader, file };
        again.each_noted(contested, &self.ordinary.kept, &mut |row| {
            if let Reading::Entries(entries) = &row.result {
                for (slice, entry) in entries {
                    run.gather.contest(number, row.line, slice.as_ref(), entry);
                }
            }
            Ok(())
        })
    }

    /// Tells of the rows that begin at some lines; all of them had an id.
    pub(super) fn lines(
        &mut self,
        number: usize,
        reader: &Reader<'_>,
        file: &SourceFile,
        lines: &BTreeSet<u64>,
        tell: &mut dyn FnMut(u64, &str) -> Result<(), IntakeError>,
    ) -> Result<(), IntakeError> {
        let pass = &self.passes[&number];
        let noted = of(pass, &self.ordinary.noted, |noted| noted.at).iter();
        let asked = noted.filter(|noted| lines.contains(&noted.line)).copied().collect();
        let again = Again { pass, reader, file };
        again.each_noted(asked, &self.ordinary.kept, &mut |row| tell(row.line, &row.text))
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

/// The second look at a file: which rows repeat others, and which the ordinary reader is to have.
struct Second<'p> {
    number: usize,
    again: Again<'p>,
    repeats: &'p [Spot],
    ordinary: &'p [Spot],
}

/// A bucket for each first byte of an id.
const BUCKETS: usize = 1 << 8;
/// Rows that go to the ordinary reader at once, for each thread.
const AT_ONCE: usize = 1 << 14;

/// Those of a file, of a list in the order of their places.
fn of<'s, T>(pass: &FilePass, list: &'s [T], at: impl Fn(&T) -> u64) -> &'s [T] {
    let from = list.partition_point(|it| at(it) < pass.start);
    let to = list.partition_point(|it| at(it) < pass.start + pass.bytes);
    &list[from..to]
}
