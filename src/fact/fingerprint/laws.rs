//! What fingerprints promise: values count and all of them, the slow way makes the same, nothing can
//! be confused, and near ids are as far apart as any.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::slow::Slow;
use super::*;
use crate::fact::Kind;
use crate::fact::number::MILLIONTHS;
use crate::money::Exact;

fn fact(time: &str) -> Fact {
    Fact::new(Kind::Charge, "s-1", time.parse().unwrap())
}

fn content(fact: &Fact) -> Content {
    HashKey::default().fact(fact)
}

#[test]
fn values_count_and_not_how_they_are_written() {
    let here = fact("2026-10-31T23:30:00-05:00");
    assert_eq!(content(&here), content(&fact("2026-11-01T04:30:00.000Z")));
    assert_ne!(content(&fact("2026-11-01")), content(&fact("2026-11-01T00:00:00Z")));
    let amount = |text: &str| {
        let amount = Some(text.parse().unwrap());
        content(&Fact { amount, ..fact("2026-10-05") })
    };
    assert_eq!(amount("17"), amount("17.00"));
    assert_eq!(amount("-0.0"), amount("0"));
    let long = "0.1234567890123456789012345678";
    assert_ne!(amount(long), amount(&long[..29]));
    let large = ["1000000000000000", "1000000000000001", "18446744073709551616.0"];
    assert_ne!(amount(large[0]), amount(large[1]));
    assert_eq!(amount(large[2]), amount(&large[2][..20]));
    let part = |nanos: &str| content(&fact(&format!("2026-10-05T08:00:00{nanos}Z")));
    assert_ne!(part(".5"), part(""));
    assert_ne!(part(".5"), part(".25"));
}

#[test]
fn every_field_counts() {
    let mut others = crate::fact::samples::one_field_each(&fact("2026-10-05"));
    // Its id is no part of its content.
    others.retain(|other| other.id.is_some());
    let all: std::collections::BTreeSet<_> = others.iter().map(content).collect();
    assert_eq!(all.len(), others.len());
}

/// The words of texts of less than 32 bytes: the first of all, then the second.
fn words(texts: &[&[u8]]) -> [Column; 4] {
    let word = |text: &[u8], at: usize| {
        let mut bytes = [text, &[END]].concat();
        bytes.resize(32, 0);
        u64::from_le_bytes(bytes[8 * at..][..8].try_into().unwrap())
    };
    let text = |row: usize| texts.get(row).copied().unwrap_or_default();
    std::array::from_fn(|at| std::array::from_fn(|row| word(text(row), at)))
}

/// The fingerprints of ids, as many as there may be at once.
fn many_ids(hasher: &IdHasher, ids: &[&[u8]]) -> Vec<Hash> {
    let mut found = vec![Hash::default(); ids.len()];
    hasher.of_many(words(ids).each_ref(), &mut found);
    found
}

/// The same for what facts say that have nothing but a time, small numbers and a customer.
fn many_contents(key: [u8; 16], all: &[Said]) -> Vec<Content> {
    let key = HashKey::new(key);
    let column = |of: &dyn Fn(&Said) -> u64| -> Column {
        std::array::from_fn(|row| all.get(row).map_or(7, of))
    };
    let shapes = [0, 1].map(|at| column(&|said| key.shape(&said.shape()).sums()[at]));
    let times = column(&|said| time_code(said.time).0 as u64).map(u64::cast_signed);
    let numbers = [
        column(&|said| number_word(said.numbers[0])),
        column(&|said| number_word(said.numbers[1])),
    ];
    let customers = words(&all.iter().map(|said| said.texts[0].as_bytes()).collect::<Vec<_>>());
    let facts = Facts {
        shapes: shapes.each_ref(),
        times: &times,
        numbers: numbers.each_ref(),
        customers: customers.each_ref(),
    };
    let mut found = vec![Content::default(); all.len()];
    key.of_many(&facts, &mut found);
    found
}

fn number() -> impl Strategy<Value = Option<Number>> {
    let long =
        ["0.1234567890123456789", "0.0000000000001", "-0.0000000000001", "1000000000000000.5"];
    let long = proptest::sample::select(long.to_vec());
    let long = long.prop_map(|text| Number::from(text.parse::<Exact>().unwrap()));
    let few =
        (-2_i128..=2, 0_u32..4).prop_map(|(number, thousands)| number * 1000_i128.pow(thousands));
    let near = (-3_i128..=3).prop_map(|more| (i128::from(MILLIONTHS) * 1_000_000) + more * 500_000);
    let units = prop_oneof![few, near, -LARGEST..=LARGEST].prop_map(Number::units);
    proptest::option::of(prop_oneof![3 => units, 1 => long])
}

fn time() -> impl Strategy<Value = Moment> {
    let day = (0_i64..3).prop_map(|days| Moment::On(Day::EPOCH.plus(days)));
    let nanos = prop_oneof![3 => Just(0_u32), 1 => 1_u32..3];
    let at = (-3_i64..200_000, nanos).prop_map(|(seconds, nanos)| Moment::At { seconds, nanos });
    prop_oneof![day, at]
}

/// Texts that are easily confused: with zeros, of lengths near those of words, pairs and regions.
fn text() -> impl Strategy<Value = String> + Clone {
    let lengths = [0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 254, 255, 256, 257, 263, 264, 600];
    let text = (proptest::sample::select(lengths.to_vec()), "[a\0]", 0_usize..3);
    text.prop_map(|(length, letter, zeros)| letter.repeat(length) + &"\0".repeat(zeros))
}

/// A fact as it is hashed.
#[derive(Clone, Debug, PartialEq)]
struct Said {
    shape: Vec<String>,
    time: Moment,
    texts: [String; 3],
    numbers: [Option<Number>; 2],
    reference: Option<String>,
}

impl Said {
    fn shape(&self) -> Shape<'_> {
        let part = |at: usize| &*self.shape[at];
        Shape {
            kind: part(0),
            product: part(1),
            channel: part(2),
            region: part(3),
            category: part(4),
            unit: part(5),
            currency: part(6),
        }
    }

    fn rest(&self) -> Rest<'_> {
        let [customer, deal, resource] = self.texts.each_ref().map(String::as_bytes);
        let ([quantity, amount], reference) = (self.numbers, self.reference.as_deref());
        Rest { time: self.time, customer, deal, resource, quantity, amount, reference }
    }
}

fn said(text: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = Said> {
    let reference = proptest::option::of(text.clone());
    let texts = [text.clone(), text.clone(), text.clone()];
    let shape = proptest::collection::vec(prop_oneof![2 => Just(String::new()), 1 => text], 7);
    (shape, time(), texts, [number(), number()], reference).prop_map(
        |(shape, time, texts, numbers, reference)| Said { shape, time, texts, numbers, reference },
    )
}

proptest! {
    #[test]
    fn ids_are_those_of_the_slow_way(
        key in any::<[u8; 16]>(),
        table in proptest::sample::select(Table::ALL.to_vec()),
        source in text(),
        id in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        let (slow, hasher) = (Slow::of(key), HashKey::new(key).ids_of(table, &source));
        let due = slow.id(table, &source, &id);
        prop_assert_eq!(hasher.of(&id), due);
        let many: Vec<&[u8]> = (0..AT_ONCE).map(|length| &id[..id.len().min(length % 32)]).collect();
        for count in [many.len(), id.len() % AT_ONCE] {
            for (found, id) in many_ids(&hasher, &many[..count]).iter().zip(&many) {
                prop_assert_eq!(*found, slow.id(table, &source, id));
            }
        }
        let text = String::from_utf8_lossy(&id);
        let due = slow.id(table, &source, text.as_bytes());
        prop_assert_eq!(HashKey::new(key).id(table, &source, &text), due);
    }

    #[test]
    fn contents_are_those_of_the_slow_way(
        key in any::<[u8; 16]>(),
        all in proptest::collection::vec(said(text()), 1..4),
        count in 0..=AT_ONCE,
    ) {
        let slow = Slow::of(key);
        for said in &all {
            let found = HashKey::new(key).shape(&said.shape()).of(&said.rest());
            prop_assert_eq!(found, slow.content(&said.shape(), &said.rest()));
        }
        // The same where only what a loop over plain rows knows is there.
        let small = |number: &Option<Number>| !matches!(number, Some(Number::Units(_) | Number::Long(_)));
        let plain = |said: Said| {
            let time = match said.time {
                Moment::At { seconds, nanos: _ } => Moment::At { seconds, nanos: 0 },
                Moment::On(day) => Moment::On(day),
            };
            let mut texts = [said.texts[0].clone(), String::new(), String::new()];
            texts[0].truncate(31);
            let numbers = said.numbers.map(|number| number.filter(|it| small(&Some(*it))));
            Said { time, texts, numbers, reference: None, ..said }
        };
        let all: Vec<Said> = all.into_iter().map(plain).collect();
        let all: Vec<Said> = all.iter().cycle().take(count.max(all.len())).cloned().collect();
        for (said, found) in all.iter().zip(many_contents(key, &all)) {
            prop_assert_eq!(found, slow.content(&said.shape(), &said.rest()));
        }
    }

    #[test]
    fn millionths_are_what_fits(units in prop_oneof![-LARGEST..=LARGEST, -3_000_000_i128..=3_000_000]) {
        let due = match Number::units(units) {
            Number::Millionths(millionths) => i128::from(millionths) * 1_000_000,
            Number::Units(found) => {
                let whole = units / 1_000_000;
                prop_assert!(units % 1_000_000 != 0 || whole.abs() > MILLIONTHS.into());
                found
            }
            Number::Long(_) => unreachable!("never of units"),
        };
        prop_assert_eq!(units, due);
    }

    #[test]
    fn what_differs_is_not_confused(all in proptest::collection::vec(said("[ab]?"), 2..40)) {
        not_confused(&all)?;
    }

    #[test]
    fn texts_are_not_confused(all in proptest::collection::vec(said(text()), 2..10)) {
        not_confused(&all)?;
    }

    /// A text that moves to another field, or has an end where another has none.
    #[test]
    fn a_text_that_moves_counts(said in said(text()), from in 0_usize..11, to in 0_usize..11) {
        let mut other = said.clone();
        let moved = std::mem::take(field(&mut other, from));
        field(&mut other, to).push_str(&moved);
        not_confused(&[said, other])?;
    }
}

fn field(said: &mut Said, at: usize) -> &mut String {
    let Said { shape, texts, reference, .. } = said;
    let texts = shape.iter_mut().chain(texts);
    texts.chain([reference.get_or_insert_default()]).nth(at).unwrap()
}

fn not_confused(all: &[Said]) -> Result<(), TestCaseError> {
    let key = HashKey::default();
    let content = |said: &Said| key.shape(&said.shape()).of(&said.rest());
    for (number, said) in all.iter().enumerate() {
        for other in &all[..number] {
            prop_assert_eq!(said == other, content(said) == content(other), "{:?}", (said, other));
        }
    }
    Ok(())
}

/// Ids that are near each other: numbers, one bit or byte apart, their words or pairs in another order.
fn near_ids() -> BTreeSet<Vec<u8>> {
    let mut ids = BTreeSet::new();
    ids.extend((0..60_000_u32).map(|number| format!("{number:022}").into_bytes()));
    ids.extend((0..60_000_u32).map(|number| format!("order-{number}/line-1").into_bytes()));
    for number in 0..200_u32 {
        let id = blake3::hash(&number.to_le_bytes()).to_hex().as_bytes()[..48].to_vec();
        for bit in 0..8 * id.len() {
            let mut other = id.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            ids.insert(other);
        }
        let parts: Vec<&[u8]> = id.chunks(8).collect();
        for (a, b) in (0..6).flat_map(|a| (0..6).map(move |b| (a, b))) {
            let mut other = parts.clone();
            other.swap(a, b);
            ids.insert(other.concat());
            other.rotate_left(a);
            ids.insert(other.concat());
        }
        ids.extend((0..=id.len()).map(|length| id[..length].to_vec()));
    }
    ids
}

#[test]
fn near_ids_are_far_apart_and_evenly_spread() {
    let ids = near_ids();
    assert!(ids.len() > 200_000, "{}", ids.len());
    for key in [[0; 16], [7; 16], *b"sixteen bytes...", [0xFF; 16]] {
        let hasher = HashKey::new(key).ids_of(Table::Sales, "own");
        let hashes: BTreeSet<Hash> = ids.iter().map(|id| hasher.of(id)).collect();
        assert_eq!(hashes.len(), ids.len());
        for at in 0..12 {
            assert_even(hashes.iter().map(|hash| hash[at]));
        }
    }
}

#[test]
fn contents_are_evenly_spread() {
    let of = |cents: i64| Said {
        shape: vec!["charge".to_owned(); 7],
        time: Moment::On(Day::EPOCH),
        texts: Default::default(),
        numbers: [Some(Number::Millionths(1)), Some(Number::Millionths(10_000 * cents))],
        reference: None,
    };
    let facts: Vec<Said> = (0..100_000).map(of).collect();
    let all = facts.chunks(AT_ONCE).flat_map(|facts| many_contents([0; 16], facts));
    let all: BTreeSet<Content> = all.collect();
    assert_eq!(all.len(), 100_000);
    for at in 0..6 {
        assert_even(all.iter().map(|content| content[at]));
    }
}

/// Chi-squared of 256 counts. Around 255 is usual; ids in a row may be spread more evenly than random
/// numbers are, or a little less.
fn assert_even(bytes: impl Iterator<Item = u8>) {
    let (mut counts, mut all) = ([0_u64; 256], 0);
    for byte in bytes {
        counts[usize::from(byte)] += 1;
        all += 1;
    }
    let squares: u64 = counts.iter().map(|count| (256 * count).abs_diff(all).pow(2)).sum();
    let chi_squared = squares / (256 * all);
    assert!(chi_squared < 1_000, "{chi_squared}");
}

#[test]
fn known_answers() {
    let key = HashKey::new(*b"sixteen bytes...");
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let long = "long".repeat(100);
    let ids = ["", "s-1", "2026-10-charge-00000017", &long];
    let ids = ids.map(|id| hex(&key.id(Table::Sales, "own", id)));
    let sale = |amount: &str| {
        let amount = Some(amount.parse().unwrap());
        hex(&key.fact(&Fact { amount, ..fact("2026-10-05T08:00:00Z") }))
    };
    let sales = ["17.00", "0.0000017", "0.1234567890123456789"].map(sale);
    let due = [
        "7278dc2957448aa50e191fbb",
        "fed970c50f5e16bf5c851597",
        "59b03ad36eba7798c05870a4",
        "3f774840e4cb6d44cacd910f",
    ];
    assert_eq!(ids, due);
    assert_eq!(sales, ["6962c0235357", "2907c4cb46c2", "482ee932e4f0"]);
}
