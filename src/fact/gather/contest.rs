//! Rows of one delivery that contradict each other: the first in canonical byte order stands,
//! whatever their order in the files.

use std::collections::{BTreeMap, BTreeSet};

use super::seen::Seen;
use super::sheet::{Group, Money};
use super::{Gather, Hash};
use crate::fact::{Content, Entry, Slice};

/// A row that lost against another of its id in the same delivery.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loser {
    /// The number of its file.
    pub file: usize,
    /// Its row.
    pub row: u64,
    /// Its id.
    pub id: String,
}

/// All rows of one contested id, as they come by for the second time.
#[derive(Default)]
pub(super) struct Contest {
    rows: Vec<Row>,
    /// The first content in canonical order so far.
    best: Option<(Vec<u8>, Entry)>,
    /// The content that was entered when the rows came by for the first time.
    entered: Option<Entry>,
}

struct Row {
    file: usize,
    row: u64,
    content: Content,
    money: Money,
}

impl Contest {
    fn feed(&mut self, row: Row, entry: &Entry, canonical: Vec<u8>, entered: bool) {
        self.rows.push(row);
        if entered && self.entered.is_none() {
            self.entered = Some(entry.clone());
        }
        if self.best.as_ref().is_none_or(|(best, _)| canonical < *best) {
            self.best = Some((canonical, entry.clone()));
        }
    }
}

impl Gather<'_> {
    /// Which rows contradict each other, by the numbers of their files: those, of all that were pushed, that
    /// [`contest`](Self::contest) does not let pass by.
    pub fn contested_rows(&self) -> BTreeSet<(usize, u64)> {
        let first = self.contests.keys().filter_map(|id| self.seen.get(id));
        let first = first.map(|seen| (seen.file as usize, seen.row));
        let later = self.repeats.iter().filter(|repeat| self.contests.contains_key(&repeat.id));
        first.chain(later.map(|repeat| (repeat.file as usize, repeat.row))).collect()
    }

    /// Takes a row for the second time; rows that are not contested pass by.
    pub fn contest(&mut self, file: usize, row: u64, _slice: Option<&Slice>, entry: &Entry) {
        if self.contests.is_empty() {
            return;
        }
        let Some(id) = self.id(file, entry) else { return };
        if !self.contests.contains_key(&id) || self.may_be_forgotten(&id, entry) {
            return;
        }
        let (canonical, content) = (entry.canonical(), self.content(entry));
        let entered = self.seen.get(&id).is_some_and(|seen| seen.content == content);
        let row = Row { file, row, content, money: entry.money() };
        let contest = self.contests.entry(id).or_default();
        contest.feed(row, entry, canonical, entered);
    }

    /// Decides every contest. [`finish`](Self::finish) does it too: for whoever has time for it before.
    ///
    /// # Panics
    /// If contested rows were not fed again as they were pushed.
    pub fn decide(&mut self) {
        let contests: BTreeMap<Hash, Contest> = std::mem::take(&mut self.contests);
        // Nobody asks where they stand any more.
        self.repeats = Vec::new();
        let mut losers = std::mem::take(&mut self.losers);
        for (id, contest) in contests {
            self.uncount(&id, &contest.rows);
            self.crown(id, contest, &mut losers);
        }
        losers.sort();
        self.losers = losers;
    }

    /// Takes back what the first pass counted: the entered content, once accepted, then duplicate.
    fn uncount(&mut self, id: &Hash, rows: &[Row]) {
        let Seen { content, file, .. } = *self.entered(id);
        let mut accepted = true;
        for row in rows.iter().filter(|row| row.content == content) {
            let sheet = &mut self.sheets[row.file];
            if accepted && row.file == file as usize {
                accepted = false;
                sheet.discount(Group::Accepted, row.money);
            } else {
                sheet.discount(Group::Duplicate, row.money);
            }
        }
        assert!(!accepted, "contested rows were not all fed again");
    }

    fn entered(&self, id: &Hash) -> &Seen {
        self.seen.get(id).expect("the first of contested rows was entered")
    }

    /// Enters the winner and counts every row for good.
    fn crown(&mut self, id: Hash, contest: Contest, losers: &mut Vec<Loser>) {
        let Contest { mut rows, best, entered } = contest;
        let (best, entered) = best.zip(entered).expect("contested rows were fed again");
        let (_, winner) = best;
        let (content, name) = (self.content(&winner), winner.id_text());
        rows.sort_by_key(|row| (row.file, row.row));
        let mut home: Option<(usize, u64)> = None;
        for row in rows {
            let group = match (row.content == content, home) {
                (false, _) => Group::Rejected,
                (true, Some(_)) => Group::Duplicate,
                (true, None) => Group::Accepted,
            };
            match group {
                Group::Rejected => {
                    losers.push(Loser { file: row.file, row: row.row, id: name.clone() });
                }
                Group::Accepted => home = Some((row.file, row.row)),
                Group::Duplicate | Group::Superseded => {}
            }
            self.sheets[row.file].count(group, row.money);
        }
        let home = home.expect("the winner is one of the rows");
        self.withdraw(self.entered(&id).file as usize, &id, &entered);
        let own = self.own_of(&winner);
        self.seen.put(id, Seen::of(content, home, own));
        self.enter(home.0, None, Some(id), &winner);
    }
}
