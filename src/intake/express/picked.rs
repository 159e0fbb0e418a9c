//! Finds signs where one instruction picks bytes out of sixty-four: AVX-512 with VBMI2.
//!
//! The law is that of [`signs`](super::signs). The numbers 0 to 63 stand side by side; those of bytes that are
//! signs are pushed together, and sixteen at a time become places.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_alignr_epi32, _mm512_castsi512_si128, _mm512_cmpeq_epi8_mask,
    _mm512_cvtepu8_epi32, _mm512_maskz_compress_epi8, _mm512_set1_epi8, _mm512_set1_epi32,
    _mm512_setzero_si512,
};

use fearless_simd::x86::Avx512;
use fearless_simd::{prelude::*, u8x64, u32x16};

use super::signs::{BLOCK, Blocks, Count, QUOTE};

/// Places written at once.
const SIXTEEN: usize = 16;

fearless_simd::kernel!(
    pub(super) fn find(
        level: Avx512,
        blocks: Blocks<'_>,
        delimiter: u8,
        quotes: bool,
        places: &mut [u32],
    ) -> Count {
        if quotes {
            in_blocks(level, blocks, [delimiter, QUOTE], places)
        } else {
            in_blocks(level, blocks, [delimiter], places)
        }
    }
);

#[target_feature(enable = "avx512bw,avx512vbmi2,popcnt")]
fn in_blocks<const N: usize>(
    level: Avx512,
    (blocks, mut at): Blocks<'_>,
    signs: [u8; N],
    places: &mut [u32],
) -> Count {
    let numbers: [u8; BLOCK] = std::array::from_fn(|number| number as u8);
    let numbers: __m512i = u8x64::simd_from(level, numbers).into();
    let line_end = _mm512_set1_epi8(b'\n' as i8);
    let signs = signs.map(|sign| _mm512_set1_epi8(sign as i8));
    let mut count = Count::default();
    for block in blocks {
        let bytes: __m512i = u8x64::simd_from(level, *block).into();
        let lines = _mm512_cmpeq_epi8_mask(bytes, line_end);
        let all = signs.iter().fold(lines, |all, sign| all | _mm512_cmpeq_epi8_mask(bytes, *sign));
        let next = count.signs + all.count_ones() as usize;
        let mut picked = _mm512_maskz_compress_epi8(all, numbers);
        let mut from = count.signs;
        loop {
            let numbers = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(picked));
            let found = _mm512_add_epi32(numbers, _mm512_set1_epi32(at as i32));
            let to = places[from..].first_chunk_mut::<SIXTEEN>().expect("there is room");
            *to = u32x16::simd_from(level, found).into();
            from += SIXTEEN;
            if from >= next {
                break;
            }
            picked = _mm512_alignr_epi32::<4>(_mm512_setzero_si512(), picked);
        }
        count = Count { signs: next, lines: count.lines + lines.count_ones() as usize };
        at = at.wrapping_add(BLOCK as u32);
    }
    count
}
