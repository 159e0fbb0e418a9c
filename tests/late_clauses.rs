//! Arrival in time, clause by clause: whatever comes late, what was settled in total, and what is
//! carried, is what it would have been had every fact been there at its own month's close.

use std::collections::BTreeMap;

use proptest::prelude::*;
use revshare::calendar::Period;
use revshare::contract::Contract;
use revshare::fact::{Entry, Evidence, Fact, FxRate, Kind, evidence_of};
use revshare::settlement::{
    Balances, Restatement, Settlement, View, first_period, restate, settle, settle_restating,
};

/// Two schedules of sales and one of usage; what stands in capitals is filled in.
const DEAL: &str = r#"
id = "deal"
currency = "USD"
TOP
[parties]
vendor = "Model Vendor"
platform = "Cloud Platform"
author = "Data Author"
CLAUSES
[[schedule]]
id = "market"
scope = { channel = "market" }
seller = "platform"
bearer = "vendor"
provider = "platform"
  [[schedule.terms]]
  effective = 2025-10-01
  basis = "gross-profit"
  cost = { CEILING }
  losses = "LOSSES"
  PRIORITY
  split = SPLIT
[[schedule]]
id = "resale"
scope = { channel = "resale" }
seller = "vendor"
  [[schedule.terms]]
  effective = 2025-10-01
  basis = "net-sales"
  RECOGNITION
  split = { vendor = "1/3", platform = "rest" }
[[schedule]]
id = "own"
scope = { channel = "own" }
  [[schedule.terms]]
  effective = 2025-10-01
  basis = "usage-fee"
  payer = "platform"
  payee = "vendor"
  rates = [ { unit = "token", CARD } ]
"#;

/// What may be filled in, by place; the first is nothing special.
const TOP: &[&str] = &["", "netting = false", "rounding = \"up\"", "remainder = \"vendor\""];
const CEILING: &[&str] = &[
    "deduct = [\"compute\"]",
    "ceiling = \"70% of net-sales\", excess = \"carry\"",
    "ceiling = \"60% of net-sales\", excess = { carry = 2 }",
];
const LOSSES: &[&str] = &["share", "carry-forward", "absorb"];
const RECOGNITION: &[&str] = &["", "recognition = \"collected\""];
const PRIORITY: &[&str] = &[
    "",
    "priority = [ { name = \"royalty\", to = \"author\", rate = \"3%\", of = \"gross-sales\" } ]",
    "priority = [ { name = \"bonus\", to = \"vendor\", rate = \"5%\", of = \"net-sales\", above = \"700\", window = \"calendar-year\" }, { name = \"access\", to = \"vendor\", fee = \"50\" } ]",
];
const SPLIT: &[&str] = &[
    "{ vendor = \"30%\", platform = \"rest\" }",
    "{ measure = \"net-sales\", window = \"calendar-year\", mode = \"marginal\", tiers = [ { from = \"0\", vendor = \"60%\", platform = \"rest\" }, { from = \"500\", vendor = \"1/3\", platform = \"rest\" } ] }",
    "{ measure = \"share-base\", window = \"contract-year\", mode = \"retroactive\", tiers = [ { from = \"0\", vendor = \"20%\", platform = \"rest\" }, { above = \"400\", vendor = \"1/3\", platform = \"rest\" } ] }",
    "{ measure = \"gross-sales\", window = \"lifetime\", over = [\"market\", \"resale\"], mode = \"forward\", tiers = [ { from = \"0\", vendor = \"20%\", platform = \"rest\" }, { from = \"900\", vendor = \"35%\", platform = \"rest\" } ] }",
    "{ measure = \"net-sales\", window = \"calendar-year\", mode = \"forward\", by = \"sale\", tiers = [ { from = \"0\", vendor = \"20%\", platform = \"rest\" }, { from = \"300\", vendor = \"35%\", platform = \"rest\" } ] }",
    "{ measure = \"net-sales\", window = { trailing = 2 }, mode = \"marginal\", tiers = [ { from = \"0\", vendor = \"20%\", platform = \"rest\" }, { from = \"300\", vendor = \"35%\", platform = \"rest\" } ] }",
];
const CARD: &[&str] = &[
    "price = \"0.07\"",
    "window = \"calendar-year\", included = \"300\", tiers = [ { from = \"0\", price = \"0.09\" }, { from = \"200\", price = \"0.05\" } ]",
    "window = \"lifetime\", mode = \"volume\", cap = \"15\", tiers = [ { from = \"0\", price = \"0.09\" }, { from = \"200\", price = \"0.05\" } ]",
];
/// Clauses over the whole contract; any number of them hold together.
const CLAUSES: &[&str] = &[
    "[[floor]]\nname = \"f\"\nparty = \"vendor\"\nfrom = \"platform\"\nat-least = \"20%\"\nof = \"gross-sales\"\nunused = \"carry\"\nschedules = [\"market\"]\n",
    "[[floor]]\nname = \"y\"\nparty = \"vendor\"\nfrom = \"platform\"\nat-least = \"300\"\nwindow = \"calendar-year\"\n",
    "[[most-favoured]]\nname = \"m\"\nparty = \"vendor\"\nfrom = \"platform\"\ngrants = [ { from = 2026-02-10, rate = \"35%\" } ]\n",
    "[[guarantee]]\nname = \"g\"\nparty = \"vendor\"\nfrom = \"platform\"\namount = \"400\"\nwindow = \"contract-year\"\nstarts = 2025-04-01\nends = 2026-05-31\nprorate = \"days\"\nper-period = \"20\"\n",
    "[[guarantee]]\nname = \"c\"\nparty = \"vendor\"\nfrom = \"platform\"\namount = \"250\"\nwindow = \"calendar-year\"\nstarts = 2025-12-01\nends = 2026-04-30\ncumulative = true\nschedules = [\"own\"]\non = \"usage-fees\"\n",
    "[[advance]]\nname = \"a\"\nto = \"vendor\"\nby = \"platform\"\namount = \"350\"\nrate = \"70%\"\nstarts = 2026-02-15\nends = 2026-04-30\n",
    "[[reserve]]\nname = \"r\"\nparty = \"vendor\"\nby = \"platform\"\nrate = \"10%\"\nrelease = 2\nnet-of = \"chargebacks\"\n",
    "[[reserve]]\nname = \"q\"\nparty = \"platform\"\nby = \"vendor\"\nrates = [\"20%\", \"5%\"]\nstarts = 2026-01-01\nrelease = 1\nschedules = [\"resale\"]\n",
    "[[cap]]\nname = \"k\"\nfrom = \"platform\"\nto = \"vendor\"\namount = \"450\"\nwindow = \"calendar-year\"\n",
    "[[cap]]\nname = \"l\"\nfrom = \"platform\"\nto = \"vendor\"\namount = \"150\"\nschedules = [\"own\"]\n",
    "[[withholding]]\nname = \"w\"\nfrom = \"platform\"\nto = \"vendor\"\nrate = \"15%\"\n",
    "[[withholding]]\nname = \"u\"\nfrom = \"vendor\"\nto = \"platform\"\nrate = \"7%\"\ngross-up = true\n",
];
const FX: &str = "[fx]\npolicy = \"POLICY\"\n";
const POLICIES: &[&str] = &["daily", "period-average", "period-end"];

/// How many months are closed; whatever has not come before the last one comes with it.
const MONTHS: usize = 6;

/// A month of 2026, and what comes before the first as the end of 2025.
fn month(at: i64) -> Period {
    let first: Period = "2026-01".parse().expect("a period");
    let mut period = if at < 0 { "2025-11".parse().expect("a period") } else { first };
    (0..(if at < 0 { at + 2 } else { at })).for_each(|_| period = period.next());
    period
}

/// A fact in the rough: what, when, how much, in euros, what it refers to, when it comes.
type Rough = (usize, i64, i64, bool, Option<usize>, usize);

fn entries(rough: &[Rough]) -> Vec<Entry> {
    let kinds = [
        (Kind::Charge, "market"),
        (Kind::Charge, "resale"),
        (Kind::Refund, "market"),
        (Kind::Chargeback, "market"),
        (Kind::Cost, "market"),
        (Kind::Usage, "own"),
        (Kind::Collected, "resale"),
        (Kind::Charge, "market"),
    ];
    let entry = |(at, &(what, when, cents, euros, to, _)): (usize, &Rough)| {
        let (kind, channel) = kinds[what];
        let day = format!("{}-{:02}", month(when), 1 + cents % 28);
        let minus = if matches!(kind, Kind::Refund | Kind::Chargeback) { "-" } else { "" };
        let amount = format!("{minus}{}.{:02}", cents / 100, cents % 100);
        let number = Some(amount.parse().expect("a number"));
        let usage = kind == Kind::Usage;
        let refers = matches!(kind, Kind::Refund | Kind::Chargeback | Kind::Collected);
        let to = to.filter(|to| refers && kinds[rough[to % rough.len()].0].1 == channel);
        Entry::Fact(Fact {
            product: if cents % 3 == 0 { "opus" } else { "haiku" }.into(),
            channel: channel.into(),
            category: if kind == Kind::Cost { "compute" } else { "" }.into(),
            unit: if usage { "token" } else { "" }.into(),
            quantity: number.filter(|_| usage),
            amount: number.filter(|_| !usage),
            currency: (!usage)
                .then(|| if euros { "EUR" } else { "USD" }.parse().expect("a currency")),
            reference: to.map(|to| format!("f-{}", to % rough.len())),
            ..Fact::new(kind, format!("f-{at}"), day.parse().expect("a day"))
        })
    };
    rough.iter().enumerate().map(entry).collect()
}

/// Two rates a month, there from the beginning.
fn rates() -> Vec<Entry> {
    let rate = |day: String, rate: &str| {
        Entry::Fx(FxRate {
            date: day.parse().expect("a day"),
            base: "EUR".parse().expect("a currency"),
            quote: "USD".parse().expect("a currency"),
            rate: rate.parse().expect("a rate"),
        })
    };
    let days = |at: i64| {
        [1, 5, 10, 15, 20, 25, 28].map(|day| (format!("{}-{day:02}", month(at)), at + day))
    };
    let all = (-2..MONTHS as i64).flat_map(days);
    all.map(|(day, n)| rate(day, &format!("1.{:03}", 100 + n * 7))).collect()
}

/// What everybody owes everybody in the end, for each pair with a sign.
type Owed = BTreeMap<(String, String), i128>;

fn add_up(owed: &mut Owed, settlement: &Settlement) {
    for payable in &settlement.payables {
        let (from, to, amount) = (payable.from.clone(), payable.to.clone(), payable.amount.0);
        let turned = from > to;
        let (pair, amount) = if turned { ((to, from), -amount) } else { ((from, to), amount) };
        *owed.entry(pair).or_default() += amount;
    }
    owed.retain(|_, amount| *amount != 0);
}

fn known(contract: &Contract, rough: &[Rough], by: usize) -> Evidence {
    let come = entries(rough).into_iter().zip(rough).filter(|(_, fact)| fact.5 <= by);
    evidence_of(contract, come.map(|(entry, _)| entry).chain(rates())).0
}

fn begins(contract: &Contract, evidence: &Evidence) -> Period {
    first_period(contract, evidence).map_or(month(0), |first| first.min(month(0)))
}

/// Closes month after month, with what had come by then.
fn as_it_came(contract: &Contract, rough: &[Rough]) -> (Owed, Balances) {
    let (mut owed, mut closing) = (Owed::new(), Balances::default());
    let mut last: Option<(Period, Evidence)> = None;
    for at in 0..MONTHS {
        let evidence = known(contract, rough, if at + 1 == MONTHS { usize::MAX } else { at });
        let view = |evidence| View { contract, evidence, first: begins(contract, evidence) };
        let nothing = Evidence::default();
        let empty = View { contract, evidence: &nothing, first: month(0) };
        let restatement: Restatement = match &last {
            Some((through, before)) => {
                restate(view(&evidence), &[(*through, view(before))], &closing, *through)
                    .expect("it restates")
            }
            None => restate(view(&evidence), &[(month(-1), empty)], &closing, month(-1))
                .expect("it restates"),
        };
        let period = month(at as i64);
        let settlement = settle_restating(contract, period, &evidence, &closing, &restatement)
            .expect("it settles");
        add_up(&mut owed, &settlement);
        closing = settlement.closing();
        last = Some((period, evidence));
    }
    (owed, closing)
}

/// Everything is there in time.
fn in_time(contract: &Contract, rough: &[Rough]) -> (Owed, Balances) {
    let evidence = known(contract, rough, usize::MAX);
    let (mut owed, mut closing) = (Owed::new(), Balances::default());
    let mut period = begins(contract, &evidence);
    while period < month(MONTHS as i64) {
        let settlement = settle(contract, period, &evidence, &closing).expect("it settles");
        add_up(&mut owed, &settlement);
        closing = settlement.closing();
        period = period.next();
    }
    (owed, closing)
}

fn one_of(list: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(list)
}

fn deal() -> impl Strategy<Value = String> {
    let clauses = prop::sample::subsequence(CLAUSES, 0..=CLAUSES.len());
    let places =
        (one_of(TOP), one_of(CEILING), one_of(LOSSES), one_of(RECOGNITION), one_of(PRIORITY));
    (places, (one_of(SPLIT), one_of(CARD)), clauses, one_of(POLICIES)).prop_map(
        |((top, ceiling, losses, recognition, priority), (split, card), clauses, policy)| {
            DEAL.replace("TOP", top)
                .replace("CLAUSES", &(clauses.concat() + &FX.replace("POLICY", policy)))
                .replace("CEILING", ceiling)
                .replace("LOSSES", losses)
                .replace("PRIORITY", priority)
                .replace("RECOGNITION", recognition)
                .replace("SPLIT", split)
                .replace("CARD", card)
        },
    )
}

fn facts() -> impl Strategy<Value = Vec<Rough>> {
    let to = prop::option::of(0..20_usize);
    let one = (0..8_usize, -2..MONTHS as i64, 0..40_000_i64, any::<bool>(), to, 0..MONTHS);
    prop::collection::vec(one, 1..20)
}

proptest! {
    #[test]
    fn what_comes_late_is_settled_as_if_it_had_come_in_time(text in deal(), rough in facts()) {
        let contract = Contract::parse("deal.toml", &text);
        let contract = contract.map_err(|list| TestCaseError::fail(format!("{list:#?}")))?;
        prop_assert_eq!(as_it_came(&contract, &rough), in_time(&contract, &rough), "{}", text);
    }
}
