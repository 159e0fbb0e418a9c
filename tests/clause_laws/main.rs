//! What holds for contract-wide clauses, whatever the amounts: a clause moves money between two
//! parties and makes none, caps are never exceeded, advances never recouped twice, reserves released
//! in full, guarantees met, balances rolled forward.

mod counted;
mod held_back;
mod limits;
mod months;
mod priority_counts;
mod windows;
