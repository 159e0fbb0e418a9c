//! Forgetting ids, so that a store does not grow for ever: those of imports of which every fact lies
//! in periods that are final for every contract of the book.
//!
//! The law: a book settles the same with and without it, but for three things that are said. A row of a
//! forgotten time is refused when it comes, and not when its period is settled; a fact that refers to
//! one that is forgotten counts on its own day; and a forgotten id that is used again for a fact of a
//! later day is taken for a new one.

use std::collections::{BTreeMap, BTreeSet};

use super::{Book, BookError, codes};
use crate::calendar::{Day, Period};
use crate::contract::Contract;
use crate::fact::{Archive, ArchivedFile, Forgotten};
use crate::finding::Finding;
use crate::settlement::first_not_final;

/// An import whose ids can be forgotten, or were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forgettable {
    /// The number of the import.
    pub import: u64,
    /// Its files, as the book calls them.
    pub files: Vec<String>,
    /// How many ids.
    pub ids: u64,
    /// The bytes that they take up.
    pub bytes: u64,
}

/// What can be forgotten, or was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgetting {
    /// By the name of a time zone the day before which all is final.
    pub before: BTreeMap<String, Day>,
    /// Which imports, in order.
    pub imports: Vec<Forgettable>,
    /// What keeps ids from being forgotten at all.
    pub findings: Vec<Finding>,
}

impl Forgetting {
    /// The bytes that all of it takes up.
    pub fn bytes(&self) -> u64 {
        self.imports.iter().map(|import| import.bytes).sum()
    }

    fn forgotten(&self) -> Forgotten {
        let imports = self.imports.iter().map(|import| import.import);
        Forgotten { imports: imports.collect(), before: self.before.clone() }
    }
}

impl Book {
    /// What can be forgotten now; nothing that happened in a period from `before` on. Nothing is
    /// written.
    pub fn forgettable(&self, before: Option<Period>) -> Forgetting {
        let mut forgetting = Forgetting::default();
        let kept = before.map(Period::first_day);
        for contract in self.versions() {
            match self.final_before(contract) {
                Ok(day) => {
                    let day = kept.map_or(day, |kept| day.min(kept));
                    let zone = contract.zone.name().to_owned();
                    let edge = forgetting.before.entry(zone).or_insert(day);
                    *edge = day.min(*edge);
                }
                Err(finding) => forgetting.findings.push(finding),
            }
        }
        forgetting.findings.dedup();
        if forgetting.findings.is_empty() {
            forgetting.imports = self.imports_before(&forgetting.before);
        }
        forgetting
    }

    /// Forgets what can be forgotten. Once this returns, it survives.
    ///
    /// # Errors
    /// What the store refuses.
    pub fn forget(&mut self, before: Option<Period>) -> Result<Forgetting, BookError> {
        let forgetting = self.forgettable(before);
        if !forgetting.imports.is_empty() {
            self.store.forget(&forgetting.forgotten())?;
        }
        Ok(forgetting)
    }

    /// Every contract in every form that it has in the book, in force or to come.
    fn versions(&self) -> impl Iterator<Item = &Contract> {
        let to_come = self.stages[self.come..].iter();
        to_come.flat_map(|stage| &stage.contracts)
    }

    /// The day before which nothing of a contract can be corrected any more.
    fn final_before(&self, contract: &Contract) -> Result<Day, Finding> {
        let id = &contract.id;
        let open = self.store.last_closing(id).map(|last| last.period.next());
        let Some(open) = open.filter(|open| open.length() == contract.period) else {
            let message = format!("no period of {id} is closed: every id is still needed");
            return Err(Finding::new(&codes::NOT_FINAL, message)
                .help("close its periods; ids can be forgotten when these are final"));
        };
        first_not_final(contract, open).ok_or_else(|| {
            let message =
                format!("{id} sets no `finality`: any of its periods can be corrected for ever");
            Finding::new(&codes::NOT_FINAL, message)
                .help("every id is needed, unless the parties agree on a `finality`")
        })
    }

    fn imports_before(&self, before: &BTreeMap<String, Day>) -> Vec<Forgettable> {
        let archive = self.store.archive();
        let late = late_imports(archive, before);
        let of = |(import, ids, bytes)| {
            let own = archive.files().iter().filter(|file| file.delivery + 1 == import);
            let files = own.map(|file| file.tally.path.clone()).collect();
            Forgettable { import, files, ids, bytes }
        };
        let all = self.store.remembered().into_iter();
        all.filter(|(import, _, _)| !late.contains(import)).map(of).collect()
    }
}

/// The imports that brought anything that did not happen before those days.
fn late_imports(archive: &Archive, before: &BTreeMap<String, Day>) -> BTreeSet<u64> {
    let late = archive.files().iter().filter(|file| !lies_before(file, before));
    late.map(|file| file.delivery + 1).collect()
}

/// Did all facts of a file happen before a day in each zone? A refund counts by its own day.
fn lies_before(file: &ArchivedFile, before: &BTreeMap<String, Day>) -> bool {
    let in_zone = |part: &crate::fact::Part, zone: &String, day: &Day| {
        let cells = part.tallies.get(zone);
        cells.is_some_and(|cells| cells.iter().all(|(key, _)| key.own_day() < *day))
    };
    let part_is = |part| before.iter().all(|(zone, day)| in_zone(part, zone, day));
    file.tally.parts.iter().all(part_is)
}
