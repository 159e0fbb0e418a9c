//! The words that a contract knows: products, channels, units, categories to make facts of.

use std::collections::BTreeSet;

use crate::contract::{
    Basis, Contract, Driver, Measure, Measured, Pattern, Rate, RateTier, Recognition, Scale,
    Schedule, Selector, Split,
};
use crate::fact::Kind;
use crate::money::{Currency, Ratio};

/// What facts can be made of; `places` is not empty.
pub(super) struct Vocabulary {
    pub(super) places: Vec<Place>,
    /// Categories of cost that names no product, if a rule spreads some.
    pub(super) shared_costs: Vec<String>,
    /// Deals that facts may name, none among them; empty if no schedule asks.
    pub(super) deals: Vec<String>,
    /// Does some schedule share what was collected?
    pub(super) collected: bool,
}

/// Where something can be sold or used, and what the schedule that takes it speaks of.
pub(super) struct Place {
    pub(super) product: String,
    pub(super) channel: String,
    pub(super) region: String,
    pub(super) customer: String,
    /// Is nothing shared there, but usage paid for?
    pub(super) usage_only: bool,
    /// Units with the price of one, where the contract says it.
    pub(super) units: Vec<(String, Option<Ratio>)>,
    /// Units of sales that the contract prices.
    pub(super) priced: Vec<String>,
    pub(super) costs: Vec<String>,
    /// Kinds and categories that deductions name.
    pub(super) deducted: Vec<(Kind, String)>,
    /// Where tiers begin: amounts sold, or quantities of a unit.
    pub(super) edges: Vec<Edge>,
}

/// Where a tier begins.
#[derive(Clone)]
pub(super) enum Edge {
    Sold(Ratio),
    Quantity(String, Ratio),
}

impl Vocabulary {
    pub(super) fn of(contract: &Contract) -> Self {
        let places = contract.schedules.iter().enumerate();
        let shared_costs = contract.shared_costs.iter().flat_map(|rule| &rule.category);
        let mut deals = Vec::new();
        if contract.schedules.iter().any(Schedule::asks_for_deals) {
            deals = contract.deals.iter().map(|deal| deal.id.clone()).collect();
            deals.extend([String::new(), "a-deal-not-listed".to_owned()]);
        }
        let shared = |schedule: &Schedule| match schedule.terms.last().map(|terms| &terms.basis) {
            Some(Basis::Shared(terms)) => terms.recognition == Recognition::Collected,
            Some(Basis::UsageFee(_) | Basis::Excluded) | None => false,
        };
        Self {
            places: places.flat_map(|(at, schedule)| of_schedule(contract, at, schedule)).collect(),
            shared_costs: shared_costs.map(|pattern| filled(pattern, "a")).collect(),
            deals,
            collected: contract.schedules.iter().any(shared),
        }
    }
}

fn of_schedule(contract: &Contract, at: usize, schedule: &Schedule) -> Vec<Place> {
    let mut words = Words::of(contract, schedule);
    let scope = &schedule.scope;
    // A rate may speak of fewer products than the scope.
    let fits = |rated: &&Pattern| {
        scope.product.is_empty() || scope.product.iter().any(|own| own.matches(&filled(rated, "a")))
    };
    let rated = words.products.iter().filter(fits);
    let products: BTreeSet<Pattern> = scope.product.iter().chain(rated).cloned().collect();
    let mut products: Vec<Pattern> = products.into_iter().collect();
    if products.is_empty() {
        // Where every product fits, those that the rest of the contract speaks of.
        let over = contract.shared_costs.iter().flat_map(|rule| rule.over.product.clone());
        let bundles = contract.bundles.iter().map(|bundle| Pattern::new(&*bundle.product));
        products.extend(over.chain(bundles));
        products.push(Pattern::new("model-a"));
    }
    let mut places = Vec::new();
    let dimensions = [&products, &scope.channel, &scope.region, &scope.customer];
    let open = ["model-a", "marketplace", "", ""];
    for product in names(dimensions[0]) {
        for channel in names(dimensions[1]) {
            for region in names(dimensions[2]) {
                for customer in names(dimensions[3]) {
                    let patterns = [product, channel, region, customer];
                    let [product, channel, region, customer] =
                        reached(contract, at, patterns, open);
                    places.push(words.place(product, channel, region, customer));
                }
            }
        }
    }
    places
}

/// Each pattern of a list, or none for a list that is open.
fn names(patterns: &[Pattern]) -> Vec<Option<&Pattern>> {
    if patterns.is_empty() { vec![None] } else { patterns.iter().map(Some).collect() }
}

/// Names that the patterns match and, if there are some, no earlier schedule takes.
fn reached(
    contract: &Contract,
    at: usize,
    patterns: [Option<&Pattern>; 4],
    open: [&str; 4],
) -> [String; 4] {
    let named = |fill: &str| {
        let mut names = open.map(str::to_owned);
        for (name, pattern) in names.iter_mut().zip(patterns) {
            if let Some(pattern) = pattern {
                *name = filled(pattern, fill);
            }
        }
        names
    };
    let own = |[product, channel, region, customer]: &[String; 4]| {
        let takes =
            |schedule: &Schedule| schedule.scope.matches(product, channel, region, customer);
        contract.schedules.iter().position(takes) == Some(at)
    };
    let fills = ["a", "1", "other", "x-9", ""];
    fills.iter().map(|fill| named(fill)).find(own).unwrap_or_else(|| named("a"))
}

struct Words {
    products: Vec<Pattern>,
    rates: Vec<Rate>,
    priced: Vec<Rate>,
    units: BTreeSet<String>,
    costs: BTreeSet<String>,
    deducted: BTreeSet<(Kind, String)>,
    edges: Vec<Edge>,
    usage_only: bool,
}

impl Words {
    fn of(contract: &Contract, schedule: &Schedule) -> Self {
        let mut words = Self {
            products: Vec::new(),
            rates: Vec::new(),
            priced: Vec::new(),
            units: BTreeSet::new(),
            costs: BTreeSet::new(),
            deducted: BTreeSet::new(),
            edges: Vec::new(),
            usage_only: false,
        };
        for rule in &contract.shared_costs {
            if let Driver::Unit(unit) = &rule.driver {
                words.units.insert(unit.clone());
            }
        }
        if let Some(terms) = schedule.terms.last() {
            words.terms(&terms.basis, contract.currency);
        }
        let tiers = words.rates.iter().flat_map(|rate| {
            let from = |tier: &RateTier| tier.from.to_ratio() + rate.included.to_ratio();
            let edge = move |tier| Edge::Quantity(rate.unit.clone(), from(tier));
            rate.tiers.iter().skip(1).map(edge)
        });
        words.edges.extend(tiers.collect::<Vec<_>>());
        let all = words.rates.iter().chain(&words.priced);
        words.units.extend(all.clone().map(|rate| rate.unit.clone()));
        let products = all.flat_map(|rate| &rate.product).filter(|product| !product.is_any());
        words.products = products.cloned().collect();
        words
    }

    fn terms(&mut self, basis: &Basis, currency: Currency) {
        match basis {
            Basis::Shared(shared) => {
                self.priced.extend(shared.rates.iter().cloned());
                self.rates.extend(shared.cost.rates.iter().cloned());
                self.costs.extend(shared.cost.deduct.iter().map(|each| filled(each, "a")));
                if let Some(Scale::Measured(measured)) = &shared.split.scale {
                    self.tiers(&shared.split, measured, currency);
                }
                for part in shared.deductions.iter().flat_map(|each| &each.parts) {
                    if let Selector::Facts { kinds, categories } = part {
                        self.selector(kinds, categories);
                    }
                }
            }
            Basis::UsageFee(fee) => {
                self.rates.extend(fee.rates.iter().cloned());
                self.usage_only = true;
            }
            Basis::Excluded => {}
        }
    }

    fn tiers(&mut self, split: &Split, measured: &Measured, currency: Currency) {
        for tier in split.tiers.iter().skip(1) {
            let from = tier.from.to_ratio(currency);
            self.edges.push(match &measured.by {
                Measure::Quantity(unit) => {
                    self.units.insert(unit.clone());
                    Edge::Quantity(unit.clone(), from)
                }
                Measure::GrossSales
                | Measure::NetSales
                | Measure::GrossProfit
                | Measure::ShareBase => Edge::Sold(from),
            });
        }
    }

    fn selector(&mut self, kinds: &[Kind], categories: &[Pattern]) {
        for kind in kinds {
            if categories.is_empty() {
                self.deducted.insert((*kind, String::new()));
            }
            let named = categories.iter().map(|category| (*kind, filled(category, "a")));
            self.deducted.extend(named);
        }
    }

    fn place(
        &mut self,
        product: String,
        channel: String,
        region: String,
        customer: String,
    ) -> Place {
        let price = |unit: &String| {
            let mut rates = self.rates.iter().chain(&self.priced);
            let rate = rates.find(|rate| rate.prices(unit, &product))?;
            Some(rate.each()).filter(Ratio::is_positive)
        };
        let units = self.units.iter().map(|unit| (unit.clone(), price(unit))).collect();
        let priced = self.priced.iter().filter(|rate| rate.prices(&rate.unit, &product));
        let or = |list: Vec<String>, open: &str| {
            if list.is_empty() { vec![open.to_owned()] } else { list }
        };
        Place {
            priced: priced.map(|rate| rate.unit.clone()).collect(),
            units,
            costs: or(self.costs.iter().cloned().collect(), "compute"),
            deducted: self.deducted.iter().cloned().collect(),
            edges: self.edges.clone(),
            usage_only: self.usage_only,
            product,
            channel,
            region,
            customer,
        }
    }
}

/// A name that the pattern matches.
fn filled(pattern: &Pattern, fill: &str) -> String {
    pattern.as_str().replace('*', fill)
}
