//! Random deals and random facts, settled twice: by the program, and by a slow, obvious oracle
//! written from the meaning of a settlement alone. What they say must be the same, to the cent
//! and to the line; and the laws that hold for every deal must hold for both.

mod calendar;
mod cases;
mod cases_in_time;
mod converting;
mod engine;
mod history;
mod laws;
mod numbers;
mod oracle;
mod outcome;
mod patterns;
mod placing;
mod plain_clauses;
mod properties;
mod random;
mod random_clauses;
mod random_deals;
mod restated;
mod sharing;
mod waterfall;
mod wide;
mod wide_cash;
mod wide_guarantee;
mod world;
mod writing;
mod writing_clauses;
