//! Why a number is what it is: the clause, the rule and the inputs that made it.

use std::sync::Arc;

use crate::fact::{Cell, Key};
use crate::money::{Minor, Ratio};

use super::exchange::UsedRate;
use super::settled::StepName;

/// Where in the contract a number is agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Contract file as the user named it.
    pub file: String,
    /// Line of the key, or of the block if the key was left out.
    pub line: u64,
    /// Key path within the terms: `cost.ceiling`.
    pub key: String,
}

/// How a number was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The exact sum of facts, rounded once.
    SumOfFacts,
    /// Quantity × price, summed exactly and rounded once.
    Priced,
    /// A sum of the named steps with their signs.
    SumOfSteps,
    /// A rate on amounts as shown, rounded once.
    RateOf {
        /// The rate.
        rate: Ratio,
        /// What it is taken of.
        base: Minor,
    },
    /// Cut at a limit: the lesser of the amount and the limit, or what exceeds it.
    Limit {
        /// The amount before the limit.
        amount: Minor,
        /// The limit.
        limit: Minor,
    },
    /// Taken from or put to a balance.
    Carried {
        /// The balance before, with what it bore.
        before: Minor,
        /// What it bore since it was carried last.
        borne: Minor,
    },
    /// The contract has no such clause: nothing.
    Nothing,
}

/// One thing that went into a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Facts of one cell of the tally, with what they contribute exactly, in major units.
    Facts {
        /// The product whose line it feeds.
        product: String,
        /// The cell's dimensions.
        key: Arc<Key>,
        /// How many facts, how much.
        cell: Cell,
        /// The price of one unit, where the contract prices it.
        price: Option<Ratio>,
        /// Which part of the cell, for shared cost, bundles and proration by days; else 1.
        part: Ratio,
        /// The rate of exchange, for facts in another currency.
        rate: Option<Arc<UsedRate>>,
        /// What it contributes, exactly.
        exact: Ratio,
    },
    /// A flat fee of a rate card.
    Flat {
        /// The unit of its rate.
        unit: String,
        /// What it contributes, exactly: by days, and within the cap.
        exact: Ratio,
    },
    /// Another step, with its sign.
    Step {
        /// Which.
        name: StepName,
        /// The deduction's own name.
        label: Option<String>,
        /// Added or subtracted amount.
        amount: Minor,
    },
}

/// The making of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The clause it rests on; none where no key speaks of it.
    pub clause: Option<Clause>,
    /// The rule.
    pub rule: Rule,
    /// The exact total before rounding, where there was something to round.
    pub exact: Option<Ratio>,
    /// What went in.
    pub inputs: Vec<Input>,
}
