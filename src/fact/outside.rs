//! What is known only from outside a deal: rates that comparable deals were granted, and what
//! audits found. A clause of the contract says what follows from them.

use serde::{Deserialize, Serialize};

use super::canonical::array;
use crate::calendar::{Day, Moment, Period, Zone};
use crate::money::{Currency, Exact, Ratio};

/// A rate that a comparable deal was granted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GrantedRate {
    /// Unique within its source.
    pub id: String,
    /// From when on it counts.
    pub time: Moment,
    /// The contract that is to be as good.
    pub contract: String,
    /// Its `[[most-favoured]]` clause; empty for all that it has.
    pub clause: String,
    /// The comparable deal.
    pub deal: String,
    /// Its share of the share base.
    #[serde(with = "as_text")]
    pub rate: Ratio,
    /// The last day on which it counts; none if it goes on.
    pub until: Option<Day>,
}

/// What an audit found, as the parties agreed on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AuditFinding {
    /// Unique within its source; its name in statements.
    pub id: String,
    /// When it was agreed.
    pub time: Moment,
    /// The contract that was audited.
    pub contract: String,
    /// The first period that was audited.
    pub first: Period,
    /// The last one.
    pub last: Period,
    /// Owed the audited amounts.
    pub from: String,
    /// Was owed them.
    pub to: String,
    /// What was due, in major units.
    pub due: Exact,
    /// What was paid.
    pub paid: Exact,
    /// What the audit cost.
    pub cost: Exact,
    /// Of the amounts.
    pub currency: Currency,
    /// From when on a shortfall bears interest; none for the day on which it was due.
    pub since: Option<Day>,
}

impl GrantedRate {
    /// Does it count on one of these days, both included?
    pub fn speaks_of(&self, zone: &Zone, from: Day, to: Day) -> bool {
        self.time.day_in(zone) <= to && self.until.is_none_or(|until| from <= until)
    }

    /// The canonical content.
    pub fn canonical(&self) -> Vec<u8> {
        let (time, rate) = (self.time.to_string(), self.rate.to_string());
        let until = self.until.map(|day| day.to_string());
        array(&[
            Some(&self.id),
            Some(&time),
            Some(&self.contract),
            Some(&self.clause),
            Some(&self.deal),
            Some(&rate),
            until.as_deref(),
        ])
    }
}

impl AuditFinding {
    /// The canonical content.
    pub fn canonical(&self) -> Vec<u8> {
        let (time, currency) = (self.time.to_string(), self.currency.code());
        let [first, last] = [self.first, self.last].map(|period| period.to_string());
        let [due, paid, cost] = [self.due, self.paid, self.cost].map(|sum| sum.to_string());
        let since = self.since.map(|day| day.to_string());
        array(&[
            Some(&self.id),
            Some(&time),
            Some(&self.contract),
            Some(&first),
            Some(&last),
            Some(&self.from),
            Some(&self.to),
            Some(&due),
            Some(&paid),
            Some(&cost),
            Some(currency),
            since.as_deref(),
        ])
    }

    /// What was due and not paid; below zero if too much was.
    pub fn shortfall(&self) -> Exact {
        self.due - self.paid
    }
}

/// An exact fraction as a text.
mod as_text {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::money::Ratio;

    pub(super) fn serialize<S: Serializer>(ratio: &Ratio, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(ratio)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Ratio, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(rate: &str, until: Option<&str>) -> GrantedRate {
        GrantedRate {
            id: "g".into(),
            time: "2026-03-01".parse().unwrap(),
            contract: "deal".into(),
            clause: String::new(),
            deal: "other".into(),
            rate: rate.parse().unwrap(),
            until: until.map(|day| day.parse().unwrap()),
        }
    }

    #[test]
    fn rates_compare_as_numbers() {
        let [percent, fraction] = ["55%", "11/20"].map(|rate| grant(rate, None).canonical());
        assert_eq!(percent, fraction);
        assert_ne!(percent, grant("55.1%", None).canonical());
        assert_ne!(percent, grant("55%", Some("2026-04-30")).canonical());
    }

    #[test]
    fn a_third_survives_the_journal() {
        let third = grant("1/3", Some("2026-04-30"));
        let text = serde_json::to_string(&third).unwrap();
        assert!(text.contains("\"1/3\""), "{text}");
        assert_eq!(serde_json::from_str::<GrantedRate>(&text).unwrap(), third);
    }
}
