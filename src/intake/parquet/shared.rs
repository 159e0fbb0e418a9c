//! The rows of a file for several threads: each takes some and writes them out by itself.
//!
//! The law: who takes rows, and when, changes nothing of them. Row groups are read one after the other; while
//! rows of one are taken, one thread may read the pages of the next, and no more than that.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::course::{Course, Part, Strip, open_group};
use super::sheet::{Form, guarded};
use super::texts::Look;
use crate::intake::express::Buffer;

/// What threads take rows from.
pub(in crate::intake) struct Shared {
    form: Arc<Form>,
    /// Is the next row group opened while rows of one are taken?
    ahead: bool,
    state: Mutex<State>,
    opened: Condvar,
}

struct State {
    course: Course,
    next: Next,
    /// Strips that were taken.
    strips: usize,
}

/// The row group behind the one at hand.
enum Next {
    Closed,
    /// A thread opens it.
    Opening,
    Open(io::Result<Vec<Part>>),
}

impl Shared {
    pub(super) fn new(form: Arc<Form>, ahead: bool) -> Self {
        let course = Course::new(Arc::clone(&form));
        let state = Mutex::new(State { course, next: Next::Closed, strips: 0 });
        Self { form, ahead, state, opened: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many bytes of the file the rows that were taken are, roughly.
    pub(in crate::intake) fn bytes(&self) -> u64 {
        self.form.told()
    }

    /// How many rows were taken.
    pub(in crate::intake) fn rows(&self) -> u64 {
        self.state().course.row()
    }

    /// The next rows, which have so many bytes, roughly, and the number of the strip; none at the end.
    pub(in crate::intake) fn next(&self, bytes: usize) -> io::Result<Option<(usize, Strip)>> {
        self.taken(bytes).map_err(|error| self.first(error))
    }

    fn taken(&self, bytes: usize) -> io::Result<Option<(usize, Strip)>> {
        let mut state = self.state();
        while !state.course.is_within() {
            let Some(group) = state.course.next_group() else { return Ok(None) };
            match std::mem::replace(&mut state.next, Next::Opening) {
                Next::Open(parts) => {
                    state.next = Next::Closed;
                    let parts = parts?;
                    guarded(|| state.course.enter(parts))?;
                }
                Next::Opening => {
                    state = self.opened.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                Next::Closed => state = self.open(state, group),
            }
        }
        let group = state.course.next_group();
        if let (true, Next::Closed, Some(group)) = (self.ahead, &state.next, group) {
            state.next = Next::Opening;
            drop(self.open(state, group));
            return self.taken(bytes);
        }
        let rows = self.form.rows_of(bytes);
        let strip = guarded(|| state.course.take(rows, bytes.max(LEAST)))?;
        self.form.tell(state.course.row());
        state.strips += 1;
        Ok(strip.map(|strip| (state.strips - 1, strip)))
    }

    /// Writes rows out behind a text, each on a line, and says what is known of them.
    pub(in crate::intake) fn put(&self, strip: Strip, into: &mut Buffer) -> io::Result<Look> {
        guarded(|| strip.put(into)).map_err(|error| self.first(error))
    }

    /// Of several damages, threads may come upon any: the first is told.
    fn first(&self, error: io::Error) -> io::Error {
        self.form.damage().unwrap_or(error)
    }

    /// Opens a row group while others take rows of the one at hand.
    fn open<'s>(&'s self, state: MutexGuard<'s, State>, group: usize) -> MutexGuard<'s, State> {
        drop(state);
        let parts = guarded(|| open_group(&self.form, group));
        let mut state = self.state();
        state.next = Next::Open(parts);
        self.opened.notify_all();
        state
    }
}

/// Bytes of a column that are taken at once at least: whether they are fewer is not worth asking.
const LEAST: usize = 1 << 12;
