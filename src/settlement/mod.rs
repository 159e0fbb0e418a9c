//! The pure workshop: contract, evidence and opening balances in, a [`Settlement`] out.
//!
//! One file per stage of the waterfall, in the waterfall's order, so that the folder reads like
//! the deal.

mod balances;
pub mod codes;
mod settled;
mod trace;

pub use balances::{Balance, BalanceKind, BalanceName, Balances};
pub use settled::{
    Exception, ExceptionKind, Line, Payable, ScheduleResult, SegmentResult, Settlement, Step,
    StepName,
};
pub use trace::{Clause, Input, Rule, Trace};
