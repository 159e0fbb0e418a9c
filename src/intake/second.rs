//! The second look at the large files of a delivery: rows that share their id with others are read again.
//!
//! The law: the ordinary reader is given its rows in the order of the files. Rows that only repeat others are
//! taken out of the sums by other threads meanwhile, in any order: nobody asks for sums before both are done.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::thread::ScopedJoinHandle;

use super::again::{Again, FEWEST, Found, Noted, leave, unreadable};
use super::express::{Common, Express, FilePass, Poured};
use super::import::Run;
use super::kept::Ordinary;
use super::piece::Asked;
use super::read::Reader;
use super::request::Step;
use super::row::{Reading, Row};
use super::{IntakeError, SourceFile};
use crate::fact::bulk::Spot;

/// The second look at a file: which rows repeat others, and which the ordinary reader is to have.
pub(super) struct Second<'p> {
    number: usize,
    again: Again<'p>,
    repeats: &'p [Spot],
    ordinary: &'p [Spot],
    /// How many of the repeats were begun; not counted in a packed file.
    begun: AtomicUsize,
    sums: Mutex<Poured>,
}

impl<'p> Second<'p> {
    /// At a file by its number, of all rows that are looked at again; `sums` are what it adds up to so far.
    pub(super) fn of(
        number: usize,
        again: Again<'p>,
        (repeats, ordinary): (&'p [Spot], &'p [Spot]),
        sums: Poured,
    ) -> Self {
        let at = |spot: &Spot| spot.at;
        let (repeats, ordinary) = (of(again.pass, repeats, at), of(again.pass, ordinary, at));
        let (begun, sums) = (AtomicUsize::new(0), Mutex::new(sums));
        Self { number, again, repeats, ordinary, begun, sums }
    }

    /// The number of the file, and what it adds up to in the end.
    pub(super) fn sums(self) -> (usize, Poured) {
        (self.number, self.sums.into_inner().expect("nobody panics while holding it"))
    }
}

/// Takes rows of plain files out that repeat others, on several threads, until `meanwhile` is done as well.
pub(super) fn take_out(
    express: &Express<'_>,
    looks: &[Second<'_>],
    meanwhile: impl FnOnce() -> Result<(), IntakeError>,
) -> Result<(), IntakeError> {
    let common = &express.common;
    let plain: Vec<_> = looks.iter().filter(|look| !look.again.file.is_packed()).collect();
    let work = || {
        let mut each = plain.iter();
        each.try_for_each(|it| it.again.repeats(common, it.repeats, &it.begun, &it.sums))
    };
    let rows: usize = plain.iter().map(|look| look.repeats.len()).sum();
    let threads = rows.div_ceil(FEWEST).min(express.threads);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let done = meanwhile();
        if done.is_err() {
            plain.iter().for_each(|look| leave(look.repeats, &look.begun));
        }
        let broke = |_| unreadable(plain[0].again.file, broke());
        let ended: Vec<_> = threads.into_iter().map(|it| it.join().map_err(broke)?).collect();
        ended.into_iter().collect::<Result<(), _>>().and(done)
    })
}

/// Gives the ordinary reader the rows of all files that are its own, and takes them out of the sums; of packed files
/// those that repeat others as well.
pub(super) fn hand_over(
    express: &Express<'_>,
    looks: &[Second<'_>],
    run: &mut Run<'_>,
    noted: &mut Ordinary,
) -> Result<(), IntakeError> {
    for group in looks.chunks(express.threads) {
        let unpacked = unpack(&express.common, group, express.threads / group.len());
        for (look, found) in group.iter().zip(unpacked) {
            let rows = look.repeats.len() + look.ordinary.len();
            run.tell_of(Step::ReadingAgain, &look.again.file.name, 0, rows);
            match found {
                Some(found) => look.give(run, noted, found?)?,
                None => look.hand_over(express, run, noted)?,
            }
        }
    }
    noted.noted.sort_unstable_by_key(|noted| noted.at);
    Ok(())
}

/// Looks again at packed files, each on a thread of its own, or on so many.
fn unpack(
    common: &Common<'_>,
    looks: &[Second<'_>],
    threads: usize,
) -> Vec<Option<Result<Vec<Found>, IntakeError>>> {
    let look =
        |it: &Second<'_>| it.again.unpacked(common, threads, (it.repeats, it.ordinary), &it.sums);
    std::thread::scope(|scope| {
        let start = |it| scope.spawn(move || look(it));
        let packed = |it: &Second<'_>| it.again.file.is_packed();
        let threads: Vec<_> = looks.iter().map(|it| packed(it).then(|| start(it))).collect();
        let file = |at: usize| looks[at].again.file;
        let join = |(at, thread): (usize, Option<ScopedJoinHandle<'_, _>>)| {
            thread.map(|it| it.join().unwrap_or_else(|_| Err(unreadable(file(at), broke()))))
        };
        threads.into_iter().enumerate().map(join).collect()
    })
}

fn broke() -> io::Error {
    io::Error::other("a thread that reads rows has stopped")
}

impl Second<'_> {
    /// Hands rows of a plain file to the ordinary reader, in their order.
    fn hand_over(
        &self,
        express: &Express<'_>,
        run: &mut Run<'_>,
        noted: &mut Ordinary,
    ) -> Result<(), IntakeError> {
        let Self { again, ordinary, sums, .. } = self;
        let (threads, mut done) = (express.threads, 0);
        for spots in ordinary.chunks(threads * AT_ONCE) {
            run.tell_of(Step::ReadingAgain, &again.file.name, done, ordinary.len());
            done += spots.len();
            let found = again.ordinary(&express.common, threads, spots, sums)?;
            self.give(run, noted, found)?;
        }
        Ok(())
    }

    /// Gives rows to the ordinary reader.
    fn give(
        &self,
        run: &mut Run<'_>,
        noted: &mut Ordinary,
        found: Vec<Found>,
    ) -> Result<(), IntakeError> {
        if found.is_empty() {
            return Ok(());
        }
        let (number, again) = (self.number, &self.again);
        let mut rows = again.rows()?;
        for Found { at, line, text } in found {
            let row = rows.line(&text, line);
            let plain = |id, _: &Row| Noted::plain(id, at, line, &text);
            noted.note(&run.gather, number, &row, Some(&text), plain);
            run.row(number, &rows, &again.file.name, &row)?;
        }
        Ok(())
    }
}

/// Rows that go to the ordinary reader at once, for each thread.
const AT_ONCE: usize = 1 << 14;

/// The large files of a delivery once they were read, and their rows that went the ordinary way.
#[derive(Clone, Copy)]
pub(super) struct Passes<'p> {
    /// By the number of the file.
    pub(super) passes: &'p BTreeMap<usize, FilePass>,
    pub(super) ordinary: &'p Ordinary,
}

impl Passes<'_> {
    /// Was this file read the express way?
    pub(super) fn has(&self, number: usize) -> bool {
        self.passes.contains_key(&number)
    }

    /// Feeds the rows of contested ids for the second time.
    pub(super) fn contest(
        &self,
        run: &mut Run<'_>,
        number: usize,
        reader: &Reader<'_>,
        file: &SourceFile,
    ) -> Result<(), IntakeError> {
        let pass = &self.passes[&number];
        let noted = of(pass, &self.ordinary.noted, |noted| noted.at).iter();
        let contested = noted.filter(|noted| run.gather.is_contested(&noted.id)).copied().collect();
        let again = Again { pass, reader, file };
        again.each_noted(contested, &self.ordinary.kept, &mut |rows, line| {
            let row = line.read(rows);
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
        &self,
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
        again.each_noted(asked, &self.ordinary.kept, &mut |rows, line| match line {
            Asked::Text(line, text) => tell(line, &rows.shown(text, line)),
            Asked::Row(row) => tell(row.line, &row.text()),
        })
    }
}

/// Those of a file, of a list in the order of their places.
fn of<'s, T>(pass: &FilePass, list: &'s [T], at: impl Fn(&T) -> u64) -> &'s [T] {
    let from = list.partition_point(|it| at(it) < pass.start);
    let to = list.partition_point(|it| at(it) < pass.start + pass.bytes);
    &list[from..to]
}
