//! A keyed hash of texts and numbers that costs one multiplication for sixteen bytes: NH, as in UMAC
//! and VMAC, over words of 64 bits, and what makes 64 even bits of its sum.
//!
//! Whatever is hashed is a row of words of one fixed width, cut into regions: a text has a region, a
//! number a word. A text is its bytes, one byte more that ends it, and zeros to the end of its
//! region. So different texts are different words, and a sum needs only the words that are not zero.
//!
//! The law: for two rows of words that differ, the keys being random and unknown to whoever chose
//! them, the sums are alike with a probability of at most 2^-64 (NH, Black and others, 1999). If
//! they are not, the 64 bits made of them are as any two random numbers, so alike once in 2^64
//! (multiply-shift over pairs, Thorup; "Multilinear-HM" of Lemire and Kaser). Together: 2^-63.

/// Pairs of words in a region.
const PAIRS: usize = 16;
/// Words in a region.
pub(super) const WORDS: usize = 2 * PAIRS;
/// Bytes of a pair.
const PAIR: usize = 16;
/// Ends a text: a byte that no text has.
pub(super) const END: u8 = 0xFF;
/// Stands behind the four words that stand for a long text. A text ends with [`END`], this does not.
const LONG: u64 = 1;

/// Random words, as many as are asked for.
pub(super) struct Source {
    stream: blake3::OutputReader,
    /// What is left of the block that was read last: a block costs as much as a word of it.
    block: [u64; 8],
    left: usize,
}

impl Source {
    /// Words that nobody knows who does not know the secret. They depend on it alone.
    pub(super) fn of(secret: &[u8]) -> Self {
        const PURPOSE: &str = "revshare 2026-11 words that fingerprints of facts are made with";
        let stream = blake3::Hasher::new_derive_key(PURPOSE).update(secret).finalize_xof();
        Self { stream, block: [0; 8], left: 0 }
    }

    fn word(&mut self) -> u64 {
        if self.left == 0 {
            let mut bytes = [0; 64];
            self.stream.fill(&mut bytes);
            let (words, _) = bytes.as_chunks();
            self.block = std::array::from_fn(|at| u64::from_le_bytes(words[at]));
            self.left = self.block.len();
        }
        self.left -= 1;
        self.block[self.block.len() - 1 - self.left]
    }

    fn wide(&mut self) -> u128 {
        u128::from(self.word()) << 64 | u128::from(self.word())
    }

    fn pair(&mut self) -> [u64; 2] {
        [self.word(), self.word()]
    }
}

/// The sums of several independent sets of keys: one for 64 bits of result, two for 128.
pub(super) type Sums<const N: usize> = [u128; N];

/// The keys of one pair of words.
pub(super) struct Pair<const N: usize>([[u64; 2]; N]);

impl<const N: usize> Pair<N> {
    pub(super) fn new(source: &mut Source) -> Self {
        Self(std::array::from_fn(|_| source.pair()))
    }

    /// Adds two words.
    #[inline(always)]
    pub(super) fn add(&self, sums: &mut Sums<N>, [a, b]: [u64; 2]) {
        for (sum, [k, l]) in sums.iter_mut().zip(&self.0) {
            let product = u128::from(a.wrapping_add(*k)) * u128::from(b.wrapping_add(*l));
            *sum = sum.wrapping_add(product);
        }
    }
}

/// The keys of a text. What a text adds to sums does not depend on the zeros behind it: what they
/// would add is taken off.
pub(super) struct Region<const N: usize> {
    keys: [Pair<N>; PAIRS],
    /// For so many pairs what they add if they are zero.
    zeros: [Sums<N>; PAIRS + 1],
    long: [u8; 32],
}

impl<const N: usize> Region<N> {
    pub(super) fn new(source: &mut Source) -> Self {
        let keys = std::array::from_fn(|_| Pair::new(source));
        let mut long = [0; 32];
        long.as_chunks_mut().0.fill_with(|| source.word().to_le_bytes());
        let mut zeros = [[0; N]; PAIRS + 1];
        let mut sums = [0; N];
        for (zeros, pair) in zeros[1..].iter_mut().zip(&keys) {
            pair.add(&mut sums, [0, 0]);
            *zeros = sums;
        }
        Self { keys, zeros, long }
    }

    /// Adds a text.
    #[inline(always)]
    pub(super) fn add(&self, sums: &mut Sums<N>, text: &[u8]) {
        let (whole, rest) = text.as_chunks::<PAIR>();
        let Some(last) = self.keys.get(whole.len()) else {
            return self.add_many(sums, &words(text));
        };
        for (pair, keys) in whole.iter().zip(&self.keys) {
            keys.add(sums, halves(u128::from_le_bytes(*pair)));
        }
        last.add(sums, ended(rest));
        self.take_off(sums, whole.len() + 1);
    }

    /// Adds a text that stands as [`words`]; more zeros behind them change nothing.
    #[inline(always)]
    pub(super) fn add_words(&self, sums: &mut Sums<N>, words: &[u64]) {
        if words.len() > WORDS {
            return self.add_many(sums, words);
        }
        let (pairs, odd) = words.as_chunks();
        for (pair, keys) in pairs.iter().zip(&self.keys) {
            keys.add(sums, *pair);
        }
        if let ([word], Some(keys)) = (odd, self.keys.get(pairs.len())) {
            keys.add(sums, [*word, 0]);
        }
        self.take_off(sums, words.len().div_ceil(2));
    }

    #[inline(always)]
    fn take_off(&self, sums: &mut Sums<N>, pairs: usize) {
        for (sum, zeros) in sums.iter_mut().zip(&self.zeros[pairs]) {
            *sum = sum.wrapping_sub(*zeros);
        }
    }

    #[cold]
    fn add_many(&self, sums: &mut Sums<N>, words: &[u64]) {
        let used = words.iter().rposition(|word| *word != 0).map_or(0, |last| last + 1);
        let words = &words[..used];
        if used > WORDS { self.add_long(sums, words) } else { self.add_words(sums, words) }
    }

    /// Adds a text that is longer than the region: its keyed BLAKE3 stands for it.
    #[cold]
    fn add_long(&self, sums: &mut Sums<N>, words: &[u64]) {
        let mut hasher = blake3::Hasher::new_keyed(&self.long);
        for word in words {
            hasher.update(&word.to_le_bytes());
        }
        let hash = hasher.finalize();
        let (four, _) = hash.as_bytes().as_chunks();
        let [a, b, c, d] = [0, 1, 2, 3].map(|at: usize| u64::from_le_bytes(four[at]));
        self.add_words(sums, &[a, b, c, d, LONG]);
    }
}

/// The keys that make 64 even bits of a sum.
pub(super) struct Fold {
    factors: [u128; 2],
    offset: u128,
}

impl Fold {
    pub(super) fn new(source: &mut Source) -> Self {
        Self { factors: [source.wide(), source.wide()], offset: source.wide() }
    }

    #[inline(always)]
    pub(super) fn of(&self, sum: u128) -> u64 {
        let [low, high] = halves(sum);
        let [k, l] = self.factors;
        let product = k.wrapping_add(low.into()).wrapping_mul(l.wrapping_add(high.into()));
        halves(product.wrapping_add(self.offset))[1]
    }
}

/// The lower and the upper half.
#[inline(always)]
fn halves(wide: u128) -> [u64; 2] {
    [wide as u64, (wide >> 64) as u64]
}

/// A text as words, the first byte the lowest: its bytes, [`END`] and zeros.
fn words(text: &[u8]) -> Vec<u64> {
    let (whole, rest) = text.as_chunks::<PAIR>();
    let whole = whole.iter().map(|pair| halves(u128::from_le_bytes(*pair)));
    whole.chain([ended(rest)]).flatten().collect()
}

/// Less than sixteen bytes and [`END`].
#[inline(always)]
fn ended(rest: &[u8]) -> [u64; 2] {
    let end = |rest: &[u8]| word(rest) | u64::from(END) << (8 * rest.len());
    match rest.split_first_chunk() {
        Some((first, rest)) => [u64::from_le_bytes(*first), end(rest)],
        None => [end(rest), 0],
    }
}

/// Up to eight bytes as a word, the first of them the lowest.
#[inline(always)]
pub(crate) fn word(bytes: &[u8]) -> u64 {
    let half = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
    match (bytes.first_chunk(), bytes.last_chunk()) {
        // They may overlap, and are alike where they do.
        (Some(first), Some(last)) => half(first) | half(last) << (8 * (bytes.len() - 4)),
        _ => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}
