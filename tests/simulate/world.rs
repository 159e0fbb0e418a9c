//! A deal and what happened under it, in the plainest words a test can use.
//!
//! Nothing here comes from the program: amounts and rates are fractions, days are dates, parties
//! and products are indices or names. The oracle computes on this, and `writing` turns it into
//! what the program reads.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use time::{Date, OffsetDateTime};

use super::converting::{PlainRateOfDay, Policy};
use super::plain_clauses::PlainClause;
pub(crate) use super::plain_clauses::Window;

/// An exact number.
pub(crate) type Q = BigRational;

/// A fraction of two small numbers.
pub(crate) fn q(numerator: i64, denominator: i64) -> Q {
    Q::new(BigInt::from(numerator), BigInt::from(denominator))
}

/// A number as people write it: `12.50`, `-3`, `5%`, `1/3`.
pub(crate) fn num(text: &str) -> Q {
    if let Some(percent) = text.strip_suffix('%') {
        return num(percent) / q(100, 1);
    }
    if let Some((above, below)) = text.split_once('/') {
        return num(above) / num(below);
    }
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits: BigInt = format!("{whole}{part}").parse().expect("a test writes numbers");
    Q::new(digits, BigInt::from(10).pow(u32::try_from(part.len()).expect("few digits")))
}

/// A day as people write it.
pub(crate) fn day(text: &str) -> Date {
    let part = |range: std::ops::Range<usize>| text[range].parse::<u16>().expect("a number");
    let month = u8::try_from(part(5..7)).ok().and_then(|month| month.try_into().ok());
    let of_month = u8::try_from(part(8..10)).expect("a day of a month");
    let year = i32::from(part(0..4));
    Date::from_calendar_date(year, month.expect("a month"), of_month).expect("a day")
}

/// A whole test case.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) contract: PlainContract,
    pub(crate) facts: Vec<PlainFact>,
}

/// The deal.
#[derive(Clone, Debug)]
pub(crate) struct PlainContract {
    pub(crate) currency: Money,
    pub(crate) zone: PlainZone,
    pub(crate) quarters: bool,
    pub(crate) rounding: Mode,
    pub(crate) remainder: Remainder,
    pub(crate) netting: bool,
    pub(crate) parties: Vec<&'static str>,
    pub(crate) schedules: Vec<PlainSchedule>,
    pub(crate) shared_costs: Vec<PlainSharedCost>,
    pub(crate) availability: Vec<Window>,
    pub(crate) clauses: Vec<PlainClause>,
    pub(crate) exchange: Option<Policy>,
    /// What is listed for it.
    pub(crate) rates: Vec<PlainRateOfDay>,
}

/// A currency and its decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Money {
    Jpy,
    Usd,
    Kwd,
}

impl Money {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Jpy => "JPY",
            Self::Usd => "USD",
            Self::Kwd => "KWD",
        }
    }

    pub(crate) fn decimals(self) -> u32 {
        match self {
            Self::Jpy => 0,
            Self::Usd => 2,
            Self::Kwd => 3,
        }
    }

    /// Minor units in one major unit.
    pub(crate) fn minor(self) -> Q {
        Q::from_integer(BigInt::from(10).pow(self.decimals()))
    }
}

/// Whose midnight ends a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlainZone {
    Utc,
    LosAngeles,
    Kolkata,
}

impl PlainZone {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Utc => "UTC",
            Self::LosAngeles => "America/Los_Angeles",
            Self::Kolkata => "Asia/Kolkata",
        }
    }
}

/// How a step becomes whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    HalfEven,
    HalfUp,
    Down,
    Up,
}

/// Who takes what truncation leaves over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remainder {
    Largest,
    InOrder,
    Party(usize),
}

/// Names and globs per dimension; empty is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PlainScope {
    pub(crate) product: Vec<String>,
    pub(crate) channel: Vec<String>,
    pub(crate) region: Vec<String>,
    pub(crate) customer: Vec<String>,
}

/// A ring fence and its versions.
#[derive(Clone, Debug)]
pub(crate) struct PlainSchedule {
    pub(crate) id: String,
    pub(crate) scope: PlainScope,
    pub(crate) seller: usize,
    pub(crate) bearer: usize,
    pub(crate) provider: usize,
    /// A period's facts belong to all its versions, by their days.
    pub(crate) by_days: bool,
    pub(crate) terms: Vec<PlainTerms>,
}

/// One version.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PlainTerms {
    pub(crate) effective: Date,
    pub(crate) deal: Deal,
}

/// What is agreed.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a world has a handful of deals")]
pub(crate) enum Deal {
    Shared(Shared),
    UsageFee { payer: usize, payee: usize, rates: Vec<PlainRate> },
}

/// The clauses of gross profit and net sales.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shared {
    /// No cost clauses: net sales.
    pub(crate) cost: Option<Cost>,
    pub(crate) rates: Vec<PlainRate>,
    /// None: the key is left out.
    pub(crate) deductions: Option<Vec<PlainDeduction>>,
    /// None: the key is left out.
    pub(crate) losses: Option<PlainLosses>,
    /// What goes off the top.
    pub(crate) priority: Vec<PlainPriority>,
    /// Parties and their shares, which add up to one.
    pub(crate) split: Vec<(usize, Q)>,
    /// None: the split holds whatever was sold.
    pub(crate) tiers: Option<PlainTiers>,
}

/// An entry of priority.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PlainPriority {
    pub(crate) name: String,
    pub(crate) to: usize,
    pub(crate) take: OffTheTop,
}

/// An amount a period, or a rate of a step, perhaps beyond a hurdle in each period.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum OffTheTop {
    Fee(Q),
    Rate { rate: Q, of: &'static str, above: Option<Q> },
}

/// A marginal table over a lifetime; below its first row the split of the terms holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PlainTiers {
    pub(crate) by: &'static str,
    /// From an amount in major units on, the shares.
    pub(crate) rows: Vec<(Q, Vec<(usize, Q)>)>,
}

/// A price for `per` units.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PlainRate {
    pub(crate) unit: String,
    pub(crate) product: String,
    pub(crate) price: Q,
    pub(crate) per: i64,
}

/// One entry of the list of deductions.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PlainDeduction {
    pub(crate) name: String,
    pub(crate) parts: Vec<Take>,
    pub(crate) cap: Option<Limit>,
}

/// What a deduction takes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Take {
    Facts { kinds: Vec<What>, category: Vec<String> },
    Rate(Q),
}

/// An amount in major units, or a rate.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Limit {
    Amount(Q),
    Rate(Q),
    Budget { budget: Q, tolerance: Q },
}

/// What is deducted as cost.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cost {
    pub(crate) deduct: Vec<String>,
    pub(crate) rates: Vec<PlainRate>,
    pub(crate) uplift: Option<Q>,
    pub(crate) ceiling: Option<Limit>,
    pub(crate) carry: bool,
    pub(crate) invoiced: bool,
}

/// What becomes of a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlainLosses {
    CarryForward,
    Share,
    Absorb,
}

/// A rule for cost that leaves product or channel open.
#[derive(Clone, Debug)]
pub(crate) struct PlainSharedCost {
    pub(crate) category: Vec<String>,
    /// None: by sales.
    pub(crate) unit: Option<String>,
    pub(crate) over: PlainScope,
}

/// The kinds of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    Charge,
    Refund,
    Credit,
    Chargeback,
    Tax,
    Fee,
    Cost,
    Usage,
}

impl What {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Refund => "refund",
            Self::Credit => "credit",
            Self::Chargeback => "chargeback",
            Self::Tax => "tax",
            Self::Fee => "fee",
            Self::Cost => "cost",
            Self::Usage => "usage",
        }
    }

    /// Refunds, credits and chargebacks.
    pub(crate) fn gives_back(self) -> bool {
        matches!(self, Self::Refund | Self::Credit | Self::Chargeback)
    }

    /// A row of the sales file?
    pub(crate) fn is_sale(self) -> bool {
        !matches!(self, Self::Cost | Self::Usage)
    }
}

/// When something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    On(Date),
    At(OffsetDateTime),
}

/// One fact.
#[derive(Clone, Debug)]
pub(crate) struct PlainFact {
    pub(crate) what: What,
    pub(crate) id: String,
    pub(crate) when: When,
    pub(crate) product: &'static str,
    pub(crate) channel: &'static str,
    pub(crate) region: &'static str,
    pub(crate) customer: &'static str,
    pub(crate) category: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) quantity: Option<Q>,
    /// Major units.
    pub(crate) amount: Option<Q>,
    /// Of the amount; none: the contract's.
    pub(crate) currency: Option<&'static str>,
    pub(crate) reference: Option<String>,
}

impl PlainFact {
    /// A fact that says nothing yet.
    pub(crate) fn new(what: What, id: &str, on: &str) -> Self {
        Self {
            what,
            id: id.to_owned(),
            when: When::On(day(on)),
            product: "opus-4",
            channel: "marketplace",
            region: "",
            customer: "",
            category: "",
            unit: "",
            quantity: None,
            amount: None,
            currency: None,
            reference: None,
        }
    }

    pub(crate) fn amount(mut self, text: &str) -> Self {
        self.amount = Some(num(text));
        self
    }

    pub(crate) fn quantity(mut self, text: &str, unit: &'static str) -> Self {
        self.quantity = Some(num(text));
        self.unit = unit;
        self
    }

    pub(crate) fn category(mut self, category: &'static str) -> Self {
        self.category = category;
        self
    }

    pub(crate) fn product(mut self, product: &'static str) -> Self {
        self.product = product;
        self
    }

    pub(crate) fn channel(mut self, channel: &'static str) -> Self {
        self.channel = channel;
        self
    }

    pub(crate) fn refers(mut self, id: &str) -> Self {
        self.reference = Some(id.to_owned());
        self
    }
}

/// Zero.
pub(crate) fn zero() -> Q {
    Q::zero()
}
