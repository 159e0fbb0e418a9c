//! Which thread reads which file, and what comes of it, in the order of the files.
//!
//! The law: what is collected comes file by file and chunk by chunk, whoever read it and when. A thread stays
//! with a file as long as it can: what it knows of the file's rows and the blocks of marks that it fills
//! serve it best there. Threads share a plain file, and are each given a packed one, which cannot be unpacked
//! by two at once. What waits to be collected is bounded: a thread that is too far ahead helps, or waits.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::super::again::unreadable;
use super::super::read::Rows;
use super::super::{IntakeError, SourceFile};
use super::job::{Done, Job};

/// Bytes of what waits to be collected of a file before its threads wait.
const MOST: usize = 8 << 20;
/// The same of a file whose rows the ordinary reader reads: their memory is used again while it is near.
const MOST_ROWS: usize = 1 << 20;
/// Chunks that are collected at once.
const AT_ONCE: usize = 64;
/// However little there is to collect, whoever collects may want to stop.
const PATIENCE: Duration = Duration::from_millis(100);

/// All files of a delivery.
pub(in crate::intake) struct Roster<'r> {
    state: Mutex<State<'r>>,
    /// There is something to collect.
    news: Condvar,
    /// There is something to read.
    work: Condvar,
    files: &'r [SourceFile],
    /// Files that are open beyond the one in turn at most.
    ahead: usize,
}

/// What a thread is to do.
pub(super) enum Task<'r> {
    /// To open the next file.
    Open(usize),
    /// To read chunks of a file.
    Read(usize, Arc<Job<'r>>),
}

/// A file that was opened.
pub(in crate::intake) enum Opened<'r> {
    /// The ordinary reader reads all of it when it is its turn.
    Whole(Box<Rows<'r>>),
    /// It is read in chunks.
    Chunks(Box<Rows<'r>>, Arc<Job<'r>>),
}

struct State<'r> {
    /// The file that is collected.
    turn: usize,
    /// It, and those behind it that were begun.
    slots: VecDeque<Slot<'r>>,
    /// Nobody collects any more.
    stopped: bool,
    /// A thread broke down.
    broken: bool,
}

enum Slot<'r> {
    Opening,
    /// Why it cannot be opened, until that is told.
    Failed(Option<IntakeError>),
    /// With its rows, until they are collected.
    Whole(Option<Box<Rows<'r>>>),
    Chunks(Option<Box<Rows<'r>>>, Course<'r>),
}

/// How far the reading of a file is.
struct Course<'r> {
    job: Arc<Job<'r>>,
    /// Threads that read it.
    readers: usize,
    /// There are no more chunks.
    ended: bool,
    failed: Option<IntakeError>,
    /// Chunks that were read, by their number; what they weigh; and the one that is collected next.
    done: BTreeMap<usize, Done>,
    weight: usize,
    next: usize,
}

impl<'r> Roster<'r> {
    /// Of these files, for so many threads.
    pub(super) fn new(files: &'r [SourceFile], threads: usize) -> Self {
        let state = State { turn: 0, slots: VecDeque::new(), stopped: false, broken: false };
        let (news, work) = Default::default();
        Self { state: Mutex::new(state), news, work, files, ahead: threads + 1 }
    }

    fn state(&self) -> MutexGuard<'_, State<'r>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a thread is to do next; none once there is nothing left.
    pub(super) fn task(&self) -> Option<Task<'r>> {
        let mut state = self.state();
        while !state.stopped {
            if let Some(task) = state.choose(self.files.len(), self.ahead) {
                return Some(task);
            }
            let all_begun = state.begun() == self.files.len();
            if all_begun && !state.slots.iter().any(Slot::may_have_work) {
                return None;
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    /// A file was opened, or cannot be.
    pub(super) fn opened(&self, file: usize, opened: Result<Opened<'r>, IntakeError>) {
        let slot = match opened {
            Ok(Opened::Whole(rows)) => Slot::Whole(Some(rows)),
            Ok(Opened::Chunks(rows, job)) => Slot::Chunks(Some(rows), Course::of(job)),
            Err(error) => Slot::Failed(Some(error)),
        };
        let mut state = self.state();
        let at = file - state.turn;
        state.slots[at] = slot;
        self.news.notify_all();
        self.work.notify_all();
    }

    /// Is a thread to read one more chunk of its file? Waits if it is too far ahead.
    pub(super) fn goes_on(&self, file: usize) -> bool {
        let mut state = self.state();
        while !state.stopped {
            if !state.course(file).is_full() {
                return true;
            }
            if state.slots.front().is_some_and(|slot| slot.wants_hands().is_some()) {
                return false;
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        false
    }

    /// A chunk was read.
    pub(super) fn put(&self, file: usize, number: usize, done: Done) {
        self.change(file, |course| {
            course.weight += done.weight();
            course.done.insert(number, done);
        });
    }

    /// There are no more chunks.
    pub(super) fn ended(&self, file: usize) {
        self.change(file, |course| course.ended = true);
        self.work.notify_all();
    }

    /// A file cannot be read on.
    pub(super) fn failed(&self, file: usize, error: IntakeError) {
        self.change(file, |course| {
            course.failed.get_or_insert(error);
            course.ended = true;
        });
        self.work.notify_all();
    }

    /// A thread has left its file.
    pub(super) fn left(&self, file: usize) {
        self.change(file, |course| course.readers -= 1);
    }

    fn change(&self, file: usize, change: impl FnOnce(&mut Course<'r>)) {
        let mut state = self.state();
        let course = state.course(file);
        change(course);
        if course.is_ripe() && file == state.turn {
            self.news.notify_all();
        }
    }

    /// A thread broke down.
    pub(super) fn broke(&self) {
        self.state().broken = true;
        self.news.notify_all();
    }

    /// Nobody collects any more.
    pub(super) fn stop(&self) {
        self.state().stopped = true;
        self.work.notify_all();
    }

    /// The file in turn, once it is opened; to be asked for once.
    pub(in crate::intake) fn file(&self) -> Result<Opened<'r>, IntakeError> {
        let mut state = self.state();
        loop {
            state.check(self.files)?;
            match state.slots.front_mut() {
                Some(Slot::Whole(rows)) => {
                    return Ok(Opened::Whole(rows.take().expect("a file is collected once")));
                }
                Some(Slot::Chunks(rows, course)) => {
                    let rows = rows.take().expect("a file is collected once");
                    return Ok(Opened::Chunks(rows, Arc::clone(&course.job)));
                }
                Some(Slot::Failed(error)) => {
                    // It keeps its slot: threads that still read files behind it find theirs by its number.
                    return Err(error.take().expect("a file fails once"));
                }
                Some(Slot::Opening) | None => {}
            }
            state = self.news.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next chunks of the file in turn, in their order; none once all were collected and all
    /// threads have left it. Perhaps there are none yet: then whoever collects may look up.
    pub(in crate::intake) fn next(&self) -> Result<Option<Vec<Done>>, IntakeError> {
        let mut state = self.state();
        let file = state.turn;
        if !state.course(file).is_ripe() && !state.broken {
            let waited = self.news.wait_timeout(state, PATIENCE);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.check(self.files)?;
        let course = state.course(file);
        let was_full = course.is_full();
        let ready = course.take();
        if ready.is_empty() {
            if let Some(error) = course.failed.take() {
                return Err(error);
            }
            if course.ended && course.readers == 0 {
                return Ok(None);
            }
        }
        if was_full {
            self.work.notify_all();
        }
        Ok(Some(ready))
    }

    /// The file in turn was collected.
    pub(in crate::intake) fn turn(&self) {
        let mut state = self.state();
        state.slots.pop_front();
        state.turn += 1;
        self.work.notify_all();
    }
}

impl<'r> State<'r> {
    fn begun(&self) -> usize {
        self.turn + self.slots.len()
    }

    fn check(&self, files: &[SourceFile]) -> Result<(), IntakeError> {
        let broke = || io::Error::other("a thread that reads rows has stopped");
        if self.broken { Err(unreadable(&files[self.turn], broke())) } else { Ok(()) }
    }

    /// A file that is read in chunks and not collected to its end.
    fn course(&mut self, file: usize) -> &mut Course<'r> {
        match &mut self.slots[file - self.turn] {
            Slot::Chunks(_, course) => course,
            Slot::Opening | Slot::Failed(_) | Slot::Whole(_) => {
                unreachable!("only a file that is read in chunks has a course")
            }
        }
    }

    /// A file that nobody reads, or a plain one; else one more file; else one that others read already.
    fn choose(&mut self, files: usize, ahead: usize) -> Option<Task<'r>> {
        let courses = self.slots.iter().enumerate();
        let open: Vec<(usize, usize, bool)> = courses
            .filter_map(|(at, slot)| {
                slot.wants_hands().map(|it| (at, it.readers, it.job.is_packed()))
            })
            .collect();
        let alone = open.iter().find(|(_, readers, _)| *readers == 0);
        let shared = open.first().filter(|(_, _, packed)| !packed);
        let joined = || open.iter().min_by_key(|(_, readers, _)| *readers);
        let begun = self.begun();
        let at = match alone.or(shared) {
            Some((at, ..)) => *at,
            None if begun < files && self.slots.len() <= ahead => {
                self.slots.push_back(Slot::Opening);
                return Some(Task::Open(begun));
            }
            None => joined()?.0,
        };
        let file = self.turn + at;
        let course = self.course(file);
        course.readers += 1;
        Some(Task::Read(file, Arc::clone(&course.job)))
    }
}

impl<'r> Slot<'r> {
    /// The course of a file of which a thread could read on now.
    fn wants_hands(&self) -> Option<&Course<'r>> {
        match self {
            Self::Chunks(_, course) => Some(course).filter(|it| !it.ended && !it.is_full()),
            Self::Opening | Self::Failed(_) | Self::Whole(_) => None,
        }
    }

    /// May a thread have something to read of it later?
    fn may_have_work(&self) -> bool {
        match self {
            Self::Opening => true,
            Self::Chunks(_, course) => !course.ended,
            Self::Failed(_) | Self::Whole(_) => false,
        }
    }
}

impl<'r> Course<'r> {
    fn of(job: Arc<Job<'r>>) -> Self {
        let done = BTreeMap::new();
        Self { job, readers: 0, ended: false, failed: None, done, weight: 0, next: 0 }
    }

    fn most(&self) -> usize {
        if self.job.is_ordinary() { MOST_ROWS } else { MOST }
    }

    fn is_full(&self) -> bool {
        self.weight > self.most()
    }

    /// Is there enough to collect?
    fn is_ripe(&self) -> bool {
        let begins = self.done.first_key_value().is_some_and(|(number, _)| *number == self.next);
        let enough = self.done.len() >= AT_ONCE || self.weight > self.most() / 2;
        begins && enough || self.failed.is_some() || self.ended && self.readers == 0
    }

    /// Takes the chunks whose turn has come.
    fn take(&mut self) -> Vec<Done> {
        let mut ready = Vec::new();
        while let Some(done) = self.done.remove(&self.next) {
            self.weight -= done.weight();
            self.next += 1;
            ready.push(done);
        }
        ready
    }
}
