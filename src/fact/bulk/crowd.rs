//! The ids of a bucket: which of them may stand there twice, or be known from elsewhere.
//!
//! Two bits for each of many possible keys tell it in two passes over eight bytes of each mark: "alone" is
//! certain, "perhaps not" is wrong for a few in a hundred. For those it is done once more, by other bits of
//! their keys. Only marks that are left then are put in order and looked at.

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

/// Memory that a bucket leaves to the next one: new memory costs as much as what is done with it.
#[derive(Debug, Default)]
pub struct Room {
    keys: Vec<u64>,
    met: Met,
    candidates: Vec<(u64, u32)>,
}

impl Room {
    /// The keys of the bucket that was there last, in the order of its marks.
    pub fn keys(&self) -> &[u64] {
        &self.keys
    }
}

/// The ids of a bucket.
pub struct Crowd<'b> {
    bucket: &'b dyn Bucket,
    room: &'b mut Room,
}

impl<'b> Crowd<'b> {
    /// Those of a bucket.
    ///
    /// # Panics
    /// If it has more than four billion marks.
    pub fn of(bucket: &'b dyn Bucket, room: &'b mut Room) -> Self {
        let Room { keys, met, .. } = room;
        keys.clear();
        bucket.keys(keys);
        assert!(u32::try_from(keys.len()).is_ok(), "a bucket has fewer marks");
        met.forget(keys.len());
        keys.iter().for_each(|key| met.meet(*key));
        Self { bucket, room }
    }

    /// What its ids are told by, as [`key_of`] says, in the order of the marks.
    pub fn keys(&self) -> &[u64] {
        self.room.keys()
    }

    /// May the id of a key be among them?
    pub fn may_hold(&self, key: u64) -> bool {
        self.room.met.has(key)
    }

    /// Finds the company of its marks.
    pub fn judge(self, company: Company) -> Judged {
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
        others.iter().for_each(|key| self.room.met.meet(*key));
        let company = Company { ordinary, earlier, wanted };
        let Self { bucket, room } = self;
        let (mut judged, mut marks) = (Judged::default(), Vec::<Placed>::new());
        room.find(&others);
        for alike in room.candidates.chunk_by(|a, b| a.0 == b.0) {
            if alike.len() > 1 || others.binary_search(&alike[0].0).is_ok() {
                marks.clear();
                marks.extend(alike.iter().map(|(_, number)| bucket.mark(*number as usize)));
                marks.sort_unstable_by_key(|placed| (placed.mark.id, placed.at));
                let groups = marks.chunk_by(|a, b| a.mark.id == b.mark.id);
                groups.for_each(|group| judge_group(group, &company, &mut judged));
            }
        }
        judged
    }
}

impl Room {
    /// Finds the keys that are perhaps not alone, with the numbers of their marks, in order.
    fn find(&mut self, others: &[u64]) {
        let Self { keys, met, candidates } = self;
        candidates.clear();
        for (first, keys) in (0..).step_by(AT_ONCE).zip(keys.chunks(AT_ONCE)) {
            // Every number is put down, and stays if the next one goes behind it: nobody can guess which do.
            let (mut found, mut count) = ([0; AT_ONCE], 0);
            for (number, key) in (0..).zip(keys) {
                found[count % AT_ONCE] = number;
                count += usize::from(met.has_again(*key));
            }
            let of = |number: &u32| (keys[*number as usize], first + number);
            candidates.extend(found[..count].iter().map(of));
        }
        // The last bits of a key come first here.
        met.forget(candidates.len() + others.len());
        let all = candidates.iter().map(|(key, _)| key).chain(others);
        all.for_each(|key| met.meet(key.reverse_bits()));
        candidates.retain(|(key, _)| met.has_again(key.reverse_bits()));
        candidates.sort_unstable();
    }
}

/// Two bits for each of the values that the first bits of a key can have: was it met, and was it met again?
#[derive(Debug, Default)]
struct Met {
    words: Vec<u64>,
    shift: u32,
}

impl Met {
    /// Forgets all, and makes room for sixteen to thirty-two values for each of so many keys.
    fn forget(&mut self, keys: usize) {
        let values = (keys.max(4) * 16).next_power_of_two();
        self.words.clear();
        self.words.resize(values / VALUES, 0);
        self.shift = 64 - values.trailing_zeros();
    }

    #[inline]
    fn place(&self, key: u64) -> (usize, usize) {
        let value = (key >> self.shift) as usize;
        (value / VALUES, value % VALUES * 2)
    }

    #[inline]
    fn meet(&mut self, key: u64) {
        let (word, bit) = self.place(key);
        let word = &mut self.words[word];
        *word |= (1 | (*word >> bit & 1) << 1) << bit;
    }

    #[inline]
    fn has(&self, key: u64) -> bool {
        let (word, bit) = self.place(key);
        self.words[word] >> bit & 1 == 1
    }

    #[inline]
    fn has_again(&self, key: u64) -> bool {
        let (word, bit) = self.place(key);
        self.words[word] >> bit & 2 == 2
    }
}

/// Values whose bits a word holds.
const VALUES: usize = 32;
/// Keys that are asked for at once.
const AT_ONCE: usize = 64;
