//! What holds for every statement: footing, conservation, cash, roll-forward, balanced books.

use std::collections::BTreeMap;

use revshare::contract::Contract;
use revshare::money::{Currency, Minor, Ratio};
use revshare::posting::postings;
use revshare::settlement::{Balances, SegmentResult, Settlement, StepName};

use StepName::{
    CarriedIn, Cost, Deductions, Excess, GrossProfit, GrossSales, LossCarry, NetSales, Priority,
    Refunds, ShareBase, Uplift, UsageFee,
};

/// All of it, for the statements of a world in order.
pub(crate) fn hold(contract: &Contract, all: &[Settlement]) -> Result<(), String> {
    let mut before = Balances::default();
    for settlement in all {
        let of = |why: String| format!("{}: {why}", settlement.period);
        let currency = settlement.currency;
        segments(settlement).try_for_each(|segment| foots(segment, currency)).map_err(of)?;
        conserves(contract, settlement).map_err(of)?;
        rolls_forward(settlement, &before).map_err(of)?;
        balances_in_the_books(contract, settlement).map_err(of)?;
        before = settlement.closing();
    }
    Ok(())
}

pub(crate) fn segments(settlement: &Settlement) -> impl Iterator<Item = &SegmentResult> {
    settlement.schedules.iter().flat_map(|result| &result.segments)
}

fn same(what: &str, left: i128, right: i128) -> Result<(), String> {
    if left == right { Ok(()) } else { Err(format!("{what}: {left} is not {right}")) }
}

fn sum(list: &[(String, Minor)]) -> i128 {
    list.iter().map(|(_, amount)| amount.0).sum()
}

/// Every line adds up to its step, every step follows from those above it.
fn foots(segment: &SegmentResult, currency: Currency) -> Result<(), String> {
    let of = |step| segment.amount(step).0;
    for step in &segment.steps {
        let lines: i128 = step.lines.iter().map(|line| line.amount.0).sum();
        same(step.name.as_str(), lines, step.total.0)?;
    }
    if ["excluded", "usage-fee"].contains(&segment.basis) {
        return same("a fee is paid by the one to the other", sum(&segment.positions), 0);
    }
    let net = of(GrossSales) + of(Refunds) + of(Deductions);
    same("net-sales", net, of(NetSales))?;
    let profit = net - (of(Cost) + of(Uplift) + of(CarriedIn) - of(Excess));
    same("gross-profit", profit, segment.total(GrossProfit).map_or(profit, |total| total.0))?;
    let base = profit + of(LossCarry) - of(Priority);
    same("share-base", base, of(ShareBase))?;
    same("shares", sum(&segment.shares), base)?;
    same("priority", sum(&segment.priority), of(Priority))?;
    same("catch-up", sum(&segment.catch_up), 0)?;
    if !segment.slices.is_empty() {
        let slices = segment.slices.iter().map(|slice| slice.base.clone());
        let divided = slices.fold(Ratio::zero(), |sum, base| sum + base);
        let due = Minor(base).to_ratio(currency);
        if divided != due {
            return Err(format!("slices of {due} add up to {divided}"));
        }
    }
    same("positions", sum(&segment.positions), net)
}

/// What a party holds in the end, its sales, what it is paid less what it pays, is its position and
/// what clauses moved to it.
fn conserves(contract: &Contract, settlement: &Settlement) -> Result<(), String> {
    let net: i128 = segments(settlement).map(|segment| segment.amount(NetSales).0).sum();
    same("positions add up to net-sales", sum(&settlement.positions), net)?;
    for (at, party) in contract.parties.iter().map(|party| &party.id).enumerate() {
        let mut cash = 0;
        for (schedule, result) in contract.schedules.iter().zip(&settlement.schedules) {
            if schedule.seller.is_some_and(|seller| seller.0 == at) {
                cash += result.segments.iter().map(|each| each.amount(NetSales).0).sum::<i128>();
            }
        }
        for payable in &settlement.payables {
            cash += if payable.to == *party { payable.amount.0 } else { 0 };
            cash -= if payable.from == *party { payable.amount.0 } else { 0 };
        }
        let position = settlement.positions.iter().find(|(name, _)| name == party);
        let mut due = position.map_or(0, |(_, amount)| amount.0);
        for adjustment in &settlement.adjustments {
            due += if adjustment.to == *party { adjustment.amount.0 } else { 0 };
            due -= if adjustment.from == *party { adjustment.amount.0 } else { 0 };
        }
        same(&format!("what {party} holds"), cash, due)?;
    }
    for each in &settlement.adjustments {
        let sound = each.amount.0 > 0 && each.from != each.to && !each.note.is_empty();
        same(&format!("{} {} is an amount", each.clause.as_str(), each.name), sound.into(), 1)?;
    }
    for each in &settlement.withheld {
        same("tax and the rest are the whole", each.tax.0 + each.arrives.0, each.gross.0)?;
    }
    Ok(())
}

fn rolls_forward(settlement: &Settlement, before: &Balances) -> Result<(), String> {
    for balance in &settlement.balances {
        let name = balance.name.to_string();
        same(&name, balance.opening.0 + balance.movement.0, balance.closing.0)?;
        same(&name, balance.opening.0, before.get(&balance.name).0)?;
    }
    for (name, _) in before.iter().filter(|(_, amount)| amount.0 != 0) {
        let known = settlement.balances.iter().any(|balance| balance.name == *name);
        same(&format!("{name} is still on the statement"), known.into(), 1)?;
    }
    Ok(())
}

/// Each book balances by schedule, and claims of one party are the other's debts and the payables.
fn balances_in_the_books(contract: &Contract, settlement: &Settlement) -> Result<(), String> {
    let all = postings(settlement, contract);
    let mut books: BTreeMap<(&str, &str, &str), i128> = BTreeMap::new();
    let mut owed: BTreeMap<(&str, &str), i128> = BTreeMap::new();
    for posting in &all {
        let moved = posting.debit.0 - posting.credit.0;
        let page = (posting.book.as_str(), posting.schedule.as_str(), posting.memo.as_str());
        *books.entry(page).or_default() += moved;
        let account = posting.account.split_once(':');
        if let Some(("payable" | "receivable", other)) = account {
            *owed.entry((&posting.book, other)).or_default() += moved;
        }
    }
    books.iter().try_for_each(|(page, moved)| same(&format!("book {page:?}"), *moved, 0))?;
    for payable in &settlement.payables {
        *owed.entry((&payable.from, &payable.to)).or_default() += payable.amount.0;
        *owed.entry((&payable.to, &payable.from)).or_default() -= payable.amount.0;
    }
    owed.iter().try_for_each(|(pair, left)| same(&format!("owed {pair:?}"), *left, 0))?;
    let fees: i128 = segments(settlement).map(|segment| segment.amount(UsageFee).0).sum();
    let booked = all.iter().filter(|posting| posting.account == "income:usage-fee");
    same(
        "usage fees in the books",
        -booked.map(|each| each.debit.0 - each.credit.0).sum::<i128>(),
        fees,
    )
}
