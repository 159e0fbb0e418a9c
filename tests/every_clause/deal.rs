//! A contract file in pieces, so that a test can take a piece out or put one in twice.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{clauses, money_clauses, terms};

pub(crate) const PARTIES: [&str; 4] = ["vendor", "platform", "author", "fund"];
pub(crate) const SCHEDULES: [&str; 4] = ["market", "resale", "own", "other"];

/// A bit of text, and whether it makes something due although all that was sold was given back.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) anyway: bool,
}

impl Piece {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), anyway: false }
    }

    pub(crate) fn anyway(text: impl Into<String>) -> Self {
        Self { text: text.into(), anyway: true }
    }
}

/// One version of a schedule's terms: what stands under its day.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) lines: Vec<Piece>,
    /// Entries of `deductions` and `priority`.
    pub(crate) lists: Vec<(&'static str, Vec<Piece>)>,
}

/// A schedule and its versions by their days.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    pub(crate) id: &'static str,
    pub(crate) head: String,
    pub(crate) ends: Option<String>,
    pub(crate) terms: Vec<(String, Terms)>,
}

/// A whole contract.
#[derive(Clone, Debug)]
pub(crate) struct Deal {
    pub(crate) currency: &'static str,
    pub(crate) quarters: bool,
    pub(crate) top: Vec<Piece>,
    pub(crate) blocks: Vec<Piece>,
    pub(crate) schedules: Vec<Schedule>,
}

impl Deal {
    /// The contract file.
    pub(crate) fn text(&self) -> String {
        let period = if self.quarters { "quarter" } else { "month" };
        let mut text =
            format!("id = \"deal\"\ncurrency = \"{}\"\nperiod = \"{period}\"\n", self.currency);
        self.top.iter().for_each(|piece| text += &format!("{}\n", piece.text));
        text += "[parties]\n";
        PARTIES.iter().for_each(|id| text += &format!("{id} = \"The {id}\"\n"));
        self.blocks.iter().for_each(|piece| text += &format!("{}\n", piece.text));
        self.schedules.iter().for_each(|schedule| text += &schedule.text());
        text
    }

    /// Without what is due although everything that was sold was given back: fixed amounts, rates of
    /// gross sales, cash that came.
    pub(crate) fn of_what_stays_sold(&self) -> Self {
        let mut deal = self.clone();
        deal.blocks.retain(|piece| !piece.anyway);
        for (_, terms) in deal.schedules.iter_mut().flat_map(|schedule| &mut schedule.terms) {
            terms.lines.retain(|piece| !piece.anyway);
            terms.lists.iter_mut().for_each(|(_, list)| list.retain(|piece| !piece.anyway));
        }
        deal
    }

    /// The same deal, every schedule renewed unchanged on a day.
    pub(crate) fn renewed(&self, on: &str) -> Self {
        let mut deal = self.clone();
        for schedule in &mut deal.schedules {
            let at = schedule.terms.iter().rposition(|(day, _)| day.as_str() < on);
            let taken = schedule.terms.iter().any(|(day, _)| day == on);
            let over = schedule.ends.as_ref().is_some_and(|last| last.as_str() < on);
            if let Some(at) = at.filter(|_| !taken && !over) {
                let again = (on.to_owned(), schedule.terms[at].1.clone());
                schedule.terms.insert(at + 1, again);
            }
        }
        deal
    }
}

impl Schedule {
    fn text(&self) -> String {
        let mut text = format!("[[schedule]]\nid = \"{}\"\n{}", self.id, self.head);
        if let Some(last) = &self.ends {
            text += &format!("ends = {last}\n");
        }
        for (day, terms) in &self.terms {
            text += &format!("[[schedule.terms]]\neffective = {day}\n");
            terms.lines.iter().for_each(|piece| text += &format!("{}\n", piece.text));
            for (key, list) in terms.lists.iter().filter(|(_, list)| !list.is_empty()) {
                let list: Vec<&str> = list.iter().map(|piece| piece.text.as_str()).collect();
                text += &format!("{key} = [ {} ]\n", list.join(", "));
            }
        }
        text
    }
}

/// A day of the months in which things happen.
pub(crate) fn some_day() -> impl Strategy<Value = String> {
    (1..=6_u8, 1..=28_u8).prop_map(|(month, day)| format!("2026-{month:02}-{day:02}"))
}

/// A percentage, now and then with digits after the point or as a fraction.
pub(crate) fn rate(most: u32) -> impl Strategy<Value = String> {
    prop_oneof![
        3 => (1..=most).prop_map(|percent| format!("\"{percent}%\"")),
        1 => (1..=most * 4).prop_map(|n| format!("\"{}/400\"", n)),
    ]
}

/// Two parties, each another.
pub(crate) fn pair() -> impl Strategy<Value = (&'static str, &'static str)> {
    let pairs = [(0, 1), (0, 1), (0, 1), (1, 0), (1, 2), (2, 1), (2, 0)];
    select(pairs.map(|(one, other)| (PARTIES[one], PARTIES[other])).to_vec())
}

fn top() -> impl Strategy<Value = Vec<Piece>> {
    let word = |key: &'static str, words: &[&'static str]| {
        select(words.to_vec()).prop_map(move |word| Piece::new(format!("{key} = {word}")))
    };
    (
        word("timezone", &["\"UTC\"", "\"America/Los_Angeles\"", "\"Asia/Kolkata\""]),
        word("rounding", &["\"half-even\"", "\"half-up\"", "\"down\"", "\"up\""]),
        word("remainder", &["\"largest-remainder\"", "\"in-order\"", "\"vendor\"", "\"platform\""]),
        word("netting", &["true", "false"]),
    )
        .prop_map(|(zone, rounding, remainder, netting)| vec![zone, rounding, remainder, netting])
}

/// A contract that the program accepts.
pub(crate) fn deal() -> impl Strategy<Value = Deal> {
    let currency = select(vec!["USD", "USD", "JPY", "KWD"]);
    (currency, prop::bool::weighted(0.2)).prop_flat_map(|(currency, quarters)| {
        let wide = vec(clauses::clause(), 0..8);
        let cash = money_clauses::between_parties(quarters);
        (top(), clauses::about_facts(), wide, cash, terms::schedules()).prop_map(
            move |(top, facts, wide, cash, schedules)| {
                let named = wide.into_iter().enumerate();
                let named = named.map(|(at, piece)| Piece {
                    text: piece.text.replace("NAME", &format!("c{at}")),
                    ..piece
                });
                let blocks = facts.into_iter().chain(named).chain(cash).collect();
                Deal { currency, quarters, top, blocks, schedules }
            },
        )
    })
}
