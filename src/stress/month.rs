//! Random facts in the words of a contract: from nothing sold to the stated volume, from no cost to
//! a month of losses, with refunds, chargebacks, cash, other currencies, and payments.

use super::chain::{Chain, chain};
use super::chance::Chance;
use super::vocabulary::{Edge, Place, Vocabulary};
use super::{Plan, start};
use crate::calendar::{Day, Moment, Period};
use crate::contract::{Cash, Contract};
use crate::fact::{Entry, Fact, FxRate, Kind, Payment};
use crate::money::{Currency, Exact, Minor, Ratio};

/// A stretch of months, and a sale that could be made on top.
#[derive(Clone)]
pub(super) struct World {
    pub(super) entries: Vec<Entry>,
    /// A charge, and on a collected basis the cash for it; empty if nothing is sold.
    pub(super) more: Vec<Entry>,
}

/// Some facts a month, over all the plan's months.
pub(super) fn world(
    contract: &Contract,
    words: &Vocabulary,
    plan: &Plan,
    chance: &mut Chance,
) -> World {
    let mut months = Months { contract, words, plan, chance, entries: Vec::new() };
    let more = months.climb().unwrap_or_else(|| {
        months.fill();
        months.more()
    });
    months.pay();
    World { entries: months.entries, more }
}

struct Months<'a> {
    contract: &'a Contract,
    words: &'a Vocabulary,
    plan: &'a Plan,
    chance: &'a mut Chance,
    entries: Vec<Entry>,
}

impl Months<'_> {
    /// At times: one sale to just below where a tier begins, and one that crosses the line.
    fn climb(&mut self) -> Option<Vec<Entry>> {
        let words = self.words;
        let place = self.chance.one_of(&words.places);
        if place.edges.is_empty() || self.chance.below(3) > 0 {
            return None;
        }
        let edge = self.chance.one_of(&place.edges).clone();
        let below = Ratio::new(90 + self.chance.below(10), 100);
        let sale = self.sale_of(place, &edge, &below)?;
        let cross = self.sale_of(place, &edge, &Ratio::new(1, 5))?;
        let cross = Fact { id: Some("one-more".to_owned()), time: sale.time, ..cross };
        let cash = |fact: &Fact, id: &str| {
            let paid = self.words.collected && fact.kind == Kind::Charge;
            paid.then(|| Entry::Fact(collected(fact, id, fact.amount, fact.time)))
        };
        let (paid, more_paid) = (cash(&sale, "s-cash"), cash(&cross, "one-more-cash"));
        self.entries.push(Entry::Fact(sale));
        self.entries.extend(paid);
        Some(std::iter::once(Entry::Fact(cross)).chain(more_paid).collect())
    }

    /// A sale in the first period of a part of what a tier begins with; none beyond the volume.
    fn sale_of(&mut self, place: &Place, edge: &Edge, part: &Ratio) -> Option<Fact> {
        let kind = if place.usage_only { Kind::Usage } else { Kind::Charge };
        let mut fact = self.at(kind, start(self.contract), place);
        let whole = |value: Ratio| value.trunc().to_string().parse::<Exact>().ok();
        let whole = |value: Ratio| whole(value).filter(Exact::is_positive);
        let (money, units) = match edge {
            Edge::Sold(from) => (from * part, None),
            Edge::Quantity(unit, from) => {
                let price = place.units.iter().find(|(name, _)| name == unit);
                let price = price.and_then(|(_, price)| price.clone());
                let scale = Ratio::new(self.plan.volume, self.plan.quantity);
                let units = from * part;
                (&units * &price.unwrap_or(scale), Some((unit.clone(), units)))
            }
        };
        if money > Ratio::whole(self.plan.volume) {
            return None;
        }
        if let Some((unit, units)) = units {
            fact.unit = unit;
            fact.quantity = Some(whole(units)?);
        }
        if kind == Kind::Charge {
            fact.amount = Some(whole(money).unwrap_or(Exact::from(1)));
            fact.currency = Some(self.contract.currency);
        }
        Some(fact)
    }

    fn fill(&mut self) {
        let mut period = start(self.contract);
        // Some stretches are full to the stated volume in every month.
        let full = self.chance.below(4) == 0;
        let rich = self.chance.below(3) == 0;
        for _ in 0..self.plan.months {
            // Small months matter as much as large ones: the size is drawn by its order.
            let volume = self.plan.volume.max(1);
            let power = self.chance.below(u64::from(volume.ilog10()) + 2);
            let power = u32::try_from(power).expect("few digits");
            let size = if full { volume } else { 10_u64.saturating_pow(power).min(volume) };
            let sales = 1 + self.chance.below(3);
            for _ in 0..sales {
                let most = (size / sales).max(1);
                let amount = if full { most } else { self.chance.below(most) + 1 };
                self.sell(amount, period);
            }
            let others = if rich { 0 } else { self.chance.below(5) };
            (0..others).for_each(|_| self.else_happens(size, period));
            period = period.next();
        }
    }

    fn fact(&mut self, kind: Kind, period: Period) -> (Fact, &'static str) {
        let letter = match kind {
            Kind::Cost => "c",
            Kind::Usage => "u",
            Kind::Charge
            | Kind::Refund
            | Kind::Credit
            | Kind::Chargeback
            | Kind::Tax
            | Kind::Fee
            | Kind::Collected => "s",
        };
        let day = day_of(period, self.chance);
        let id = format!("{letter}-{}", self.entries.len() + 1);
        (Fact::new(kind, id, Moment::On(day)), letter)
    }

    fn at(&mut self, kind: Kind, period: Period, place: &Place) -> Fact {
        let (mut fact, _) = self.fact(kind, period);
        fact.product.clone_from(&place.product);
        fact.channel.clone_from(&place.channel);
        fact.region.clone_from(&place.region);
        fact.customer.clone_from(&place.customer);
        fact
    }

    /// A charge or, where only usage is paid for, usage worth about the amount.
    fn sell(&mut self, amount: u64, period: Period) {
        let words = self.words;
        let place = self.chance.one_of(&words.places);
        let kind = if place.usage_only { Kind::Usage } else { Kind::Charge };
        let mut fact = self.at(kind, period, place);
        self.measure(&mut fact, place, amount);
        if kind == Kind::Charge {
            if !words.deals.is_empty() {
                fact.deal.clone_from(self.chance.one_of(&words.deals));
            }
            let priced = place.priced.contains(&fact.unit) && self.chance.below(2) == 0;
            if !priced {
                self.worth(&mut fact, whole(amount));
            }
        }
        let paid = fact.clone();
        self.entries.push(Entry::Fact(fact));
        if words.collected && kind == Kind::Charge && paid.amount.is_some() {
            self.collect(&paid, amount, period);
        }
    }

    /// All, half or nothing of a charge is paid in cash.
    fn collect(&mut self, charge: &Fact, amount: u64, period: Period) {
        let part =
            [amount, amount, amount / 2, 0][usize::try_from(self.chance.below(4)).unwrap_or(0)];
        if part == 0 {
            return;
        }
        let id = format!("s-{}", self.entries.len() + 1);
        let day = day_of(period, self.chance).max(charge.time.day_in(&self.contract.zone));
        let fact = collected(charge, &id, Some(whole(part)), Moment::On(day));
        self.entries.push(Entry::Fact(fact));
    }

    /// Cost, usage, fees, and what is taken back.
    fn else_happens(&mut self, size: u64, period: Period) {
        let kinds = [
            Kind::Cost,
            Kind::Cost,
            Kind::Usage,
            Kind::Fee,
            Kind::Refund,
            Kind::Chargeback,
            Kind::Credit,
            Kind::Tax,
        ];
        let words = self.words;
        let place = self.chance.one_of(&words.places);
        let mut kind = *self.chance.one_of(&kinds);
        if !place.deducted.is_empty() && self.chance.below(2) == 0 {
            kind = self.chance.one_of(&place.deducted).0;
        }
        let mut fact = self.at(kind, period, place);
        match kind {
            Kind::Usage => {
                let amount = self.chance.below(size) + 1;
                self.measure(&mut fact, place, amount);
            }
            Kind::Cost => {
                fact.category.clone_from(self.chance.one_of(&place.costs));
                if !words.shared_costs.is_empty() && self.chance.below(2) == 0 {
                    fact.category.clone_from(self.chance.one_of(&words.shared_costs));
                    fact.product.clear();
                    fact.channel.clear();
                }
                let amount = whole(self.chance.below(size) + 1);
                self.worth(&mut fact, amount);
            }
            Kind::Fee | Kind::Refund | Kind::Chargeback | Kind::Credit => {
                self.take(&mut fact, place, size);
            }
            Kind::Charge | Kind::Tax | Kind::Collected => {
                let amount = whole(self.chance.below(size / 10 + 1) + 1);
                self.worth(&mut fact, amount);
            }
        }
        self.entries.push(Entry::Fact(fact));
    }

    /// Money taken back or off: of a kind and category that a deduction names, or of a charge.
    fn take(&mut self, fact: &mut Fact, place: &Place, size: u64) {
        let named: Vec<_> = place.deducted.iter().filter(|(kind, _)| *kind == fact.kind).collect();
        if !named.is_empty() {
            fact.category.clone_from(&self.chance.one_of(&named).1);
        } else if fact.kind == Kind::Fee {
            "listing".clone_into(&mut fact.category);
        }
        let part = if fact.kind == Kind::Fee { 20 } else { 4 };
        let amount = -whole(self.chance.below(size / part + 1) + 1);
        self.worth(fact, amount);
        let is_charge = |entry: &&Entry| match entry {
            Entry::Fact(charge) => {
                charge.kind == Kind::Charge
                    && (&charge.product, &charge.channel) == (&fact.product, &fact.channel)
                    && charge.time <= fact.time
            }
            Entry::Fx(_) | Entry::Payment(_) | Entry::Grant(_) | Entry::Audit(_) => false,
        };
        let charges: Vec<&Entry> = self.entries.iter().filter(is_charge).collect();
        let refers = fact.kind.takes_back() && !charges.is_empty() && self.chance.below(2) == 0;
        if refers && let Entry::Fact(charge) = self.chance.one_of(&charges) {
            fact.reference.clone_from(&charge.id);
            fact.currency = charge.currency.or(fact.currency);
            fact.deal.clone_from(&charge.deal);
        }
    }

    /// A quantity worth about the amount.
    fn measure(&mut self, fact: &mut Fact, place: &Place, amount: u64) {
        if place.units.is_empty() {
            if fact.kind == Kind::Usage {
                "unit".clone_into(&mut fact.unit);
                fact.quantity = Some(whole(amount));
            }
            return;
        }
        let (unit, price) = self.chance.one_of(&place.units).clone();
        let units = match price {
            Some(price) => Ratio::whole(amount) / price,
            None => Ratio::new(
                u128::from(amount) * u128::from(self.plan.quantity),
                self.plan.volume.max(1),
            ),
        };
        fact.quantity = units.trunc().to_string().parse().ok().filter(Exact::is_positive);
        fact.quantity = fact.quantity.or(Some(whole(1)));
        fact.unit = unit;
    }

    /// Money, at times in another currency where the contract converts some.
    fn worth(&mut self, fact: &mut Fact, amount: Exact) {
        fact.amount = Some(amount);
        fact.currency = Some(self.contract.currency);
        if self.contract.exchange.is_some() && self.chance.below(4) == 0 {
            let code = if self.contract.currency.to_string() == "EUR" { "USD" } else { "EUR" };
            let base: Currency = code.parse().expect("a currency");
            fact.currency = Some(base);
            let day = fact.time.day_in(&self.contract.zone);
            let last = Period::of(day, self.contract.period).last_day();
            for date in [day, last] {
                let rate = "1.25".parse().expect("a rate");
                let listed = FxRate { date, base, quote: self.contract.currency, rate };
                let listed = Entry::Fx(listed);
                if !self.entries.contains(&listed) {
                    self.entries.push(listed);
                }
            }
        }
    }

    /// A copy of one charge, to be made on top of everything; of usage, where nothing is sold.
    fn more(&mut self) -> Vec<Entry> {
        let of = |kind: Kind| -> Vec<Fact> {
            let fact = |entry: &Entry| {
                let Entry::Fact(fact) = entry else { return None };
                (fact.kind == kind).then(|| fact.clone())
            };
            self.entries.iter().filter_map(fact).collect()
        };
        let mut charges = of(Kind::Charge);
        if charges.is_empty() {
            charges = of(Kind::Usage);
        }
        if charges.is_empty() {
            return Vec::new();
        }
        let mut more = self.chance.one_of(&charges).clone();
        more.id = Some("one-more".to_owned());
        let cash = collected(&more, "one-more-cash", more.amount, more.time);
        let paid = self.words.collected && more.amount.is_some();
        let cash = paid.then_some(Entry::Fact(cash));
        std::iter::once(Entry::Fact(more)).chain(cash).collect()
    }

    /// Pays what statements ask for, in time or late, in full, in part or too much; and on account.
    fn pay(&mut self) {
        let cash = &self.contract.cash;
        if !follows(cash) {
            return;
        }
        let Chain::Settled(settlements) = chain(self.contract, &self.entries, self.plan) else {
            return;
        };
        for settlement in &settlements {
            let due = cash.due(settlement.period);
            for payable in &settlement.payables {
                let (part, late) = self.manner();
                let time = Moment::On(due.plus(late));
                let amount = payable.amount.to_ratio(self.contract.currency) * part;
                self.payment(settlement.period, time, (&payable.from, &payable.to), &amount);
            }
            for clause in &cash.on_account {
                let time = Moment::On(settlement.period.last_day());
                let amount = Ratio::whole(self.chance.below(self.plan.volume) / 4);
                let name = |party| self.contract.party_name(party).to_owned();
                let (from, to) = (name(clause.from), name(clause.to));
                self.payment(settlement.period, time, (&from, &to), &amount);
            }
        }
    }

    /// Which part is paid, and how many days after it is due.
    fn manner(&mut self) -> (Ratio, i64) {
        let part = match self.chance.below(4) {
            0 => Ratio::new(1, 2),
            1 => Ratio::new(11, 10),
            _ => Ratio::one(),
        };
        (part, *self.chance.one_of(&[-2, 0, 20, 45]))
    }

    fn payment(&mut self, period: Period, time: Moment, pair: (&str, &str), amount: &Ratio) {
        let currency = self.contract.currency;
        let rounded = Minor::round(amount, currency, self.contract.rounding);
        let Ok(rounded) = rounded else { return };
        let Ok(amount) = rounded.to_ratio(currency).to_plain().parse::<Exact>() else { return };
        if !amount.is_positive() {
            return;
        }
        let id = format!("p-{}", self.entries.len() + 1);
        let (from, to) = (pair.0.to_owned(), pair.1.to_owned());
        self.entries.push(Entry::Payment(Payment { id, time, period, from, to, amount, currency }));
    }
}

/// Does it matter what was really paid?
fn follows(cash: &Cash) -> bool {
    cash.late_interest.is_some() || cash.overpayment.is_some() || !cash.on_account.is_empty()
}

/// Cash for a charge.
fn collected(charge: &Fact, id: &str, amount: Option<Exact>, time: Moment) -> Fact {
    Fact {
        kind: Kind::Collected,
        id: Some(id.to_owned()),
        time,
        reference: charge.id.clone(),
        quantity: None,
        unit: String::new(),
        amount,
        ..charge.clone()
    }
}

fn day_of(period: Period, chance: &mut Chance) -> Day {
    let days = u64::try_from(period.days()).expect("a period has days");
    period.first_day().plus(i64::try_from(chance.below(days)).expect("a few days"))
}

fn whole(units: u64) -> Exact {
    Exact::from(i64::try_from(units).unwrap_or(i64::MAX))
}
