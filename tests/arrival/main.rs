//! Arrival in time, clause by clause: whatever comes late, and whatever is agreed late, what was
//! settled in total, and what is carried, is what it would have been had everything been there at
//! its own month's close. And what becomes of late facts where a contract says otherwise.

mod book;
mod deals;
mod history;
mod in_time;
mod otherwise;
mod outside;

use proptest::prelude::ProptestConfig;

/// So many cases, unless PROPTEST_CASES asks for another number.
fn config(cases: u32) -> ProptestConfig {
    let asked = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() {
        asked
    } else {
        ProptestConfig { cases, ..asked }
    }
}
