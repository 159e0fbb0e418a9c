//! The ids of a bucket: which of them may stand there twice, or be known from elsewhere.
//!
//! Two bits for each of many possible keys tell it in two passes over eight bytes of each mark: "alone" is
//! certain, "perhaps not" is wrong for a few in a hundred. Only those marks are looked at.

use super::judge::{Judged, judge_group};
use super::{Bucket, Placed, key_of};
use crate::fact::{Content, Hash};

/// What is known of the ids of a bucket from elsewhere. Of ids that are not in the bucket it may say
/// anything.
#[derive(Clone, Debug, Default)]
pub struct Company {
    /// Ids of rows of this delivery that went the ordinary way.
    pub ordinary: Vec<Hash>,
    /// Facts of earlier deliveries.
    pub earlier: Vec<(Hash, Content)>,
    /// Ids that other facts refer to.
    pub wanted: Vec<Hash>,
}

/// The ids of a bucket.
pub struct Crowd<'b> {
    bucket: &'b dyn Bucket,
    keys: Vec<u64>,
    here: Bits,
    again: Bits,
}

impl<'b> Crowd<'b> {
    /// Those of a bucket.
    ///
    /// # Panics
    /// If it has more than four billion marks.
    pub fn of(bucket: &'b dyn Bucket) -> Self {
        let mut keys = Vec::new();
        bucket.keys(&mut keys);
        assert!(u32::try_from(keys.len()).is_ok(), "a bucket has fewer marks");
        let (mut here, mut again) = (Bits::of(keys.len()), Bits::of(keys.len()));
        for key in &keys {
            let met = here.set(*key, 1);
            again.set(*key, met);
        }
        Self { bucket, keys, here, again }
    }

    /// What its ids are told by, as [`key_of`] says, in the order of the marks.
    pub fn keys(&self) -> &[u64] {
        &self.keys
    }

    /// May the id of a key be among them?
    pub fn may_hold(&self, key: u64) -> bool {
        self.here.get(key) == 1
    }

    /// Finds the company of its marks.
    pub fn judge(mut self, company: Company) -> Judged {
        let Company { mut ordinary, mut earlier, wanted } = company;
        ordinary.sort_unstable();
        earlier.sort_unstable();
        let known = earlier.iter().map(|(id, _)| id);
        let mut others: Vec<u64> = known
            .chain(&ordinary)
            .chain(&wanted)
            .map(key_of)
            .filter(|key| self.may_hold(*key))
            .collect();
        others.sort_unstable();
        for key in &others {
            self.again.set(*key, 1);
        }
        let company = Company { ordinary, earlier, wanted };
        let (mut judged, mut candidates) = (Judged::default(), self.candidates());
        candidates.sort_unstable();
        for alike in candidates.chunk_by(|a, b| a.0 == b.0) {
            if alike.len() > 1 || others.binary_search(&alike[0].0).is_ok() {
                let marks = alike.iter().map(|(_, number)| self.bucket.mark(*number as usize));
                let mut marks: Vec<Placed> = marks.collect();
                marks.sort_unstable_by_key(|placed| (placed.mark.id, placed.at));
                let groups = marks.chunk_by(|a, b| a.mark.id == b.mark.id);
                groups.for_each(|group| judge_group(group, &company, &mut judged));
            }
        }
        judged
    }

    /// Keys that are perhaps not alone, with the numbers of their marks.
    fn candidates(&self) -> Vec<(u64, u32)> {
        let mut found = Vec::with_capacity(self.keys.len() / 8 + 1);
        for (number, key) in (0..).zip(&self.keys) {
            if self.again.get(*key) == 1 {
                found.push((*key, number));
            }
        }
        found
    }
}

/// A bit for each of the values that the first bits of a key can have.
struct Bits {
    words: Vec<u64>,
    shift: u32,
}

impl Bits {
    /// Sixteen to thirty-two for each of so many keys.
    fn of(keys: usize) -> Self {
        let bits = (keys.max(4) * 16).next_power_of_two();
        Self { words: vec![0; bits / 64], shift: 64 - bits.trailing_zeros() }
    }

    fn place(&self, key: u64) -> (usize, u32) {
        let bit = key >> self.shift;
        ((bit / 64) as usize, (bit % 64) as u32)
    }

    fn get(&self, key: u64) -> u64 {
        let (word, bit) = self.place(key);
        (self.words[word] >> bit) & 1
    }

    /// Sets the bit of a key if `value` is 1; says what it was before.
    fn set(&mut self, key: u64, value: u64) -> u64 {
        let (word, bit) = self.place(key);
        let word = &mut self.words[word];
        let before = (*word >> bit) & 1;
        *word |= value << bit;
        before
    }
}
