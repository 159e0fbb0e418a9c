//! A row on its way to an entry: the values that could be read, and every reason against it.
//!
//! The law: all faults of a row are found before it is refused, and a refused row still says its
//! currency and amount if they could be read.

use std::borrow::Cow;

use super::codes;
use super::field::{Field, Found, Row};
use super::reject::Refusal;
use super::target::Target;
use super::value;
use crate::calendar::{Moment, Zone};
use crate::contract::{Basis, Contract};
use crate::fact::{Entry, Fact, FxRate, Kind, Payment, Table};
use crate::money::{Currency, Exact};

/// What has been read of a row.
pub(super) struct Draft<'a> {
    texts: [Option<Found<'a>>; Target::COUNT],
    pub(super) time: Option<Moment>,
    pub(super) kind: Option<Kind>,
    pub(super) amount: Option<Exact>,
    pub(super) quantity: Option<Exact>,
    rate: Option<Exact>,
    pub(super) currency: Option<Currency>,
    pub(super) refusals: Vec<Refusal>,
}

impl<'a> Draft<'a> {
    /// Reads the fields of a row. `zone` is that of times without one, if it is known.
    pub(super) fn read(fields: &'a [(Target, Field)], row: &Row<'a>, zone: Option<&Zone>) -> Self {
        let mut draft = Self {
            texts: [const { None }; Target::COUNT],
            time: None,
            kind: None,
            amount: None,
            quantity: None,
            rate: None,
            currency: None,
            refusals: Vec::new(),
        };
        for (target, field) in fields {
            match field.read(row) {
                Ok(Some(found)) => draft.take(*target, field, found, zone),
                Ok(None) => {}
                Err(refusal) => {
                    draft.refusals.push(refusal);
                    // Unreadable is not missing: one reason is enough.
                    draft.set(*target, "");
                }
            }
        }
        draft
    }

    fn take(&mut self, target: Target, field: &Field, found: Found<'a>, zone: Option<&Zone>) {
        let (text, at) = (found.0.as_ref(), found.1);
        let number = |text: &str| {
            let value = value::exact(text)?;
            field.factor.as_ref().map_or(Ok(value), |factor| value::times(value, factor))
        };
        let done = match target {
            Target::Time => value::moment(text, zone).map(|time| self.time = Some(time)),
            Target::Kind => sale_kind(text).map(|kind| self.kind = Some(kind)),
            Target::Amount => number(text).map(|amount| self.amount = Some(amount)),
            Target::Quantity => number(text).map(|quantity| self.quantity = Some(quantity)),
            Target::Rate => number(text).map(|rate| self.rate = Some(rate)),
            Target::Currency => value::currency(text).map(|code| self.currency = Some(code)),
            Target::Id
            | Target::Product
            | Target::Channel
            | Target::Region
            | Target::Customer
            | Target::Deal
            | Target::Category
            | Target::Resource
            | Target::Unit
            | Target::Ref
            | Target::Date
            | Target::Base
            | Target::Quote
            | Target::Period
            | Target::From
            | Target::To
            | Target::Contract
            | Target::Clause
            | Target::Share
            | Target::Until
            | Target::Due
            | Target::Paid
            | Target::Cost
            | Target::Since => Ok(()),
        };
        if let Err(refusal) = done {
            self.refusals.push(refusal.field(at));
        }
        // Kept even if it cannot be read, so that it does not count as missing as well.
        self.texts[target as usize] = Some(found);
    }

    /// The text of a field, if the row has one.
    pub(super) fn text(&self, target: Target) -> Option<&str> {
        self.texts[target as usize].as_ref().map(|(text, _)| text.as_ref())
    }

    /// Sets a text.
    pub(super) fn set(&mut self, target: Target, text: impl Into<Cow<'a, str>>) {
        self.texts[target as usize] = Some((text.into(), None));
    }

    /// Takes a text away.
    pub(super) fn clear(&mut self, target: Target) {
        self.texts[target as usize] = None;
    }

    fn at(&self, target: Target) -> Option<usize> {
        self.texts[target as usize].as_ref().and_then(|(_, at)| *at)
    }

    pub(super) fn refuse(&mut self, target: Target, refusal: Refusal) {
        let at = self.at(target);
        self.refusals.push(refusal.field(at));
    }

    fn open(&self, target: Target) -> String {
        self.text(target).unwrap_or_default().to_owned()
    }

    /// Notes a missing field, unless something stands there that could not be read.
    pub(super) fn need(&mut self, target: Target) {
        if self.text(target).is_none() {
            let name = target.name();
            self.refusals.push(
                Refusal::new(&codes::VALUE_MISSING, format!("this row has no {name}"))
                    .help(format!("every row of this kind says its {name}")),
            );
        }
    }

    /// The entry, or nothing with the reasons in `refusals`.
    pub(super) fn entry(
        &mut self,
        table: Table,
        contracts: &[Contract],
        zone: Option<&Zone>,
    ) -> Option<Entry> {
        let entry = match table {
            Table::Sales | Table::Costs | Table::Usage => self.fact(table, contracts),
            Table::Fx => self.rate_of_exchange(zone),
            Table::Payments => self.payment(),
            Table::Grants => self.grant(contracts, zone),
            Table::Audits => self.audit(contracts, zone),
        };
        entry.filter(|_| self.refusals.is_empty())
    }

    fn fact(&mut self, table: Table, contracts: &[Contract]) -> Option<Entry> {
        self.need(Target::Time);
        let kind = match table {
            Table::Costs => Kind::Cost,
            Table::Usage => Kind::Usage,
            Table::Sales | Table::Fx | Table::Payments | Table::Grants | Table::Audits => {
                if self.kind.is_none() {
                    self.need(Target::Kind);
                }
                self.kind?
            }
        };
        match kind {
            Kind::Usage => {
                self.need(Target::Unit);
                self.need(Target::Quantity);
                (self.amount, self.currency) = (None, None);
            }
            Kind::Charge if self.text(Target::Amount).is_none() => {}
            Kind::Charge
            | Kind::Refund
            | Kind::Credit
            | Kind::Chargeback
            | Kind::Tax
            | Kind::Fee
            | Kind::Collected
            | Kind::Cost => {
                self.need(Target::Amount);
                if self.currency.is_none() {
                    self.need(Target::Currency);
                }
            }
        }
        self.check_sign(kind);
        let fact = self.assembled(kind)?;
        let open = kind == Kind::Charge && self.text(Target::Amount).is_none();
        if open && !self.unreadable_quantity() && !priced(contracts, &fact) {
            self.refusals.push(unpriced(&fact));
        }
        Some(Entry::Fact(fact))
    }

    /// Something stands there and was complained about: no reason to call it missing as well.
    fn unreadable_quantity(&self) -> bool {
        self.text(Target::Quantity).is_some() && self.quantity.is_none()
    }

    fn assembled(&self, kind: Kind) -> Option<Fact> {
        Some(Fact {
            id: self.text(Target::Id).map(str::to_owned),
            product: self.open(Target::Product),
            channel: self.open(Target::Channel),
            region: self.open(Target::Region),
            customer: self.open(Target::Customer),
            deal: self.open(Target::Deal),
            category: self.open(Target::Category),
            resource: self.open(Target::Resource),
            unit: self.open(Target::Unit),
            quantity: self.quantity,
            amount: self.amount,
            currency: self.currency,
            reference: self.text(Target::Ref).map(str::to_owned),
            ..Fact::new(kind, "", self.time?)
        })
    }

    /// A sign that contradicts its kind is refused, unless a ref says what is taken back.
    fn check_sign(&mut self, kind: Kind) {
        if self.text(Target::Ref).is_some() {
            return;
        }
        let amount = self.amount.unwrap_or_default();
        let (wrong, due) = match kind {
            Kind::Charge | Kind::Collected => (amount.is_negative(), "zero or more"),
            Kind::Refund | Kind::Credit | Kind::Chargeback | Kind::Fee => {
                (amount.is_positive(), "zero or less")
            }
            Kind::Tax | Kind::Cost | Kind::Usage => (false, ""),
        };
        if wrong {
            self.refuse(Target::Amount, wrong_sign(kind, "amount", amount, due));
        }
        let quantity = self.quantity.unwrap_or_default();
        if kind == Kind::Charge && quantity.is_negative() {
            self.refuse(Target::Quantity, wrong_sign(kind, "quantity", quantity, "zero or more"));
        }
    }

    fn rate_of_exchange(&mut self, zone: Option<&Zone>) -> Option<Entry> {
        for target in [Target::Date, Target::Base, Target::Quote, Target::Rate] {
            self.need(target);
        }
        let date = self.parse(Target::Date, |text| value::day(text, zone));
        let base = self.parse(Target::Base, value::currency);
        let quote = self.parse(Target::Quote, value::currency);
        let rate = FxRate { date: date?, base: base?, quote: quote?, rate: self.rate? };
        if !rate.rate.is_positive() {
            let refusal = Refusal::new(&codes::RATE, format!("a rate of {} is no rate", rate.rate));
            self.refuse(Target::Rate, refusal.help("give how much of quote one of base is worth"));
        }
        if rate.base == rate.quote {
            let message = format!("{} in {} needs no rate", rate.base, rate.quote);
            self.refuse(Target::Quote, Refusal::new(&codes::RATE, message).help("drop the row"));
        }
        Some(Entry::Fx(rate))
    }

    fn payment(&mut self) -> Option<Entry> {
        let needed = [
            Target::Id,
            Target::Time,
            Target::Period,
            Target::From,
            Target::To,
            Target::Amount,
            Target::Currency,
        ];
        needed.into_iter().for_each(|target| self.need(target));
        let period = self.parse(Target::Period, |text| {
            text.parse().map_err(|fault: crate::calendar::NotAPeriod| {
                Refusal::new(&codes::PERIOD, fault.to_string())
                    .help("name the statement that was paid, such as 2026-10 or 2026-Q4")
            })
        });
        Some(Entry::Payment(Payment {
            id: self.text(Target::Id)?.to_owned(),
            time: self.time?,
            period: period?,
            from: self.text(Target::From)?.to_owned(),
            to: self.text(Target::To)?.to_owned(),
            amount: self.amount?,
            currency: self.currency?,
        }))
    }

    pub(super) fn parse<T>(
        &mut self,
        target: Target,
        read: impl Fn(&str) -> Result<T, Refusal>,
    ) -> Option<T> {
        match read(self.text(target)?) {
            Ok(value) => Some(value),
            Err(refusal) => {
                self.refuse(target, refusal);
                None
            }
        }
    }
}

fn sale_kind(text: &str) -> Result<Kind, Refusal> {
    let kinds = || Kind::ALL.into_iter().filter(|kind| kind.table() == Table::Sales);
    kinds().find(|kind| kind.as_str() == text).ok_or_else(|| {
        let names: Vec<&str> = kinds().map(Kind::as_str).collect();
        let refusal = Refusal::new(&codes::KIND, format!("{text:?} is not a kind of sale"));
        refusal.help(format!("write one of {}", names.join(", ")))
    })
}

fn wrong_sign(kind: Kind, what: &str, value: Exact, due: &str) -> Refusal {
    let message = format!("a {kind} has an {what} of {due}, not {value}");
    let message = message.replace("an quantity", "a quantity");
    Refusal::new(&codes::SIGN, message)
        .help("turn the sign, change the kind, or name in ref the fact that it takes back")
}

fn unpriced(fact: &Fact) -> Refusal {
    let message = match (fact.quantity, fact.unit.is_empty()) {
        (Some(_), false) => format!(
            "this charge has no amount, and no rate card in force prices {} of {:?}",
            fact.unit, fact.product
        ),
        (Some(_), true) | (None, _) => {
            "this charge has neither an amount nor a quantity with its unit".to_owned()
        }
    };
    Refusal::new(&codes::UNPRICED, message).help("give its amount, or add a rate to the contract")
}

/// Does the rate card of some contract, in force on the day, price the fact?
fn priced(contracts: &[Contract], fact: &Fact) -> bool {
    let counted = fact.quantity.is_some() && !fact.unit.is_empty();
    counted
        && contracts.iter().any(|contract| {
            let scopes = |scope: &crate::contract::Scope| {
                scope.matches(&fact.product, &fact.channel, &fact.region, &fact.customer)
            };
            let schedule = contract.schedules.iter().find(|schedule| scopes(&schedule.scope));
            let terms = schedule.and_then(|it| it.terms_on(fact.time.day_in(&contract.zone)));
            let rates = terms.map_or(&[][..], |terms| match &terms.basis {
                Basis::Shared(shared) => &shared.rates,
                Basis::UsageFee(fee) => &fee.rates,
                Basis::Excluded => &[],
            });
            rates.iter().any(|rate| rate.prices(&fact.unit, &fact.product))
        })
}
