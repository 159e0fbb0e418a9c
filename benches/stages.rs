//! What each stage of a large import costs, beside the limits of the machine: processor time of the
//! thread at work, per row, the least of several runs.
//!
//! ```sh
//! cargo bench --bench stages                # a million lines
//! cargo bench --bench stages -- 3000000
//! ```

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use revshare::book::Book;
use revshare::calendar::Moment;
use revshare::contract::Contract;
use revshare::fact::bulk::{Batch, Bucket, Company, Crowd, Hand, Mark, Placed, Room, Shelf};
use revshare::fact::{Archive, HashKey, Lens, Table};
use revshare::generate::{Plan, generate};
use revshare::intake::{Bulk, Mapping, Request, digest_of, discover, import, silent};
use revshare::store::{MarksShelf, Store};

// Files that are private modules of the library, and have no other way out of it.
#[allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "a part of the library, seen from outside"
)]
#[path = "../src/intake/express"]
mod express {
    #[cfg(target_arch = "x86_64")]
    mod picked;
    mod signs;
    mod split;

    /// Finds the field ends of a chunk.
    pub fn signs(text: &[u8]) -> usize {
        let (mut signs, mut count) = (split::Signs::default(), 0);
        signs.restart();
        for (number, piece) in (0..).zip(text.chunks(8 << 10)) {
            signs.find(piece, number << 13, b',');
            count += signs.even(text, 10).map_or(0, <[u32]>::len);
            signs.take(text);
        }
        count
    }
}

type Outcome = Result<(), Box<dyn Error>>;

/// Nanoseconds of processor time: of this thread, or of all that there were, which the system counts
/// in hundredths of a second. Wall time where it does not tell.
fn spent(started: Instant, threads: usize) -> u128 {
    let told = if threads == 0 { of_thread() } else { of_process() };
    told.unwrap_or_else(|| started.elapsed().as_nanos())
}

fn of_thread() -> Option<u128> {
    fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok()
}

fn of_process() -> Option<u128> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<u128>().ok()? + fields.get(12)?.parse::<u128>().ok()?;
    Some(ticks * 10_000_000)
}

/// The stages, and over how many rows and bytes they go.
#[derive(Clone, Copy)]
struct Bench {
    rows: u64,
    bytes: u64,
    runs: u32,
    /// Threads that a stage starts.
    threads: usize,
}

impl Bench {
    /// Runs a stage several times and says what the quickest of them cost.
    fn stage(&self, name: &str, mut run: impl FnMut() -> Outcome) -> Outcome {
        let started = Instant::now();
        let (mut least, mut wall) = (u128::MAX, u128::MAX);
        for _ in 0..self.runs {
            let (before, at) = (spent(started, self.threads), Instant::now());
            run()?;
            wall = wall.min(at.elapsed().as_nanos());
            least = least.min(spent(started, self.threads) - before);
        }
        let per_row = least as f64 / self.rows as f64;
        let rate = self.bytes as f64 / least as f64;
        let millis = least as f64 / 1e6;
        let wall = wall as f64 / 1e6;
        println!("{name:46}{millis:10.1} ms{wall:10.1} ms{per_row:9.1} ns{rate:8.2} GB/s");
        Ok(())
    }
}

/// A shelf that forgets: what rows cost without what becomes of their marks.
struct Forgets;

impl Shelf for Forgets {
    fn hand(&self) -> io::Result<Box<dyn Hand + '_>> {
        Ok(Box::new(Forgets))
    }

    fn bucket(&self, _: u8) -> io::Result<Box<dyn Bucket + '_>> {
        Ok(Box::new(Vec::<Placed>::new()))
    }
}

impl Hand for Forgets {
    fn put_batch(&mut self, marks: &Batch<'_>) -> io::Result<()> {
        black_box(marks);
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}

/// Marks as a month brings them.
fn marks(rows: u64) -> Vec<Placed> {
    let key = HashKey::default();
    let mark = |row: u64| {
        let id = key.id(Table::Sales, "own", &format!("{row:022}"));
        let content = *id.first_chunk().expect("twelve bytes hold six");
        let seconds = 1_790_000_000 + (row * 7_919) as i64 % 2_678_400;
        let time = Moment::At { seconds, nanos: 0 };
        Placed { at: row * 119, mark: Mark { id, content, time, place: (row % 6) as u32 } }
    };
    (0..rows).map(mark).collect()
}

/// Reads a file in pieces that stay in the caches.
fn pieces(path: &Path, mut each: impl FnMut(&[u8])) -> io::Result<()> {
    let (mut file, mut piece) = (fs::File::open(path)?, vec![0; Bulk::CHUNK]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(()),
            count => each(&piece[..count]),
        }
    }
}

/// What the machine gives: nothing of an import can be quicker.
fn limits(bench: &Bench, sales: &Path) -> Outcome {
    bench.stage("limit: read the file", || {
        Ok(pieces(sales, |piece| {
            black_box(piece);
        })?)
    })?;
    bench.stage("limit: read, find line ends", || {
        Ok(pieces(sales, |piece| {
            black_box(memchr::memchr_iter(b'\n', piece).count());
        })?)
    })?;
    bench
        .stage("limit: read, take the BLAKE3", || digest_of(sales).map(drop).map_err(Into::into))?;
    let ids: Vec<String> = (0..bench.rows).map(|row| format!("{row:022}")).collect();
    let key = HashKey::default();
    bench.stage("limit: hash ids", || {
        for id in &ids {
            black_box(key.id(Table::Sales, "own", id));
        }
        Ok(())
    })?;
    let hashes: Vec<_> = ids.iter().map(|id| key.id(Table::Sales, "own", id)).collect();
    bench.stage("limit: sort hashes, to compare", || {
        let mut sorted = hashes.clone();
        sorted.sort_unstable();
        black_box(&sorted);
        Ok(())
    })
}

fn intake(bench: &Bench, dir: &Path, shelf: &dyn Shelf, threads: usize) -> Outcome {
    let contract =
        Contract::parse("contract.toml", &fs::read_to_string(dir.join("contract.toml"))?)
            .map_err(|findings| format!("{findings:?}"))?;
    let files = discover(dir)?;
    let brought = import(Request {
        files: &files,
        mapping: &Mapping::default(),
        contracts: std::slice::from_ref(&contract),
        lens: &Lens::of(std::slice::from_ref(&contract)),
        archive: &Archive::default(),
        known: &(),
        rejects: None,
        progress: &mut silent,
        bulk: Some(Bulk { shelf, threads, chunk: Bulk::CHUNK }),
        interrupt: None,
    })?;
    let files = &brought.gathered.delivery.files;
    let rows: u64 = files.iter().flat_map(|file| &file.controls).map(|it| it.read.rows).sum();
    assert!(rows >= bench.rows, "every row is read: {rows}");
    Ok(())
}

fn put(shelf: &MarksShelf, marks: &[Placed]) -> io::Result<()> {
    let mut hand = shelf.hand()?;
    for chunk in marks.chunks(2200) {
        hand.put(chunk)?;
    }
    hand.finish()
}

/// Marks: put down, taken up by bucket, judged.
fn shelves(bench: &Bench, dir: &Path) -> Outcome {
    let (store, marks) = (Store::create_or_open(&dir.join("shelf"))?, marks(bench.rows));
    bench.stage("put marks on the shelf", || Ok(put(&store.shelf(bench.rows)?, &marks)?))?;
    let shelf = store.shelf(bench.rows)?;
    put(&shelf, &marks)?;
    bench.stage("take buckets from the shelf", || {
        (0..=u8::MAX).try_for_each(|first| shelf.bucket(first).map(drop))?;
        Ok(())
    })?;
    let buckets = (0..=u8::MAX).map(|first| shelf.bucket(first)).collect::<io::Result<Vec<_>>>()?;
    let mut room = Room::default();
    bench.stage("judge buckets", || {
        for bucket in &buckets {
            black_box(Crowd::of(&**bucket, &mut room).judge(Company::default()));
        }
        Ok(())
    })
}

fn main() -> Outcome {
    let lines = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000);
    let made = tempfile::tempdir()?;
    let dir = made.path().join("month");
    fs::create_dir(&dir)?;
    let plan = Plan { lines, ..Plan::new("2026-10".parse()?) };
    generate(&plan, &dir, &mut |_| ())?;
    let sales = dir.join("sales.csv");
    let bench = Bench { rows: lines, bytes: fs::metadata(&sales)?.len(), runs: 5, threads: 0 };
    println!("{:46}{:>13}{:>13}{:>12}{:>13}", "", "processor", "wall", "a row", "of the file");
    limits(&bench, &sales)?;
    bench.stage("cut chunks and find field ends", || {
        Ok(pieces(&sales, |piece| {
            let end = memchr::memrchr(b'\n', piece).map_or(piece.len(), |at| at + 1);
            black_box(memchr::memchr(b'"', &piece[..end]).is_some());
            black_box(express::signs(piece));
        })?)
    })?;
    let counted = Bench { threads: 1, ..bench };
    counted
        .stage("read plain rows, their marks forgotten", || intake(&counted, &dir, &Forgets, 1))?;
    shelves(&bench, made.path())?;
    let store = made.path().join("store");
    for threads in [1, 2] {
        counted.stage(&format!("the whole import, threads: {threads}"), || {
            let _may_not_be_there = fs::remove_dir_all(&store);
            let mut book = Book::open(&dir, Some(&store))?;
            book.set_threads(NonZeroUsize::new(threads));
            assert!(book.import(&mut |_| ())?.rejected() > 0, "a month has bad rows");
            Ok(())
        })?;
    }
    bench.stage("settle the month before", || {
        let book = Book::open(&dir, Some(&store))?;
        let contract = book.contract(None)?.clone();
        black_box(book.draft(&contract, "2026-09".parse()?)?);
        Ok(())
    })?;
    let mut book = Book::open(&dir, Some(&store))?;
    let once = Bench { runs: 1, ..counted };
    once.stage("close all months", || Ok(book.close_through(None).map(drop)?))
}
