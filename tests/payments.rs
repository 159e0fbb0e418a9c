//! The laws of paying, over random months, payments, clauses and orders of arrival: nothing that
//! was owed and nothing that was paid is lost or counted twice.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;
use revshare::calendar::{Day, Moment, Period};
use revshare::contract::Contract;
use revshare::fact::{Cell, Evidence, Fact, Key, Kind, Lens, Payment, Tally};
use revshare::money::{Exact, Minor};
use revshare::settlement::{BalanceKind, Balances, ClauseKind, Settlement, settle};
use revshare::statement::{Provenance, Statement};

const PARTIES: [&str; 2] = ["vendor", "platform"];
const FIRST: &str = "2026-10";
const PERIODS: usize = 8;

/// A fee each way, at one cent a unit, so that quantities are cents.
const DEAL: &str = r#"
id = "deal"
currency = "USD"

[parties]
vendor   = "Aria Model Works PBC"
platform = "Northgate Cloud Inc."

[[schedule]]
id    = "use"
scope = { channel = "use" }
  [[schedule.terms]]
  effective = 2026-01-01
  basis = "usage-fee"
  payer = "platform"
  payee = "vendor"
  rates = [ { unit = "unit", price = "0.01" } ]

[[schedule]]
id    = "hosting"
scope = { channel = "hosting" }
  [[schedule.terms]]
  effective = 2026-01-01
  basis = "usage-fee"
  payer = "vendor"
  payee = "platform"
  rates = [ { unit = "unit", price = "0.01" } ]
"#;

/// Clauses that may be switched on, each by itself.
const CLAUSES: [&str; 8] = [
    "[overpayment]\neffective = 2026-10-01\nexpires = 2\n",
    "[late-interest]\neffective = 2026-10-01\nrate = \"9.5%\"\n",
    "[[minimum-payment]]\nfrom = \"vendor\"\nto = \"platform\"\nhold = true\n",
    "[[minimum-payment]]\namount = \"50.00\"\nuntil = 2027-04-01\n",
    "[[on-account]]\nfrom = \"platform\"\nto = \"vendor\"\nwindow = \"calendar-year\"\n",
    "[[withholding]]\nname = \"tax\"\nfrom = \"platform\"\nto = \"vendor\"\nrate = \"15%\"\n",
    "[[withholding]]\nname = \"up\"\nfrom = \"vendor\"\nto = \"platform\"\nrate = \"1/3\"\ngross-up = true\n",
    "[payment]\ndays = 10\ncalendar = \"weekends\"\n",
];

#[derive(Clone, Debug)]
struct World {
    clauses: Vec<bool>,
    netting: bool,
    /// Cents owed by the platform and by the vendor, by period.
    owed: Vec<(u16, u16)>,
    payments: Vec<Paid>,
}

/// A payment: in which period, on which day of it, on which statement, which way, how many cents,
/// and how many periods later it is known.
#[derive(Clone, Debug)]
struct Paid {
    at: usize,
    day: u8,
    statement: usize,
    back: bool,
    cents: i32,
    later: usize,
}

fn world() -> impl Strategy<Value = World> {
    let paid = (0..PERIODS, 1..28_u8, 0..PERIODS, any::<bool>(), -2_000..20_000_i32, 0..3_usize)
        .prop_map(|(at, day, statement, back, cents, later)| Paid {
            at,
            day,
            statement,
            back,
            cents,
            later,
        });
    let clauses = prop::collection::vec(any::<bool>(), CLAUSES.len());
    let owed = prop::collection::vec((0..12_000_u16, 0..9_000_u16), PERIODS);
    let payments = prop::collection::vec(paid, 0..12);
    (clauses, any::<bool>(), owed, payments).prop_map(|(clauses, netting, owed, payments)| World {
        clauses,
        netting,
        owed,
        payments,
    })
}

impl World {
    fn contract(&self) -> Contract {
        let mut text = format!("netting = {}\n{DEAL}", self.netting);
        for (clause, on) in CLAUSES.iter().zip(&self.clauses) {
            if *on {
                write!(text, "\n{clause}").unwrap();
            }
        }
        Contract::parse("deal.toml", &text).unwrap()
    }

    fn tally(&self, contract: &Contract) -> Tally {
        let mut tally = Tally::new();
        for (at, (use_, hosting)) in self.owed.iter().enumerate() {
            let day = Moment::On(period(at).first_day());
            for (channel, cents) in [("use", use_), ("hosting", hosting)] {
                let fact = Fact {
                    product: "aria-1".into(),
                    channel: channel.into(),
                    unit: "unit".into(),
                    quantity: Some(Exact::from(i64::from(*cents))),
                    ..Fact::new(Kind::Usage, format!("{at}-{channel}"), day)
                };
                let lens = Lens::default();
                tally.add(Key::of(&fact, "own", &contract.zone, &lens), Cell::of(&fact));
            }
        }
        tally
    }

    /// What is known of payments when a period is settled.
    fn payments(&self, at: usize) -> Vec<Payment> {
        let known = self.payments.iter().enumerate();
        let known = known.filter(|(_, paid)| (paid.at + paid.later).min(PERIODS - 1) <= at);
        let mut payments: Vec<Payment> = known.map(|(id, paid)| paid.payment(id)).collect();
        payments.sort();
        payments
    }

    fn settle(&self) -> Vec<Settlement> {
        let contract = self.contract();
        let tally = self.tally(&contract);
        let mut balances = Balances::default();
        let mut all = Vec::new();
        for at in 0..PERIODS {
            let payments = self.payments(at);
            let evidence = Evidence { tally: tally.clone(), payments, ..Evidence::default() };
            let settled = settle(&contract, period(at), &evidence, &balances).unwrap();
            // Footing and roll-forward are checked where a statement is made.
            Statement::of(&settled, &contract, Vec::new(), Provenance::of(&contract));
            balances = settled.closing();
            all.push(settled);
        }
        all
    }
}

impl Paid {
    fn payment(&self, id: usize) -> Payment {
        let month = period(self.at).first_day();
        let [one, other] = PARTIES.map(str::to_owned);
        let usd = "USD".parse().unwrap();
        let (from, to) = if self.back { (one, other) } else { (other, one) };
        Payment {
            id: id.to_string(),
            time: Moment::On(Day::new(month.year(), month.month(), self.day).unwrap()),
            period: period(self.statement),
            from,
            to,
            amount: Minor(i128::from(self.cents)).display(usd).parse().unwrap(),
            currency: usd,
        }
    }
}

fn period(at: usize) -> Period {
    (0..at).fold(FIRST.parse().unwrap(), |period: Period, _| period.next())
}

/// What the platform owes the vendor of an amount from one to the other.
fn signed(from: &str, amount: Minor) -> Minor {
    if from == "platform" { amount } else { -amount }
}

/// The closing balances of a kind for a direction.
fn closing(settled: &Settlement, kind: BalanceKind, from: &str, to: &str) -> Minor {
    let pair = format!("{from}>{to}");
    let of = |of: &str| of.split('/').any(|part| part == pair);
    let own = settled.balances.iter().filter(|each| each.name.kind == kind && of(&each.name.of));
    own.map(|balance| balance.closing).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// What the schedules owe and what clauses moved is what is payable, in every period.
    #[test]
    fn owed_and_moved_is_payable(world in world()) {
        for settled in world.settle() {
            let position = settled.positions.iter().find(|(party, _)| party == "vendor");
            let owed = position.map_or(Minor::ZERO, |(_, amount)| *amount);
            let moved: Minor = settled.adjustments.iter().map(|a| signed(&a.from, a.amount)).sum();
            let payable: Minor = settled.payables.iter().map(|p| signed(&p.from, p.amount)).sum();
            prop_assert_eq!(owed + moved, payable);
            for tax in &settled.withheld {
                prop_assert_eq!(tax.arrives + tax.tax, tax.gross);
            }
        }
    }

    /// What is carried or kept on account is neither lost nor made: over all periods, what a
    /// clause moved and what its balance holds cancel out, payments on account aside.
    #[test]
    fn carried_and_paid_is_owed(world in world()) {
        let all = world.settle();
        let moved = |kind: ClauseKind| -> Minor {
            let of = all.iter().flat_map(|settled| &settled.adjustments);
            of.filter(|a| a.clause == kind).map(|a| signed(&a.from, a.amount)).sum()
        };
        let last = all.last().unwrap();
        let held = |kind| closing(last, kind, "platform", "vendor")
            - closing(last, kind, "vendor", "platform");
        prop_assert_eq!(moved(ClauseKind::MinimumPayment) + held(BalanceKind::CarriedPayable), Minor::ZERO);
        let on_account = held(BalanceKind::OnAccount) + held(BalanceKind::PaidOnAccount);
        prop_assert_eq!(moved(ClauseKind::OnAccount) + on_account, Minor::ZERO);
    }

    /// No payment is lost, whenever it becomes known: all that was billed or taken from a credit,
    /// less all that was paid, is what is still owed, less the credits.
    #[test]
    fn no_payment_is_lost(world in world()) {
        let contract = world.contract();
        if !contract.cash.follows(period(0)) {
            return Ok(());
        }
        let all = world.settle();
        let last = all.last().unwrap();
        for [from, to] in [["platform", "vendor"], ["vendor", "platform"]] {
            let payables = all.iter().flat_map(|settled| &settled.payables);
            let billed: Minor =
                payables.filter(|p| p.from == from).map(|p| p.amount).sum();
            let adjustments = all.iter().flat_map(|settled| &settled.adjustments);
            let credits = adjustments.filter(|a| a.clause == ClauseKind::OverpaymentCredit
                && a.name == format!("{from}>{to}"));
            let used: Minor =
                credits.map(|a| if a.from == to { a.amount } else { -a.amount }).sum();
            let paid = world.payments.iter().filter(|paid| paid.back == (from == "vendor"));
            let paid: Minor = paid.map(|paid| Minor(i128::from(paid.cents))).sum();
            let due = billed + used - paid;
            let on_account = closing(last, BalanceKind::PaidOnAccount, from, to);
            let open = closing(last, BalanceKind::Owed, from, to)
                - closing(last, BalanceKind::Credit, from, to)
                - on_account;
            prop_assert_eq!(due, open, "{}", from);
        }
    }

    /// Interest does not depend on when a payment becomes known, as long as its statement is open.
    #[test]
    fn interest_is_that_of_the_days(cents in 1..1_000_000_i32, at in 1..PERIODS, day in 1..28_u8) {
        let mut clauses = vec![false; CLAUSES.len()];
        clauses[1] = true;
        let mut owed = vec![(0, 0); PERIODS];
        owed[0] = (u16::try_from(cents % 60_000).unwrap(), 0);
        let interest = |later| -> Minor {
            let payments = vec![Paid {
                at, day, statement: 0, back: false, cents: i32::from(owed[0].0), later,
            }];
            let world = World { clauses: clauses.clone(), netting: true, owed: owed.clone(), payments };
            let all = world.settle();
            let adjustments = all.iter().flat_map(|settled| &settled.adjustments);
            let own = adjustments.filter(|a| a.period == Some(period(0)));
            own.map(|a| signed(&a.from, a.amount)).sum()
        };
        prop_assert_eq!(interest(0), interest(2));
    }
}

#[test]
fn a_returned_payment_opens_its_statement_again() {
    let mut clauses = vec![false; CLAUSES.len()];
    clauses[0] = true;
    let mut owed = vec![(0, 0); PERIODS];
    owed[0] = (10_000, 0);
    let paid = |at, cents| Paid { at, day: 5, statement: 0, back: false, cents, later: 0 };
    let payments = vec![paid(1, 10_000), paid(3, -10_000), paid(5, 4_000)];
    let all = World { clauses, netting: true, owed, payments }.settle();
    let owed: BTreeMap<String, Minor> = all
        .iter()
        .map(|settled| {
            let owed = closing(settled, BalanceKind::Owed, "platform", "vendor");
            (settled.period.to_string(), owed)
        })
        .collect();
    for (period, due) in
        [("2026-10", 10_000), ("2026-11", 0), ("2027-01", 10_000), ("2027-03", 6_000)]
    {
        assert_eq!(owed[period], Minor(due), "{period}");
    }
}
