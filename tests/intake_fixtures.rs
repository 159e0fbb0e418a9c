//! Feeds in the shapes that they come in, with made-up numbers: what each row becomes.

use std::io::Write;
use std::path::Path;

use proptest::prelude::*;
use revshare::contract::Contract;
use revshare::fact::{Archive, Content, Entry, Fact, Hash, IdEntry, Kind, Known, Lens, Table};
use revshare::intake::{
    Import, Mapping, Reader, Reading, Request, SourceFile, discover, import, silent,
};
use revshare::money::Exact;

fn exact(text: &str) -> Exact {
    text.parse().unwrap()
}

fn feed(name: &str, as_file: &str, table: Table) -> SourceFile {
    let path = Path::new("fixtures/feeds").join(name);
    SourceFile { name: as_file.to_owned(), path, table }
}

fn take_in(files: &[SourceFile], mapping: &Mapping) -> Import {
    let archive = Archive::default();
    import(Request {
        files,
        mapping,
        contracts: &[rate_card()],
        lens: &Lens::of(&[rate_card()]),
        archive: &archive,
        known: &(),
        rejects: None,
        progress: &mut silent,
        bulk: None,
        interrupt: None,
    })
    .unwrap()
}

fn facts(file: &SourceFile, mapping: &Mapping) -> Vec<Fact> {
    let mut reader = Reader::new(mapping, &[]);
    reader.survey(std::slice::from_ref(file)).unwrap();
    let mut rows = reader.open(file).unwrap();
    let mut facts = Vec::new();
    while let Some(row) = rows.next_row().unwrap() {
        if let Reading::Entries(entries) = row.result {
            facts.extend(entries.into_iter().filter_map(|(_, entry)| match entry {
                Entry::Fact(fact) => Some(fact),
                Entry::Fx(_) | Entry::Payment(_) | Entry::Grant(_) | Entry::Audit(_) => None,
            }));
        }
    }
    facts
}

#[test]
fn a_cost_export_with_marks_nulls_and_pricing_units() {
    let file = feed("focus-costs.csv", "costs.csv", Table::Costs);
    let read = facts(&file, &Mapping::default());
    assert_eq!(read.len(), 3);
    assert_eq!((read[0].product.as_str(), read[0].unit.as_str()), ("aria-2", "Tokens"));
    assert_eq!((read[1].quantity, read[1].unit.as_str()), (Some(exact("250000")), "Tokens"));
    assert_eq!((read[0].resource.as_str(), read[0].region.as_str()), ("", "eu-north-1"));
    assert_eq!(read[0].time.to_string(), "2026-10-03T11:00:00Z");
    let none = Mapping::default();
    let reader = Reader::new(&none, &[]);
    let first = reader.open(&file).unwrap().next_row().unwrap().unwrap();
    let Reading::Entries(entries) = first.result else { panic!("the first row is good") };
    let slice = entries[0].0.as_ref().unwrap();
    assert_eq!((slice.account.as_str(), slice.period.as_str()), ("payer-7", "2026-10-01"));
    let import = take_in(&[file], &none);
    let [channel, currency] = &import.findings[..] else { panic!("{:?}", import.findings) };
    assert_eq!(channel.code.id, "I029", "nothing says the channel");
    assert!(currency.message.contains("currency"), "an empty currency is no guess");
}

#[test]
fn a_cost_export_as_sales_and_as_usage() {
    let none = Mapping::default();
    let sales = facts(&feed("focus-costs.csv", "sales.csv", Table::Sales), &none);
    assert_eq!(
        sales.iter().map(|sale| sale.kind).collect::<Vec<_>>(),
        [Kind::Charge, Kind::Charge, Kind::Credit]
    );
    let usage = facts(&feed("focus-costs.csv", "usage.csv", Table::Usage), &none);
    assert_eq!(usage.len(), 3, "a credit has no quantity");
    assert!(usage.iter().all(|reading| reading.amount.is_none()));
}

#[test]
fn billing_events_of_2026_count_in_their_current_version() {
    let file = feed("billing-events.csv", "sales.csv", Table::Sales);
    let import = take_in(std::slice::from_ref(&file), &Mapping::default());
    assert_eq!(import.findings, []);
    let control = &import.gathered.delivery.files[0].controls[0];
    assert_eq!((control.read.rows, control.accepted.rows, control.superseded.rows), (11, 8, 3));
    let totals = import.feeds.0.values().next().unwrap();
    assert_eq!((totals.gross, totals.listing_fee), (exact("400"), exact("-12")));
    assert_eq!((totals.infrastructure, totals.owed()), (exact("-120.25"), exact("267.75")));
    assert_eq!((totals.disbursed, totals.pending()), (exact("436.5"), exact("-168.75")));
    let payments = &import.gathered.delivery.files[0].payments;
    let paid: Vec<String> = payments
        .iter()
        .map(|paid| format!("{} {} {} {}", paid.time, paid.from, paid.to, paid.amount))
        .collect();
    assert_eq!(paid.len(), 2);
    assert!(paid.contains(&"2026-10-26T00:00:00Z AWS S1 436.5".to_owned()), "{paid:?}");
    let read = facts(&file, &Mapping::default());
    let refund = read.iter().find(|fact| fact.kind == Kind::Refund).unwrap();
    assert_eq!(refund.reference.as_deref(), Some("E1"));
    let infra = read.iter().find(|fact| fact.kind == Kind::Cost).unwrap();
    assert_eq!((infra.category.as_str(), infra.amount), ("infrastructure", Some(exact("120.25"))));
}

#[test]
fn events_are_known_by_source_and_id() {
    let file = feed("events.ndjson", "usage.ndjson", Table::Usage);
    let read = facts(&file, &Mapping::default());
    let ids: Vec<_> = read.iter().map(|fact| fact.id.as_deref().unwrap()).collect();
    assert_eq!(ids, ["gateway-a/1", "gateway-b/1"]);
    assert_eq!(read[1].customer, "customer-9");
    let import = take_in(&[file], &Mapping::default());
    let origin = import.findings[0].origin.as_ref().unwrap();
    assert_eq!((import.findings[0].code.id, origin.line), ("I014", 4));
}

#[test]
fn a_map_makes_several_entries_of_a_row() {
    let mapping = Mapping::parse(
        "revshare.toml",
        r#"
        [[map]]
        files     = "requests*.csv"
        table     = "usage"
        source    = "gateway"
        zone      = "Europe/Berlin"
        delimiter = ";"
        slice     = { account = { constant = "gateway" }, period = { column = "AT" } }
        [map.fields]
        time    = { column = "AT" }
        product = { column = "MODEL", lookup = { "Aria 2" = "aria-2" }, otherwise = "aria-other" }
        [[map.emit]]
        name     = "in"
        unit     = { constant = "input-ktoken" }
        quantity = { column = "IN", per = 1000 }
        [[map.emit]]
        name     = "out"
        unit     = { constant = "output-token" }
        quantity = { column = "OUT", negate = true }
        "#,
    )
    .unwrap();
    let read = facts(&feed("requests.csv", "requests-1.csv", Table::Usage), &mapping);
    let shown: Vec<String> = read
        .iter()
        .map(|fact| format!("{} {} {}", fact.product, fact.quantity.unwrap(), fact.unit))
        .collect();
    assert_eq!(
        shown,
        [
            "aria-2 4 input-ktoken",
            "aria-2 -12 output-token",
            "aria-other 0.25 input-ktoken",
            "aria-other -900 output-token"
        ]
    );
    assert_eq!(read[0].time.to_string(), "2026-10-05T06:00:00.1234567Z");
}

#[test]
fn packing_line_ends_and_layout_change_nothing() {
    let csv = "id,time,kind,product,amount,currency\n\
               s-1,2026-10-05T08:00:00Z,charge,aria-2,120.00,USD\n\
               s-2,2026-10-06,refund,aria-2,-20.50,USD\n";
    let json = "{\"id\":\"s-1\",\"time\":\"2026-10-05T08:00:00Z\",\"kind\":\"charge\",\"product\":\"aria-2\",\"amount\":120,\"currency\":\"USD\"}\n\
                {\"id\":\"s-2\",\"time\":\"2026-10-06\",\"kind\":\"refund\",\"product\":\"aria-2\",\"amount\":\"-20.50\",\"currency\":\"USD\",\"ref\":null}";
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(csv.as_bytes()).unwrap();
    let forms: [(&str, Vec<u8>); 5] = [
        ("sales.csv", csv.into()),
        ("sales-crlf.csv", format!("\u{feff}{}", csv.replace('\n', "\r\n")).into()),
        ("sales.jsonl", json.into()),
        ("sales.csv.gz", gz.finish().unwrap()),
        ("sales.ndjson.zst", zstd::encode_all(json.as_bytes(), 1).unwrap()),
    ];
    for (name, bytes) in forms {
        let book = tempfile::tempdir().unwrap();
        std::fs::write(book.path().join(name), bytes).unwrap();
        let import = take_in(&discover(book.path()).unwrap(), &Mapping::default());
        let control = &import.gathered.delivery.files[0].controls[0];
        let due = (2, exact("99.50"));
        assert_eq!((control.accepted.rows, control.accepted.amount), due, "{name}");
    }
}

/// A contract whose rate card prices input tokens of aria models from October on.
fn rate_card() -> Contract {
    let text = "id = 'deal'\ncurrency = 'USD'\ntimezone = 'America/Los_Angeles'\n\
                [parties]\nvendor = 'V'\nplatform = 'P'\n\
                [[schedule]]\nid = 'marketplace'\nscope = { channel = 'marketplace' }\n\
                [[schedule.terms]]\neffective = 2026-10-01\nbasis = 'usage-fee'\n\
                payer = 'platform'\npayee = 'vendor'\n\
                rates = [{ unit = 'input-token', product = 'aria-*', price = '3.00', per = 1_000_000 }]\n";
    Contract::parse("contract.toml", text).unwrap()
}

#[test]
fn a_charge_without_an_amount_needs_a_rate_card_in_force() {
    let rows = "id,time,kind,product,channel,quantity,unit\n\
                priced,2026-10-05,charge,aria-2,marketplace,1000,input-token\n\
                still-september-there,2026-10-01T03:00:00Z,charge,aria-2,marketplace,1,input-token\n\
                no-price,2026-10-05,charge,aria-2,marketplace,1000,output-token\n\
                out-of-scope,2026-10-05,charge,aria-2,internal:chat,1000,input-token\n\
                no-unit,2026-10-05,charge,aria-2,marketplace,1000,\n";
    let book = tempfile::tempdir().unwrap();
    std::fs::write(book.path().join("sales.csv"), rows).unwrap();
    let (mapping, contracts) = (Mapping::default(), [rate_card()]);
    let reader = Reader::new(&mapping, &contracts);
    let file = discover(book.path()).unwrap().remove(0);
    let mut rows = reader.open(&file).unwrap();
    let mut accepted = Vec::new();
    while let Some(row) = rows.next_row().unwrap() {
        match row.result {
            Reading::Entries(_) => accepted.push(row.line),
            Reading::Refused { findings, .. } => assert_eq!(findings[0].code.id, "I019"),
            Reading::Superseded { .. } => panic!("own columns have no versions"),
        }
    }
    assert_eq!(accepted, [2]);
}

#[test]
fn what_an_earlier_delivery_brought_stands() {
    let book = tempfile::tempdir().unwrap();
    let head = "id,time,kind,amount,currency\n";
    let (mapping, contracts) = (Mapping::default(), [rate_card()]);
    let mut archive = Archive::default();
    let mut memory = Memory(Vec::new());
    for (amount, due) in [("5.00", (1, 0, 0)), ("5.0", (0, 1, 0)), ("6.00", (0, 0, 1))] {
        let row = format!("{head}s-1,2026-10-05,charge,{amount},USD\n");
        std::fs::write(book.path().join("sales.csv"), row).unwrap();
        let mut rejects = Vec::new();
        let import = import(Request {
            files: &discover(book.path()).unwrap(),
            mapping: &mapping,
            contracts: &contracts,
            lens: &Lens::of(&contracts),
            archive: &archive,
            known: &memory,
            rejects: Some(&mut rejects),
            progress: &mut silent,
            bulk: None,
            interrupt: None,
        })
        .unwrap();
        let control = &import.gathered.delivery.files[0].controls[0];
        let rows = (control.accepted.rows, control.duplicate.rows, control.rejected.rows);
        assert_eq!(rows, due, "{amount}");
        assert_eq!(String::from_utf8(rejects).unwrap().contains("I027"), due.2 == 1);
        archive.apply(&import.gathered.delivery);
        memory.0.extend(import.gathered.ids);
    }
}

/// The ids of earlier deliveries.
struct Memory(Vec<IdEntry>);

impl Known for Memory {
    fn find(&self, id: &Hash) -> std::io::Result<Option<IdEntry>> {
        Ok(self.0.iter().find(|entry| entry.id == *id).copied())
    }

    fn between(
        &self,
        first: &Hash,
        last: &Hash,
        take: &mut dyn FnMut(&Hash, &Content),
    ) -> std::io::Result<()> {
        let within = self.0.iter().filter(|entry| (*first..=*last).contains(&entry.id));
        within.for_each(|entry| take(&entry.id, &entry.content));
        Ok(())
    }
}

#[test]
fn the_maps_of_the_guide_are_maps() {
    let guide = std::fs::read_to_string("docs/feeds.md").unwrap();
    let maps: Vec<&str> =
        guide.split("```toml").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(maps.len(), 3);
    for map in maps {
        assert_eq!(Mapping::parse("revshare.toml", map).map(drop), Ok(()), "{map}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is done to a file, it is read to its end and every row is in one group.
    #[test]
    fn damaged_files_lose_nothing(
        which in 0..4_usize,
        hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let (name, as_file) = [
            ("focus-costs.csv", "costs.csv"),
            ("billing-events.csv", "sales.csv"),
            ("events.ndjson", "usage.ndjson"),
            ("focus-costs.csv", "sales.csv"),
        ][which];
        let mut bytes = std::fs::read(Path::new("fixtures/feeds").join(name)).unwrap();
        for (place, byte) in hits {
            *place.get_mut(&mut bytes) = byte;
        }
        bytes.truncate(bytes.len() - cut.index(40));
        let book = tempfile::tempdir().unwrap();
        std::fs::write(book.path().join(as_file), &bytes).unwrap();
        let import = take_in(&discover(book.path()).unwrap(), &Mapping::default());
        for control in &import.gathered.delivery.files[0].controls {
            let groups =
                [control.accepted, control.duplicate, control.superseded, control.rejected];
            prop_assert_eq!(control.read.rows, groups.iter().map(|group| group.rows).sum::<u64>());
            prop_assert_eq!(control.read.amount, groups.iter().map(|group| group.amount).sum());
        }
    }
}
