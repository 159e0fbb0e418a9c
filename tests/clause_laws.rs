//! What holds for contract-wide clauses, whatever the amounts: a clause moves money between two
//! parties and makes none, caps are never exceeded, advances never recouped twice, reserves released
//! in full, guarantees met, balances rolled forward.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use revshare::calendar::{Period, PeriodLength};
use revshare::contract::Contract;
use revshare::fact::{Entry, Fact, Kind, evidence_of};
use revshare::posting::postings;
use revshare::settlement::{Balances, ClauseKind, Settlement, StepName, settle};

/// Two schedules whose sales the platform makes, one with a loss that is shared.
const HEAD: &str = r#"
id = "deal"
currency = "USD"
period = "PERIOD"
[parties]
vendor = "Model Vendor"
platform = "Cloud Platform"
[[schedule]]
id = "a"
scope = { channel = "a" }
seller = "platform"
bearer = "platform"
provider = "platform"
  [[schedule.terms]]
  effective = 2026-01-01
  basis = "gross-profit"
  losses = "share"
  split = { vendor = "30%", platform = "rest" }
[[schedule]]
id = "b"
scope = { channel = "b" }
seller = "platform"
  [[schedule.terms]]
  effective = 2026-01-01
  basis = "net-sales"
  split = { vendor = "1/3", platform = "rest" }
"#;

/// A month of sales and cost in whole cents.
#[derive(Clone, Debug)]
struct Month {
    sold: [i64; 2],
    refunded: i64,
    charged_back: i64,
    cost: i64,
}

fn month() -> impl Strategy<Value = Month> {
    let size = || prop_oneof![1 => Just(0_i64), 4 => 0..100_000_i64];
    (size(), size(), 0..30_000_i64, 0..30_000_i64, size()).prop_map(
        |(a, b, refunded, charged_back, cost)| Month { sold: [a, b], refunded, charged_back, cost },
    )
}

fn facts(months: &[Month]) -> Vec<Entry> {
    let cents = |cents: i64| {
        format!(
            "{}{}.{:02}",
            if cents < 0 { "-" } else { "" },
            cents.abs() / 100,
            cents.abs() % 100
        )
    };
    let mut all = Vec::new();
    for (at, month) in months.iter().enumerate() {
        let day = format!("{}-{:02}-07", 2026 + at / 12, at % 12 + 1);
        let mut add = |kind: Kind, channel: &str, amount: i64| {
            let fact = Fact {
                product: "opus-4".into(),
                channel: channel.into(),
                category: if kind == Kind::Cost { "compute" } else { "" }.into(),
                amount: Some(cents(amount).parse().unwrap()),
                currency: Some("USD".parse().unwrap()),
                ..Fact::new(kind, format!("f-{}", all.len()), day.parse().unwrap())
            };
            all.push(Entry::Fact(fact));
        };
        add(Kind::Charge, "a", month.sold[0]);
        add(Kind::Charge, "b", month.sold[1]);
        add(Kind::Refund, "b", -month.refunded);
        add(Kind::Chargeback, "b", -month.charged_back);
        add(Kind::Cost, "a", month.cost);
    }
    all
}

/// Settles the months in order, and so many periods after them.
fn settled(clauses: &str, length: PeriodLength, months: &[Month], after: usize) -> Vec<Settlement> {
    let word = if length == PeriodLength::Month { "month" } else { "quarter" };
    let text = HEAD.replace("PERIOD", word) + clauses;
    let contract = Contract::parse("deal.toml", &text).unwrap_or_else(|findings| {
        panic!("{}", findings.iter().map(|f| f.to_string()).collect::<Vec<_>>().join("\n"))
    });
    let (evidence, left_out) = evidence_of(&contract, facts(months));
    assert!(left_out.is_empty());
    let mut period = Period::of("2026-01-01".parse().unwrap(), length);
    let per = if length == PeriodLength::Month { 1 } else { 3 };
    let (mut all, mut balances) = (Vec::new(), Balances::default());
    for _ in 0..months.len().div_ceil(per) + after {
        let settlement = settle(&contract, period, &evidence, &balances).unwrap();
        booked(&settlement, &contract);
        balances = settlement.closing();
        all.push(settlement);
        period = period.next();
    }
    all
}

/// The books of both parties say what the payables say.
fn booked(settlement: &Settlement, contract: &Contract) {
    let due = paid(settlement);
    let all = postings(settlement, contract);
    for (book, other, due) in [("platform", "vendor", -due), ("vendor", "platform", due)] {
        let ends = [format!("payable:{other}"), format!("receivable:{other}")];
        let own = all.iter().filter(|each| each.book == book && ends.contains(&each.account));
        assert_eq!(own.map(|each| each.debit.0 - each.credit.0).sum::<i128>(), due, "{book}");
    }
}

/// What the vendor's shares of some schedules come to.
fn shares(settlement: &Settlement, ids: &[&str]) -> i128 {
    let results = settlement.schedules.iter().filter(|result| ids.contains(&result.id.as_str()));
    let shares = results.flat_map(|result| &result.segments).flat_map(|segment| &segment.shares);
    shares.filter(|(party, _)| party == "vendor").map(|(_, amount)| amount.0).sum()
}

/// What a clause moved to the vendor; negative if the other way.
fn moved(settlement: &Settlement, clause: ClauseKind, name: &str) -> i128 {
    let own = settlement.adjustments.iter().filter(|a| a.clause == clause && a.name == name);
    own.map(|a| if a.to == "vendor" { a.amount.0 } else { -a.amount.0 }).sum()
}

/// What the platform pays the vendor in the end; negative if the other way.
fn paid(settlement: &Settlement) -> i128 {
    let each = settlement.payables.iter();
    each.map(|p| if p.to == "vendor" { p.amount.0 } else { -p.amount.0 }).sum()
}

fn closing(settlement: &Settlement, name: &str) -> i128 {
    let mut found = settlement.balances.iter().filter(|each| each.name.to_string() == name);
    found.next().map_or(0, |each| each.closing.0)
}

/// What holds for every clause.
fn hold(all: &[Settlement]) -> Result<(), TestCaseError> {
    let mut before = Balances::default();
    for settlement in all {
        let position = settlement.positions.iter().find(|(party, _)| party == "vendor");
        let position = position.map_or(0, |(_, amount)| amount.0);
        let adjusted = settlement.adjustments.iter();
        let adjusted = adjusted.map(|a| if a.to == "vendor" { a.amount.0 } else { -a.amount.0 });
        prop_assert_eq!(paid(settlement), position + adjusted.sum::<i128>(), "nothing is made");
        for adjustment in &settlement.adjustments {
            prop_assert!(adjustment.amount.0 > 0 && adjustment.from != adjustment.to);
            prop_assert!(!adjustment.note.is_empty());
        }
        for balance in &settlement.balances {
            prop_assert_eq!(balance.opening + balance.movement, balance.closing);
            prop_assert_eq!(balance.opening, before.get(&balance.name), "{} opens", balance.name);
        }
        for (name, _) in before.iter() {
            let shown = settlement.balances.iter().any(|balance| balance.name == *name);
            prop_assert!(shown, "{} is still on the statement", name);
        }
        before = settlement.closing();
    }
    Ok(())
}

fn length() -> impl Strategy<Value = PeriodLength> {
    prop_oneof![Just(PeriodLength::Month), Just(PeriodLength::Quarter)]
}

fn schedules(only_b: bool) -> (&'static str, &'static [&'static str]) {
    if only_b { ("schedules = [\"b\"]\n", &["b"]) } else { ("", &["a", "b"]) }
}

fn in_window(start: u8, at: Period, ends: Option<u8>) -> (bool, bool) {
    let begin = Period::of(day(2026, start), at.length());
    let end = ends.map(|month| Period::of(day(2027, month), at.length()));
    (at.since(begin) >= 0, end.is_none_or(|end| at.since(end) <= 0))
}

fn day(year: i32, month: u8) -> revshare::calendar::Day {
    revshare::calendar::Day::new(year, month, 15).unwrap()
}

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
