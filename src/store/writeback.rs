//! Writing back early: while a large file grows, what it has so far is synced beside, so that the
//! sync at its end finds little left to do.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::medium::Medium;

/// Bytes between two requests.
const STEP: usize = 32 << 20;

/// Syncs a growing file in a thread of its own, which a small file never needs.
pub(super) struct Writeback {
    medium: Arc<dyn Medium>,
    name: String,
    /// Bytes since the last request.
    grown: usize,
    running: Option<Running>,
}

struct Running {
    ask: SyncSender<()>,
    thread: JoinHandle<io::Result<()>>,
}

impl Writeback {
    pub(super) fn of(medium: Arc<dyn Medium>, name: &str) -> Self {
        Self { medium, name: name.to_owned(), grown: 0, running: None }
    }

    /// Says that the file has so many bytes more.
    pub(super) fn grown(&mut self, bytes: usize) {
        self.grown += bytes;
        if self.grown >= STEP {
            self.grown = 0;
            let running = self.running.get_or_insert_with(|| {
                let (ask, asked) = sync_channel(1);
                let (medium, name) = (Arc::clone(&self.medium), self.name.clone());
                let sync = move || asked.iter().try_for_each(|()| medium.sync(&name));
                Running { ask, thread: std::thread::spawn(sync) }
            });
            // One request that waits is enough; a thread that failed says so at the end.
            let _busy = running.ask.try_send(());
        }
    }

    /// Syncs what a large file has so far: nothing more will come for a while.
    pub(super) fn go_on(&mut self) {
        if let Some(running) = &self.running {
            // One request that waits is enough.
            let _busy = running.ask.try_send(());
        }
    }

    /// Stops; gives back what went wrong: the system says it once, to whoever synced first.
    pub(super) fn stop(&mut self) -> io::Result<()> {
        let Some(Running { ask, thread }) = self.running.take() else { return Ok(()) };
        drop(ask);
        thread.join().unwrap_or_else(|_| Err(io::Error::other("writing back stopped")))
    }

    /// Makes all of the file survive.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.stop()?;
        self.medium.sync(&self.name)
    }
}
