//! A contract in plain English: who sells, who bears, what is deducted, who gets what, and from
//! which day on.
//!
//! The law: whatever the engine would use is said, and what the contract left to a default is
//! marked as such, so that nobody has to know the defaults by heart.

mod card;
mod cash;
mod split;
mod terms;
mod wide;
mod words;

use std::collections::BTreeSet;

use super::{
    Basis, Contract, Driver, ExchangePolicy, Late, Losses, Pattern, Proration, RemainderRule,
    Schedule, Scope, ShareKind, SharedTerms, text,
};
use crate::calendar::PeriodLength;
use crate::money::{Minor, Rounding};
use words::{BY_DEFAULT, Page, and, one_of};

/// Reads a contract out, schedule by schedule, with its terms over time.
///
/// ```
/// use revshare::contract::{Contract, reading};
/// let text = r#"
///     id = "deal"
///     currency = "USD"
///     parties = { vendor = "Model Vendor", platform = "Cloud Platform" }
///
///     [[schedule]]
///     id = "marketplace"
///     seller = "platform"
///
///       [[schedule.terms]]
///       effective = 2026-10-01
///       basis = "net-sales"
///       split = { vendor = "80%", platform = "rest" }
/// "#;
/// let contract = Contract::parse("deal.toml", text).unwrap();
/// assert!(reading(&contract).contains("What is left goes 80% to vendor and 20% to platform."));
/// ```
pub fn reading(contract: &Contract) -> String {
    let written = text::written_keys(contract);
    let mut page = Page::default();
    page.line(0, &format!("Contract {}", contract.id));
    page.blank();
    head(&mut page, contract, &written);
    for (at, schedule) in contract.schedules.iter().enumerate() {
        page.blank();
        schedule_out(&mut page, contract, schedule, at, &written);
    }
    shared_costs(&mut page, contract);
    availability(&mut page, contract);
    bundles(&mut page, contract);
    cash::read_out(&mut page, contract);
    wide::read_out(&mut page, contract);
    split::deals(&mut page, contract);
    if page.has_defaults() {
        page.blank();
        page.line(0, &format!("{BY_DEFAULT} marks what the contract does not write."));
    }
    page.into_text()
}

fn head(page: &mut Page, contract: &Contract, written: &BTreeSet<String>) {
    let default = |key: &str| if written.contains(key) { "" } else { BY_DEFAULT };
    let parties: Vec<String> =
        contract.parties.iter().map(|party| format!("{} ({})", party.id, party.name)).collect();
    page.line(0, &format!("Between {}.", and(&parties)));
    let period = match contract.period {
        PeriodLength::Month => "month by month",
        PeriodLength::Quarter => "quarter by quarter",
    };
    page.line(0, &format!("Settled in {}, {period}{}.", contract.currency, default("period")));
    page.line(0, &format!("A day ends at midnight in {}{}.", contract.zone, default("timezone")));
    let unit = format!("{} {}", Minor(1).display(contract.currency), contract.currency);
    let rounding = rounding(contract.rounding);
    page.line(
        0,
        &format!("Each step is rounded once to {unit}: {rounding}{}.", default("rounding")),
    );
    let remainder = remainder(contract, &unit);
    page.line(0, &format!("{remainder}{}.", default("remainder")));
    let late = match contract.late {
        Late::Restate => {
            "settled as if it had come in time, and the difference is paid as a true-up"
        }
        Late::NextPeriod => "settled in the open period, as if it had happened on its first day",
    };
    let late_default = default("late");
    page.line(0, &format!("What arrives after its period was closed is {late}{late_default}."));
    page.line(
        0,
        &match contract.finality {
            Some(months) => format!("A correction more than {months} months later is refused."),
            None => format!("Corrections may come at any time later{BY_DEFAULT}."),
        },
    );
    let netting = match contract.netting {
        true => "netted into one payment",
        false => "paid each way, without netting",
    };
    page.line(0, &format!("What two parties owe each other is {netting}{}.", default("netting")));
    exchange(page, contract, default("fx.within"));
}

fn exchange(page: &mut Page, contract: &Contract, default: &str) {
    let Some(exchange) = contract.exchange else { return };
    let within = exchange.within;
    let back = match within {
        0 => String::new(),
        1 => format!(", or of the day before{default}"),
        _ => format!(", or of the last of the {within} days before{default}"),
    };
    let rate = match exchange.policy {
        ExchangePolicy::Daily => format!("the rate of its day{back}"),
        ExchangePolicy::PeriodAverage => "the mean of the rates listed in the period".to_owned(),
        ExchangePolicy::MonthEndAverage => {
            format!("the mean of the rates of the last days of the period's months{back}")
        }
        ExchangePolicy::PeriodEnd => format!("the rate of the period's last day{back}"),
    };
    page.line(0, &format!("An amount in another currency is converted, exactly, at {rate}."));
}

fn rounding(mode: Rounding) -> &'static str {
    match mode {
        Rounding::HalfEven => "to the nearest, a tie to the even neighbour",
        Rounding::HalfUp => "to the nearest, a tie away from zero",
        Rounding::Down => "toward zero",
        Rounding::Up => "away from zero",
    }
}

fn remainder(contract: &Contract, unit: &str) -> String {
    match contract.remainder {
        RemainderRule::LargestRemainder => format!(
            "A unit of {unit} that a split leaves over goes to the largest remainder, a tie to the \
             party named first"
        ),
        RemainderRule::InOrder => {
            format!("Units of {unit} that a split leaves over go to the parties in their order")
        }
        RemainderRule::Party(party) => {
            let name = contract.party_name(party);
            format!("In a split the other shares are rounded, and {name} takes the rest")
        }
    }
}

fn schedule_out(
    page: &mut Page,
    contract: &Contract,
    schedule: &Schedule,
    at: usize,
    written: &BTreeSet<String>,
) {
    page.line(0, &format!("Schedule {}", schedule.id));
    page.blank();
    let (covers, default) = scope(&schedule.scope);
    let unless = if at == 0 { "" } else { ", unless an earlier schedule takes it" };
    page.line(1, &format!("It covers {covers}{default}{unless}."));
    if let Some(end) = schedule.ends {
        page.line(1, &format!("It ends on {end}, and settles nothing after that day."));
    }
    if schedule.proration == Proration::Days {
        let how = "in proportion to its days, whatever the days of the facts";
        page.line(1, &format!("A version settles its part of a period {how}."));
    }
    roles(page, contract, schedule, written);
    let mut before: Option<&Basis> = None;
    for version in &schedule.terms {
        page.blank();
        let from = version.effective;
        match before {
            None => page.line(1, &format!("From {from} (before that, nothing is settled):")),
            Some(basis) if *basis == version.basis => {
                page.line(1, &format!("From {from}: renewed, unchanged."));
            }
            Some(_) => page.line(1, &format!("From {from}, instead:")),
        }
        if before != Some(&version.basis) {
            terms::read_out(page, contract, schedule, version);
        }
        before = Some(&version.basis);
    }
}

/// What a scope covers, and the mark of the default if it was left open.
fn scope(scope: &Scope) -> (String, &'static str) {
    let named = dimensions(scope);
    if named.is_empty() { ("everything".to_owned(), BY_DEFAULT) } else { (named, "") }
}

fn dimensions(scope: &Scope) -> String {
    let named = |word: &str, list: &[Pattern]| {
        (!list.is_empty()).then(|| format!("{word} {}", one_of(list)))
    };
    let dimensions: Vec<String> = [
        named("product", &scope.product),
        named("channel", &scope.channel),
        named("region", &scope.region),
        named("customer", &scope.customer),
    ]
    .into_iter()
    .flatten()
    .collect();
    dimensions.join(", ")
}

fn roles(page: &mut Page, contract: &Contract, schedule: &Schedule, written: &BTreeSet<String>) {
    let default = |key: &str| {
        if written.contains(&format!("{}.{key}", schedule.id)) { "" } else { BY_DEFAULT }
    };
    if let Some(seller) = schedule.seller {
        let seller = contract.party_name(seller);
        page.line(1, &format!("{seller} sells: it bills the customers and holds the cash."));
    }
    let shared = schedule.terms.iter().filter_map(|version| match &version.basis {
        Basis::Shared(shared) => Some(shared),
        Basis::UsageFee(_) | Basis::Excluded => None,
    });
    let shared: Vec<&SharedTerms> = shared.collect();
    let (Some(bearer), Some(provider)) = (schedule.bearer, schedule.provider) else { return };
    let bearer_name = contract.party_name(bearer);
    if shared.iter().any(|terms| terms.kind == ShareKind::GrossProfit) {
        let cost = match bearer == provider {
            true => format!("{bearer_name} bears the infrastructure cost, and provides it itself."),
            false => format!(
                "{bearer_name} bears the infrastructure cost, and owes it to {}.",
                contract.party_name(provider)
            ),
        };
        page.line(1, &cost);
    } else if shared.iter().any(|terms| terms.losses != Losses::Share) {
        let default = default("bearer");
        page.line(1, &format!("A loss that is not shared stays with {bearer_name}{default}."));
    }
}

fn shared_costs(page: &mut Page, contract: &Contract) {
    if contract.shared_costs.is_empty() {
        return;
    }
    page.blank();
    page.line(0, "Cost that leaves product or channel open");
    page.blank();
    for rule in &contract.shared_costs {
        let driver = match &rule.driver {
            Driver::Sales => "the sales".to_owned(),
            Driver::Unit(unit) => format!("the quantity of {unit}"),
        };
        let (over, default) = match dimensions(&rule.over) {
            none if none.is_empty() => ("every product and channel".to_owned(), BY_DEFAULT),
            named => (named, ""),
        };
        let category = match rule.category.iter().any(Pattern::is_any) {
            true => "Every category".to_owned(),
            false => format!("Category {}", one_of(&rule.category)),
        };
        page.item(1, &format!("{category} is spread by {driver} over {over}{default}."));
    }
}

fn availability(page: &mut Page, contract: &Contract) {
    if contract.availability.is_empty() {
        return;
    }
    page.blank();
    page.line(0, "Suspended models (charges of those days are kept out of the split, cost stays)");
    page.blank();
    for window in &contract.availability {
        let product = one_of(&window.product);
        page.item(1, &format!("{product} from {} to {}, both included.", window.from, window.to));
    }
}

fn bundles(page: &mut Page, contract: &Contract) {
    if contract.bundles.is_empty() {
        return;
    }
    page.blank();
    page.line(0, "Products that are sold as several, by their prices alone");
    page.blank();
    for bundle in &contract.bundles {
        let part = |(part, share): (&str, crate::money::Ratio)| format!("{share} {part}");
        let parts: Vec<String> = bundle.shares().map(part).collect();
        page.item(1, &format!("A sale of {} is {}.", bundle.product, and(&parts)));
    }
}
