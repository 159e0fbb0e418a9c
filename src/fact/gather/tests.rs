//! Each rule of a delivery, by example.

use super::Disposition::{self, Accepted, Conflict, Contested, Duplicate};
use super::book::{Book, Row, entry, file, lens, slice};
use super::seen::Seen;
use crate::fact::{Archive, Fact, Gather, Kind, Lens, NotTallied};
use crate::money::Exact;

/// Deliveries of one file each.
fn book(deliveries: &[&[&str]]) -> Book {
    let mut book = Book::default();
    deliveries.iter().for_each(|lines| drop(book.import(&[file(lines)])));
    book
}

#[test]
fn ids_make_a_row_one_fact() {
    const FIRST: &str = "charge s-1 2026-10-05 17";
    for (second, due) in [
        ("charge s-1 2026-10-05 17.00", Duplicate),
        ("charge s-2 2026-10-05 17", Accepted),
        ("charge s-1 2026-10-05 18", Contested),
        ("refund s-1 2026-10-05 -17", Contested),
        ("cost s-1 2026-10-05 17", Accepted),
        ("usage s-1 2026-10-05 -", Accepted),
        ("payment s-1 2026-10-05 a b 17", Accepted),
    ] {
        let (_, judged) = Book::default().judge(&[file(&[FIRST, second])]);
        assert_eq!(judged, [Accepted, due], "{second}");
        let mut book = book(&[&[FIRST]]);
        let due = if due == Contested { Conflict } else { due };
        assert_eq!(book.judge(&[file(&[second])]).1, [due], "{second}, later");
    }
}

#[test]
fn without_an_id_every_row_counts() {
    let book = book(&[&["cost - 2026-10-05 5", "cost - 2026-10-05 5"], &["cost - 2026-10-05 5"]]);
    assert_eq!(book.cells(), ["2026-10-05 cost 3 15"]);
}

#[test]
fn an_earlier_delivery_stands() {
    let book = book(&[&["charge s-1 2026-10-05 18"], &["charge s-1 2026-10-05 17"]]);
    assert_eq!(book.cells(), ["2026-10-05 charge 1 18"]);
    assert_eq!(book.controls(1), [0, 0, 0, 1]);
}

#[test]
fn of_contested_rows_the_first_in_canonical_order_stands() {
    let (a, b, c) = ("charge s 2026-10-05 17", "charge s 2026-10-05 18", "charge s 2026-10-06 1");
    for (rows, losers, counted) in [
        (vec![a, b], vec![3], [1, 0, 0, 1]),
        (vec![b, a], vec![2], [1, 0, 0, 1]),
        (vec![b, a, a], vec![2], [1, 1, 0, 1]),
        (vec![b, b, a, c, b, a], vec![2, 3, 5, 6], [1, 1, 0, 4]),
        (vec![a, a, b, a], vec![4], [1, 2, 0, 1]),
    ] {
        let mut book = Book::default();
        let gathered = book.import(&[file(&rows)]);
        let rows_lost: Vec<u64> = gathered.losers.iter().map(|loser| loser.row).collect();
        assert_eq!(rows_lost, losers, "{rows:?}");
        assert_eq!(book.cells(), ["2026-10-05 charge 1 17"], "{rows:?}");
        assert_eq!(book.controls(0), counted, "{rows:?}");
        assert_eq!(book.import(&[file(&[a])]).ids, [], "the winner is what is remembered");
        assert_eq!(book.controls(1), [0, 1, 0, 0]);
    }
}

#[test]
fn a_contest_crosses_files() {
    let mut book = Book::default();
    book.import(&[
        file(&["charge s 2026-10-05 18"]),
        file(&["charge s 2026-10-05 17", "charge s 2026-10-05 18"]),
    ]);
    assert_eq!(book.cells(), ["2026-10-05 charge 1 17"]);
    assert_eq!([book.controls(0), book.controls(1)], [[0, 0, 0, 1], [1, 0, 0, 1]]);
}

#[test]
fn a_contested_fact_may_refer_to_another() {
    let mut book = book(&[&["charge s 2026-10-05 18"]]);
    book.import(&[file(&["credit r 2026-11-05 -2", "credit r 2026-11-05 -1 s"])]);
    assert_eq!(book.cells()[1..], ["2026-10-05 credit 1 -1 of 2026-10-05"]);
    let mut book = Book::default();
    book.import(&[file(&["credit r 2026-11-05 -2 s", "credit r 2026-11-04 -1 s"])]);
    assert_eq!(book.cells(), ["2026-11-04 credit 1 -1"]);
    assert_eq!(book.unresolved(), ["r"]);
}

#[test]
fn what_takes_back_takes_its_originals_day() {
    let charge = "charge s 2026-10-05 10";
    for (lines, due) in [
        (vec!["refund r 2026-11-02 -4 s"], vec!["2026-10-05 refund 1 -4 of 2026-10-05"]),
        (vec!["chargeback r 2026-11-02 -4 s"], vec!["2026-10-05 chargeback 1 -4 of 2026-10-05"]),
        (vec!["fee f 2026-11-02 -1 s"], vec!["2026-11-02 fee 1 -1 of 2026-10-05"]),
        (vec!["tax t 2026-11-02 2 s"], vec!["2026-11-02 tax 1 2 of 2026-10-05"]),
        (vec!["collected c 2026-12-02 9 s"], vec!["2026-12-02 collected 1 9 of 2026-10-05"]),
        (
            vec!["refund r 2026-11-02 -4 s", "chargeback b 2026-12-02 4 r"],
            vec!["2026-10-05 refund 1 -4 of 2026-10-05", "2026-10-05 chargeback 1 4 of 2026-10-05"],
        ),
        (
            vec!["fee f 2026-11-02 -1 s", "credit c 2026-12-02 -1 f"],
            vec!["2026-11-02 credit 1 -1 of 2026-10-05", "2026-11-02 fee 1 -1 of 2026-10-05"],
        ),
    ] {
        let due: Vec<&str> = std::iter::once("2026-10-05 charge 1 10").chain(due).collect();
        let together: Vec<&str> = std::iter::once(charge).chain(lines.iter().copied()).collect();
        let backwards: Vec<&str> = together.iter().rev().copied().collect();
        let apart: Vec<&[&str]> = together.chunks(1).collect();
        let late: Vec<&[&str]> = backwards.chunks(1).collect();
        for order in [book(&[&together]), book(&[&backwards]), book(&apart), book(&late)] {
            assert_eq!(order.cells(), due, "{lines:?}");
            assert_eq!(order.unresolved(), [""; 0], "{lines:?}");
        }
    }
}

#[test]
fn what_refers_to_nothing_known_stays_and_is_listed() {
    for (lines, unresolved) in [
        (vec!["refund r 2026-11-02 -4 s"], vec!["r"]),
        (vec!["refund r 2026-11-02 -4 r"], vec!["r"]),
        (vec!["refund a 2026-11-02 -4 b", "refund b 2026-11-02 -4 a"], vec!["a", "b"]),
        (
            vec!["refund a 2026-11-02 -4 b", "refund b 2026-11-02 -4 a", "fee c 2026-11-02 -1 a"],
            vec!["a", "b"],
        ),
        (vec!["refund a 2026-11-02 -4 b", "refund b 2026-11-02 -4 s"], vec!["b"]),
        (vec!["refund a 2026-11-02 -4 k", "cost k 2026-10-01 4"], vec!["a"]),
    ] {
        let apart: Vec<&[&str]> = lines.chunks(1).collect();
        for book in [book(&[&lines]), book(&apart)] {
            assert_eq!(book.unresolved(), unresolved, "{lines:?}");
            let days: Vec<String> = book.cells().iter().map(|cell| cell[..7].to_owned()).collect();
            assert!(days.iter().all(|month| month == "2026-11" || month == "2026-10"));
        }
    }
}

#[test]
fn what_follows_a_waiting_fact_stands_and_moves_with_it() {
    let lines = ["refund c 2026-11-09 -1 b", "refund b 2026-11-02 -4 a", "charge a 2026-10-05 10"];
    let mut book = book(&[&lines[..2]]);
    assert_eq!(book.cells(), ["2026-11-02 refund 1 -4", "2026-11-02 refund 1 -1"]);
    assert_eq!(book.unresolved(), ["b"]);
    let own: Vec<_> = book.evidence().tally.iter().filter_map(|(key, _)| key.own).collect();
    assert_eq!(own, ["2026-11-09".parse().unwrap()]);
    book.import(&[file(&lines[2..])]);
    assert_eq!(
        book.cells()[1..],
        ["2026-10-05 refund 1 -4 of 2026-10-05", "2026-10-05 refund 1 -1 of 2026-10-05"]
    );
    let mut apart = Book::default();
    for (line, unresolved) in lines.iter().zip([&["c"][..], &["b"], &[]]) {
        apart.import(&[file(&[line])]);
        assert_eq!(apart.unresolved(), unresolved);
    }
    assert_eq!(apart.everything(), book.everything());
}

#[test]
fn what_refers_to_a_charge_knows_its_product() {
    let sale = |line: &str, product: &str| match entry(line) {
        crate::fact::Entry::Fact(fact) => {
            (None, crate::fact::Entry::Fact(Fact { product: product.into(), ..fact }))
        }
        other => (None, other),
    };
    let rows = [
        sale("charge x 2026-10-04 1", "haiku"),
        sale("charge s 2026-10-05 10", "opus"),
        sale("refund r 2026-11-02 -4 s", ""),
        sale("chargeback q 2026-11-03 1 r", "sonnet"),
    ];
    let mut orders = vec![vec![rows.to_vec()]];
    orders.push(rows.iter().map(|row| vec![row.clone()]).collect());
    orders.push(rows.iter().rev().map(|row| vec![row.clone()]).collect());
    for order in orders {
        let mut book = Book::default();
        order.into_iter().for_each(|rows| drop(book.import(&[rows])));
        let charged = book.evidence().tally.into_cells();
        let charged = charged.into_iter().filter_map(|(key, _)| key.charged);
        let products: Vec<_> = charged.map(|charge| charge.product).collect();
        assert_eq!(products, ["opus", "opus"]);
    }
}

#[test]
fn a_move_is_recorded_once() {
    let mut book = book(&[&["refund r 2026-11-02 -4 s"], &["refund q 2026-11-03 -1 r"]]);
    let gathered = book.import(&[file(&["charge s 2026-10-05T23:30:00-07:00 10"])]);
    let moved = |id: &str| gathered.delivery.moves.iter().any(|it| it.pending.id == id);
    assert!(moved("r") && moved("q") && gathered.delivery.moves.len() == 2);
    let moved = ["2026-10-06 refund 1 -4 of 2026-10-06", "2026-10-06 refund 1 -1 of 2026-10-06"];
    assert_eq!(book.cells()[1..], moved, "one for each day of their own");
    let here = book.archive.evidence(&lens().zones[0]).unwrap();
    assert!(here.tally.iter().all(|(key, _)| key.day.to_string() == "2026-10-05"));
    let again = book.import(&[file(&["chargeback p 2026-12-01 1 q"])]);
    assert_eq!(again.delivery.moves, []);
    assert_eq!(again.ids[0].time.to_string(), "2026-10-06T06:30:00Z", "where q stands now");
}

#[test]
fn a_long_chain_is_no_danger() {
    let fact = |at: u32| -> Row {
        let reference = if at == 0 { "s".to_owned() } else { (at - 1).to_string() };
        (None, entry(&format!("refund {at} 2026-11-02 -1 {reference}")))
    };
    let mut rows: Vec<Row> = (0..20_000).map(fact).collect();
    rows.push((None, entry("charge s 2026-10-05 1")));
    let mut book = Book::default();
    book.import(&[rows]);
    assert_eq!(book.cells()[1], "2026-10-05 refund 20000 -20000 of 2026-10-05");
}

#[test]
fn a_slice_is_replaced_whole() {
    let mut book = Book::default();
    let one = |amount| format!("cost - 2026-10-05 {amount}");
    book.import(&[slice("2026-10", &[&one(5)]), slice("2026-10", &[&one(5), &one(7)])]);
    assert_eq!(book.cells(), ["2026-10-05 cost 3 17"], "one delivery adds up");
    book.import(&[slice("2026-11", &["cost - 2026-11-05 3"])]);
    assert_eq!(book.cells()[0], "2026-10-05 cost 3 17", "another period");
    book.import(&[slice("2026-10", &[&one(6)]), file(&[&one(1)])]);
    assert_eq!(book.cells(), ["2026-10-05 cost 2 7", "2026-11-05 cost 1 3"]);
    let controls: Vec<_> = (0..5).map(|file| book.controls(file)).collect();
    assert_eq!(controls, [[0, 0, 1, 0], [0, 0, 2, 0], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]]);
    let gone = book.archive.file_tally(1, &lens().zones[0]).unwrap();
    assert!(gone.is_empty());
}

#[test]
fn what_waits_in_a_slice_goes_with_it() {
    let refund = "refund - 2026-11-02 -4 s";
    let mut book = Book::default();
    book.import(&[slice("2026-11", &[refund, refund])]);
    assert_eq!(book.unresolved().len(), 2);
    let mut early = book.clone();
    early.import(&[slice("2026-11", &["refund - 2026-11-02 -3 s"])]);
    early.import(&[file(&["charge s 2026-10-05 10"])]);
    book.import(&[file(&["charge s 2026-10-05 10"])]);
    assert_eq!(book.cells()[1], "2026-10-05 refund 2 -8 of 2026-10-05");
    book.import(&[slice("2026-11", &["refund - 2026-11-02 -3 s"])]);
    assert_eq!(book.cells()[1..], ["2026-10-05 refund 1 -3 of 2026-10-05"]);
    assert_eq!(book.everything(), early.everything());
}

#[test]
fn rates_replace_and_payments_do_not() {
    let (old, new) = ("fx 2026-10-05 EUR USD 1.25", "fx 2026-10-05 EUR USD 1.5");
    let rate = |book: &Book| -> Vec<String> {
        book.evidence().rates.iter().map(|rate| rate.rate.to_string()).collect()
    };
    let replaced = book(&[&[old], &[new]]);
    assert_eq!(rate(&replaced), ["1.5"]);
    assert_eq!([replaced.controls(0), replaced.controls(1)], [[0, 0, 1, 0], [1, 0, 0, 0]]);
    for both in [[old, new], [new, old]] {
        assert_eq!(rate(&book(&[&both])), ["1.25"]);
        let mixed = book(&[&[old], &both]);
        assert_eq!((rate(&mixed), mixed.controls(1)), (vec!["1.25".into()], [0, 1, 0, 1]));
    }
    let paid = "payment p 2026-11-10 platform vendor 5";
    let other = "payment p 2026-11-10 platform vendor 6";
    let book = book(&[&[other], &[paid, other]]);
    assert_eq!(book.evidence().payments.len(), 1);
    assert_eq!(book.evidence().payments[0].amount, Exact::from(6));
    assert_eq!(book.controls(1), [0, 1, 0, 1]);
}

#[test]
fn every_row_is_counted() {
    let archive = Archive::default();
    let mut gather = Gather::new(&lens(), &archive, &());
    let book =
        Book::default().import(&[file(&["charge s 2026-10-05 10", "charge u 2026-10-05 -"])]);
    let controls = &book.delivery.files[0].controls;
    assert_eq!(controls.len(), 2, "one of them without a currency");
    let header = super::FileHeader {
        path: "x".into(),
        table: super::Table::Sales,
        format: "own".into(),
        source: "own".into(),
    };
    let file = gather.open(header);
    gather.reject(file, Some("USD".parse().unwrap()), Some(Exact::from(4)));
    gather.reject(file, None, None);
    gather.supersede(file, Some("USD".parse().unwrap()), Some(Exact::from(5)));
    let delivery = gather.finish().delivery;
    let read: Vec<_> =
        delivery.files[0].controls.iter().map(|it| (it.read.rows, it.read.amount)).collect();
    assert_eq!(read, [(1, Exact::ZERO), (2, Exact::from(9))]);
    assert_eq!(delivery.files[0].parts, []);
}

#[test]
fn a_zone_that_was_not_tallied_is_an_error() {
    let book = book(&[&["charge s 2026-10-05 10"]]);
    let kolkata = "Asia/Kolkata".parse().unwrap();
    let error = book.archive.evidence(&kolkata).unwrap_err();
    assert!(error.to_string().contains("\"Asia/Kolkata\""), "{error}");
    assert!(book.archive.file_tally(0, &kolkata).is_err());
    assert!(Archive::default().evidence(&kolkata).is_ok(), "nothing there is nothing missed");
    let wider = Lens { customers: vec![crate::contract::Pattern::new("bond")], ..lens() };
    let NotTallied(missing) = book.archive.covers(&wider).unwrap_err();
    assert_eq!((missing.customers, missing.zones), (vec!["bond".to_owned()], vec![]));
    assert_eq!(book.archive.covers(&lens()), Ok(()));
}

#[test]
fn files_are_known_by_their_bytes_and_sorted_by_path() {
    let archive = Archive::default();
    let mut gather = Gather::new(&lens(), &archive, &());
    for (path, digest) in [("b.csv", "2"), ("a.csv", "1")] {
        let (table, format, source) = (super::Table::Sales, "own".into(), "own".into());
        let file = gather.open(super::FileHeader { path: path.into(), table, format, source });
        let refund = format!("refund {digest} 2026-10-05 -1 s");
        gather.push(file, 2, None, &entry(&refund)).unwrap();
        gather.close(file, digest.into(), 9);
    }
    let delivery = gather.finish().delivery;
    let paths: Vec<_> = delivery.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["a.csv", "b.csv"]);
    let homes: Vec<_> = delivery.pending.iter().map(|it| (it.id.as_str(), it.file)).collect();
    assert_eq!(homes, [("1", 0), ("2", 1)]);
    let mut archive = Archive::default();
    archive.apply(&delivery);
    assert!(
        archive.has_file(crate::fact::Table::Sales, "1")
            && !archive.has_file(crate::fact::Table::Sales, "3")
    );
}

#[test]
fn customers_that_no_contract_names_are_added_up() {
    let sale = |id: &str, customer: &str| {
        let fact = Fact {
            customer: customer.into(),
            amount: Some(Exact::from(1)),
            ..Fact::new(Kind::Charge, id, "2026-10-05".parse().unwrap())
        };
        (None, crate::fact::Entry::Fact(fact))
    };
    let mut book = Book::default();
    book.import(&[vec![sale("1", "acme"), sale("2", "bond"), sale("3", "corp")]]);
    assert_eq!(book.cells(), ["2026-10-05 charge 2 2", "2026-10-05 charge 1 1"]);
}

#[test]
fn a_delivery_reads_back_as_written() {
    let mut book = book(&[&["refund r 2026-11-02 -4 s"]]);
    let both = [
        file(&["charge s 2026-10-05 10", "fx 2026-10-05 EUR USD 1.25"]),
        slice("x", &["cost - 2026-10-05 1"]),
    ];
    let delivery = book.import(&both).delivery;
    let json = serde_json::to_string(&delivery).unwrap();
    assert_eq!(serde_json::from_str::<crate::fact::Delivery>(&json).unwrap(), delivery);
}

#[test]
fn an_id_costs_about_a_hundred_bytes() {
    // In a list, and its place in a table of which at least seven sixteenths are full: four bytes and one.
    assert!(size_of::<(crate::fact::Hash, Seen)>() + 5 * 16 / 7 <= 100);
    assert_eq!(size_of::<Disposition>(), 1);
}
