//! What stands in a text at all: quotes, and bytes that are not ASCII. One look tells both, with bytes as they
//! come: none of them is asked for by itself.

use fearless_simd::{Level, dispatch};

use super::signs::{BLOCK, QUOTE};

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) quotes: bool,
    /// Nothing but ASCII.
    pub(super) ascii: bool,
}

/// Looks a text through.
pub(super) fn look(level: Level, text: &[u8]) -> Found {
    dispatch!(level, _ => look_through(text))
}

/// The least of all bytes, made so that a quote is 0; and the bits that any of them has.
#[inline(always)]
fn look_through(text: &[u8]) -> Found {
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    let (mut least, mut bits) = ([u8::MAX; BLOCK], [0; BLOCK]);
    for block in blocks {
        for at in 0..BLOCK {
            least[at] = least[at].min(block[at] ^ QUOTE);
            bits[at] |= block[at];
        }
    }
    let quotes = least.contains(&0) | rest.contains(&QUOTE);
    let bits = bits.iter().chain(rest).fold(0, |all, byte| all | byte);
    Found { quotes, ascii: bits < 0x80 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::intake::express::signs::tests::levels;

    proptest! {
        #[test]
        fn nothing_is_passed_over(
            length in 0_usize..300,
            marks in proptest::collection::vec((0_usize..300, prop_oneof![Just(QUOTE), Just(0x80), Just(0xA2), any::<u8>()]), 0..3),
        ) {
            let mut text = vec![b'a'; length];
            for (at, byte) in marks {
                if let Some(place) = text.get_mut(at) {
                    *place = byte;
                }
            }
            let due = Found { quotes: text.contains(&QUOTE), ascii: text.is_ascii() };
            for level in levels() {
                prop_assert_eq!(look(level, &text), due, "{:?}", level);
            }
        }
    }
}
