//! A second way to make fingerprints: slow and obvious. Everything is laid out in regions of a fixed
//! width, zeros and all, and added up in plain loops.

use super::{Content, Hash, Number, Rest, Shape, Table, time_code};

const WORDS: usize = 32;

/// A region's words for each sum, and the key for what is too long.
struct Region {
    keys: Vec<[u64; WORDS]>,
    long: [u8; 32],
}

/// Two factors and an offset.
type Fold = [u64; 3];

/// All random words of a key.
pub(super) struct Slow {
    ids: Vec<Region>,
    id_folds: [Fold; 3],
    /// For each word of the numbers the key of each sum: time, quantity, amount, then the words of a long
    /// quantity and a long amount.
    numbers: Vec<[u64; 2]>,
    contents: Vec<Region>,
    folds: [Fold; 2],
}

impl Slow {
    pub(super) fn of(key: [u8; 16]) -> Self {
        let mut bytes = vec![0; 10_000];
        blake3::Hasher::new_derive_key(
            "revshare 2026-11 words that fingerprints of facts are made with",
        )
        .update(&key)
        .finalize_xof()
        .fill(&mut bytes);
        let mut words = bytes.chunks(8).map(|word| u64::from_le_bytes(word.try_into().unwrap()));
        let mut next = || words.next().unwrap();
        Self {
            ids: (0..3).map(|_| region(3, &mut next)).collect(),
            id_folds: [(); 3].map(|()| [next(), next(), next()]),
            numbers: (0..7).map(|_| [next(), next()]).collect(),
            contents: (0..7).map(|_| region(2, &mut next)).collect(),
            folds: [(); 2].map(|()| [next(), next(), next()]),
        }
    }

    pub(super) fn id(&self, table: Table, source: &str, id: &[u8]) -> Hash {
        let texts = [table.as_str().as_bytes(), source.as_bytes(), id];
        let part = |at: usize| {
            let sums = self.ids.iter().zip(texts).map(|(region, text)| sum(region, at, Some(text)));
            folded(sums.fold(0, u64::wrapping_add), self.id_folds[at])
        };
        [part(0), part(1), part(2)].concat().try_into().unwrap()
    }

    pub(super) fn content(&self, shape: &Shape<'_>, rest: &Rest<'_>) -> Content {
        let Shape { kind, product, channel, region, category, unit, currency } = *shape;
        let mut shape = Vec::new();
        for part in [kind, product, channel, region, category, unit, currency] {
            shape.extend([part.as_bytes(), b"\xFF"].concat());
        }
        let (time, nanos) = time_code(rest.time);
        let (mut seldom, mut is_seldom) = (Vec::new(), nanos != 0);
        let mut words = |number| match number {
            Some(Number::Millionths(millionths)) => [millionths as u64, 0, 0],
            Some(Number::Units(units)) => [(1 << 63) + 1, units as u64, (units >> 64) as u64],
            Some(Number::Long(value)) => {
                seldom.extend([value.to_string().as_bytes(), b"\xFF"].concat());
                is_seldom = true;
                [(1 << 63) + 2, 0, 0]
            }
            None => [1 << 63, 0, 0],
        };
        let ([quantity, a, b], [amount, c, d]) = (words(rest.quantity), words(rest.amount));
        seldom.extend(nanos.to_le_bytes());
        let numbers = [time as u64, quantity, amount, a, b, c, d];
        let some = |text| Some(text).filter(|text: &&[u8]| !text.is_empty());
        let texts = [
            Some(&*shape),
            Some(rest.customer),
            some(rest.deal),
            some(rest.resource),
            rest.reference.map(str::as_bytes),
            Some(&*seldom).filter(|_| is_seldom),
            None,
        ];
        let part = |at: usize| {
            let texts = self.contents.iter().zip(texts).map(|(region, text)| sum(region, at, text));
            let mut whole = texts.fold(0, u64::wrapping_add);
            for (number, (word, keys)) in numbers.iter().zip(&self.numbers).enumerate() {
                whole = whole.wrapping_add(times(*word, keys[at]));
                let always = number < 3;
                whole = whole.wrapping_sub(if always { 0 } else { times(0, keys[at]) });
            }
            folded(whole, self.folds[at])
        };
        [part(0), part(1)].concat()[..6].try_into().unwrap()
    }
}

fn region(sums: usize, next: &mut impl FnMut() -> u64) -> Region {
    let mut keys = vec![[0; WORDS]; sums];
    for word in 0..WORDS {
        keys.iter_mut().for_each(|keys| keys[word] = next());
    }
    let long = [next(), next(), next(), next()].map(u64::to_le_bytes);
    Region { keys, long: long.concat().try_into().unwrap() }
}

/// What one text adds to one of the sums; what is not there is zeros, as what is behind a text.
fn sum(region: &Region, at: usize, text: Option<&[u8]>) -> u64 {
    let (words, keys) = (laid_out(region, text), &region.keys[at]);
    let mut sum = 0_u64;
    for (word, key) in words.iter().zip(keys) {
        sum = sum.wrapping_add(times(*word, *key)).wrapping_sub(times(0, *key));
    }
    sum
}

fn laid_out(region: &Region, text: Option<&[u8]>) -> [u64; WORDS] {
    let mut bytes = text.map_or(Vec::new(), |text| [text, b"\xFF"].concat());
    if bytes.len() > 8 * WORDS {
        let hash = blake3::keyed_hash(&region.long, &bytes);
        bytes = [hash.as_bytes(), &1_u64.to_le_bytes()[..]].concat();
    }
    bytes.resize(8 * WORDS, 0);
    std::array::from_fn(|at| u64::from_le_bytes(bytes[8 * at..8 * at + 8].try_into().unwrap()))
}

/// Both halves of a word and of a key, each of 32 bits, added and then multiplied.
fn times(word: u64, key: u64) -> u64 {
    let low = (word as u32).wrapping_add(key as u32);
    let high = ((word >> 32) as u32).wrapping_add((key >> 32) as u32);
    u64::from(low) * u64::from(high)
}

fn folded(sum: u64, [k, l, offset]: Fold) -> [u8; 4] {
    let (low, high) = (sum % (1 << 32), sum / (1 << 32));
    let product = k.wrapping_add(low).wrapping_mul(l.wrapping_add(high));
    ((product.wrapping_add(offset) / (1 << 32)) as u32).to_le_bytes()
}
