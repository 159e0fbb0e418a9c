//! How something is kept that later periods use up: a loss, cost above a ceiling, what a cap left of
//! a deduction, reductions that a floor did not let through.
//!
//! One set of attributes for all of them: an expiry, a cap, interest. With none, it is kept whole and
//! for ever.

use super::AnnualRate;
use crate::money::Minor;

/// The attributes of what is carried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carry {
    /// For so many periods after its own, the oldest used first; what is left then lapses.
    pub periods: Option<u32>,
    /// The most that is ever carried; what is more lapses at once.
    pub cap: Option<Minor>,
    /// What it bears while it is carried, and is then carried with it.
    pub interest: Option<AnnualRate>,
}

/// What becomes of what cannot be used at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Excess {
    /// It is forgotten, and stays with whoever bears it.
    #[default]
    Lapse,
    /// It is used later.
    Carry(Carry),
}

impl Excess {
    /// How it is carried, if it is.
    pub fn carry(&self) -> Option<&Carry> {
        match self {
            Self::Lapse => None,
            Self::Carry(carry) => Some(carry),
        }
    }
}
