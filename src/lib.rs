//! **revshare** settles what a marketplace sold: from gross sales through refunds, deductions and
//! infrastructure cost to a gross profit, split between the parties by the terms of their contract
//! on each day, exact to the cent, the same on every machine.
//!
//! ```text
//! files --intake--> facts --tally--> evidence --+
//!                                               +--settle--> settlement --> statement --> store, export
//! text --parse----> contract -------------------+   (pure)                   postings
//! ```
//!
//! Three floors and a roof; you may look down, never up. The ground floor is values
//! ([`money`], [`calendar`], [`origin`], [`finding`]), the first what was agreed and what happened
//! ([`contract`], [`fact`]), the second the pure workshop ([`settlement`], [`posting`],
//! [`statement`]). The doors touch the world: [`intake`] reads files, [`store`] keeps what was
//! acknowledged, [`export`] shows it, [`generate`] makes a month up. [`book`] opens a directory and does the whole month.
//!
//! # From sale to statement, in memory
//!
//! ```
//! use revshare::contract::Contract;
//! use revshare::fact::{Entry, Fact, Kind, evidence_of};
//! use revshare::settlement::{Balances, settle};
//!
//! let contract = Contract::parse("deal.toml", r#"
//!     id = "deal"
//!     currency = "USD"
//!     [parties]
//!     vendor = "Model Vendor"
//!     platform = "Cloud Platform"
//!     [[schedule]]
//!     id = "marketplace"
//!     seller = "platform"
//!     bearer = "vendor"
//!     provider = "platform"
//!     [[schedule.terms]]
//!     effective = 2026-01-01
//!     basis = "gross-profit"
//!     cost = { deduct = ["compute"] }
//!     split = { vendor = "50%", platform = "50%" }
//! "#).expect("the contract reads");
//!
//! let fact = |kind, id, amount: &str| Fact {
//!     product: "opus".into(),
//!     channel: "marketplace".into(),
//!     amount: Some(amount.parse().unwrap()),
//!     currency: Some(contract.currency),
//!     ..Fact::new(kind, id, "2026-10-05".parse().unwrap())
//! };
//! let cost = Fact { category: "compute".into(), ..fact(Kind::Cost, "c-1", "40.00") };
//! let entries = [Entry::Fact(fact(Kind::Charge, "s-1", "100.00")), Entry::Fact(cost)];
//!
//! let (evidence, left_out) = evidence_of(&contract, entries);
//! assert!(left_out.is_empty());
//! let october = "2026-10".parse().unwrap();
//! let settlement = settle(&contract, october, &evidence, &Balances::default()).unwrap();
//!
//! // 60.00 of gross profit, half each; the platform also gets back the 40.00 of compute.
//! let payable = &settlement.payables[0];
//! assert_eq!((payable.from.as_str(), payable.to.as_str()), ("platform", "vendor"));
//! assert_eq!(payable.amount.display(contract.currency), "30.00");
//! ```

pub mod book;
pub mod calendar;
pub mod cli;
pub mod contract;
pub mod export;
pub mod fact;
pub mod finding;
pub mod generate;
pub mod intake;
pub mod money;
pub mod origin;
pub mod posting;
pub mod settlement;
pub mod statement;
pub mod store;
pub mod stress;
pub mod warehouse;
