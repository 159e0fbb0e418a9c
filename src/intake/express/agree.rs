//! Rows that are read many at once are understood as each is by itself: column by column against one
//! by one, over rows that are hard for either.

use proptest::prelude::*;
use proptest::sample::select;

use super::batch::{Batch, Frame, ROWS};
use super::chunk::each_line;
use super::columns::Columns;
use super::lane::Taken;
use super::pass::Common;
use super::shapes::Places;
use super::split::Signs;
use crate::contract::Pattern;
use crate::fact::bulk::{Mark, MemoryShelf, moment_of};
use crate::fact::{HashKey, Horizon, Lens, Table};
use crate::intake::target::Target;

const COLUMNS: [Target; 10] = [
    Target::Id,
    Target::Time,
    Target::Kind,
    Target::Product,
    Target::Customer,
    Target::Quantity,
    Target::Amount,
    Target::Currency,
    Target::Ref,
    Target::Deal,
];
/// Where the currency stands there: without one no sale is certain.
const CURRENCY: usize = 7;
/// So many of them are there at least.
const FEWEST: usize = 7;

/// Numbers at the bounds of what fits where.
const ODD: [&str; 13] = [
    "",
    "-0",
    "-0.0",
    "0.0000001",
    "1.0000001",
    "1.0000000",
    "999999999999999",
    "1099511627776",
    "1099511627777",
    "109951162777.6",
    "-0.000001",
    "1152921504606.84",
    "999999999999999.0",
];

/// The zones of contracts.
const ZONES: [&[&str]; 2] = [&["UTC"], &["America/Los_Angeles", "Pacific/Apia"]];

/// The customers and deals that contracts keep apart.
const APART: [[&[&str]; 2]; 4] =
    [[&[], &[]], [&["a*", "c-1-*"], &[]], [&["b*"], &["*"]], [&["*"], &[]]];

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[0-9]{1,4}(\\.[0-9]{1,3})?",
        2 => "-?[0-9]{1,8}\\.[0-9]{5,7}",
        1 => "-?[0-9]{1,18}",
        1 => "-?0{0,7}[0-9]{1,6}(\\.[0-9]{1,7})?",
        1 => select(&ODD[..]).prop_map(str::to_owned),
    ]
}

fn text(longest: usize) -> impl Strategy<Value = String> {
    let letters = select(&["a", "b", "\0", "\u{e9}"][..]);
    prop_oneof![
        3 => (0..=longest, letters).prop_map(|(count, letter)| letter.repeat(count)),
        3 => "[a-c0-9-]{0,12}",
        1 => "[a\0 ]{0,9}",
    ]
}

fn time() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => "2026-1[0-2]-[0-2][1-9]T[01][0-9]:[0-5][0-9]:[0-5][0-9]Z",
        2 => "2026-10-[0-3][0-9]",
        1 => "(19[67]|20[0-9]|21[0-9]|220)[0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z",
        1 => "2026-10-05T08:00:00(\\.000)?Z",
    ]
}

/// The fields of a row, in the order of [`COLUMNS`].
fn row() -> impl Strategy<Value = Vec<String>> {
    let kind = select(&["charge", "refund", "fee", "tax", "credit"][..]);
    let currency = select(&["USD", "EUR", "JPY", ""][..]);
    let reference = prop_oneof![20 => Just(""), 1 => Just("r")];
    let deal = prop_oneof![3 => Just(String::new()), 1 => text(20)];
    let fields = (text(60), time(), kind, text(2), text(60), number(), number());
    (fields, currency, reference, deal).prop_map(|(fields, currency, reference, deal)| {
        let (id, time, kind, product, customer, quantity, amount) = fields;
        let (kind, currency, reference) = (kind.to_owned(), currency.into(), reference.into());
        vec![id, time, kind, product, customer, quantity, amount, currency, reference, deal]
    })
}

/// A row that is certain wherever there is room around it.
fn plain() -> Vec<String> {
    let row = ["id-1", "2026-10-05T08:00:00Z", "charge", "a", "c-1", "3", "1.5", "USD", "", ""];
    row.map(str::to_owned).to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn many_rows_are_each_row(
        frames in prop::collection::vec(prop::collection::vec(row(), 1..=ROWS), 1..4),
        order in Just((0..COLUMNS.len()).collect::<Vec<_>>()).prop_shuffle(),
        columns in FEWEST..=COLUMNS.len(),
        table in select(&[Table::Sales, Table::Usage][..]),
        end in select(&["\n", "\r\n"][..]),
        zones in select(&ZONES[..]),
        apart in select(&APART[..]),
    ) {
        let order: Vec<usize> = order.into_iter().filter(|at| *at < columns).collect();
        let target = |at: &usize| match COLUMNS[*at] {
            // Readings have no kind.
            Target::Kind if table == Table::Usage => Target::Unit,
            target => target,
        };
        let columns = Columns::plain(table, order.iter().map(target));
        let zones = zones.iter().map(|zone| zone.parse().unwrap()).collect();
        let [customers, deals] = apart.map(|names| names.iter().map(|name| Pattern::new(*name)).collect());
        let lens = Lens { zones, customers, deals, ..Lens::default() };
        let (horizon, shelf) = (Horizon::default(), MemoryShelf::default());
        let (key, places) = (HashKey::new([3; 16]), Places::default());
        let common = Common { lens: &lens, horizon: &horizon, key, shelf: &shelf, places };
        let mut lane = common.lane(&columns, "shop");
        // One batch for all: nothing of rows before may stay.
        let mut batch = Box::<Batch>::default();
        for mut rows in frames {
            let among = rows.len() / 2;
            rows[among] = plain();
            let line = |row: &Vec<String>| {
                let fields: Vec<&str> = order.iter().map(|at| row[*at].as_str()).collect();
                fields.join(",") + end
            };
            let text: String = rows.iter().map(line).collect();
            let mut due: Vec<Option<Taken>> = Vec::new();
            each_line(text.as_bytes(), b',', |_, start, ends| {
                due.push(lane.take(text.as_bytes(), start, ends));
            });
            let mut signs = Signs::default();
            signs.restart();
            signs.find(text.as_bytes(), 0, b',');
            let places = signs.even(text.as_bytes(), order.len()).expect("all lines are alike");
            let frame = Frame::of(text.as_bytes(), places, order.len());
            prop_assert_eq!(frame.rows, rows.len());
            lane.understand(&frame, &mut batch);
            let complete = table == Table::Sales && order.contains(&CURRENCY);
            let all_apart = apart.concat().contains(&"*");
            prop_assert!(batch.sure[among] || !complete || rows.len() < 60 || all_apart);
            for row in (0..frame.rows).filter(|row| batch.sure[*row]) {
                let due = due[row].as_ref().expect("what many rows are sure of, one row is");
                let Mark { id, content, time, place } = due.mark;
                prop_assert_eq!((batch.ids[row], batch.contents[row]), (id, content));
                let (shape, span, small) = (batch.shapes[row], batch.spans[row], batch.small(row));
                let known = lane.shapes[shape as usize].place;
                prop_assert_eq!((moment_of(batch.times[row]), known), (time, place));
                let cell = small.map_or(batch.cell(row), Into::into);
                prop_assert_eq!((shape, span, small, cell), due.sum(), "{:?}", rows[row]);
            }
        }
    }
}
