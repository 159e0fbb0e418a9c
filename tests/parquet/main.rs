//! Parquet says nothing else than CSV does: the same facts in either bring the same tally, the same
//! ids, the same control totals and the same complaints. What has no exact text is refused, and a
//! damaged file brings nothing.
#![cfg(feature = "parquet")]

#[path = "../brought/mod.rs"]
mod brought;

mod again;
mod columns;
mod damage;
mod forms;
mod read;
mod sales;
mod values;
