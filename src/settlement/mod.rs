//! The pure workshop: contract, evidence and opening balances in, a [`Settlement`] out.
//!
//! One file per stage of the waterfall, so that the folder reads like the deal:
//! `placement` (which schedule and segment a fact belongs to), `shared_cost` (cost that names no
//! product is spread), `sales` (gross, refunds, deductions, net), `cost` (cost, uplift, ceiling),
//! `losses` and `shares` (what is left, and whose it is), `usage_fee`, then `positions` (who holds
//! what, who pays whom). [`settle`] strings them together.

mod adjustment;
mod arrival;
mod balances;
mod clauses;
pub mod codes;
mod cost;
mod dues;
mod losses;
mod placement;
mod positions;
mod restate;
mod sales;
mod settle;
mod settled;
mod shared_cost;
mod shares;
mod sheet;
mod trace;
mod usage_fee;

pub use adjustment::{Adjustment, ClauseKind};
pub use arrival::{Stage, as_arrived};
pub use balances::{Balance, BalanceKind, BalanceName, Balances};
pub use placement::{Scoped, first_period, scope_of, unmatched};
pub use restate::{Restated, RestatedLine, View, restate};
pub use settle::{Restatement, TrueUp, settle, settle_restating};
pub use settled::{
    Exception, ExceptionKind, Line, Payable, ScheduleResult, SegmentResult, Settlement, Step,
    StepName,
};
pub use trace::{Clause, Input, Rule, Trace};
