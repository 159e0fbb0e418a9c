//! Forward tiers sale by sale, through the library alone: order, refunds and neighbours. The worked
//! example is the case `forward-by-sale`.

use proptest::prelude::*;
use revshare::calendar::{Period, PeriodLength};
use revshare::contract::{Contract, Late};
use revshare::fact::{Archive, Entry, Evidence, Fact, FileHeader, Gather, Kind, Lens, Table};
use revshare::settlement::{Balances, Settlement, Stage, as_arrived, settle};

const TIERS: &str = "[ { from = \"0\", vendor = \"10%\", platform = \"rest\" }, \
     { from = \"100\", vendor = \"1/3\", platform = \"rest\" }, \
     { above = \"300\", vendor = \"70%\", platform = \"rest\" } ]";

fn contract(id: &str, by: &str, scope: &str) -> Contract {
    let text = format!(
        "id = \"{id}\"\ncurrency = \"USD\"\n[parties]\nvendor = \"Vendor\"\nplatform = \"Platform\"\n\
         [[schedule]]\nid = \"m\"\n{scope}seller = \"platform\"\n\
         [[schedule.terms]]\neffective = 2026-01-01\nbasis = \"net-sales\"\n\
         deductions = [ {{ name = \"listing\", rate = \"3%\" }} ]\n\
         split = {{ measure = \"net-sales\", window = \"calendar-year\", mode = \"forward\", by = \"{by}\", tiers = {TIERS} }}\n"
    );
    Contract::parse("deal.toml", &text).unwrap_or_else(|findings| panic!("{findings:#?}\n{text}"))
}

/// `kind id time amount [ref]`.
fn fact(line: &str) -> Fact {
    let words: Vec<&str> = line.split_whitespace().collect();
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == words[0]).expect("a kind");
    Fact {
        product: "aria-1".into(),
        channel: "marketplace".into(),
        amount: Some(words[3].parse().expect("an amount")),
        currency: Some("USD".parse().expect("a currency")),
        reference: words.get(4).map(|word| (*word).to_owned()),
        ..Fact::new(kind, words[1], words[2].parse().expect("a time"))
    }
}

/// Deliveries of files of rows, as one book of these contracts knows them.
fn known(lens: &Lens, deliveries: &[Vec<Vec<Fact>>]) -> Archive {
    let (mut archive, mut ids) = (Archive::default(), std::collections::BTreeMap::new());
    for (number, files) in deliveries.iter().enumerate() {
        let mut gather = Gather::new(lens, &archive, &ids);
        for (at, rows) in files.iter().enumerate() {
            let file = gather.open(FileHeader {
                path: format!("sales-{number}-{at}.csv"),
                table: Table::Sales,
                format: "own".into(),
                source: "own".into(),
            });
            for (row, fact) in (2..).zip(rows) {
                gather.push(file, row, None, &Entry::Fact(fact.clone())).expect("memory is enough");
            }
            gather.close(file, format!("{number}-{at}"), 1);
        }
        let gathered = gather.finish();
        ids.extend(gathered.ids.iter().map(|entry| (entry.id, *entry)));
        archive.apply(&gathered.delivery);
    }
    archive
}

fn evidence(contract: &Contract, archive: &Archive) -> Evidence {
    archive.evidence(&contract.zone).expect("tallied").seen_through(&Lens::of([contract]))
}

fn settled(contract: &Contract, archive: &Archive) -> Vec<Settlement> {
    let evidence = evidence(contract, archive);
    let first = Period::of("2026-01-01".parse().expect("a day"), PeriodLength::Month);
    let mut balances = Balances::default();
    let periods = std::iter::successors(Some(first), |period| Some(period.next())).take(3);
    let month = |period| {
        let settlement = settle(contract, period, &evidence, &balances).expect("nothing missing");
        balances = settlement.closing();
        settlement
    };
    periods.map(month).collect()
}

/// What the vendor has in each month, in cents.
fn vendor(lines: &[&str]) -> Vec<i128> {
    let contract = contract("deal", "sale", "");
    let facts = lines.iter().map(|line| fact(line)).collect();
    let archive = known(&Lens::of([&contract]), &[vec![facts]]);
    let share = |settlement: &Settlement| settlement.schedules[0].segments[0].share_of("vendor").0;
    settled(&contract, &archive).iter().map(share).collect()
}

#[test]
fn order_within_a_day_is_by_time_then_by_id() {
    // 97 of net sales stand before the second sale, 194 before the third.
    let rows = ["charge b 2026-01-05T10:00:00Z 100", "charge a 2026-01-05T12:00:00+01:00 100"];
    assert_eq!(vendor(&[rows[0], rows[1]])[0], 970 + 970);
    assert_eq!(vendor(&[rows[0], rows[1], "charge c 2026-01-05T11:00:00Z 10"])[0], 1940 + 323);
    // The small one first: only then is the line reached after the two others.
    assert_eq!(vendor(&[rows[0], rows[1], "charge 0 2026-01-05 10"])[0], 97 + 970 + 3233);
}

#[test]
fn what_takes_back_has_the_rate_of_its_sale() {
    let sales = ["charge a 2026-01-05T10:00:00Z 200", "charge b 2026-01-05T11:00:00Z 100"];
    assert_eq!(vendor(&sales)[0], 1940 + 3233);
    let of_b = "refund r 2026-02-09 -100 b";
    assert_eq!(vendor(&[sales[0], sales[1], of_b]), [1940, 0, 0]);
    // Without the first, the second begins below the line.
    let of_a = "refund r 2026-02-09 -200 a";
    assert_eq!(vendor(&[sales[0], sales[1], of_a]), [970, 0, 0]);
    let lost = "chargeback c 2026-01-20 -100 b";
    let won = "chargeback w 2026-02-20 100 c";
    assert_eq!(vendor(&[sales[0], sales[1], lost, won]), [1940 + 3233, 0, 0]);
    // A refund of nothing known has a turn of its own. The deduction of 6.00 goes by size: 10% of
    // 197.00, a third of 98.50 and of -101.50.
    let adrift = "refund r 2026-01-06 -100 nowhere";
    assert_eq!(vendor(&[sales[0], sales[1], adrift])[0], 1870);
    // Facts that name each other stand alone: 10% of 194.75, a third of 97.375 and of -10.2625 each.
    let circle = ["refund x 2026-01-06 -10 y", "refund y 2026-01-07 -10 x"];
    assert_eq!(vendor(&[sales[0], sales[1], circle[0], circle[1]])[0], 4509);
}

/// What the vendor has in February, in cents, of what comes while February is open.
fn vendor_of_late(in_time: &[&str], late: &[&str]) -> i128 {
    let contract = Contract { late: Late::NextPeriod, ..contract("deal", "sale", "") };
    let of = |lines: &[&str]| -> Vec<Fact> { lines.iter().map(|line| fact(line)).collect() };
    let deliveries = [vec![of(in_time)], vec![of(late)]];
    let stage = |open, deliveries| {
        let archive = known(&Lens::of([&contract]), deliveries);
        Stage { open, evidence: archive.evidence(&contract.zone).expect("tallied") }
    };
    let february: Period = "2026-02".parse().expect("a period");
    let stages = vec![stage(None, &deliveries[..1]), stage(Some(february), &deliveries)];
    let evidence = as_arrived(&contract, stages);
    let settlement = settle(&contract, february, &evidence, &Balances::default());
    settlement.expect("nothing missing").schedules[0].segments[0].share_of("vendor").0
}

#[test]
fn a_late_sale_has_its_turn_on_the_first_day_of_the_period_that_is_open() {
    // By id, whenever they happened: 10% of the first 194.00, a third of 97.00.
    let late = ["charge a 2026-01-20T10:00:00Z 200", "charge b 2026-01-05T10:00:00Z 100"];
    assert_eq!(vendor_of_late(&[], &late), 1940 + 3233);
    // Among what bears the date of the day alone; before its instants. Of 110, 106.70 is shared.
    assert_eq!(vendor_of_late(&["charge 0 2026-02-01 110"], &late[..1]), 1067 + 6467);
    assert_eq!(vendor_of_late(&["charge c 2026-02-01 110"], &late[..1]), 1940 + 3557);
    assert_eq!(vendor_of_late(&["charge 0 2026-02-01T00:00:00Z 110"], &late[..1]), 1940 + 3557);
    // What takes a late sale back and is late too has its turn; b begins at 0 then.
    let back = "refund r 2026-01-25 -200 a";
    assert_eq!(vendor_of_late(&[], &[late[0], late[1], back]), 970);
    // One of a sale that was settled before has the turn of that sale's id: before b, all is below
    // the line.
    assert_eq!(vendor_of_late(&[late[0]], &[late[1], back]), -970);
}

fn rows() -> impl Strategy<Value = Vec<Fact>> {
    let row = (0..3_u8, 1..28_u8, 0..3_u8, 1..20_000_i64, prop::option::of(0..12_usize));
    prop::collection::vec(row, 1..12).prop_map(|rows| {
        let row =
            |(at, (month, day, hour, cents, of)): (usize, (u8, u8, u8, i64, Option<usize>))| {
                let time = format!("2026-{:02}-{:02}T{:02}:00:00Z", month + 1, day % 3 + 1, hour);
                let (whole, part) = (cents / 100, cents % 100);
                fact(&match of {
                    Some(of) => format!("refund s-{at} {time} -{whole}.{part:02} s-{of}"),
                    None => format!("charge s-{at} {time} {whole}.{part:02}"),
                })
            };
        rows.into_iter().enumerate().map(row).collect()
    })
}

proptest! {
    /// No order of rows and no way to part them makes a difference.
    #[test]
    fn any_order_and_any_parts(
        (rows, shuffled) in rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        cut in 0..12_usize,
        deliveries in any::<bool>(),
    ) {
        let contract = contract("deal", "sale", "");
        let lens = Lens::of([&contract]);
        let once = settled(&contract, &known(&lens, &[vec![rows]]));
        let (one, two) = shuffled.split_at(cut.min(shuffled.len()));
        let (one, two) = (one.to_vec(), two.to_vec());
        let parts = if deliveries { vec![vec![one], vec![two]] } else { vec![vec![one, two]] };
        prop_assert_eq!(settled(&contract, &known(&lens, &parts)), once);
    }

    /// Whoever refunds everything has nothing left to share.
    #[test]
    fn what_is_taken_back_whole_leaves_nothing(rows in rows()) {
        let contract = contract("deal", "sale", "");
        let back = |sale: &Fact| {
            let amount = sale.amount.map(|amount| -amount);
            let time = "2026-03-20".parse().expect("a day");
            let kind = Kind::Refund;
            let id = sale.id.clone();
            let sale = sale.clone();
            Fact { kind, amount, time, id: id.clone().map(|id| format!("{id}-back")), reference: id, ..sale }
        };
        let sales: Vec<Fact> = rows.into_iter().filter(|row| row.kind == Kind::Charge).collect();
        let all = sales.iter().cloned().chain(sales.iter().map(back)).collect();
        let archive = known(&Lens::of([&contract]), &[vec![all]]);
        for settlement in settled(&contract, &archive) {
            prop_assert!(settlement.positions.iter().all(|(_, amount)| amount.is_zero()));
            prop_assert!(settlement.closing().iter().next().is_none());
        }
    }

    /// What is added up without single sales is added up with them, and a neighbour that asks for them
    /// changes nothing.
    #[test]
    fn a_neighbour_that_looks_closer_changes_nothing(rows in rows()) {
        let plain = contract("plain", "day", "");
        let closer = contract("closer", "sale", "scope = { channel = \"market*\" }\n");
        let alone = known(&Lens::of([&plain]), &[vec![rows.clone()]]);
        let beside = known(&Lens::of([&plain, &closer]), &[vec![rows]]);
        prop_assert_eq!(settled(&plain, &beside), settled(&plain, &alone));
        prop_assert!(alone.covers(&Lens::of([&closer])).is_err());
    }
}
