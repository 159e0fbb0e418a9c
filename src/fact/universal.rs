//! A keyed hash of texts and numbers that costs few multiplications, and none that waits for another: NH,
//! as in UMAC, over words of 32 bits, and what makes 32 even bits of its sum.
//!
//! Whatever is hashed is a row of words of one fixed width, cut into regions: a text has a region, a
//! number a word of 64 bits, which is two of 32. A text is its bytes, one byte more that ends it, and zeros
//! to the end of its region. So different texts are different words, and a sum needs only the words that
//! are not zero.
//!
//! The law: for two rows of words that differ, the keys being random and unknown to whoever chose
//! them, the sums are alike with a probability of at most 2^-32 (NH, Black and others, 1999). If
//! they are not, the 32 bits made of them are as any two random numbers, so alike once in 2^32
//! (multiply-shift over pairs, Thorup; "Multilinear-HM" of Lemire and Kaser). Together: 2^-31. Several
//! such sums with keys of their own have nothing to do with each other: so often 2^-31.
//!
//! A processor that multiplies several words of 32 bits at once hashes several rows at once.

/// Words in a region.
pub(super) const WORDS: usize = 32;
/// Bytes of a word.
const WORD: usize = 8;
/// Rows that are hashed at once.
pub(crate) const AT_ONCE: usize = 128;
/// The lower half of a word.
const HALF: u64 = u32::MAX as u64;
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
}

/// The sums of several independent sets of keys: each for 32 bits of result.
pub(super) type Sums<const N: usize> = [u64; N];

/// The keys of one word, one for each half of it.
pub(super) struct Keys<const N: usize>([[u64; 2]; N]);

impl<const N: usize> Keys<N> {
    pub(super) fn new(source: &mut Source) -> Self {
        Self(std::array::from_fn(|_| halves(source.word())))
    }

    /// Adds a word.
    #[inline(always)]
    pub(super) fn add(&self, sums: &mut Sums<N>, word: u64) {
        for (at, sum) in sums.iter_mut().enumerate() {
            *sum = sum.wrapping_add(self.product(at, word));
        }
    }

    /// What a word adds to one of the sums.
    #[inline(always)]
    fn product(&self, at: usize, word: u64) -> u64 {
        let ([low, high], [k, l]) = (halves(word), self.0[at]);
        // Two halves are never more than a word.
        (low.wrapping_add(k) & HALF).wrapping_mul(high.wrapping_add(l) & HALF)
    }
}

/// The keys of a text. What a text adds to sums does not depend on the zeros behind it: what they
/// would add is taken off.
pub(super) struct Region<const N: usize> {
    keys: [Keys<N>; WORDS],
    /// For so many words what they add if they are zero.
    zeros: [Sums<N>; WORDS + 1],
    long: [u8; 32],
}

impl<const N: usize> Region<N> {
    pub(super) fn new(source: &mut Source) -> Self {
        let keys = std::array::from_fn(|_| Keys::new(source));
        let mut long = [0; 32];
        long.as_chunks_mut().0.fill_with(|| source.word().to_le_bytes());
        let mut zeros = [[0; N]; WORDS + 1];
        let mut sums = [0; N];
        for (zeros, keys) in zeros[1..].iter_mut().zip(&keys) {
            keys.add(&mut sums, 0);
            *zeros = sums;
        }
        Self { keys, zeros, long }
    }

    /// Adds a text.
    #[inline(always)]
    pub(super) fn add(&self, sums: &mut Sums<N>, text: &[u8]) {
        let (whole, rest) = text.as_chunks::<WORD>();
        let Some(last) = self.keys.get(whole.len()) else {
            return self.add_long(sums, text);
        };
        for (bytes, keys) in whole.iter().zip(&self.keys) {
            keys.add(sums, u64::from_le_bytes(*bytes));
        }
        last.add(sums, word(rest) | u64::from(END) << (8 * rest.len()));
        self.take_off(sums, whole.len() + 1);
    }

    /// The keys of its first words.
    #[inline(always)]
    pub(super) fn first<const W: usize>(&self) -> [&Keys<N>; W] {
        std::array::from_fn(|at| &self.keys[at])
    }

    /// Takes off what so many words add if they are zero.
    #[inline(always)]
    pub(super) fn take_off(&self, sums: &mut Sums<N>, words: usize) {
        for (sum, zeros) in sums.iter_mut().zip(&self.zeros[words]) {
            *sum = sum.wrapping_sub(*zeros);
        }
    }

    /// Adds a text that is longer than the region: its keyed BLAKE3, with its end, stands for it.
    #[cold]
    fn add_long(&self, sums: &mut Sums<N>, text: &[u8]) {
        let mut hasher = blake3::Hasher::new_keyed(&self.long);
        hasher.update(text).update(&[END]);
        let hash = hasher.finalize();
        let (four, _) = hash.as_bytes().as_chunks();
        let words = four.iter().map(|bytes| u64::from_le_bytes(*bytes)).chain([LONG]);
        for (word, keys) in words.clone().zip(&self.keys) {
            keys.add(sums, word);
        }
        self.take_off(sums, words.count());
    }
}

/// The keys that make 32 even bits of a sum.
pub(super) struct Fold {
    factors: [u64; 2],
    offset: u64,
}

impl Fold {
    pub(super) fn new(source: &mut Source) -> Self {
        Self { factors: [source.word(), source.word()], offset: source.word() }
    }

    #[inline(always)]
    pub(super) fn of(&self, sum: u64) -> u32 {
        let ([low, high], [k, l]) = (halves(sum), self.factors);
        let product = k.wrapping_add(low).wrapping_mul(l.wrapping_add(high));
        (product.wrapping_add(self.offset) >> 32) as u32
    }
}

/// A word of so many rows.
pub(crate) type Column = [u64; AT_ONCE];
/// The words of many rows, each word of all rows beside its keys.
pub(super) type Columns<'a, const N: usize, const W: usize> = [(&'a Keys<N>, &'a Column); W];

/// What `fold` makes of the sums of so many rows: of these words, and of what else a row has, from which a
/// sum starts. Nothing in these loops depends on a row: they are compiled for as many words at once as a
/// processor takes, with indices, for iterators over rows are not.
#[inline(always)]
pub(super) fn fold_many<const N: usize, const W: usize, const V: usize>(
    folds: &[Fold; N],
    starts: impl Fn(usize, usize) -> u64,
    (some, others): (Columns<'_, N, W>, Columns<'_, N, V>),
    found: &mut [[u32; AT_ONCE]; N],
    rows: usize,
) {
    for at in 0..N {
        let (fold, found) = (&folds[at], &mut found[at]);
        for row in 0..rows.min(AT_ONCE) {
            let mut sum = starts(at, row);
            for (keys, words) in &some {
                sum = sum.wrapping_add(keys.product(at, words[row]));
            }
            for (keys, words) in &others {
                sum = sum.wrapping_add(keys.product(at, words[row]));
            }
            found[row] = fold.of(sum);
        }
    }
}

/// The lower and the upper half.
#[inline(always)]
fn halves(word: u64) -> [u64; 2] {
    [word & HALF, word >> 32]
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
