//! Spreading a rounded total over lines or parties so that the parts add up to it.
//!
//! Every part is first truncated toward zero; the units still missing go out one each. No rounding
//! happens here that the total has not had already.

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::{Minor, Ratio, Rounding};

/// Who receives the units that truncation leaves over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Remainder {
    /// The largest remainders in the direction of what is missing; a tie to the part declared
    /// first.
    #[default]
    LargestRemainder,
    /// One each from the first declared part on.
    InOrder,
    /// Every other part is rounded by the mode, the part of this index takes the rest.
    Part(usize, Rounding),
}

/// Splits `total` by `weights` (not all zero); part *i* is `total × weightᵢ / Σ weights`, made whole.
///
/// A part of weight zero never receives a unit, the parts add up to the total, and the parts of
/// −total are minus the parts of total.
///
/// ```
/// use revshare::money::{Minor, Ratio, Remainder, Rounding, apportion};
/// let weights = [Ratio::whole(30), Ratio::whole(70)];
/// let parts = apportion(Minor(645), &weights, Remainder::Part(1, Rounding::HalfUp));
/// assert_eq!(parts, [Minor(194), Minor(451)]);
/// let thirds = vec![Ratio::new(1, 3); 3];
/// let parts = apportion(Minor(-100), &thirds, Remainder::LargestRemainder);
/// assert_eq!(parts, [Minor(-34), Minor(-33), Minor(-33)]);
/// ```
///
/// # Panics
/// If every weight is zero: callers check that there is something to split by.
pub fn apportion(total: Minor, weights: &[Ratio], remainder: Remainder) -> Vec<Minor> {
    let sum: Ratio = weights.iter().sum();
    assert!(!sum.is_zero(), "apportion needs a weight");
    let scale = Ratio::whole(total.0) / sum;
    let exact: Vec<Ratio> = weights.iter().map(|weight| weight * &scale).collect();
    apportion_exactly(total, &exact, remainder)
}

/// The same where the exact part of each is known; they add up to about `total`.
///
/// ```
/// use revshare::money::{Minor, Ratio, Remainder, apportion_exactly};
/// let exact: Vec<Ratio> = ["-97.5", "97.5"].iter().map(|x| x.parse().unwrap()).collect();
/// let parts = apportion_exactly(Minor(0), &exact, Remainder::InOrder);
/// assert_eq!(parts, [Minor(-97), Minor(97)]);
/// ```
///
/// # Panics
/// If a total is to be spread over parts that are all nothing.
pub fn apportion_exactly(total: Minor, exact: &[Ratio], remainder: Remainder) -> Vec<Minor> {
    match remainder {
        Remainder::LargestRemainder => spread(total, exact),
        Remainder::InOrder => in_order(total, exact),
        Remainder::Part(index, mode) => rest_to(total, exact, index, mode),
    }
}

/// Makes exact parts (in minor units) whole by largest remainder so that they add up to `total`,
/// which is their exact sum rounded in some mode. A tie goes to the earlier part.
///
/// ```
/// use revshare::money::{Minor, Ratio, spread};
/// let exact: Vec<Ratio> = ["0.6", "0.6", "-0.2"].iter().map(|x| x.parse().unwrap()).collect();
/// assert_eq!(spread(Minor(1), &exact), [Minor(1), Minor(0), Minor(0)]);
/// ```
pub fn spread(total: Minor, exact: &[Ratio]) -> Vec<Minor> {
    let (mut parts, missing) = truncated(total, exact);
    let direction = missing.signum();
    let mut order: Vec<usize> = (0..exact.len()).filter(|&i| !exact[i].is_zero()).collect();
    // A stable sort keeps the declared order among equal remainders.
    let toward =
        |i: usize| (exact[i].clone() - Ratio::whole(exact[i].trunc())) * Ratio::whole(direction);
    order.sort_by_cached_key(|&i| std::cmp::Reverse(toward(i)));
    hand_out(&mut parts, &order, missing);
    parts
}

fn in_order(total: Minor, exact: &[Ratio]) -> Vec<Minor> {
    let (mut parts, missing) = truncated(total, exact);
    let order: Vec<usize> = (0..exact.len()).filter(|&i| !exact[i].is_zero()).collect();
    hand_out(&mut parts, &order, missing);
    parts
}

fn rest_to(total: Minor, exact: &[Ratio], index: usize, mode: Rounding) -> Vec<Minor> {
    let mut parts: Vec<Minor> = exact.iter().map(|part| to_minor(&mode.round(part))).collect();
    parts[index] = Minor::ZERO;
    parts[index] = total - parts.iter().copied().sum();
    parts
}

/// The parts cut toward zero and how many units the total still misses.
fn truncated(total: Minor, exact: &[Ratio]) -> (Vec<Minor>, i128) {
    let parts: Vec<Minor> = exact.iter().map(|part| to_minor(&part.trunc())).collect();
    let missing = total - parts.iter().copied().sum();
    (parts, missing.0)
}

/// One unit each, and from the first again while any is missing.
fn hand_out(parts: &mut [Minor], order: &[usize], missing: i128) {
    assert!(missing == 0 || !order.is_empty(), "units without a part that may take them");
    for &i in order.iter().cycle().take(usize::try_from(missing.abs()).expect("few units")) {
        parts[i] += Minor(missing.signum());
    }
}

fn to_minor(units: &BigInt) -> Minor {
    Minor(units.to_i128().expect("a part of a Minor is no larger than 128 bits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(list: &[i64]) -> Vec<Ratio> {
        list.iter().map(|&w| Ratio::whole(w)).collect()
    }

    fn parts(total: i128, list: &[i64], remainder: Remainder) -> Vec<i128> {
        apportion(Minor(total), &weights(list), remainder).iter().map(|part| part.0).collect()
    }

    #[test]
    fn a_table_of_splits() {
        for (total, list, largest, in_order) in [
            (5, vec![7, 3], vec![4, 1], vec![4, 1]),
            (5, vec![3, 7], vec![2, 3], vec![2, 3]),
            (-5, vec![7, 3], vec![-4, -1], vec![-4, -1]),
            (5, vec![0, 1, 1], vec![0, 3, 2], vec![0, 3, 2]),
            (100, vec![2, 3, 1], vec![33, 50, 17], vec![34, 50, 16]),
            (1003, vec![50, 50], vec![502, 501], vec![502, 501]),
            (0, vec![1, 1], vec![0, 0], vec![0, 0]),
            (-1, vec![1, 1, 1], vec![-1, 0, 0], vec![-1, 0, 0]),
        ] {
            assert_eq!(parts(total, &list, Remainder::LargestRemainder), largest, "{list:?}");
            assert_eq!(parts(total, &list, Remainder::InOrder), in_order, "{list:?}");
        }
    }

    #[test]
    fn a_named_part_takes_the_rest_either_way() {
        let rest = Remainder::Part(1, Rounding::HalfUp);
        assert_eq!(parts(645, &[30, 70], rest), [194, 451]);
        assert_eq!(parts(-645, &[30, 70], rest), [-194, -451]);
    }

    #[test]
    fn mixed_signs_still_add_up() {
        let exact: Vec<Ratio> = ["0.9", "0.9", "-0.1"].iter().map(|x| x.parse().unwrap()).collect();
        assert_eq!(spread(Minor(2), &exact), [Minor(1), Minor(1), Minor(0)]);
        let opposite: Vec<Ratio> = exact.into_iter().map(|x| -x).collect();
        assert_eq!(spread(Minor(-2), &opposite), [Minor(-1), Minor(-1), Minor(0)]);
    }
}
