//! Forgetting ids changes nothing that is settled: books that forget at random moments and books that
//! never do pay the same, whatever is delivered again; and what is refused or stays on its own day
//! for it is said.

use std::fs;

use proptest::prelude::*;
use revshare::book::Book;
use revshare::intake::SourceFile;

const MONTHS: u32 = 5;
const HEAD: &str = "id,time,product,channel,kind,amount,currency,ref\n";

fn contract(top: &str, zone: &str) -> String {
    format!(
        r#"
        id = "deal"
        currency = "USD"
        timezone = "{zone}"
        {top}
        [parties]
        vendor = "V"
        platform = "P"
        [[schedule]]
        id = "all"
        seller = "platform"
        [[schedule.terms]]
        effective = 2020-01-01
        basis = "net-sales"
        split = {{ vendor = "50%", platform = "50%" }}
        [[schedule.terms]]
        effective = 2026-03-15
        basis = "net-sales"
        split = {{ vendor = "60%", platform = "40%" }}
    "#
    )
}

/// One row: the month of its fact, which of that month, and whether it says something else than usual.
#[derive(Clone, Debug)]
struct Row {
    month: u32,
    number: u32,
    other: bool,
}

fn text(row: &Row) -> String {
    let Row { month, number, other } = row;
    // Edges of the month included: the last hours of a month lie in the next one elsewhere.
    let times = [("01", "T00:30:00Z"), ("28", "T23:59:59Z"), ("15", ""), ("01", "T08:00:00Z")];
    let (day, hour) = times[(number % 4) as usize];
    let amount = 100 * month + number + u32::from(*other);
    format!("s-{month}-{number},2026-{month:02}-{day}{hour},aria,shop,charge,{amount}.50,USD,\n")
}

/// What comes in one month: some of it new, some late, some again.
fn delivery(month: u32) -> impl Strategy<Value = Vec<Row>> {
    let row = (1..=month, 0_u32..6, prop::bool::weighted(0.2));
    let some = row.prop_map(|(month, number, other)| Row { month, number, other });
    let first = Row { month, number: 7, other: false };
    prop::collection::vec(some, 0..8).prop_map(move |mut rows| {
        rows.push(first.clone());
        rows
    })
}

/// What was closed, without what is said of rows that came too late.
fn paid(book: &Book) -> Vec<String> {
    let contract = &book.contracts()[0];
    let periods = book.store().closings().map(|head| head.period).collect::<Vec<_>>();
    let statement = |period| {
        let mut statement = book.closed(contract, period).unwrap().unwrap();
        statement.exceptions.retain(|it| it.kind != "refused-as-final");
        statement.canonical()
    };
    periods.into_iter().map(statement).collect()
}

fn play(contract: &str, deliveries: &[Vec<Row>], forget_after: &[bool]) -> (Vec<String>, u64) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("contract.toml"), contract).unwrap();
    let mut forgotten = 0;
    for (month, (rows, forget)) in (1..).zip(deliveries.iter().zip(forget_after)) {
        let name = format!("sales-{month}.csv");
        let rows: String = rows.iter().map(text).collect();
        fs::write(dir.path().join(&name), format!("{HEAD}{rows}")).unwrap();
        // Opened anew: what was forgotten is forgotten on the disk.
        let mut book = Book::open(dir.path(), None).unwrap();
        let file: SourceFile = book.source_file(&dir.path().join(&name)).unwrap();
        book.import_files(vec![file], &mut |_| ()).unwrap();
        book.close_through(Some(format!("2026-{month:02}").parse().unwrap())).unwrap();
        if *forget {
            forgotten += book.forget(None).unwrap().imports.len() as u64;
        }
        drop(book);
        assert_eq!(revshare::store::verify(&dir.path().join(".revshare")).unwrap().findings, []);
    }
    (paid(&Book::open(dir.path(), None).unwrap()), forgotten)
}

fn tops() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("finality = 1"),
        Just("finality = 2"),
        Just("finality = 1\nlate = \"next-period\""),
        Just("late = \"next-period\""),
        Just(""),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn a_book_that_forgets_pays_the_same(
        top in tops(),
        zone in prop_oneof![Just("UTC"), Just("America/Los_Angeles"), Just("Asia/Tokyo")],
        deliveries in (1..=MONTHS).map(delivery).collect::<Vec<_>>(),
        forget in prop::collection::vec(any::<bool>(), MONTHS as usize),
    ) {
        let contract = contract(top, zone);
        let (kept, none) = play(&contract, &deliveries, &[false; MONTHS as usize]);
        let (dropped, forgotten) = play(&contract, &deliveries, &forget);
        prop_assert_eq!(none, 0);
        prop_assert_eq!(dropped, kept);
        if !top.contains("finality") {
            prop_assert_eq!(forgotten, 0, "without finality every id is needed");
        }
    }
}
