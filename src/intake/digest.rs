//! BLAKE3 of a file whose parts are hashed by whoever reads them, and come in any order.
//!
//! The law: the digest is that of all bytes, one behind the other, however they were parted. BLAKE3 is a
//! tree over chunks of 1,024 bytes: what a part holds of it is hashed apart, and put together in order.

use std::collections::BTreeMap;

use blake3::hazmat::{
    ChainingValue, HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root,
};
use blake3::{Hash, Hasher};

/// Bytes of a leaf of the tree.
const LEAF: usize = 1 << 10;

/// What the digest needs to know of some bytes of a file.
#[derive(Debug)]
pub(super) struct Part {
    at: u64,
    /// Bytes before the first leaf that begins here.
    front: Vec<u8>,
    trees: Vec<Tree>,
    /// Bytes of a leaf that may not end here.
    back: Vec<u8>,
}

/// A whole tree: a power of two of leaves, which begins at a multiple of its bytes.
#[derive(Clone, Copy, Debug)]
struct Tree {
    bytes: u64,
    value: ChainingValue,
}

impl Part {
    /// Of the bytes at a place of the file.
    pub(super) fn of(at: u64, bytes: &[u8]) -> Self {
        let before = (LEAF - within(at)) % LEAF;
        let (front, mut rest) = bytes.split_at(before.min(bytes.len()));
        let (mut next, mut trees) = (at + front.len() as u64, Vec::new());
        // The first leaf may be the only one, and then it is hashed as such.
        while rest.len() > LEAF || rest.len() == LEAF && next > 0 {
            let (tree, behind) = rest.split_at(largest(next, rest.len()));
            trees.push(Tree { bytes: tree.len() as u64, value: value(next, tree) });
            next += tree.len() as u64;
            rest = behind;
        }
        Self { at, front: front.to_vec(), trees, back: rest.to_vec() }
    }

    fn is_empty(&self) -> bool {
        self.front.is_empty() && self.trees.is_empty() && self.back.is_empty()
    }
}

/// How many bytes of a leaf stand before a place.
fn within(at: u64) -> usize {
    (at % LEAF as u64) as usize
}

/// The bytes of the largest tree that begins at a leaf and ends within so many bytes. A tree is never a
/// whole file: its root is hashed otherwise.
fn largest(at: u64, bytes: usize) -> usize {
    let fits = 1 << bytes.ilog2();
    match at {
        0 if fits == bytes => fits / 2,
        0 => fits,
        at => (1_u64 << at.trailing_zeros()).min(fits as u64) as usize,
    }
}

fn value(at: u64, bytes: &[u8]) -> ChainingValue {
    Hasher::new().set_input_offset(at).update(bytes).finalize_non_root()
}

/// Puts parts together.
#[derive(Debug, Default)]
pub(super) struct Digest {
    /// All bytes before this place are in.
    at: u64,
    /// Trees one behind the other. The last may be as large as the one before: they become one as soon as it
    /// is known that they are not all.
    trees: Vec<Tree>,
    /// Bytes of the leaf behind them; it may be full.
    leaf: Vec<u8>,
    /// Parts whose turn has not come.
    early: BTreeMap<u64, Part>,
}

impl Digest {
    /// Takes in a part.
    pub(super) fn put(&mut self, part: Part) {
        if part.is_empty() {
            return;
        }
        self.early.insert(part.at, part);
        while let Some(part) = self.early.remove(&self.at) {
            self.bytes(&part.front);
            for tree in &part.trees {
                self.close_leaf();
                self.push(*tree);
                self.at += tree.bytes;
            }
            self.bytes(&part.back);
        }
    }

    /// The digest of all bytes up to the first that did not come.
    pub(super) fn finish(mut self) -> Hash {
        if self.trees.is_empty() {
            return blake3::hash(&self.leaf);
        }
        if !self.leaf.is_empty() {
            self.push(Tree { bytes: LEAF as u64, value: value(self.leaf_at(), &self.leaf) });
        }
        let (first, others) = self.trees.split_first().expect("there is a tree");
        let values = others.iter().rev().map(|tree| tree.value);
        let right = values.reduce(|right, left| merge_subtrees_non_root(&left, &right, Mode::Hash));
        let right = right.expect("no tree is a whole file");
        merge_subtrees_root(&first.value, &right, Mode::Hash)
    }

    fn bytes(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            self.close_leaf();
            let (now, behind) = bytes.split_at((LEAF - self.leaf.len()).min(bytes.len()));
            self.leaf.extend_from_slice(now);
            self.at += now.len() as u64;
            bytes = behind;
        }
    }

    fn leaf_at(&self) -> u64 {
        self.at - self.leaf.len() as u64
    }

    /// More bytes follow: a leaf that is full becomes a tree.
    fn close_leaf(&mut self) {
        if self.leaf.len() == LEAF {
            self.push(Tree { bytes: LEAF as u64, value: value(self.leaf_at(), &self.leaf) });
            self.leaf.clear();
        }
    }

    /// More trees follow: neighbours of one size become one.
    fn push(&mut self, tree: Tree) {
        while let [.., left, right] = &self.trees[..]
            && left.bytes == right.bytes
        {
            let value = merge_subtrees_non_root(&left.value, &right.value, Mode::Hash);
            let bytes = left.bytes * 2;
            self.trees.truncate(self.trees.len() - 2);
            self.trees.push(Tree { bytes, value });
        }
        self.trees.push(tree);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(count: usize) -> Vec<u8> {
        (0..count).map(|at| (at * 7 % 251) as u8).collect()
    }

    /// The digest of parts of so many bytes, in the order that `order` gives their numbers.
    fn in_parts(bytes: &[u8], part: usize, order: impl Fn(&mut Vec<Part>)) -> Hash {
        let part_of = |(at, part): (usize, &[u8])| Part::of(at as u64, part);
        let starts = (0..).step_by(part);
        let mut parts: Vec<Part> = starts.zip(bytes.chunks(part)).map(part_of).collect();
        order(&mut parts);
        let mut digest = Digest::default();
        parts.into_iter().for_each(|part| digest.put(part));
        assert!(digest.early.is_empty());
        digest.finish()
    }

    #[test]
    fn all_sizes_around_the_bounds_of_leaves_and_parts() {
        const PART: usize = 1 << 14;
        let all = bytes(9 * PART + 1);
        let leaves = (0..6).map(|count| count * LEAF);
        let parts = [1, 2, 3, 4, 5, 7, 8, 9].map(|count| count * PART);
        for bound in leaves.chain(parts) {
            for size in [bound.saturating_sub(1), bound, (bound + 1).min(all.len())] {
                let (bytes, due) = (&all[..size], blake3::hash(&all[..size]));
                for part in [PART, 2 * PART, PART - 1, LEAF, LEAF + 1, 100, 3 * LEAF] {
                    assert_eq!(in_parts(bytes, part, |_| ()), due, "{size} in parts of {part}");
                    assert_eq!(in_parts(bytes, part, |it| it.reverse()), due, "{size} {part}");
                }
            }
        }
    }

    #[test]
    fn parts_of_the_size_that_files_are_read_in() {
        const PART: usize = 256 << 10;
        for size in [PART - 1, PART, PART + 1, 2 * PART, 5 * PART + 4321] {
            let all = bytes(size);
            let turned = |parts: &mut Vec<Part>| parts.swap(0, size / PART / 2);
            assert_eq!(in_parts(&all, PART, turned), blake3::hash(&all));
        }
    }

    #[test]
    fn empty_parts_say_nothing() {
        assert_eq!(Digest::default().finish(), blake3::hash(b""));
        let mut digest = Digest::default();
        for (at, bytes) in [(0, &b""[..]), (3, b"de"), (3, b""), (0, b"abc"), (5, b"")] {
            digest.put(Part::of(at, bytes));
        }
        assert_eq!(digest.finish(), blake3::hash(b"abcde"));
    }

    proptest! {
        #[test]
        fn any_parts_in_any_order(
            lengths in prop::collection::vec(
                prop_oneof![0_usize..40, 900_usize..1200, Just(1024), Just(4096), 0_usize..20_000],
                0..12,
            ),
            seed in any::<u64>(),
        ) {
            let all = bytes(lengths.iter().sum());
            let mut at = 0;
            let mut parts = Vec::new();
            for length in lengths {
                // Nobody reads nothing, but at the end.
                if length > 0 {
                    parts.push(Part::of(at as u64, &all[at..at + length]));
                }
                at += length;
            }
            parts.sort_by_key(|part| (part.at + 1).wrapping_mul(seed | 1));
            let mut digest = Digest::default();
            parts.into_iter().for_each(|part| digest.put(part));
            prop_assert_eq!(digest.finish(), blake3::hash(&all));
        }
    }
}
