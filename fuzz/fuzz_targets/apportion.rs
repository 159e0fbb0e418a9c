//! Parts add up to the total, a weight of nothing receives nothing, and a reversed sign reverses
//! every part; rounding moves by less than a unit (by no more than half of one, where it says so).
#![no_main]

use libfuzzer_sys::fuzz_target;
use revshare::money::{Minor, Ratio, Remainder, Rounding, apportion};

const MODES: [Rounding; 4] = [Rounding::HalfEven, Rounding::HalfUp, Rounding::Down, Rounding::Up];

fn small(bytes: &[u8]) -> i64 {
    bytes.iter().fold(0, |sum, byte| sum << 8 | i64::from(*byte))
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, rest)) = bytes.split_first() else { return };
    let Some((total, rest)) = rest.split_first_chunk::<8>() else { return };
    let total = Minor(i128::from(i64::from_le_bytes(*total)));
    let weights: Vec<Ratio> = rest
        .chunks_exact(3)
        .take(12)
        .map(|part| Ratio::new(small(&part[..2]), small(&part[2..]) + 1))
        .collect();
    let mode = MODES[usize::from(choice >> 4) % 4];
    for weight in &weights {
        let whole = Ratio::whole(mode.round(weight));
        let moved = (whole - weight.clone()).abs();
        let half = matches!(mode, Rounding::HalfEven | Rounding::HalfUp);
        assert!(moved < Ratio::one() && (!half || moved <= Ratio::new(1, 2)));
        assert_eq!(mode.round(&-weight.clone()), -mode.round(weight), "signs mirror");
    }
    if weights.iter().all(Ratio::is_zero) {
        return;
    }
    let first = weights.iter().position(|weight| !weight.is_zero()).expect("one is not");
    let remainder = match choice % 3 {
        0 => Remainder::LargestRemainder,
        1 => Remainder::InOrder,
        _ => Remainder::Part(first, mode),
    };
    let parts = apportion(total, &weights, remainder);
    assert_eq!(parts.iter().copied().sum::<Minor>(), total);
    let mirrored: Vec<Minor> =
        apportion(-total, &weights, remainder).into_iter().map(|part| -part).collect();
    assert_eq!(parts, mirrored);
    for (part, weight) in parts.iter().zip(&weights) {
        assert!(!weight.is_zero() || part.is_zero(), "nothing for nothing");
    }
});
