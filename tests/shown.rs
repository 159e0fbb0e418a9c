//! Whatever the deal and the facts: what is shown foots, books balance, every line explains itself.

use proptest::prelude::*;
use revshare::contract::Contract;
use revshare::export;
use revshare::export::explain::Subject;
use revshare::fact::{Entry, Fact, Kind, evidence_of};
use revshare::money::Minor;
use revshare::posting::postings;
use revshare::settlement::{Balances, Settlement, settle};
use revshare::statement::{Provenance, Statement};

const PARTIES: [&str; 3] = ["vendor", "platform", "reseller"];

#[derive(Clone, Debug)]
struct Deal {
    roles: [usize; 3],
    basis: &'static str,
    currency: &'static str,
    ceiling: &'static str,
    settled: &'static str,
    losses: &'static str,
    fee: &'static str,
    netting: bool,
}

impl Deal {
    fn contract(&self) -> Contract {
        let [seller, bearer, provider] = self.roles.map(|party| PARTIES[party]);
        let Self { basis, currency, ceiling, settled, losses, fee, netting, .. } = self;
        let cost = match *basis {
            "gross-profit" => format!(
                "cost = {{ deduct = [\"compute\"], uplift = \"7.5%\"{ceiling}, settled = \"{settled}\" }}"
            ),
            _ => String::new(),
        };
        let text = format!(
            r#"
            id = "deal"
            currency = "{currency}"
            netting = {netting}
            [parties]
            vendor = "Lantern Models"
            platform = "Harbour Cloud"
            reseller = "Quay Trading"
            [[schedule]]
            id = "marketplace"
            scope = {{ channel = "marketplace" }}
            seller = "{seller}"
            bearer = "{bearer}"
            provider = "{provider}"
            [[schedule.terms]]
            effective = 2026-01-01
            basis = "{basis}"
            {cost}
            losses = "{losses}"
            split = {{ vendor = "1/3", platform = "1/3", reseller = "1/3" }}
            [[schedule.terms]]
            effective = 2026-10-16
            basis = "{basis}"
            {cost}
            losses = "{losses}"
            split = {{ vendor = "62.5%", platform = "30%", reseller = "rest" }}
            [[schedule]]
            id = "internal"
            scope = {{ channel = "internal:*" }}
            [[schedule.terms]]
            effective = 2026-01-01
            basis = "usage-fee"
            payer = "{fee}"
            payee = "vendor"
            rates = [{{ unit = "token", price = "3.00", per = 1_000 }}]
            "#
        );
        Contract::parse("deal.toml", &text).unwrap_or_else(|f| panic!("{f:#?}\n{text}"))
    }
}

fn deals() -> impl Strategy<Value = Deal> {
    let pick = |list: &'static [&'static str]| prop::sample::select(list);
    (
        prop::array::uniform3(0_usize..3),
        pick(&["gross-profit", "net-sales"]),
        pick(&["USD", "JPY", "KWD"]),
        pick(&[
            "",
            ", ceiling = \"70% of net-sales\"",
            ", ceiling = \"40% of net-sales\", excess = \"carry\"",
        ]),
        pick(&["net", "invoiced"]),
        pick(&["carry-forward", "share", "absorb"]),
        pick(&["platform", "reseller"]),
        any::<bool>(),
    )
        .prop_map(|(roles, basis, currency, ceiling, settled, losses, fee, netting)| Deal {
            roles,
            basis,
            currency,
            ceiling,
            settled,
            losses,
            fee,
            netting,
        })
}

/// Kind, day, product, thousandths of an amount (or a quantity).
type Row = (usize, u8, usize, i64);

fn fact(at: usize, (kind, day, product, size): Row, contract: &Contract) -> Entry {
    let kind = [Kind::Charge, Kind::Refund, Kind::Cost, Kind::Fee, Kind::Usage, Kind::Tax][kind];
    let time = format!("2026-10-{day:02}").parse().unwrap();
    let exact = |size: i64| format!("{}.{:03}", size / 1000, size % 1000);
    let mut fact = Fact {
        product: ["lumen-2", "spark-1"][product].into(),
        channel: if kind == Kind::Usage { "internal:search" } else { "marketplace" }.into(),
        ..Fact::new(kind, format!("f-{at}"), time)
    };
    if kind == Kind::Usage {
        fact.unit = "token".into();
        fact.quantity = Some(exact(size).parse().unwrap());
        return Entry::Fact(fact);
    }
    let sign = if matches!(kind, Kind::Refund | Kind::Fee) { "-" } else { "" };
    fact.amount = Some(format!("{sign}{}", exact(size)).parse().unwrap());
    fact.currency = Some(contract.currency);
    if kind == Kind::Cost {
        fact.category = ["compute", "other"][usize::from(size % 5 == 0)].into();
    }
    Entry::Fact(fact)
}

fn books(settlement: &Settlement, contract: &Contract) {
    let postings = postings(settlement, contract);
    for book in PARTIES {
        for schedule in ["marketplace", "internal"] {
            let mine = postings.iter().filter(|p| p.book == book && p.schedule == schedule);
            let sum: Minor = mine.map(|posting| posting.debit - posting.credit).sum();
            assert_eq!(sum, Minor(0), "{book} {schedule}");
        }
    }
    let claim = |book: &str, other: &str| -> Minor {
        let ends = [format!("payable:{other}"), format!("receivable:{other}")];
        let mine = postings.iter().filter(|p| p.book == book && ends.contains(&p.account));
        mine.map(|posting| posting.debit - posting.credit).sum()
    };
    for one in PARTIES {
        for other in PARTIES {
            assert_eq!(claim(one, other), -claim(other, one), "{one} and {other} agree");
            let paid = |from: &str, to: &str| -> Minor {
                let due = settlement.payables.iter().filter(|p| p.from == from && p.to == to);
                due.map(|payable| payable.amount).sum()
            };
            assert_eq!(claim(one, other), paid(other, one) - paid(one, other), "{one} {other}");
        }
    }
}

/// A node's children that carry steps or facts are never empty-handed: the amounts of a payable's
/// parts add up to it.
fn explained(settlement: &Settlement, contract: &Contract) {
    for path in export::explain::selectors(settlement) {
        let node = export::explain::explain(&Subject::new(settlement, contract), &path)
            .unwrap_or_else(|findings| panic!("{path}: {findings:?}"));
        assert!(!export::explain::render_tree(&node).is_empty());
        if path.starts_with("payable/") && contract.netting || path.starts_with("position/") {
            let minor = |node: &export::explain::Node| -> i128 {
                let text = node.amount.as_ref().unwrap().replace([',', '.'], "");
                text.parse().unwrap()
            };
            let parts: i128 = node.children.iter().map(minor).sum();
            assert_eq!(parts, minor(&node), "{path}\n{}", export::explain::render_tree(&node));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]
    #[test]
    fn every_settlement_can_be_shown(
        deal in deals(),
        rows in prop::collection::vec((0_usize..6, 1_u8..=31, 0_usize..2, 0_i64..2_000_000), 0..25),
    ) {
        let contract = deal.contract();
        let rows = rows.into_iter().enumerate().map(|(at, row)| fact(at, row, &contract));
        let (evidence, refused) = evidence_of(&contract, rows);
        prop_assert!(refused.is_empty());
        let october = "2026-10".parse().unwrap();
        let settlement = settle(&contract, october, &evidence, &Balances::default()).unwrap();
        let statement = Statement::of(&settlement, &contract, Vec::new(), Provenance::of(&contract));
        let text = export::text::statement(&statement);
        let foot = format!("digest {}\n", statement.digest);
        prop_assert!(text.ends_with(&foot));
        let json = export::json::statement(&statement);
        let back: Statement = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(back.computed_digest(), statement.digest);
        books(&settlement, &contract);
        explained(&settlement, &contract);
    }
}
