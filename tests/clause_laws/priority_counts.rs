//! Priority is a part of its party's share: clauses over the whole contract count it.

use revshare::contract::Contract;
use revshare::fact::{Entry, Fact, Kind, evidence_of};
use revshare::settlement::{Balances, ClauseKind, Settlement, settle};

/// The vendor has 10% of net sales off the top, and 20% of what is left.
const DEAL: &str = r#"
id = "deal"
currency = "USD"
[parties]
vendor = "Model Vendor"
platform = "Cloud Platform"
CLAUSE
[[schedule]]
id = "market"
seller = "platform"
  [[schedule.terms]]
  effective = 2026-01-01
  basis = "net-sales"
  priority = [ { name = "royalty", to = "vendor", rate = "10%", of = "net-sales" } ]
  split = { vendor = "20%", platform = "rest" }
"#;

/// January sells 1000.00, February 100.00 with 50.00 charged back.
fn months(clause: &str) -> [Settlement; 2] {
    months_of(&DEAL.replace("CLAUSE", clause))
}

fn months_of(deal: &str) -> [Settlement; 2] {
    let contract = Contract::parse("deal.toml", deal).expect("it reads");
    let sale = |kind: Kind, day: &str, amount: &str| {
        Entry::Fact(Fact {
            amount: Some(amount.parse().expect("an amount")),
            currency: Some("USD".parse().expect("a currency")),
            ..Fact::new(kind, format!("{day}{amount}"), day.parse().expect("a day"))
        })
    };
    let facts = [
        sale(Kind::Charge, "2026-01-05", "1000"),
        sale(Kind::Charge, "2026-02-05", "100"),
        sale(Kind::Chargeback, "2026-02-07", "-50"),
    ];
    let (evidence, _) = evidence_of(&contract, facts);
    let month = |name: &str, opening: &Balances| {
        settle(&contract, name.parse().expect("a month"), &evidence, opening).expect("it settles")
    };
    let january = month("2026-01", &Balances::default());
    let february = month("2026-02", &january.closing());
    [january, february]
}

/// What a clause moved, in cents.
fn moved(settlement: &Settlement, clause: ClauseKind) -> Vec<i128> {
    let own = settlement.adjustments.iter().filter(|each| each.clause == clause);
    own.map(|each| each.amount.0).collect()
}

#[test]
fn a_most_favoured_rate_is_held_against_share_and_priority() {
    // 100.00 + 180.00 earned of a share base of 900.00.
    for (rate, extra) in [("30%", vec![]), ("40%", vec![80_00])] {
        let [january, _] = months(&format!(
            "[[most-favoured]]\nname = \"m\"\nparty = \"vendor\"\nfrom = \"platform\"\ngrants = [ {{ from = 2026-01-01, rate = \"{rate}\" }} ]\n"
        ));
        assert_eq!(moved(&january, ClauseKind::MostFavoured), extra, "{rate}");
    }
}

#[test]
fn a_reserve_pays_for_what_share_and_priority_bore_of_chargebacks() {
    let [january, february] = months(
        "[[reserve]]\nname = \"r\"\nparty = \"vendor\"\nby = \"platform\"\nrate = \"10%\"\nrelease = 3\nnet-of = \"chargebacks\"\n",
    );
    assert_eq!(moved(&january, ClauseKind::Reserve), [28_00]);
    // 5.00 + 9.00 of 50.00 that all have, so 14.00 of the 50.00 charged back.
    assert_eq!(moved(&february, ClauseKind::ReserveRelease), [14_00]);
}

#[test]
fn a_fee_bears_nothing_of_chargebacks() {
    let reserve = "[[reserve]]\nname = \"r\"\nparty = \"vendor\"\nby = \"platform\"\nrate = \"10%\"\nrelease = 3\nnet-of = \"chargebacks\"\n";
    let rate = "rate = \"10%\", of = \"net-sales\"";
    for (priority, borne) in [
        // A fifth of 50.00, whatever the fee is.
        ("fee = \"30\"", 10_00),
        // Nor does a rate of gross sales see them.
        ("rate = \"10%\", of = \"gross-sales\"", 10_00),
        // Beyond a hurdle that is not reached the rate takes nothing; beyond one that is, 28%.
        ("rate = \"10%\", of = \"net-sales\", above = \"5000\"", 10_00),
        ("rate = \"10%\", of = \"net-sales\", above = \"20\"", 14_00),
    ] {
        let deal = DEAL.replace("CLAUSE", reserve).replace(rate, priority);
        assert!(deal.contains(priority));
        let [_, february] = months_of(&deal);
        assert_eq!(moved(&february, ClauseKind::ReserveRelease), [borne], "{priority}");
    }
}

#[test]
fn a_floor_and_a_guarantee_count_it() {
    let [january, _] = months(
        "[[floor]]\nname = \"f\"\nparty = \"vendor\"\nfrom = \"platform\"\nat-least = \"300\"\n[[guarantee]]\nname = \"g\"\nparty = \"vendor\"\nfrom = \"platform\"\namount = \"320\"\nwindow = \"period\"\n",
    );
    assert_eq!(moved(&january, ClauseKind::ShareFloor), [20_00]);
    assert_eq!(moved(&january, ClauseKind::Guarantee), [20_00]);
}
