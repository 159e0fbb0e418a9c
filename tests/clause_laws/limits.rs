//! Caps are never exceeded, guarantees are met, floors hold in every period.

use proptest::collection::vec;
use proptest::prelude::*;
use revshare::calendar::PeriodLength;
use revshare::settlement::{ClauseKind, StepName};

use super::months::{
    closing, hold, in_window, length, month, moved, paid, schedules, settled, shares,
};

proptest! {
    #[test]
    fn a_cap_is_never_exceeded_and_cuts_nothing_below_it(
        months in vec(month(), 1..20),
        length in length(),
        amount in 0..200_000_i128,
        before in 0..=100_i128,
    ) {
        let spent = amount * before / 100;
        let money = |cents: i128| format!("\"{}.{:02}\"", cents / 100, cents % 100);
        let clause = format!(
            "[[cap]]\nname = \"x\"\nfrom = \"platform\"\nto = \"vendor\"\namount = {}\npaid = {}\n",
            money(amount), money(spent),
        );
        let all = settled(&clause, length, &months, 0);
        hold(&all)?;
        let mut total = spent;
        for settlement in &all {
            let due = paid(settlement) - moved(settlement, ClauseKind::Cap, "x");
            let room = amount - total;
            prop_assert_eq!(paid(settlement), due.min(room));
            total += paid(settlement);
            prop_assert!(total <= amount);
            prop_assert_eq!(closing(settlement, "cap/x"), total - spent);
        }
    }

    #[test]
    fn a_guarantee_is_met_and_adds_nothing_to_enough(
        months in vec(month(), 24..25),
        length in length(),
        amount in 0..600_000_i128,
        start in 1..=12_u8,
        window in 0..4_usize,
        only_b: bool,
    ) {
        let (keys, ids) = schedules(only_b);
        let word = ["period", "calendar-year", "contract-year", "lifetime"][window];
        let clause = format!(
            "[[guarantee]]\nname = \"x\"\nparty = \"vendor\"\nfrom = \"platform\"\n\
             amount = \"{}.{:02}\"\nwindow = \"{word}\"\nstarts = 2026-{start:02}-15\n\
             ends = 2027-12-31\n{keys}",
            amount / 100, amount % 100,
        );
        let all = settled(&clause, length, &months, 0);
        hold(&all)?;
        // Months as the window sees them, written down a second time and more slowly.
        let mut earned = 0;
        let mut open_before = false;
        for (at, settlement) in all.iter().enumerate() {
            let (open, _) = in_window(start, settlement.period, None);
            let added = moved(settlement, ClauseKind::Guarantee, "x");
            if !open {
                prop_assert_eq!(added, 0);
                continue;
            }
            let first = all.iter().position(|one| in_window(start, one.period, None).0).unwrap();
            let per_year = if length == PeriodLength::Month { 12 } else { 4 };
            let restarts = |at: usize| match word {
                "period" => true,
                "calendar-year" => at.is_multiple_of(per_year),
                "contract-year" => (at - first).is_multiple_of(per_year),
                _ => false,
            };
            if restarts(at) || !open_before {
                earned = 0;
            }
            open_before = true;
            earned += shares(settlement, ids);
            let last = at + 1 == all.len() || restarts(at + 1);
            let due = if last { (amount - earned).max(0) } else { 0 };
            prop_assert_eq!(added, due, "{} of {}", settlement.period, word);
        }
    }

    #[test]
    fn a_floor_holds_in_every_period_and_gives_back_what_it_carries(
        months in vec(month(), 1..16),
        length in length(),
        rate in 0..=40_i128,
        carry: bool,
    ) {
        let unused = if carry { "carry" } else { "lapse" };
        let clause = format!(
            "[[floor]]\nname = \"x\"\nparty = \"vendor\"\nfrom = \"platform\"\nunused = \"{unused}\"\n\
             at-least = \"{rate}%\"\nof = \"gross-sales\"\nschedules = [\"b\"]\n",
        );
        let all = settled(&clause, length, &months, 0);
        hold(&all)?;
        let mut reductions = 0;
        for settlement in &all {
            let result = settlement.schedules.iter().find(|result| result.id == "b").unwrap();
            let gross = result.segments.iter().map(|each| each.amount(StepName::GrossSales).0);
            let twice = 2 * gross.sum::<i128>() * rate;
            let earned = shares(settlement, &["b"]);
            let paid = earned + moved(settlement, ClauseKind::ShareFloor, "x");
            // Half a cent on either side of the exact floor, in hundredths of a cent.
            prop_assert!(200 * paid >= twice - 100, "{} of {}", paid, settlement.period);
            let enough = 200 * (earned - reductions) >= twice + 100;
            if carry {
                prop_assert!(!enough || paid == earned - reductions);
                reductions += paid - earned;
                prop_assert_eq!(closing(settlement, "floor/x"), reductions);
                prop_assert!(reductions >= 0);
            } else {
                prop_assert!(!enough || paid == earned);
            }
        }
    }
}
