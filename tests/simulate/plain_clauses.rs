//! Clauses over the whole contract in plain words, as part of a [`super::world::World`].

use time::Date;

use super::world::Q;

/// Over which stretch something is added up before it starts again at nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    Period,
    CalendarYear,
    /// From the clause's first day.
    ContractYear,
    Lifetime,
}

impl Over {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Period => "period",
            Self::CalendarYear => "calendar-year",
            Self::ContractYear => "contract-year",
            Self::Lifetime => "lifetime",
        }
    }
}

/// When and where a clause holds. No schedules: all.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) over: Over,
    pub(crate) starts: Option<Date>,
    pub(crate) ends: Option<Date>,
    pub(crate) schedules: Vec<usize>,
}

/// An amount, or a rate of a step.
#[derive(Clone, Debug)]
pub(crate) enum Least {
    Amount(Q),
    Rate(Q, &'static str),
}

/// What counts toward a guarantee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    Earnings,
    Shares,
    UsageFees,
}

/// One clause; its name is its place in the list.
#[derive(Clone, Debug)]
pub(crate) struct PlainClause {
    /// Who gains by it, and at whose cost; for a cap who is paid, and who pays.
    pub(crate) party: usize,
    pub(crate) from: usize,
    pub(crate) held: Held,
    pub(crate) what: Wide,
}

/// What it does.
#[derive(Clone, Debug)]
pub(crate) enum Wide {
    Floor {
        least: Least,
        carry: bool,
    },
    MostFavoured {
        grants: Vec<(Date, Q)>,
    },
    Guarantee(Guarantee),
    Advance {
        amount: Q,
        rate: Q,
    },
    Reserve {
        rates: Vec<Q>,
        release: usize,
        net_of_chargebacks: bool,
    },
    Cap {
        amount: Q,
        paid: Q,
    },
    Audit {
        effective: Date,
        due: Q,
        paid: Q,
        threshold: Option<(Q, Q)>,
        accord: Option<Q>,
    },
    Withholding {
        rate: Q,
        gross_up: bool,
    },
    /// No amount: never called. Every direction unless it is one-sided.
    MinimumPayment {
        least: Option<Q>,
        one_sided: bool,
        until: Option<Date>,
    },
}

/// The attributes of a guarantee.
#[derive(Clone, Debug)]
pub(crate) struct Guarantee {
    pub(crate) amount: Q,
    pub(crate) cumulative: bool,
    pub(crate) by_days: bool,
    pub(crate) escalator: Option<Q>,
    pub(crate) on: On,
    pub(crate) per_period: Option<Q>,
}

/// Days without a model, both ends included.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) product: Vec<String>,
    pub(crate) from: Date,
    pub(crate) to: Date,
}
