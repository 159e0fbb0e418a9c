//! Rounding and apportioning, spelled out from semantics §2.3 and §2.4.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

use super::world::{Mode, Q, Remainder, q};

/// Lines by product.
pub(crate) type Lines = BTreeMap<String, i128>;

/// Exact amounts by product.
pub(crate) type Exacts = BTreeMap<String, Q>;

/// A whole number.
pub(crate) fn whole(units: i128) -> Q {
    Q::from_integer(BigInt::from(units))
}

fn units(exact: &Q) -> i128 {
    exact.trunc().to_integer().to_i128().expect("test amounts are small")
}

/// Rounds; what is below zero mirrors what is above.
pub(crate) fn round(exact: &Q, mode: Mode) -> i128 {
    if exact.is_negative() {
        return -round(&-exact, mode);
    }
    let below = units(exact);
    let rest = exact - whole(below);
    let up = match mode {
        Mode::Down => false,
        Mode::Up => !rest.is_zero(),
        Mode::HalfUp => rest >= q(1, 2),
        Mode::HalfEven => rest > q(1, 2) || (rest == q(1, 2) && below % 2 == 1),
    };
    if up { below + 1 } else { below }
}

/// Makes exact parts whole so that they add up to a total, by largest remainder in the direction
/// of what is missing; a tie goes to the earlier part.
fn largest_remainder(total: i128, parts: &[Q]) -> Vec<i128> {
    let mut made: Vec<i128> = parts.iter().map(units).collect();
    let mut missing = total - made.iter().sum::<i128>();
    let toward = whole(missing.signum());
    let mut served = vec![false; parts.len()];
    while missing != 0 {
        let mut best: Option<usize> = None;
        for at in 0..parts.len() {
            let due = |at: usize| (&parts[at] - parts[at].trunc()) * &toward;
            if parts[at].is_zero() || served[at] {
                continue;
            }
            if best.is_none_or(|best| due(at) > due(best)) {
                best = Some(at);
            }
        }
        match best {
            Some(at) => {
                made[at] += missing.signum();
                missing -= missing.signum();
                served[at] = true;
            }
            // Everybody had one: from the largest again.
            None => served.fill(false),
        }
    }
    made
}

fn in_order(total: i128, parts: &[Q]) -> Vec<i128> {
    let mut made: Vec<i128> = parts.iter().map(units).collect();
    let mut missing = total - made.iter().sum::<i128>();
    while missing != 0 {
        for at in 0..parts.len() {
            if missing != 0 && !parts[at].is_zero() {
                made[at] += missing.signum();
                missing -= missing.signum();
            }
        }
    }
    made
}

/// Lines of a step whose total is the rounded sum of these exact parts (minor units).
pub(crate) fn lines_of(total: i128, exact: &Exacts) -> Lines {
    let parts: Vec<Q> = exact.values().cloned().collect();
    exact.keys().cloned().zip(largest_remainder(total, &parts)).collect()
}

/// Lines of a step whose total was cut: in proportion to exact parts.
pub(crate) fn lines_like(total: i128, exact: &Exacts) -> Lines {
    let sum: Q = exact.values().cloned().sum();
    if total == 0 || sum.is_zero() {
        return Lines::new();
    }
    let scaled =
        exact.iter().map(|(product, part)| (product.clone(), whole(total) * part / &sum)).collect();
    lines_of(total, &scaled)
}

/// The parts of a split, in the order of the parties.
pub(crate) fn split(total: i128, shares: &[(usize, Q)], rule: Remainder, mode: Mode) -> Vec<i128> {
    let exact: Vec<(usize, Q)> =
        shares.iter().map(|(party, share)| (*party, whole(total) * share)).collect();
    split_exactly(total, &exact, rule, mode)
}

/// The same where the exact part of each party is known.
pub(crate) fn split_exactly(
    total: i128,
    shares: &[(usize, Q)],
    rule: Remainder,
    mode: Mode,
) -> Vec<i128> {
    let exact: Vec<Q> = shares.iter().map(|(_, part)| part.clone()).collect();
    match rule {
        Remainder::Largest => largest_remainder(total, &exact),
        Remainder::InOrder => in_order(total, &exact),
        Remainder::Party(party) => {
            let mut made: Vec<i128> = exact.iter().map(|part| round(part, mode)).collect();
            let at = shares.iter().position(|(who, _)| *who == party).expect("is in the split");
            made[at] = 0;
            made[at] = total - made.iter().sum::<i128>();
            made
        }
    }
}

#[test]
fn rounding_by_hand() {
    let due = [(Mode::HalfEven, 2), (Mode::HalfUp, 3), (Mode::Down, 2), (Mode::Up, 3)];
    for (mode, due) in due {
        assert_eq!(round(&q(5, 2), mode), due, "{mode:?}");
        assert_eq!(round(&q(-5, 2), mode), -due, "{mode:?}");
    }
    assert_eq!(round(&q(7, 2), Mode::HalfEven), 4);
    assert_eq!(round(&q(249, 100), Mode::HalfUp), 2);
}

#[test]
fn splitting_by_hand() {
    let of = |list: &[i64]| -> Vec<(usize, Q)> {
        let sum = list.iter().sum();
        list.iter().enumerate().map(|(party, weight)| (party, q(*weight, sum))).collect()
    };
    let largest = |total, list: &[i64]| split(total, &of(list), Remainder::Largest, Mode::HalfEven);
    assert_eq!(largest(100, &[1, 1, 1]), [34, 33, 33]);
    assert_eq!(largest(-100, &[1, 1, 1]), [-34, -33, -33]);
    assert_eq!(largest(100, &[2, 3, 1]), [33, 50, 17]);
    assert_eq!(largest(5, &[0, 1, 1]), [0, 3, 2]);
    let first = |total, list: &[i64]| split(total, &of(list), Remainder::InOrder, Mode::HalfEven);
    assert_eq!(first(100, &[2, 3, 1]), [34, 50, 16]);
    assert_eq!(first(-5, &[0, 1, 1]), [0, -3, -2]);
    // 6.45 at 30 %, the rest to the other.
    assert_eq!(split(645, &of(&[3, 7]), Remainder::Party(1), Mode::HalfUp), [194, 451]);
}

#[test]
fn parts_of_both_signs() {
    let exact = |list: &[&str]| -> Exacts {
        list.iter().enumerate().map(|(n, x)| (n.to_string(), super::world::num(x))).collect()
    };
    let made =
        |total, list: &[&str]| lines_of(total, &exact(list)).into_values().collect::<Vec<_>>();
    assert_eq!(made(2, &["0.9", "0.9", "-0.1"]), [1, 1, 0]);
    assert_eq!(made(1, &["0.6", "0.6", "-0.2"]), [1, 0, 0]);
    assert_eq!(made(-1, &["-0.6", "-0.6", "0.2"]), [-1, 0, 0]);
}
