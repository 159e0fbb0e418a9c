//! Windows that are cut short at both ends, by hand.

use revshare::calendar::PeriodLength;
use revshare::settlement::{ClauseKind, Settlement};

use super::months::{Month, closing, hold, moved, settled};

/// Months in each of which the vendor's third of `b` is 100.00.
fn even(months: usize) -> Vec<Month> {
    vec![Month { sold: [0, 30_000], refunded: 0, charged_back: 0, cost: 0 }; months]
}

/// The adjustments of a clause by period, in cents.
fn by_period(all: &[Settlement], clause: ClauseKind) -> Vec<(String, i128)> {
    let each = all.iter().map(|one| (one.period.to_string(), moved(one, clause, "x")));
    each.filter(|(_, amount)| *amount != 0).collect()
}

#[test]
fn windows_broken_at_both_ends() {
    const WHO: &str =
        "name = \"x\"\nparty = \"vendor\"\nfrom = \"platform\"\nschedules = [\"b\"]\n";
    const DAYS: &str = "starts = 2026-05-20\nends = 2027-02-09\n";
    let floor = "at-least = \"50%\"\nof = \"gross-sales\"\n";
    let guarantee = "amount = \"3650\"\nprorate = \"days\"\n";
    let (month, quarter) = (PeriodLength::Month, PeriodLength::Quarter);
    for (key, rest, window, length, due) in [
        // Half of 300.00 a month less the third: 50.00 for each of 8 months, then of 2.
        ("floor", floor, "calendar-year", month, [("2026-12", 40_000), ("2027-02", 10_000)]),
        // Whole quarters count: 3 of 2026, 1 of 2027 of whose months all three have sales.
        ("floor", floor, "calendar-year", quarter, [("2026-Q4", 45_000), ("2027-Q1", 15_000)]),
        // 226 days of 2026 at 10.00 less 8 × 100.00, 40 of 2027 at 10.00 less 2 × 100.00.
        (
            "guarantee",
            guarantee,
            "calendar-year",
            month,
            [("2026-12", 146_000), ("2027-02", 20_000)],
        ),
        (
            "guarantee",
            guarantee,
            "calendar-year",
            quarter,
            [("2026-Q4", 136_000), ("2027-Q1", 10_000)],
        ),
    ] {
        let clause = format!("[[{key}]]\n{WHO}{DAYS}{rest}window = \"{window}\"\n");
        let all = settled(&clause, length, &even(16), 0);
        hold(&all).unwrap();
        let kind = if key == "floor" { ClauseKind::ShareFloor } else { ClauseKind::Guarantee };
        let due: Vec<_> =
            due.iter().map(|(period, cents)| ((*period).to_owned(), *cents)).collect();
        assert_eq!(by_period(&all, kind), due, "{key} by {length:?}");
        let last = all.last().unwrap();
        let left = |name: &str| closing(last, name);
        assert_eq!(
            (left("guarantee/x"), left("floor-earned/x"), left("floor-measure/x")),
            (0, 0, 0)
        );
    }
}

#[test]
fn all_windows_together_count_each_by_its_days() {
    let clause = "[[guarantee]]\nname = \"x\"\nparty = \"vendor\"\nfrom = \"platform\"\n\
                  amount = \"3650\"\nwindow = \"calendar-year\"\ncumulative = true\n\
                  starts = 2026-05-20\nends = 2027-02-09\nprorate = \"days\"\nescalator = \"10%\"\n";
    let all = settled(clause, PeriodLength::Month, &even(16), 0);
    hold(&all).unwrap();
    // 2,260.00 for 2026, 400.00 × 1.1 for 2027, less ten months at 100.00.
    let due = [("2027-02".to_owned(), 226_000 + 44_000 - 100_000)];
    assert_eq!(by_period(&all, ClauseKind::Guarantee), due);
}
