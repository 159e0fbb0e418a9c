//! A small month for the tests of everything that shows a settlement.
//!
//! Two models on a marketplace, a ceiling that bites and carries, an old loss that is eaten, and a
//! usage fee. Every number can be checked with a calculator.

use super::{FileControl, FileDigest, Provenance, Statement};
use crate::contract::Contract;
use crate::fact::{Control, Count, Entry, Fact, FileTally, Kind, Table, evidence_of};
use crate::money::{Currency, Minor};
use crate::settlement::{BalanceKind, BalanceName, Balances, Settlement, settle};

const DEAL: &str = r#"
id = "harbour-models"
currency = "USD"

[parties]
vendor = "Lantern Models PBC"
platform = "Harbour Cloud Inc."

[[schedule]]
id = "marketplace"
scope = { channel = "marketplace" }
seller = "platform"
bearer = "vendor"
provider = "platform"

[[schedule.terms]]
effective = 2025-01-01
basis = "gross-profit"
deductions = [{ name = "listing", rate = "3%" }]
cost = { deduct = ["compute"], uplift = "10%", ceiling = "70% of net-sales", excess = "carry" }
losses = "carry-forward"
split = { vendor = "50%", platform = "50%" }

[[schedule]]
id = "internal"
scope = { channel = "internal:*" }

[[schedule.terms]]
effective = 2025-01-01
basis = "usage-fee"
payer = "platform"
payee = "vendor"
rates = [{ unit = "compute-hour", price = "21.50" }]
"#;

/// Kind, day of October, product, channel, amount or hours.
const FACTS: &[(Kind, u8, &str, &str, &str)] = &[
    (Kind::Charge, 2, "lumen-2", "marketplace", "350.002"),
    (Kind::Charge, 2, "lumen-2", "marketplace", "250.002"),
    (Kind::Charge, 5, "lumen-2", "marketplace", "400"),
    (Kind::Charge, 5, "spark-1", "marketplace", "250"),
    (Kind::Refund, 5, "lumen-2", "marketplace", "-50"),
    (Kind::Tax, 5, "lumen-2", "marketplace", "96"),
    (Kind::Cost, 5, "lumen-2", "marketplace", "700"),
    (Kind::Cost, 5, "spark-1", "marketplace", "200"),
    (Kind::Usage, 7, "lumen-2", "internal:search", "60.123"),
    (Kind::Usage, 8, "lumen-2", "internal:search", "40"),
    (Kind::Charge, 3, "ember-1", "partner", "1200.5"),
    (Kind::Charge, 9, "ember-1", "partner", "34.25"),
];

pub(crate) fn usd() -> Currency {
    "USD".parse().expect("a currency")
}

pub(crate) fn contract() -> Contract {
    Contract::parse("deal.toml", DEAL).expect("the deal reads")
}

fn fact(at: usize) -> Entry {
    let (kind, day, product, channel, size) = FACTS[at];
    let time = format!("2026-10-{day:02}").parse().expect("a day");
    let size = Some(size.parse().expect("a number"));
    let fact = Fact {
        product: product.into(),
        channel: channel.into(),
        ..Fact::new(kind, format!("f-{at}"), time)
    };
    Entry::Fact(match kind {
        Kind::Usage => Fact { unit: "compute-hour".into(), quantity: size, ..fact },
        Kind::Cost => {
            Fact { category: "compute".into(), amount: size, currency: Some(usd()), ..fact }
        }
        Kind::Charge
        | Kind::Refund
        | Kind::Credit
        | Kind::Chargeback
        | Kind::Tax
        | Kind::Fee
        | Kind::Collected => Fact { amount: size, currency: Some(usd()), ..fact },
    })
}

pub(crate) fn settlement() -> Settlement {
    let contract = contract();
    let (evidence, left_out) = evidence_of(&contract, (0..FACTS.len()).map(fact));
    assert!(left_out.is_empty(), "every fact counts");
    let mut opening = Balances::default();
    for (kind, amount) in [(BalanceKind::Loss, 4_000), (BalanceKind::ExcessCost, 1_500)] {
        opening.set(BalanceName { kind, of: "marketplace".into() }, Minor(amount));
    }
    let october = "2026-10".parse().expect("a period");
    settle(&contract, october, &evidence, &opening).expect("nothing is missing")
}

fn count(rows: u64, amount: &str) -> Count {
    Count { rows, amount: amount.parse().expect("a number") }
}

pub(crate) fn statement() -> Statement {
    let file = FileTally {
        path: "sales-2026-10.csv".into(),
        digest: "00".repeat(32),
        bytes: 1,
        table: Table::Sales,
        format: "own".into(),
        source: "own".into(),
        controls: Vec::new(),
        parts: Vec::new(),
        rates: Vec::new(),
        payments: Vec::new(),
        grants: Vec::new(),
        audits: Vec::new(),
    };
    let control = Control {
        currency: Some(usd()),
        read: count(10, "2630.754"),
        accepted: count(8, "2580.754"),
        duplicate: count(1, "50"),
        rejected: count(1, "0"),
        ..Control::default()
    };
    let controls = vec![FileControl::of(&file, &control, count(2, "1234.75"))];
    let files = vec![FileDigest { file: file.path.clone(), digest: file.digest.clone() }];
    let provenance = Provenance {
        contract_file: "deal.toml".into(),
        contract_digest: "11".repeat(32),
        files,
        parties: Vec::new(),
    };
    Statement::of(&settlement(), &contract(), controls, provenance)
}
