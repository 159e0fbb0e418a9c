//! Books balance, and two books agree on what one owes the other, whatever the deal.

use proptest::prelude::*;

use super::*;
use crate::settlement::Payable;
use crate::statement::example;

fn lines(book: &str, postings: &[Posting]) -> Vec<(String, i128)> {
    let of = postings.iter().filter(|posting| posting.book == book);
    of.map(|posting| (posting.account.clone(), posting.debit.0 - posting.credit.0)).collect()
}

#[test]
fn the_example_month() {
    let postings = postings(&example::settlement(), &example::contract());
    let due = |list: &[(&str, i128)]| -> Vec<(String, i128)> {
        list.iter().map(|(account, amount)| ((*account).to_owned(), *amount)).collect()
    };
    let platform = due(&[
        ("clearing:sales", 116_400),
        ("income:revenue-share", -15_460),
        ("payable:vendor", -1_940),
        ("recovery:infrastructure-cost", -99_000),
        ("expense:usage-fee", 215_264),
        ("payable:vendor", -215_264),
    ]);
    let vendor = due(&[
        ("cost:unrecovered-excess", 17_520),
        ("income:revenue-share", -15_460),
        ("loss:carried", -4_000),
        ("receivable:platform", 1_940),
        ("income:usage-fee", -215_264),
        ("receivable:platform", 215_264),
    ]);
    assert_eq!(lines("platform", &postings), platform);
    assert_eq!(lines("vendor", &postings), vendor);
}

#[test]
fn what_a_clause_moves_is_owed_in_both_books() {
    let (mut settlement, contract) = (example::settlement(), example::contract());
    let before = postings(&settlement, &contract).len();
    settlement.adjustments.push(crate::settlement::Adjustment {
        clause: crate::settlement::ClauseKind::Guarantee,
        name: "minimum".into(),
        from: "platform".into(),
        to: "vendor".into(),
        amount: Minor(500),
        schedule: None,
        period: None,
        note: String::new(),
        trace: settlement.schedules[0].segments[0].steps[0].trace.clone(),
        facts: Vec::new(),
    });
    let all = postings(&settlement, &contract);
    let clauses: Vec<_> = all.iter().filter(|posting| posting.schedule.is_empty()).collect();
    assert_eq!((all.len(), clauses.len()), (before + 4, 4));
    let of = |book: &str| -> Vec<(&str, i128)> {
        let own = clauses.iter().filter(|posting| posting.book == book);
        own.map(|each| (each.account.as_str(), each.debit.0 - each.credit.0)).collect()
    };
    assert_eq!(of("platform"), [("clause:minimum-guarantee", 500), ("payable:vendor", -500)]);
    assert_eq!(of("vendor"), [("receivable:platform", 500), ("clause:minimum-guarantee", -500)]);
}

/// A settled month with these amounts, consistent as `settle` would make it, whoever sells, bears
/// and provides.
fn random(numbers: [i128; 7], roles: [usize; 3], invoiced: bool) -> (Settlement, Contract) {
    use StepName::{
        CarriedIn, Cost, Excess, GrossProfit, GrossSales, LossCarry, NetSales, ShareBase, UsageFee,
    };
    let [sales, cost, carried, excess, loss, share, fee] = numbers;
    let (mut settlement, mut contract) = (example::settlement(), example::contract());
    let [seller, bearer, provider] = roles.map(PartyId);
    let schedule = &mut contract.schedules[0];
    (schedule.seller, schedule.bearer, schedule.provider) =
        (Some(seller), Some(bearer), Some(provider));
    let Basis::Shared(terms) = &mut schedule.terms[0].basis else { unreachable!() };
    terms.cost.settled = if invoiced { Settled::Invoiced } else { Settled::Net };
    let paid_to = if invoiced { bearer } else { provider };
    let profit = sales - cost - carried + excess;
    let base = profit + loss;
    let mut positions = [share, base - share];
    positions[bearer.0] += carried - excess - loss;
    positions[paid_to.0] += cost;
    let market = &mut settlement.schedules[0].segments[0];
    let amounts = [
        (GrossSales, sales),
        (NetSales, sales),
        (Cost, cost),
        (CarriedIn, carried),
        (Excess, excess),
        (GrossProfit, profit),
        (LossCarry, loss),
        (ShareBase, base),
    ];
    market.steps.retain(|step| amounts.iter().any(|(name, _)| *name == step.name));
    for step in &mut market.steps {
        let found = amounts.iter().find(|(name, _)| *name == step.name);
        step.total = Minor(found.map_or(0, |(_, amount)| *amount));
    }
    let by_party = |list: [i128; 2]| {
        vec![("vendor".into(), Minor(list[0])), ("platform".into(), Minor(list[1]))]
    };
    market.shares = by_party([share, base - share]);
    market.positions = by_party(positions);
    let used = &mut settlement.schedules[1].segments[0];
    used.steps[0].total = Minor(fee);
    assert_eq!(used.steps[0].name, UsageFee);
    used.positions = by_party([fee, -fee]);
    let due = fee + if seller == PartyId(0) { -positions[1] } else { positions[0] };
    settlement.payables = payable(due);
    (settlement, contract)
}

fn payable(to_vendor: i128) -> Vec<Payable> {
    let (from, to) = if to_vendor < 0 { ("vendor", "platform") } else { ("platform", "vendor") };
    let amount = Minor(to_vendor.abs());
    vec![Payable { from: from.into(), to: to.into(), amount, schedule: None, due: None }]
}

proptest! {
    #[test]
    fn every_book_balances_and_agrees_with_the_others(
        numbers in prop::array::uniform7(-1_000_000_i128..1_000_000),
        roles in prop::array::uniform3(0_usize..2),
        invoiced: bool,
    ) {
        let (settlement, contract) = random(numbers, roles, invoiced);
        let postings = postings(&settlement, &contract);
        for posting in &postings {
            prop_assert!(posting.debit.is_zero() != posting.credit.is_zero());
            prop_assert!(posting.debit >= Minor::ZERO && posting.credit >= Minor::ZERO);
        }
        for book in ["vendor", "platform"] {
            for schedule in ["marketplace", "internal"] {
                let mine = postings.iter().filter(|p| p.book == book && p.schedule == schedule);
                let sum: i128 = mine.map(|posting| posting.debit.0 - posting.credit.0).sum();
                prop_assert_eq!(sum, 0, "{} {}", book, schedule);
            }
        }
        let between = |book: &str, other: &str| -> i128 {
            let ends = [format!("payable:{other}"), format!("receivable:{other}")];
            let lines = lines(book, &postings);
            lines.iter().filter(|(account, _)| ends.contains(account)).map(|(_, sum)| sum).sum()
        };
        let payable = &settlement.payables[0];
        prop_assert_eq!(between(&payable.to, &payable.from), payable.amount.0);
        prop_assert_eq!(between(&payable.from, &payable.to), -payable.amount.0);
        let clearing = postings.iter().filter(|posting| posting.account == CLEARING);
        let cleared: i128 = clearing.map(|posting| posting.debit.0 - posting.credit.0).sum();
        prop_assert_eq!(cleared, numbers[0]);
    }
}
