//! Rows of CSV: what both read, we read as the csv crate does, row for row and field for field; and
//! the rows that come out are all that went in.
#![no_main]

use libfuzzer_sys::fuzz_target;
use revshare::fact::Entry;
use revshare::intake::{Mapping, Reading};
use revshare_fuzz::{Desk, import_whole, rows};

const HEADER: &str = "id,time,kind,product,region,amount,currency\n";

thread_local! {
    static DESK: Desk = Desk::default();
}

fuzz_target!(|text: &str| {
    let none = Mapping::default();
    let whole = format!("{HEADER}{text}");
    let file = DESK.with(|desk| desk.put("sales.csv", whole.as_bytes(), &none)).expect("a table");
    import_whole(&file, &none, &[]);
    let read = rows(&file, &none);
    let unreadable = |row: &&revshare::intake::Row| match &row.result {
        Reading::Refused { findings, .. } => {
            findings.iter().any(|found| found.message.contains("quote"))
        }
        Reading::Entries(_) | Reading::Superseded { .. } => false,
    };
    // A carriage return alone ends a row for the crate, and is a letter here.
    let alone = text.split("\r\n").any(|part| part.contains('\r'));
    if alone || read.iter().any(|row| unreadable(&row)) {
        return;
    }
    let mut witness = csv::ReaderBuilder::new().flexible(true).from_reader(whole.as_bytes());
    let due: Vec<csv::StringRecord> = witness
        .records()
        .map(|record| record.expect("text"))
        .filter(|record| record.len() > 1 || !record[0].trim().is_empty())
        .collect();
    assert_eq!(read.len(), due.len(), "as many rows");
    for (row, due) in read.iter().zip(&due) {
        let Reading::Entries(entries) = &row.result else { continue };
        assert_eq!(due.len(), 7, "a row that counts has all fields");
        for (_, entry) in entries {
            let Entry::Fact(fact) = entry else { panic!("a sale is a fact") };
            let same = |ours: &str, theirs: &str| {
                assert_eq!(ours.trim(), theirs.replace("\r\n", "\n").trim());
            };
            same(fact.id.as_deref().unwrap_or(""), &due[0]);
            same(&fact.product, &due[3]);
            same(&fact.region, &due[4]);
        }
    }
});
