//! revshare
pub mod calendar;
pub mod contract;
pub mod fact;
pub mod finding;
pub mod intake;
pub mod money;
pub mod origin;
pub mod settlement;
