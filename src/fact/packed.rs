//! A tally as text for the journal: each text once, all else as numbers.
//!
//! ```text
//! {"texts":["output-token","aria-2"],"days":[["2026-10-05","AgHAwB..."]]}
//! ```
//!
//! Numbers are [letters](super::letters). So a month's sums are some hundred kilobytes that need no
//! parsing to speak of, and are still JSON. A day is the number of its cells, and for each cell which parts
//! of its key differ from those of the cell before, these, and what the cell adds up to.
//!
//! The law: what was written is read again as it was; anything else is refused, when it is read and not
//! when it is asked for.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Cell;
use super::daily::{Cells, Daily};
use super::letters::{Reader, Unreadable, Writer};
use super::numbered::{NumberedCells, Numbering};
use super::packed_key::{PackedKey, Texts};
use crate::calendar::Day;

/// A tally as it is written.
#[derive(Serialize, Deserialize)]
pub(super) struct Packed {
    texts: Vec<String>,
    days: Vec<(Day, String)>,
}

impl Packed {
    pub(super) fn of(days: &[Arc<Daily>]) -> Self {
        let numbers = Numbering::of_all(days);
        let mut own: Vec<u32> = (0..).take(1 + numbers.texts().len()).collect();
        let (mut written, used) = days_of(days, &numbers, &own);
        if used[1..].contains(&false) {
            // Cells that were taken back have left texts behind.
            let mut next = 0..;
            own = used
                .iter()
                .map(|used| if *used { next.next() } else { None }.unwrap_or(0))
                .collect();
            written = days_of(days, &numbers, &own).0;
        }
        let texts = numbers.texts().zip(&used[1..]).filter(|(_, used)| **used);
        Self { texts: texts.map(|(text, _)| text.to_owned()).collect(), days: written }
    }

    /// Its days in order, every one looked through.
    pub(super) fn days(self) -> Result<Vec<PackedDay>, Unreadable> {
        let texts = Arc::new(self.texts);
        let rising = texts.is_sorted_by(|before, after| before < after)
            && self.days.is_sorted_by(|(before, _), (after, _)| before < after);
        let of = |(day, text): (Day, String)| PackedDay::new(day, text, &texts);
        if rising { self.days.into_iter().map(of).collect() } else { Err(Unreadable) }
    }
}

/// One day of it.
#[derive(Debug)]
pub(super) struct PackedDay {
    day: Day,
    text: Box<str>,
    texts: Arc<Texts>,
    keeps_nothing_apart: bool,
}

impl PackedDay {
    /// Looks through it.
    fn new(day: Day, text: String, texts: &Arc<Texts>) -> Result<Self, Unreadable> {
        let (mut keeps_nothing_apart, mut in_order, mut before) = (true, true, None);
        each_cell(day, &text, texts, |key, cell| {
            keeps_nothing_apart &= key.keeps_nothing_apart();
            let rank = Some(key.rank());
            in_order &= before < rank && !cell.is_empty();
            before = rank;
        })?;
        if !in_order || before.is_none() {
            return Err(Unreadable);
        }
        Ok(Self { day, text: text.into(), texts: Arc::clone(texts), keeps_nothing_apart })
    }

    pub(super) fn day(&self) -> Day {
        self.day
    }

    pub(super) fn keeps_nothing_apart(&self) -> bool {
        self.keeps_nothing_apart
    }

    pub(super) fn cells(&self) -> Cells {
        let mut cells = Cells::new();
        each_cell(self.day, &self.text, &self.texts, |key, cell| {
            cells.push((Arc::new(key.key(&self.texts)), cell));
        })
        .expect("it was looked through when it was read");
        cells
    }
}

/// Days as they are written, texts under numbers of their own; and which texts they use.
fn days_of(
    days: &[Arc<Daily>],
    numbers: &Numbering<'_>,
    own: &[u32],
) -> (Vec<(Day, String)>, Vec<bool>) {
    let (mut written, mut used) = (Vec::with_capacity(days.len()), vec![false; own.len()]);
    // The empty text is no text of the list.
    used[0] = true;
    for daily in days {
        let mut cells = numbers.cells(daily);
        for (key, _) in &mut cells {
            *key = key.map_texts(|number| {
                used[number as usize] = true;
                own[number as usize]
            });
        }
        if !cells.is_empty() {
            written.push((daily.day(), text_of(daily.day(), &cells)));
        }
    }
    (written, used)
}

fn text_of(day: Day, cells: &NumberedCells) -> String {
    let mut out = Writer::default();
    let mut before = &PackedKey::before(day);
    out.number(cells.len() as u128);
    for (key, cell) in cells {
        key.write(before, &mut out);
        before = key;
        out.signed(cell.rows.into());
        out.exact(cell.quantity);
        out.exact(cell.amount);
    }
    out.into_text()
}

fn each_cell(
    day: Day,
    text: &str,
    texts: &Texts,
    mut each: impl FnMut(&PackedKey, Cell),
) -> Result<(), Unreadable> {
    let mut from = Reader::of(text);
    let mut key = PackedKey::before(day);
    for _ in 0..from.number()? {
        key.read(&mut from, texts)?;
        let rows = i64::try_from(from.signed()?).map_err(|_| Unreadable)?;
        let (quantity, amount) = (from.exact()?, from.exact()?);
        let cell = Cell { rows, quantity, amount };
        each(&key, cell);
    }
    if from.is_at_end() { Ok(()) } else { Err(Unreadable) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::Moment;
    use crate::fact::{Charged, Key, Kind, Sale, Tally};
    use crate::money::Exact;

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![Just(String::new()), "[a-c]{1,2}", Just("\u{e9}\"\\\n".to_owned())]
    }

    fn day() -> impl Strategy<Value = Day> {
        let days = prop_oneof![0..40_i64, Just(-719_162), Just(2_932_896)];
        days.prop_map(|days| Day::EPOCH.plus(days))
    }

    fn exact() -> impl Strategy<Value = Exact> {
        let whole = any::<i128>().prop_map(|whole| whole >> 2);
        let halves = (whole, any::<i64>()).prop_map(|(whole, rest)| {
            Exact::from_halves(whole, i128::from(rest).abs() * if whole < 0 { -1 } else { 1 })
                .unwrap()
        });
        let scaled =
            (any::<i64>(), 0..=28_u8).prop_map(|(many, scale)| Exact::scaled(many.into(), scale));
        prop_oneof![4 => scaled, 1 => halves, 1 => Just(Exact::ZERO)]
    }

    fn sale() -> impl Strategy<Value = Sale> {
        let at =
            |(seconds, nanos): (i64, u32)| Moment::At { seconds, nanos: nanos % 1_000_000_000 };
        let time = prop_oneof![day().prop_map(Moment::On), (-9..9_i64, any::<u32>()).prop_map(at)];
        let sale = |(time, id, source, of)| Sale { time, id, source, of };
        (time, text(), text(), prop::option::of(text())).prop_map(sale)
    }

    fn key() -> impl Strategy<Value = Key> {
        let texts = (text(), text(), text(), text(), text(), text(), text());
        let charged = (day(), text()).prop_map(|(day, product)| Charged { day, product });
        let currency = prop::sample::select(vec!["USD", "EUR", "JPY"]);
        let currency = currency.prop_map(|code| code.parse().unwrap());
        let sale = sale().prop_map(Box::new);
        let rest = (prop::option::of(charged), prop::option::of(day()), prop::option::of(sale));
        let head = (day(), 0..9_usize, prop::option::of(currency), any::<bool>());
        (head, texts, rest).prop_map(
            |((day, kind, currency, unpriced), texts, (charged, own, sale))| {
                let (product, channel, region, customer, deal, category, unit) = texts;
                let kind = Kind::ALL[kind];
                Key {
                    day,
                    kind,
                    product,
                    channel,
                    region,
                    customer,
                    deal,
                    category,
                    unit,
                    currency,
                    unpriced,
                    charged,
                    own,
                    sale,
                }
            },
        )
    }

    fn tally() -> impl Strategy<Value = Tally> {
        let cell = (any::<i32>(), exact(), exact());
        let cell =
            cell.prop_map(|(rows, quantity, amount)| Cell { rows: rows.into(), quantity, amount });
        prop::collection::btree_map(key(), cell, 0..30)
            .prop_map(|cells| cells.into_iter().collect())
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(tally in tally()) {
            let text = serde_json::to_string(&tally).unwrap();
            let read: Tally = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&read, &tally);
            prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }

        #[test]
        fn what_is_cut_off_or_too_long_is_refused(tally in tally()) {
            let Packed { texts, days } = Packed::of(&tally.days());
            let texts = Arc::new(texts);
            for (day, text) in days {
                for at in 0..text.len() {
                    prop_assert!(PackedDay::new(day, text[..at].to_owned(), &texts).is_err());
                }
                for more in ["A", "B", "f", " ", "="] {
                    prop_assert!(PackedDay::new(day, text.clone() + more, &texts).is_err());
                }
            }
        }

        /// The record's checksum finds it; what passes here can be asked for all the same.
        #[test]
        fn what_is_altered_is_refused_or_read_in_order(
            tally in tally(), at in any::<prop::sample::Index>(), byte in 0..128_u8,
        ) {
            let mut text = serde_json::to_string(&tally).unwrap().into_bytes();
            let at = at.index(text.len());
            text[at] = byte;
            if let Ok(read) = serde_json::from_slice::<Tally>(&text) {
                let keys: Vec<&Key> = read.iter().map(|(key, _)| key).collect();
                prop_assert!(keys.is_sorted_by(|before, after| before < after));
                prop_assert!(read.iter().all(|(_, cell)| !cell.is_empty()));
            }
        }
    }
}
