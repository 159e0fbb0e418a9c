//! The tally of many lines on many machines.
//!
//! `revshare` prints the SQL that makes a tally ([`revshare::warehouse`]). Here it runs on DataFusion,
//! in this process or on a Ballista cluster: a scheduler and executors that hold the lines between
//! them. What comes out is the file that `revshare import` takes in place of the lines.
//!
//! ```text
//!   lines (CSV, Parquet) --[lines]--> a view --+
//!   contracts --[revshare::warehouse]--> SQL --+--[tally]--> steps, each kept as files --> tally-*.csv
//!                                                    |  ^
//!                                                    |  +-- [keep]: a task reports what it wrote
//!                                                    +--[proof]: the joins, counted again without one
//! ```
//!
//! The law: the file is the same byte for byte, wherever it is made and on however many executors, or
//! there is none. An executor that dies in the middle costs time, never a row.

pub mod cluster;
pub mod engine;
pub mod keep;
pub mod lines;
pub mod proof;
pub mod same;
pub mod tally;
mod trouble;
mod wire;

pub use trouble::Trouble;
