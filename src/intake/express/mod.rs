//! The express way for large files: plain rows are taken many at a time and on several threads.
//!
//! Of files that it does not know its threads read the rows ahead for the ordinary reader (`sheaf.rs`).
//!
//! It is no second meaning of anything. It takes a row only if it is certain what the ordinary
//! reader would make of it; every other row is left to that one, and so is every row that shares
//! its id with another.

#[cfg(test)]
mod agree;
mod anew;
mod bare;
mod batch;
mod buffer;
mod chunk;
mod clocks;
mod columns;
mod cutter;
mod days;
mod enclosed;
mod job;
mod joined;
mod keys;
mod lane;
mod made;
mod many;
mod marks;
mod numbers;
mod parse;
mod pass;
#[cfg(target_arch = "x86_64")]
mod picked;
mod plain;
mod poured;
mod prints;
mod quoted;
mod revisit;
mod roster;
mod rules;
mod shapes;
mod sheaf;
mod signs;
mod split;
mod sums;
mod texts;
mod walk;
mod wide;
mod window;

pub(super) use anew::AT_ONCE;
pub(super) use buffer::Buffer;
pub(super) use chunk::{Places, each_line};
pub(super) use columns::Columns;
pub(super) use job::{Done, Job};
pub(super) use lane::{Lane, Taken};
pub(super) use made::Made;
pub(super) use pass::{ChunkAt, Common, Express, FilePass, LineAt, check};
pub(super) use poured::Poured;
pub(super) use quoted::take as take_quoted;
pub(super) use revisit::Revisit;
pub(super) use roster::{Opened, Roster};
