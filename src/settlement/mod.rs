//! The pure workshop: contract, evidence and opening balances in, a [`Settlement`] out.
//!
//! One file per stage of the waterfall, so that the folder reads like the deal:
//! `placement` (which schedule and segment a fact belongs to, `exchange` in which currency),
//! `shared_cost` (cost that names no
//! product is spread), `sales` (gross, refunds, deductions, net), `cost` (cost, uplift, ceiling),
//! `priority` and `losses` (what goes off the top, what is left), `tiers`, `windows` and `shares`
//! (whose it is), `usage_fee`, with `cards` (what quantities cost) and `carried` (what passes from
//! segment to segment), then `positions` (who holds what, who pays whom). [`settle`] strings
//! them together. The contract-wide clauses follow in the order of `clauses`, a file each.

mod adjustment;
mod advance;
mod arrival;
mod audit;
mod balances;
mod cap;
mod cards;
mod carried;
mod cash;
mod clauses;
pub mod codes;
mod cost;
mod credit;
mod dues;
mod earnings;
mod exchange;
mod favoured;
mod floor;
mod guarantee;
mod late_interest;
mod layers;
mod losses;
mod minimum_payment;
mod on_account;
mod payments;
mod placement;
mod positions;
mod priority;
mod reserve;
mod restate;
mod sales;
mod settle;
mod settled;
mod shared_cost;
mod shares;
mod sheet;
mod start;
mod tiers;
mod trace;
mod unmatched;
mod usage_fee;
mod windows;
mod withholding;

pub use adjustment::{Adjustment, ClauseKind, Withheld};
pub use arrival::{Stage, as_arrived, first_not_final};
pub use audit::audit_days;
pub use balances::{Balance, BalanceKind, BalanceName, Balances};
pub use cards::counting;
pub use exchange::UsedRate;
pub use placement::{Scoped, concerns, first_period, scope_of};
pub use restate::{Closed, Restated, RestatedLine, View, each_closed, restate};
pub use settle::{Restatement, TrueUp, settle, settle_restating};
pub use settled::{
    Exception, ExceptionKind, Line, Payable, ScheduleResult, SegmentResult, Settlement, Slice,
    Step, StepName,
};
pub use start::{Ends, Start};
pub use trace::{Clause, Input, Rule, Trace};
pub use unmatched::{unmatched, unmatched_in};
