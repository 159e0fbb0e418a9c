//! Settling in memory, inside a billing backend that keeps its own files: no store, no directory.
//!
//! ```sh
//! cargo run --example in_memory
//! ```

use revshare::contract::Contract;
use revshare::fact::{Entry, Fact, Kind, evidence_of};
use revshare::settlement::{Balances, settle};

const CONTRACT: &str = r#"
id = "deal"
currency = "USD"

[parties]
vendor = "Model Vendor"
platform = "Cloud Platform"

[[schedule]]
id = "marketplace"
scope = { channel = "marketplace" }
seller = "platform"
bearer = "vendor"
provider = "platform"

  [[schedule.terms]]
  effective = 2026-01-01
  basis = "gross-profit"
  cost = { deduct = ["compute"] }
  losses = "carry-forward"
  split = { vendor = "50%", platform = "50%" }
"#;

fn main() {
    let contract = Contract::parse("deal.toml", CONTRACT).unwrap_or_else(|findings| {
        findings.iter().for_each(|finding| eprintln!("{finding}"));
        std::process::exit(1);
    });
    // Two months as a billing backend would hold them: the first makes a loss.
    let facts = [
        (Kind::Charge, "s-1", "2026-10-05", "100.00"),
        (Kind::Cost, "c-1", "2026-10-31", "140.00"),
        (Kind::Charge, "s-2", "2026-11-07", "300.00"),
        (Kind::Cost, "c-2", "2026-11-30", "60.00"),
    ];
    let entry = |(kind, id, day, amount): (Kind, &str, &str, &str)| {
        Entry::Fact(Fact {
            product: "aria-1".to_owned(),
            channel: "marketplace".to_owned(),
            category: if kind == Kind::Cost { "compute" } else { "" }.to_owned(),
            amount: amount.parse().ok(),
            currency: Some(contract.currency),
            ..Fact::new(kind, id, day.parse().expect("a day"))
        })
    };
    let (evidence, left_out) = evidence_of(&contract, facts.map(entry));
    assert!(left_out.is_empty(), "nothing is said twice");

    let mut balances = Balances::default();
    for period in ["2026-10", "2026-11"] {
        let period = period.parse().expect("a period");
        let settlement = settle(&contract, period, &evidence, &balances).expect("it settles");
        for payable in &settlement.payables {
            let amount = payable.amount.display(contract.currency);
            println!("{period}: {} pays {} {amount}", payable.from, payable.to);
        }
        balances = settlement.closing();
    }
}
