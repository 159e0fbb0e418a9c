//! Finds the ends of fields and lines in plain text: text without a quote.
//!
//! Sixty-four bytes at a time are compared with the two signs, without a branch, and become the bits
//! of one word; only the signs themselves cost a step each.

/// Bytes compared at once.
const BLOCK: usize = 64;
/// Gathers the lowest bits of eight bytes in the highest byte of a product.
const GATHER: u64 = 0x0102_0408_1020_4080;

/// Calls `found` with the place of every delimiter and line end, in order.
pub(super) fn signs(text: &[u8], delimiter: u8, mut found: impl FnMut(usize)) {
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    for (number, block) in blocks.iter().enumerate() {
        each_bit(mask(block, delimiter), |bit| found(number * BLOCK + bit));
    }
    let at = text.len() - rest.len();
    let mut last = [0; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    each_bit(mask(&last, delimiter), |bit| found(at + bit));
}

fn mask(block: &[u8; BLOCK], delimiter: u8) -> u64 {
    let mut hits = [0_u8; BLOCK];
    for (hit, byte) in hits.iter_mut().zip(block) {
        *hit = u8::from(*byte == delimiter) | u8::from(*byte == b'\n');
    }
    let (words, _) = hits.as_chunks::<8>();
    let gathered = |word: &[u8; 8]| u64::from_le_bytes(*word).wrapping_mul(GATHER) >> 56;
    (0_u32..).zip(words).fold(0, |mask, (at, word)| mask | gathered(word) << (8 * at))
}

fn each_bit(mut mask: u64, mut found: impl FnMut(usize)) {
    while mask != 0 {
        found(mask.trailing_zeros() as usize);
        mask &= mask - 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_sign_is_found_once(text in "[a,\n]{0,200}") {
            let mut found = Vec::new();
            signs(text.as_bytes(), b',', |at| found.push(at));
            let due: Vec<usize> = text.bytes().enumerate()
                .filter(|(_, byte)| b",\n".contains(byte)).map(|(at, _)| at).collect();
            prop_assert_eq!(found, due);
        }
    }
}
