//! A medium in memory that keeps apart what was written and what would survive a power cut, and
//! that fails when it is told to.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::sync::{Mutex, PoisonError};

use revshare::store::Medium;

/// When an operation that changes something fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Never.
    None,
    /// The power goes at the n-th operation, which may be half done; all later ones fail.
    PowerAt(u64),
    /// The disk is full at the n-th operation alone; an append may be half done.
    FullAt(u64),
}

/// What a file holds as far as it is durable, and what was done to it since.
#[derive(Clone, Debug, Default)]
struct Body {
    durable: Vec<u8>,
    now: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
struct State {
    bodies: Vec<Body>,
    /// Names that survive.
    durable: BTreeMap<String, usize>,
    /// Names as they are seen now.
    now: BTreeMap<String, usize>,
    operations: u64,
    dead: bool,
}

/// The medium.
pub(crate) struct Faulty {
    state: Mutex<State>,
    fault: Fault,
    /// How much of the failing append is done, out of 256.
    torn: u8,
}

fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

impl Faulty {
    pub(crate) fn new(fault: Fault, torn: u8) -> Self {
        Self { state: Mutex::default(), fault, torn }
    }

    /// How many operations changed something, or tried to.
    pub(crate) fn operations(&self) -> u64 {
        self.locked().operations
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a machine finds after the power came back. For each thing that was not synced `chance`
    /// says how much of it had reached the disk, out of 256; `scramble` lets blocks arrive out of
    /// order: the file has its length, but the bytes before the last have not arrived.
    pub(crate) fn after_power_cut(&self, mut chance: impl FnMut() -> u8, scramble: bool) -> Self {
        let before = self.locked().clone();
        let mut state = State { durable: before.durable, ..State::default() };
        for (name, body) in &before.now {
            if state.durable.get(name) != Some(body) && chance() >= 128 {
                state.durable.retain(|_, other| other != body);
                state.durable.insert(name.clone(), *body);
            }
        }
        let gone = |name: &String| !before.now.contains_key(name);
        let removed: Vec<String> =
            state.durable.keys().filter(|name| gone(name)).cloned().collect();
        for name in removed {
            if chance() >= 128 {
                state.durable.remove(&name);
            }
        }
        state.bodies = before.bodies.iter().map(|body| body.survive(chance(), scramble)).collect();
        state.now = state.durable.clone();
        Self { state: Mutex::new(state), fault: Fault::None, torn: 0 }
    }

    /// The same, to fail in another way from now on.
    pub(crate) fn failing(&self, fault: Fault, torn: u8) -> Self {
        let state = State { operations: 0, dead: false, ..self.locked().clone() };
        Self { state: Mutex::new(state), fault, torn }
    }

    /// Counts an operation; says whether it fails now.
    fn step(state: &mut State, fault: Fault) -> Option<ErrorKind> {
        if state.dead {
            return Some(ErrorKind::BrokenPipe);
        }
        state.operations += 1;
        match fault {
            Fault::None => None,
            Fault::PowerAt(at) if at == state.operations => {
                state.dead = true;
                Some(ErrorKind::BrokenPipe)
            }
            Fault::FullAt(at) if at == state.operations => Some(ErrorKind::StorageFull),
            Fault::PowerAt(_) | Fault::FullAt(_) => None,
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.locked();
        match Self::step(&mut state, self.fault) {
            Some(kind) => Err(kind.into()),
            None => change(&mut state),
        }
    }
}

impl Body {
    fn survive(&self, chance: u8, scramble: bool) -> Self {
        let same = self.durable.iter().zip(&self.now).take_while(|(a, b)| a == b).count();
        let part = |length: usize| length * usize::from(chance) / 255;
        let kept = if same == self.now.len() {
            // It was cut, or not changed at all.
            if chance >= 128 { self.now.clone() } else { self.durable.clone() }
        } else {
            let reached = part(self.now.len() - same);
            let mut kept = self.now[..same + reached].to_vec();
            if scramble {
                kept[same..same + reached / 2].fill(0);
            }
            kept
        };
        Self { durable: kept.clone(), now: kept }
    }
}

impl State {
    fn body(&mut self, name: &str) -> io::Result<&mut Body> {
        let at = *self.now.get(name).ok_or(ErrorKind::NotFound)?;
        Ok(&mut self.bodies[at])
    }

    fn append(&mut self, name: &str, bytes: &[u8]) {
        if !self.now.contains_key(name) {
            self.now.insert(name.to_owned(), self.bodies.len());
            self.bodies.push(Body::default());
        }
        self.body(name).expect("it is there now").now.extend_from_slice(bytes);
    }
}

impl Medium for Faulty {
    fn size(&self, name: &str) -> io::Result<Option<u64>> {
        let state = self.locked();
        Ok(state.now.get(name).map(|at| state.bodies[*at].now.len() as u64))
    }

    fn read(&self, name: &str, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let mut state = self.locked();
        let from = state.body(name)?.now.get(offset as usize..).unwrap_or_default();
        let bytes = from.get(..buffer.len()).ok_or(ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }

    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.locked();
        let alive = !state.dead;
        if let Some(kind) = Self::step(&mut state, self.fault) {
            if alive {
                let done = bytes.len() * usize::from(self.torn) / 255;
                state.append(name, &bytes[..done]);
            }
            return Err(kind.into());
        }
        state.append(name, bytes);
        Ok(())
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        self.change(|state| {
            let body = state.body(name)?;
            body.durable = body.now.clone();
            Ok(())
        })
    }

    fn truncate(&self, name: &str, size: u64) -> io::Result<()> {
        self.change(|state| {
            state.body(name)?.now.truncate(size as usize);
            Ok(())
        })
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.change(|state| {
            let at = state.now.remove(from).ok_or(ErrorKind::NotFound)?;
            state.now.insert(to.to_owned(), at);
            Ok(())
        })
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.change(|state| {
            state.now.remove(name);
            Ok(())
        })
    }

    fn make_folder(&self, _name: &str) -> io::Result<()> {
        self.change(|_| Ok(()))
    }

    fn list(&self, inside: &str) -> io::Result<Vec<String>> {
        let state = self.locked();
        let names = state.now.keys().filter(|name| folder(name) == inside);
        Ok(names.map(|name| name.rsplit('/').next().unwrap().to_owned()).collect())
    }

    fn sync_folder(&self, inside: &str) -> io::Result<()> {
        self.change(|state| {
            state.durable.retain(|name, _| folder(name) != inside);
            let names = state.now.iter().filter(|(name, _)| folder(name) == inside);
            state.durable.extend(names.map(|(name, at)| (name.clone(), *at)));
            Ok(())
        })
    }
}
