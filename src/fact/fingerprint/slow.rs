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
type Fold = [u128; 3];

/// All random words of a key.
pub(super) struct Slow {
    ids: Vec<Region>,
    id_folds: [Fold; 2],
    numbers: [u64; 4],
    contents: Vec<Region>,
    fold: Fold,
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
            ids: (0..3).map(|_| region(2, &mut next)).collect(),
            id_folds: [fold(&mut next), fold(&mut next)],
            numbers: [next(), next(), next(), next()],
            contents: (0..7).map(|_| region(1, &mut next)).collect(),
            fold: fold(&mut next),
        }
    }

    pub(super) fn id(&self, table: Table, source: &str, id: &[u8]) -> Hash {
        let texts = [table.as_str().as_bytes(), source.as_bytes(), id];
        let half = |at: usize| {
            let sums = self.ids.iter().zip(texts).map(|(region, text)| sum(region, at, Some(text)));
            folded(sums.fold(0, u128::wrapping_add), self.id_folds[at])
        };
        let mut hash = [0; 12];
        hash[..8].copy_from_slice(&half(0).to_le_bytes());
        hash[8..].copy_from_slice(&half(1).to_le_bytes()[..4]);
        hash
    }

    pub(super) fn content(&self, shape: &Shape<'_>, rest: &Rest<'_>) -> Content {
        let Shape { kind, product, channel, region, category, unit, currency } = *shape;
        let mut shape = Vec::new();
        for part in [kind, product, channel, region, category, unit, currency] {
            shape.extend([part.as_bytes(), b"\xFF"].concat());
        }
        let (time, nanos) = time_code(rest.time);
        let (mut seldom, mut is_seldom) = (Vec::new(), nanos != 0);
        let mut halves = |number| match number {
            Some(Number::Units(units)) => (units as u64, (units >> 64) as u32),
            Some(Number::Long(value)) => {
                seldom.extend([value.to_string().as_bytes(), b"\xFF"].concat());
                is_seldom = true;
                (0, 0x8000_0001)
            }
            None => (0, 0x8000_0000),
        };
        let ((quantity, upper), (amount, highest)) = (halves(rest.quantity), halves(rest.amount));
        seldom.extend(nanos.to_le_bytes());
        let numbers =
            [time as u64, quantity, amount, u64::from(upper) + (u64::from(highest) << 32)];
        let some = |text| Some(text).filter(|text: &&[u8]| !text.is_empty());
        let texts = [
            Some(&*shape),
            some(rest.customer),
            some(rest.deal),
            some(rest.resource),
            rest.reference.map(str::as_bytes),
            Some(&*seldom).filter(|_| is_seldom),
            None,
        ];
        let [a, b] = [0, 2].map(|at| times(&numbers[at..], &self.numbers[at..]));
        let texts = self.contents.iter().zip(texts).map(|(region, text)| sum(region, 0, text));
        let whole = folded(texts.fold(a.wrapping_add(b), u128::wrapping_add), self.fold);
        whole.to_le_bytes()[..6].try_into().unwrap()
    }
}

fn region(sums: usize, next: &mut impl FnMut() -> u64) -> Region {
    let mut keys = vec![[0; WORDS]; sums];
    for pair in 0..WORDS / 2 {
        for keys in &mut keys {
            (keys[2 * pair], keys[2 * pair + 1]) = (next(), next());
        }
    }
    let long = [next(), next(), next(), next()].map(u64::to_le_bytes);
    Region { keys, long: long.concat().try_into().unwrap() }
}

fn fold(next: &mut impl FnMut() -> u64) -> Fold {
    [(); 3].map(|()| {
        let upper = next();
        u128::from(upper) * (1 << 64) + u128::from(next())
    })
}

/// What one text adds to one of the sums; what is not there is zeros, as what is behind a text.
fn sum(region: &Region, at: usize, text: Option<&[u8]>) -> u128 {
    let (words, keys) = (laid_out(region, text), &region.keys[at]);
    let mut sum = 0_u128;
    for pair in (0..WORDS).step_by(2) {
        sum = sum.wrapping_add(times(&words[pair..], &keys[pair..]));
        sum = sum.wrapping_sub(times(&[0, 0], &keys[pair..]));
    }
    sum
}

fn laid_out(region: &Region, text: Option<&[u8]>) -> [u64; WORDS] {
    let mut bytes = text.map_or(Vec::new(), |text| [text, b"\xFF"].concat());
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    if bytes.len() > 8 * WORDS {
        let hash = blake3::keyed_hash(&region.long, &bytes);
        bytes = [hash.as_bytes(), &1_u64.to_le_bytes()[..]].concat();
    }
    bytes.resize(8 * WORDS, 0);
    std::array::from_fn(|at| u64::from_le_bytes(bytes[8 * at..8 * at + 8].try_into().unwrap()))
}

fn times(words: &[u64], keys: &[u64]) -> u128 {
    let both = |at: usize| (u128::from(words[at]) + u128::from(keys[at])) % (1 << 64);
    both(0) * both(1)
}

fn folded(sum: u128, [k, l, offset]: Fold) -> u64 {
    let (low, upper) = (sum % (1 << 64), sum / (1 << 64));
    let product = k.wrapping_add(low).wrapping_mul(l.wrapping_add(upper));
    (product.wrapping_add(offset) / (1 << 64)) as u64
}
