//! The express way through large files is no second meaning: whatever the files hold, however they are
//! cut, on any number of threads, what comes out is what the ordinary way brings.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use revshare::calendar::{Day, Zone};
use revshare::contract::Contract;
use revshare::fact::bulk::{MemoryShelf, Shelf};
use revshare::fact::{Archive, Delivery, Forgotten, Gathered, Hash, IdEntry, Lens};
use revshare::intake::{Bulk, Mapping, Request, discover, import, silent};

/// What an import brought, in a form that both ways share.
#[derive(Debug, PartialEq)]
struct Brought {
    delivery: Delivery,
    ids: BTreeMap<Hash, IdEntry>,
    findings: Vec<String>,
    rejects: Vec<String>,
}

struct Before {
    archive: Archive,
    ids: BTreeMap<Hash, IdEntry>,
}

fn contract() -> Contract {
    let text = r#"
        id = "deal"
        currency = "USD"
        timezone = "America/Los_Angeles"
        [parties]
        vendor = "V"
        platform = "P"
        [[schedule]]
        id = "acme"
        scope = { customer = "acme-*" }
        seller = "platform"
        [[schedule.terms]]
        effective = 2020-01-01
        basis = "net-sales"
        split = { vendor = "50%", platform = "50%" }
    "#;
    Contract::parse("contract.toml", text).unwrap()
}

/// The entries of the marks that are not void, one for each id.
fn marked(shelf: &MemoryShelf, gathered: &Gathered, void: &[Hash]) -> BTreeMap<Hash, IdEntry> {
    let mut placed = Vec::new();
    (0..1 << shelf.bits()).for_each(|bucket| shelf.bucket(bucket, &mut placed).unwrap());
    let standing = placed.iter().filter(|placed| void.binary_search(&placed.mark.id).is_err());
    let entry = |mark: &revshare::fact::bulk::Mark| {
        let (kind, product) = gathered.places[mark.place as usize];
        let (id, content, time) = (mark.id, mark.content, mark.time);
        (id, IdEntry { id, content, time, kind, charged: None, product })
    };
    standing.map(|placed| entry(&placed.mark)).collect()
}

fn brought(dir: &Path, before: &Before, express: Option<(usize, usize)>) -> Brought {
    let (contracts, mapping) = ([contract()], Mapping::default());
    let (lens, shelf) = (Lens::of(&contracts), MemoryShelf::default());
    let files = discover(dir).unwrap();
    let mut rejects = Vec::new();
    let import = import(Request {
        files: &files,
        mapping: &mapping,
        contracts: &contracts,
        lens: &lens,
        archive: &before.archive,
        known: &before.ids,
        rejects: Some(&mut rejects),
        progress: &mut silent,
        bulk: express.map(|(threads, chunk)| Bulk { shelf: &shelf, threads, chunk }),
        interrupt: None,
    })
    .unwrap();
    let mut ids: BTreeMap<Hash, IdEntry> =
        import.gathered.ids.iter().map(|entry| (entry.id, *entry)).collect();
    for (id, entry) in marked(&shelf, &import.gathered, &import.marked.void) {
        // A fact that an earlier delivery brought is marked again, and known from there.
        if !before.ids.contains_key(&id) {
            assert_eq!(ids.insert(id, entry), None, "a fact went both ways");
        }
    }
    let mut findings: Vec<String> =
        import.findings.iter().map(|finding| format!("{finding:?}")).collect();
    findings.sort();
    let text = String::from_utf8(rejects).unwrap();
    let mut rejects: Vec<String> = text.lines().map(str::to_owned).collect();
    rejects.sort();
    Brought { delivery: import.gathered.delivery, ids, findings, rejects }
}

fn nothing() -> Before {
    Before { archive: Archive::default(), ids: BTreeMap::new() }
}

/// Both ways through one folder after the other; before the last, what happened before a day is
/// forgotten, if one is given.
fn compare(
    folders: &[&Path],
    express: (usize, usize),
    forgotten: Option<&str>,
) -> Result<(), TestCaseError> {
    let mut before = nothing();
    for (at, folder) in folders.iter().enumerate() {
        if let Some(day) = forgotten.filter(|_| at + 1 == folders.len()) {
            forget(&mut before, day.parse().unwrap());
        }
        let ordinary = brought(folder, &before, None);
        let fast = brought(folder, &before, Some(express));
        prop_assert_eq!(&fast, &ordinary);
        before.archive.apply(&ordinary.delivery);
        before.ids.extend(ordinary.ids);
    }
    Ok(())
}

fn forget(before: &mut Before, day: Day) {
    let zone: Zone = "America/Los_Angeles".parse().unwrap();
    let days = [(zone.name().to_owned(), day)].into();
    before.archive.forget(&Forgotten { imports: vec![1], before: days }).unwrap();
    before.ids.retain(|_, entry| entry.time.day_in(&zone) >= day);
}

const HEAD: &str = "id,time,product,channel,customer,kind,quantity,unit,amount,currency,ref";

fn row() -> impl Strategy<Value = String> {
    let id = prop_oneof![12 => "s-[0-9]{2}", 4 => "s-[0-9]", 1 => Just(String::new())];
    let time = prop_oneof![
        12 => "2026-(10|11)-(0[1-9]|2[0-9]|3[01])(T0[0-9]:[0-5][0-9]:00Z)?",
        1 => "2026-10-05T0[0-9]:00:00(\\.5Z|-05:00)",
        1 => Just("5/1/25".to_owned()),
    ];
    let amount = prop_oneof![
        8 => "[0-9]{1,3}(\\.[0-9]{1,2})?",
        2 => "-[0-9]{1,2}\\.[05]0",
        1 => prop_oneof![Just(""), Just("1e5"), Just("0"), Just("0.12345678901234567")]
            .prop_map(str::to_owned),
    ];
    let kind =
        prop_oneof![6 => Just("charge"), 3 => Just("refund"), 1 => Just("fee"), 1 => Just("gift")];
    let customer =
        prop_oneof![Just("acme-1"), Just("b"), Just("zürich"), Just("\"q, r\""), Just("\"a\nb\"")];
    let reference = prop_oneof![9 => Just(String::new()), 2 => "s-[0-9]{1,2}"];
    let product = prop_oneof![Just("aria-1"), Just("aria-2"), Just("")];
    let currency = prop_oneof![9 => Just("USD"), 2 => Just("EUR"), 1 => Just("usd"), 1 => Just("")];
    (id, time, product, customer, kind, amount, currency, reference).prop_map(
        |(id, time, product, customer, kind, amount, currency, reference)| {
            format!("{id},{time},{product},marketplace,{customer},{kind},7,request,{amount},{currency},{reference}")
        },
    )
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        30 => row(),
        1 => Just("s-1,2026-10-05".to_owned()),
        1 => Just(" ".to_owned()),
        1 => Just("s-9,\"2026-10-05,open".to_owned()),
        1 => row().prop_map(|row| format!("{row}\r")),
    ]
}

fn file() -> impl Strategy<Value = String> {
    (proptest::collection::vec(line(), 0..40), any::<bool>()).prop_map(|(lines, ended)| {
        let end = if ended { "\n" } else { "" };
        format!("{HEAD}\n{}{end}", lines.join("\n"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn both_ways_bring_the_same(
        first in file(),
        second in file(),
        threads in 1_usize..4,
        chunk in prop_oneof![Just(40_usize), Just(300), Just(Bulk::CHUNK)],
        forgotten in prop_oneof![Just(None), Just(Some("2026-10-29")), Just(Some("2026-11-01"))],
    ) {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(one.path().join("sales.csv"), &first).unwrap();
        let mut packed = packed_of(second.as_bytes());
        if chunk == 300 {
            fs::write(two.path().join("sales.csv"), &second).unwrap();
        } else {
            packed.shrink_to_fit();
            fs::write(two.path().join("sales.csv.zst"), packed).unwrap();
        }
        compare(&[one.path(), two.path()], (threads, chunk), forgotten)?;
    }
}

/// Else the law above would hold for a way that is never taken.
#[test]
fn plain_rows_do_take_the_express_way() {
    let (dir, contracts) = (tempfile::tempdir().unwrap(), [contract()]);
    let row = |id: &str, customer: &str| {
        format!("{id},2026-10-05,aria-1,marketplace,{customer},charge,7,request,5.00,USD,\n")
    };
    let text = [format!("{HEAD}\n"), row("s-1", "b"), row("s-2", "b"), row("s-3", "\"q, r\"")];
    fs::write(dir.path().join("sales.csv"), text.concat()).unwrap();
    let (lens, shelf) = (Lens::of(&contracts), MemoryShelf::default());
    let import = import(Request {
        files: &discover(dir.path()).unwrap(),
        mapping: &Mapping::default(),
        contracts: &contracts,
        lens: &lens,
        archive: &Archive::default(),
        known: &(),
        rejects: None,
        progress: &mut silent,
        bulk: Some(Bulk { shelf: &shelf, threads: 2, chunk: 40 }),
        interrupt: None,
    })
    .unwrap();
    // The third has a quote, which only the ordinary reader takes.
    assert_eq!((import.marked.facts, import.gathered.ids.len()), (2, 1));
    assert_eq!(marked(&shelf, &import.gathered, &import.marked.void).len(), 2);
}

fn packed_of(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}
