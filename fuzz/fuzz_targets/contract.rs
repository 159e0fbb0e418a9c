//! No text makes the contract reader panic, and whatever it accepts can be settled.
#![no_main]

use libfuzzer_sys::fuzz_target;
use revshare::contract::Contract;
use revshare::fact::Evidence;
use revshare::settlement::{Balances, settle};

fuzz_target!(|text: &str| {
    if let Ok(contract) = Contract::parse("fuzz.toml", text) {
        let period = "2026-10".parse().unwrap();
        let _ = settle(&contract, period, &Evidence::default(), &Balances::default());
    }
});
