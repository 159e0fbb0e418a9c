//! Random worlds that never met a clause would prove nothing about it.

use std::collections::BTreeMap;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use revshare::settlement::{ClauseKind, Settlement, StepName};

use super::happened::world;
use super::laws::segments;
use super::settled::settled;

const CLAUSES: [ClauseKind; 14] = [
    ClauseKind::ShareFloor,
    ClauseKind::MostFavoured,
    ClauseKind::Guarantee,
    ClauseKind::Advance,
    ClauseKind::Reserve,
    ClauseKind::ReserveRelease,
    ClauseKind::Cap,
    ClauseKind::Audit,
    ClauseKind::GrossUp,
    ClauseKind::WithholdingTax,
    ClauseKind::LateInterest,
    ClauseKind::OnAccount,
    ClauseKind::MinimumPayment,
    ClauseKind::OverpaymentCredit,
];

#[test]
fn random_worlds_meet_every_clause() {
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    let mut runner = TestRunner::deterministic();
    for _ in 0..300 {
        let world = world().new_tree(&mut runner).expect("a world").current();
        let (_, all) = settled(&world).expect("it settles");
        for (what, is) in all.iter().flat_map(seen) {
            *met.entry(what).or_default() += usize::from(is);
        }
    }
    let rare: Vec<_> = met.iter().filter(|(_, times)| **times < 10).collect();
    assert!(rare.is_empty(), "hardly ever met: {rare:?} of {met:?}");
}

fn seen(settlement: &Settlement) -> Vec<(String, bool)> {
    let clauses = CLAUSES.iter().map(|kind| {
        let met = settlement.adjustments.iter().any(|each| each.clause == *kind);
        (kind.as_str().to_owned(), met)
    });
    let steps = [
        StepName::Refunds,
        StepName::Deductions,
        StepName::Cost,
        StepName::Uplift,
        StepName::CarriedIn,
        StepName::Excess,
        StepName::LossCarry,
        StepName::Priority,
        StepName::UsageFee,
        StepName::Uncollected,
    ];
    let steps = steps.iter().map(|name| {
        let met = segments(settlement).any(|segment| segment.amount(*name).0 != 0);
        (name.as_str().to_owned(), met)
    });
    let any = |what: &str, is: bool| (what.to_owned(), is);
    let converted = segments(settlement).any(|segment| segment.rates.len() > 1);
    let caught_up = segments(settlement).any(|segment| !segment.catch_up.is_empty());
    let sliced = segments(settlement).any(|segment| segment.slices.len() > 1);
    let excepted = |name: &str| settlement.exceptions.iter().any(|each| each.kind.as_str() == name);
    clauses
        .chain(steps)
        .chain([
            any("converted", converted),
            any("caught up", caught_up),
            any("several tiers", sliced),
            any("suspended", excepted("suspended")),
            any("excluded", excepted("excluded")),
            any("unshared", excepted("unshared")),
            any("unmatched", excepted("unmatched")),
        ])
        .collect()
}
