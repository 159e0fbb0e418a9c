//! Advances are recouped once and only out of earnings; reserves are released in full.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use revshare::settlement::ClauseKind;

use super::months::{closing, hold, in_window, length, month, moved, schedules, settled, shares};

proptest! {
    #[test]
    fn an_advance_is_recouped_once_and_only_out_of_earnings(
        months in vec(month(), 1..20),
        length in length(),
        amount in 1..200_000_i128,
        rate in 1..=100_u32,
        start in 1..=12_u8,
        ends in option::of(1..=6_u8),
        only_b: bool,
    ) {
        let (keys, ids) = schedules(only_b);
        let last = ends.map_or(String::new(), |month| format!("ends = 2027-{month:02}-15\n"));
        let clause = format!(
            "[[advance]]\nname = \"x\"\nto = \"vendor\"\nby = \"platform\"\nrate = \"{rate}%\"\n\
             amount = \"{}.{:02}\"\nstarts = 2026-{start:02}-15\n{last}{keys}",
            amount / 100, amount % 100,
        );
        let all = settled(&clause, length, &months, 0);
        hold(&all)?;
        let mut recouped = 0;
        for settlement in &all {
            let now = -moved(settlement, ClauseKind::Advance, "x");
            prop_assert!((0..=shares(settlement, ids).max(0)).contains(&now));
            recouped += now;
            let left = closing(settlement, "advance/x");
            let (begun, open) = in_window(start, settlement.period, ends);
            let lapsed = closing(settlement, "advance-lapsed/x");
            let known = if begun { amount } else { 0 };
            prop_assert_eq!(recouped + left + lapsed, known, "in {}", settlement.period);
            prop_assert!(left >= 0 && (begun && open || now == 0));
        }
    }

    #[test]
    fn what_is_withheld_together_is_never_more_than_was_earned(
        months in vec(month(), 1..8),
        length in length(),
        amounts in prop::array::uniform2(1..400_i128),
        rates in prop::array::uniform3(1..=100_u32),
        only_b: bool,
    ) {
        let (keys, ids) = schedules(only_b);
        let advance = |at: usize| format!(
            "[[advance]]\nname = \"{at}\"\nto = \"vendor\"\nby = \"platform\"\nrate = \"{}%\"\n\
             amount = \"{}\"\nstarts = 2026-01-01\n{keys}", rates[at], amounts[at],
        );
        let reserve = format!(
            "[[reserve]]\nname = \"x\"\nparty = \"vendor\"\nby = \"platform\"\nrelease = 99\n\
             rate = \"{}%\"\n{keys}", rates[2],
        );
        let all = settled(&(advance(0) + &advance(1) + &reserve), length, &months, 0);
        hold(&all)?;
        for settlement in &all {
            let recouped = ["0", "1"].map(|name| -moved(settlement, ClauseKind::Advance, name));
            let held = -moved(settlement, ClauseKind::Reserve, "x");
            let earned = shares(settlement, ids).max(0);
            prop_assert!(recouped[0] + recouped[1] + held <= earned, "{} held", held);
        }
    }

    #[test]
    fn a_reserve_is_released_in_full(
        months in vec(month(), 1..14),
        length in length(),
        rates in vec(0..=100_u32, 1..4),
        release in 1..8_usize,
        net_of: bool,
        only_b: bool,
    ) {
        let (keys, ids) = schedules(only_b);
        let rates: Vec<String> = rates.iter().map(|rate| format!("\"{rate}%\"")).collect();
        let net = if net_of { "net-of = \"chargebacks\"\n" } else { "" };
        let clause = format!(
            "[[reserve]]\nname = \"x\"\nparty = \"vendor\"\nby = \"platform\"\nrelease = {release}\n\
             rates = [{}]\nstarts = 2026-01-01\nends = 2027-02-28\n{net}{keys}",
            rates.join(", "),
        );
        let all = settled(&clause, length, &months, 15 + release);
        hold(&all)?;
        let mut held = 0;
        for settlement in &all {
            let withheld = -moved(settlement, ClauseKind::Reserve, "x");
            let released = moved(settlement, ClauseKind::ReserveRelease, "x");
            prop_assert!((0..=shares(settlement, ids).max(0)).contains(&withheld) && released >= 0);
            held += withheld - released;
            let of = |name: &str| name.starts_with("reserve/x/");
            let balances = settlement.balances.iter().filter(|each| of(&each.name.to_string()));
            prop_assert_eq!(balances.map(|each| each.closing.0).sum::<i128>(), held);
        }
        prop_assert_eq!(held, 0, "all is released in the end");
    }
}
