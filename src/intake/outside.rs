//! Rows of what is known from outside a deal: rates that comparable deals were granted, and what
//! audits found. Each names the contract that it is about, so each is held against that contract.
//!
//! Refuses what no clause of the book would ever look at, a rate of more than all there is, and a
//! finding that the contract cannot mean: of a period that was not over, of nothing, of parties or a
//! currency that it does not have, or further back than its audits may reach.

use super::codes;
use super::draft::Draft;
use super::reject::Refusal;
use super::target::{Target, nearest};
use super::value;
use crate::calendar::{Day, Period, Zone};
use crate::contract::Contract;
use crate::fact::{AuditFinding, Entry, GrantedRate};
use crate::money::{Exact, Minor, Ratio, Rounding};

impl Draft<'_> {
    /// A rate that a comparable deal was granted.
    pub(super) fn grant(&mut self, contracts: &[Contract], zone: Option<&Zone>) -> Option<Entry> {
        let needed = [Target::Id, Target::Time, Target::Contract, Target::Deal, Target::Share];
        needed.into_iter().for_each(|target| self.need(target));
        let rate = self.parse(Target::Share, share);
        let until = self.day(Target::Until, zone);
        let contract = self.contract(contracts);
        if let Some(contract) = contract {
            self.find_clause(contract);
        }
        let grant = GrantedRate {
            id: self.named(Target::Id)?,
            time: self.time?,
            contract: contract?.id.clone(),
            clause: self.named(Target::Clause).unwrap_or_default(),
            deal: self.named(Target::Deal)?,
            rate: rate?,
            until: until?,
        };
        let from = grant.time.day_in(&contract?.zone);
        if let Some(until) = grant.until.filter(|until| *until < from) {
            let message = format!("this grant ends on {until}, before it begins on {from}");
            let help = "write the last day on which it counts, or leave `until` empty";
            self.refuse(Target::Until, Refusal::new(&codes::GRANT, message).help(help));
        }
        Some(Entry::Grant(grant))
    }

    /// What an audit found.
    pub(super) fn audit(&mut self, contracts: &[Contract], zone: Option<&Zone>) -> Option<Entry> {
        let needed = [
            Target::Id,
            Target::Time,
            Target::Contract,
            Target::Period,
            Target::From,
            Target::To,
            Target::Due,
            Target::Paid,
            Target::Currency,
        ];
        needed.into_iter().for_each(|target| self.need(target));
        let contract = self.contract(contracts);
        let periods = self.parse(Target::Period, periods);
        let since = self.day(Target::Since, zone);
        let [due, paid] = [Target::Due, Target::Paid].map(|target| self.sum(target, contract));
        let cost = match self.text(Target::Cost) {
            Some(_) => self.sum(Target::Cost, contract),
            None => Some(Exact::ZERO),
        };
        let (contract, (first, last)) = (contract?, periods?);
        let audit = AuditFinding {
            id: self.named(Target::Id)?,
            time: self.time?,
            contract: contract.id.clone(),
            first,
            last,
            from: self.named(Target::From)?,
            to: self.named(Target::To)?,
            due: due?,
            paid: paid?,
            cost: cost?,
            currency: self.currency?,
            since: since?,
        };
        self.check_finding(contract, &audit);
        self.check_periods(contract, &audit);
        Some(Entry::Audit(audit))
    }

    fn named(&self, target: Target) -> Option<String> {
        self.text(target).map(str::to_owned)
    }

    /// A day, if the row says one; nothing if it cannot be read.
    fn day(&mut self, target: Target, zone: Option<&Zone>) -> Option<Option<Day>> {
        match self.text(target) {
            Some(_) => self.parse(target, |text| value::day(text, zone)).map(Some),
            None => Some(None),
        }
    }

    /// The contract that the row names.
    fn contract<'c>(&mut self, contracts: &'c [Contract]) -> Option<&'c Contract> {
        let id = self.text(Target::Contract)?;
        let found = contracts.iter().find(|contract| contract.id == id);
        if found.is_none() {
            let ids = contracts.iter().map(|contract| contract.id.as_str());
            let help = match nearest(id, ids.clone()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("the contracts are {}", ids.collect::<Vec<_>>().join(", ")),
            };
            let message = format!("{id:?} is no contract of this book");
            self.refuse(Target::Contract, Refusal::new(&codes::NO_CLAUSE, message).help(help));
        }
        found
    }

    /// Some clause of the contract has to look at the grant.
    fn find_clause(&mut self, contract: &Contract) {
        let name = self.text(Target::Clause).unwrap_or_default();
        let clauses = &contract.most_favoured;
        if clauses.iter().any(|clause| name.is_empty() || clause.name == name) {
            return;
        }
        let (message, help) = if clauses.is_empty() {
            let message = format!("{} has no [[most-favoured]] clause", contract.id);
            (message, "add one to the contract: it says whose share is to be as good".to_owned())
        } else {
            let names = clauses.iter().map(|clause| clause.name.as_str());
            let message = format!("{name:?} is no [[most-favoured]] clause of {}", contract.id);
            let names = names.collect::<Vec<_>>().join(", ");
            (message, format!("write one of {names}; leave it empty for all"))
        };
        self.refuse(Target::Clause, Refusal::new(&codes::NO_CLAUSE, message).help(help));
    }

    /// An amount of zero or more, in whole minor units of the contract's currency.
    fn sum(&mut self, target: Target, contract: Option<&Contract>) -> Option<Exact> {
        let sum = self.parse(target, value::exact)?;
        if sum.is_negative() {
            let message = format!("`{}` is {sum}, below zero", target.name());
            let help = "write what was due and what was paid; the difference may have either sign";
            self.refuse(target, Refusal::new(&codes::FINDING, message).help(help));
        }
        let currency = contract?.currency;
        let exact = sum.to_ratio();
        let whole = Minor::round(&exact, currency, Rounding::default());
        if whole.is_ok_and(|minor| minor.to_ratio(currency) == exact) {
            return Some(sum);
        }
        let digits = currency.digits();
        let message = format!("{sum} is no amount of {currency}, which has {digits} decimals");
        let help = format!("round it as the parties agreed, to {digits} decimals");
        self.refuse(target, Refusal::new(&codes::FINDING, message).help(help));
        None
    }

    fn check_finding(&mut self, contract: &Contract, audit: &AuditFinding) {
        for (target, name) in [(Target::From, &audit.from), (Target::To, &audit.to)] {
            if contract.party(name).is_none() {
                let message = format!("{name:?} is no party of {}", contract.id);
                let ids = contract.parties.iter().map(|party| party.id.as_str());
                let help = format!("the parties are {}", ids.collect::<Vec<_>>().join(", "));
                self.refuse(target, Refusal::new(&codes::FINDING, message).help(help));
            }
        }
        let mut refuse = |target: Target, message: String, help: &str| {
            self.refuse(target, Refusal::new(&codes::FINDING, message).help(help));
        };
        if audit.from == audit.to {
            let message = format!("{} owes itself here", audit.from);
            refuse(Target::To, message, "write two parties: from owes, to is owed");
        }
        if audit.currency != contract.currency {
            let message = format!("{} settles in {}", contract.id, contract.currency);
            refuse(Target::Currency, message, "write what was due and paid in that currency");
        }
        if audit.due == audit.paid {
            let help = "drop the row: where nothing was found, nothing is settled";
            refuse(Target::Paid, "what was due was paid: the audit found nothing".into(), help);
        }
        if contract.cash.audits.iter().any(|own| own.name == audit.id) {
            let message = format!("{} has an [[audit]] of the name {:?}", contract.id, audit.id);
            let help = "keep one of the two: a finding is settled once";
            refuse(Target::Id, message, help);
        }
    }

    /// Periods of the contract's length, over when the finding was agreed, and near enough to it.
    fn check_periods(&mut self, contract: &Contract, audit: &AuditFinding) {
        let AuditFinding { first, last, .. } = audit;
        let agreed = audit.time.day_in(&contract.zone);
        let mut refuse = |code, message: String, help: String| {
            self.refuse(Target::Period, Refusal::new(code, message).help(help));
        };
        if [first, last].into_iter().any(|period| period.length() != contract.period) {
            let own = Period::of(last.first_day(), contract.period);
            let message = format!("{} settles periods such as {own}", contract.id);
            refuse(&codes::FINDING, message, "write periods of that length".to_owned());
        } else if first > last {
            let help = format!("write {last}..{first}, the earlier one first");
            refuse(&codes::FINDING, format!("{first} comes after {last}"), help);
        } else if agreed <= last.last_day() {
            let message = format!("the finding was agreed on {agreed}, before {last} had ended");
            let help = "write the day of the agreement as `time`; it is settled in that period";
            refuse(&codes::FINDING, message, help.to_owned());
        } else if let Some(earliest) = contract.cash.audit_terms.earliest(agreed, contract.period)
            && *first < earliest
        {
            let months = contract.cash.audit_terms.look_back.unwrap_or_default();
            let message = format!(
                "an audit agreed on {agreed} reaches back {months} months, to {earliest}, and not \
                 to {first}"
            );
            let help = format!("write what was found for {earliest} and later, if anything was");
            refuse(&codes::LOOK_BACK, message, help);
        }
    }
}

/// A share of what there is: `"55%"`, `"11/20"`, `"0.55"`.
fn share(text: &str) -> Result<Ratio, Refusal> {
    let refuse = |message: String, help: &str| Refusal::new(&codes::GRANT, message).help(help);
    let rate: Ratio = text.parse().map_err(|_| {
        refuse(format!("{text:?} is not an exact share"), "write it as 55%, 11/20 or 0.55")
    })?;
    if rate.is_negative() || rate > Ratio::one() {
        let message = format!("{text:?} is {rate}, and a share is between nothing and all");
        return Err(refuse(message, "write 55% if per cent is meant"));
    }
    Ok(rate)
}

/// One period, or the first and the last of several: `2026-01..2026-03`.
fn periods(text: &str) -> Result<(Period, Period), Refusal> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let period = |text: &str| {
        text.parse().map_err(|fault: crate::calendar::NotAPeriod| {
            Refusal::new(&codes::PERIOD, fault.to_string())
                .help("name what was audited, such as 2026-03, 2026-01..2026-06 or 2026-Q1")
        })
    };
    Ok((period(first)?, period(last)?))
}
