//! The express way through large files is no second meaning: whatever the files hold, however they are
//! cut, on any number of threads, what comes out is what the ordinary way brings.

#[path = "../brought/mod.rs"]
mod brought;

mod both_ways;
mod bounds;
mod changed;
mod chunks;
mod gone;
mod in_pieces;
mod many_rows;
mod random;
mod rows;
mod taken;
mod ways;
