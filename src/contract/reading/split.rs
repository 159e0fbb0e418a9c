//! Who receives what is left, and what goes off the top, in sentences.

use super::words::{Page, amount, and};
use crate::contract::{
    Contract, Division, Each, Measure, Measured, Mode, Part, PartyId, Priority, Scale, Split,
    Stretch, Take, Tier, Window,
};
use crate::money::{Minor, Ratio};

/// Reads the priorities out.
pub(super) fn priorities(page: &mut Page, contract: &Contract, list: &[Priority]) {
    if list.is_empty() {
        return;
    }
    page.item(2, "Off the top, before anything is shared:");
    for priority in list {
        let to = contract.party_name(priority.to);
        let take = match &priority.take {
            Take::Fee(fee) => format!("{} a period", amount(contract, *fee)),
            Take::Rate { rate, of, above: None } => format!("{rate} of {}", step(of)),
            Take::Rate { rate, of, above: Some(hurdle) } => format!(
                "{rate} of {} beyond {}, counted {}",
                step(of),
                amount(contract, hurdle.amount),
                window(hurdle.window)
            ),
        };
        page.item(3, &format!("{}: {take}, to {to}.", priority.name));
    }
}

/// Reads the split out.
pub(super) fn split(page: &mut Page, contract: &Contract, split: &Split) {
    let measured = match &split.scale {
        None => {
            let division = division(contract, &split.tiers[0].division);
            return page.item(2, &format!("What is left goes {division}."));
        }
        Some(Scale::Deal { renewal, otherwise }) => {
            let beside = (renewal.as_ref(), otherwise.as_ref());
            return by_deal(page, contract, &split.tiers, beside);
        }
        Some(Scale::Measured(measured)) => measured,
    };
    let (over, by) = (over(measured), step(&measured.by));
    let window = stretch(measured.window);
    page.item(2, &format!("What is left goes by tiers of {by}{over}, counted {window}:"));
    for tier in &split.tiers {
        let from = bound(contract, &measured.by, tier);
        page.item(3, &format!("{from}: {}.", division(contract, &tier.division)));
    }
    page.item(3, mode(measured.mode));
}

/// Reads the deals out.
pub(super) fn deals(page: &mut Page, contract: &Contract) {
    if contract.deals.is_empty() {
        return;
    }
    page.blank();
    page.line(0, "Deals");
    page.blank();
    for deal in &contract.deals {
        let renewal = if deal.renewal { ", a renewal" } else { "" };
        page.item(1, &format!("{}: {} in all{renewal}.", deal.id, amount(contract, deal.value)));
    }
}

fn by_deal(
    page: &mut Page,
    contract: &Contract,
    tiers: &[Tier],
    (renewal, otherwise): (Option<&Division>, Option<&Division>),
) {
    page.item(2, "What is left goes by the total value of the deal, one tier for all of a deal:");
    for tier in tiers {
        let from = bound(contract, &Measure::NetSales, tier);
        page.item(3, &format!("{from}: {}.", division(contract, &tier.division)));
    }
    if let Some(renewal) = renewal {
        page.item(3, &format!("A deal that is a renewal: {}.", division(contract, renewal)));
    }
    let rest = otherwise.unwrap_or(&tiers[0].division);
    page.item(3, &format!("Sales of no deal listed here: {}.", division(contract, rest)));
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Marginal => "Each tier divides only what lies in it.",
        Mode::Forward(Each::Segment) => {
            "A tier that is reached holds from the next period or version of the terms on."
        }
        Mode::Forward(Each::Day) => "A tier that is reached holds from the next day on.",
        Mode::Forward(Each::Sale) => "A tier that is reached holds from the next sale on.",
        Mode::Retroactive => {
            "The tier that is reached holds for everything since the window began: what was \
             shared before is caught up."
        }
    }
}

fn over(measured: &Measured) -> String {
    match &measured.over[..] {
        [] => String::new(),
        list => format!(" of {} together", and(list)),
    }
}

fn step(by: &Measure) -> String {
    match by {
        Measure::GrossSales => "gross sales".to_owned(),
        Measure::NetSales => "net sales".to_owned(),
        Measure::GrossProfit => "gross profit".to_owned(),
        Measure::ShareBase => "what is shared".to_owned(),
        Measure::Quantity(unit) => format!("the quantity of {unit}"),
    }
}

fn stretch(stretch: Stretch) -> String {
    match stretch {
        Stretch::Since(since) => window(since),
        Stretch::Trailing(1) => window(Window::Period),
        Stretch::Trailing(periods) => {
            format!("over the last {periods} periods with the one at hand")
        }
    }
}

fn window(window: Window) -> String {
    match window {
        Window::Period => "in each period".to_owned(),
        Window::CalendarYear => "in each calendar year".to_owned(),
        Window::ContractYear(day) => format!("in each year from the period of {day}"),
        Window::Lifetime => "for ever".to_owned(),
    }
}

fn bound(contract: &Contract, by: &Measure, tier: &Tier) -> String {
    let text = match by {
        Measure::Quantity(unit) => quantity(contract, tier.from, unit),
        Measure::GrossSales | Measure::NetSales | Measure::GrossProfit | Measure::ShareBase => {
            amount(contract, tier.from)
        }
    };
    if tier.above { format!("Above {text}") } else { format!("From {text}") }
}

fn quantity(contract: &Contract, from: Minor, unit: &str) -> String {
    format!("{} {unit}", from.to_ratio(contract.currency).to_plain())
}

/// `50% to vendor and 50% to platform`.
fn division(contract: &Contract, division: &Division) -> String {
    let share = |part: &Part| match &part.group {
        None => {
            let (party, _) = part.members[0];
            format!("{} to {}", part.share, contract.party_name(party))
        }
        Some(group) => {
            let member = |(party, weight): &(PartyId, Ratio)| {
                format!("{weight} {}", contract.party_name(*party))
            };
            let members: Vec<String> = part.members.iter().map(member).collect();
            format!("{} to {group} (of it {})", part.share, and(&members))
        }
    };
    let shares: Vec<String> = division.parts.iter().map(share).collect();
    and(&shares)
}
