//! No text makes the contract reader panic; whatever it accepts can be settled, and the statement
//! satisfies its laws (footing, conservation, roll-forward), which `Statement::of` asserts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use revshare::contract::Contract;
use revshare::fact::{Entry, Fact, Kind, evidence_of};
use revshare::posting::postings;
use revshare::settlement::{Balances, settle};
use revshare::statement::{Provenance, Statement};

/// A little of everything, in the contract's own currency.
fn facts(contract: &Contract) -> Vec<Entry> {
    let money = [
        (Kind::Charge, "1200.01", "", ""),
        (Kind::Charge, "0.05", "output-token", "3000000"),
        (Kind::Refund, "-33.33", "", ""),
        (Kind::Credit, "-0.01", "", ""),
        (Kind::Chargeback, "-5", "", ""),
        (Kind::Fee, "-36.00", "", ""),
        (Kind::Tax, "90", "", ""),
        (Kind::Collected, "700.7", "", ""),
        (Kind::Cost, "400.004", "gpu-hour", "17.5"),
    ];
    let products = ["lyra-2", "opus-4", ""];
    let mut all = Vec::new();
    for (at, (kind, amount, unit, quantity)) in money.into_iter().enumerate() {
        for (which, product) in products.into_iter().enumerate() {
            let day = format!("2026-10-{:02}", 3 * at + which + 1).parse().expect("a day");
            all.push(Entry::Fact(Fact {
                product: product.to_owned(),
                channel: ["marketplace", "internal:search"][(at + which) % 2].to_owned(),
                category: "compute".to_owned(),
                amount: Some(amount.parse().expect("an amount")),
                currency: Some(contract.currency),
                unit: unit.to_owned(),
                quantity: (!quantity.is_empty()).then(|| quantity.parse().expect("a quantity")),
                ..Fact::new(kind, &format!("f-{at}-{which}"), day)
            }));
        }
    }
    all.push(Entry::Fact(Fact {
        product: "opus-4".to_owned(),
        channel: "marketplace".to_owned(),
        unit: "output-token".to_owned(),
        quantity: Some("1234567".parse().expect("a quantity")),
        ..Fact::new(Kind::Usage, "u-1", "2026-10-09".parse().expect("a day"))
    }));
    all
}

fuzz_target!(|text: &str| {
    let Ok(contract) = Contract::parse("fuzz.toml", text) else { return };
    let (evidence, _) = evidence_of(&contract, facts(&contract));
    let mut balances = Balances::default();
    let mut period = "2026-10".parse().expect("a period");
    for _ in 0..2 {
        let Ok(settlement) = settle(&contract, period, &evidence, &balances) else { return };
        let _ = postings(&settlement, &contract);
        let _ = Statement::of(&settlement, &contract, Vec::new(), Provenance::of(&contract));
        balances = settlement.closing();
        period = period.next();
    }
});
