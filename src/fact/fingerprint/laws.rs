//! What fingerprints promise: values count and all of them, the slow way makes the same, nothing can
//! be confused, and near ids are as far apart as any.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::slow::Slow;
use super::*;
use crate::fact::Kind;
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

/// A text as words, with more zeros behind them.
fn words(text: &[u8], zeros: usize) -> Vec<u64> {
    let mut bytes = [text, &[END]].concat();
    bytes.resize(bytes.len().next_multiple_of(8) + 8 * zeros, 0);
    bytes.chunks(8).map(|word| u64::from_le_bytes(word.try_into().unwrap())).collect()
}

fn number() -> impl Strategy<Value = Option<Number>> {
    let long =
        ["0.1234567890123456789", "0.0000000000001", "-0.0000000000001", "1000000000000000.5"];
    let long = proptest::sample::select(long.to_vec());
    let long = long.prop_map(|text| Number::from(text.parse::<Exact>().unwrap()));
    let units = prop_oneof![-2_i128..=2, -LARGEST..=LARGEST].prop_map(Number::Units);
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
        zeros in 0_usize..40,
    ) {
        let (slow, hasher) = (Slow::of(key), HashKey::new(key).ids_of(table, &source));
        let due = slow.id(table, &source, &id);
        prop_assert_eq!(hasher.of(&id), due);
        prop_assert_eq!(hasher.of_words(&words(&id, zeros)), due);
        let text = String::from_utf8_lossy(&id);
        let due = slow.id(table, &source, text.as_bytes());
        prop_assert_eq!(HashKey::new(key).id(table, &source, &text), due);
    }

    #[test]
    fn contents_are_those_of_the_slow_way(
        key in any::<[u8; 16]>(), said in said(text()), zeros in 0_usize..40,
    ) {
        let contents = HashKey::new(key).shape(&said.shape());
        let of = |said: &Said| {
            let content = contents.of(&said.rest());
            (content, content == Slow::of(key).content(&said.shape(), &said.rest()))
        };
        prop_assert!(of(&said).1);
        // The same where only what a loop over plain rows knows is there.
        let units = |number| if let Some(Number::Units(units)) = number { Some(units) } else { None };
        let [quantity, amount] = said.numbers.map(units);
        let numbers = [quantity.map(Number::Units), amount.map(Number::Units)];
        let time = match said.time {
            Moment::At { seconds, nanos: _ } => Moment::At { seconds, nanos: 0 },
            Moment::On(day) => Moment::On(day),
        };
        let texts = [said.texts[0].clone(), String::new(), String::new()];
        let plain = Said { time, texts, numbers, reference: None, ..said };
        let customer = words(plain.texts[0].as_bytes(), zeros);
        let code = time_code(time).0;
        let (due, is_slow) = of(&plain);
        prop_assert!(is_slow);
        prop_assert_eq!(contents.of_words(code, quantity, amount, &customer), due);
        let nobody = Said { texts: Default::default(), ..plain };
        let due = of(&nobody).0;
        for none in [&words(b"", zeros)[..], &vec![0; zeros], &[]] {
            prop_assert_eq!(contents.of_words(code, quantity, amount, none), due);
        }
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
    let contents = HashKey::default().shape(&Said::shape(&Said {
        shape: vec!["charge".to_owned(); 7],
        time: Moment::On(Day::EPOCH),
        texts: Default::default(),
        numbers: [None; 2],
        reference: None,
    }));
    let of = |cents: i128| contents.of_words(3, Some(1), Some(cents * 10_i128.pow(10)), &[]);
    let all: BTreeSet<Content> = (0..100_000).map(of).collect();
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
    let id = |id: &str| hex(&key.id(Table::Sales, "own", id));
    assert_eq!(id(""), "9abe1bc4f213dcf82f6f4991");
    assert_eq!(id("s-1"), "4b4c85512bba738ece31b895");
    assert_eq!(id("2026-10-charge-00000017"), "a24318604a8219f36d05ccba");
    assert_eq!(id(&"long".repeat(100)), "bfb527666ecf898315fbc7f5");
    let sale = Fact { amount: Some("17.00".parse().unwrap()), ..fact("2026-10-05T08:00:00Z") };
    assert_eq!(hex(&key.fact(&sale)), "41d28d8081f8");
}
