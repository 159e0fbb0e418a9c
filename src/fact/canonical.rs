//! The canonical content of a row: of two that contradict each other, the one whose bytes come first
//! stands.
//!
//! The form is a JSON array of texts, `null` where the row says nothing: easy to write down in any
//! language, and unambiguous whatever the texts contain. Numbers and instants stand there by value,
//! so that 17, 17.0 and 17.00 are one number, and 23:30-05:00 is 04:30Z of the next day.

use super::{Entry, Fact, FxRate, Payment};
use crate::money::{Currency, Exact};

pub(super) fn array(fields: &[Option<&str>]) -> Vec<u8> {
    serde_json::to_vec(fields).expect("texts are always JSON")
}

impl Fact {
    /// The canonical content.
    ///
    /// ```
    /// use revshare::fact::{Fact, Kind};
    /// let fact = |amount: &str| Fact {
    ///     amount: Some(amount.parse().unwrap()),
    ///     ..Fact::new(Kind::Charge, "s-1", "2026-10-05".parse().unwrap())
    /// };
    /// assert_eq!(fact("17").canonical(), fact("17.00").canonical());
    /// assert_eq!(
    ///     String::from_utf8(fact("17").canonical()).unwrap(),
    ///     r#"["charge","s-1","2026-10-05","","","","","","","","",null,"17",null,null]"#,
    /// );
    /// ```
    pub fn canonical(&self) -> Vec<u8> {
        let time = self.time.to_string();
        let quantity = self.quantity.map(|quantity| quantity.to_string());
        let amount = self.amount.map(|amount| amount.to_string());
        array(&[
            Some(self.kind.as_str()),
            self.id.as_deref(),
            Some(&time),
            Some(&self.product),
            Some(&self.channel),
            Some(&self.region),
            Some(&self.customer),
            Some(&self.deal),
            Some(&self.category),
            Some(&self.resource),
            Some(&self.unit),
            quantity.as_deref(),
            amount.as_deref(),
            self.currency.as_ref().map(Currency::code),
            self.reference.as_deref(),
        ])
    }
}

impl FxRate {
    /// The canonical content.
    pub fn canonical(&self) -> Vec<u8> {
        let (date, rate) = (self.date.to_string(), self.rate.to_string());
        array(&[Some(&date), Some(self.base.code()), Some(self.quote.code()), Some(&rate)])
    }
}

impl Payment {
    /// The canonical content.
    pub fn canonical(&self) -> Vec<u8> {
        let (time, period) = (self.time.to_string(), self.period.to_string());
        let amount = self.amount.to_string();
        array(&[
            Some(&self.id),
            Some(&time),
            Some(&period),
            Some(&self.from),
            Some(&self.to),
            Some(&amount),
            Some(self.currency.code()),
        ])
    }
}

impl Entry {
    /// The canonical content.
    pub fn canonical(&self) -> Vec<u8> {
        match self {
            Self::Fact(fact) => fact.canonical(),
            Self::Fx(rate) => rate.canonical(),
            Self::Payment(payment) => payment.canonical(),
            Self::Grant(grant) => grant.canonical(),
            Self::Audit(audit) => audit.canonical(),
        }
    }

    /// Its id in words, for reports.
    pub(super) fn id_text(&self) -> String {
        match self {
            Self::Fact(fact) => fact.id.clone().unwrap_or_default(),
            Self::Fx(rate) => format!("{} {}/{}", rate.date, rate.base, rate.quote),
            Self::Payment(payment) => payment.id.clone(),
            Self::Grant(grant) => grant.id.clone(),
            Self::Audit(audit) => audit.id.clone(),
        }
    }

    /// What it adds to a control total.
    pub(super) fn money(&self) -> (Option<Currency>, Exact) {
        match self {
            Self::Fact(fact) => (fact.currency, fact.amount.unwrap_or_default()),
            Self::Fx(_) | Self::Grant(_) => (None, Exact::ZERO),
            Self::Payment(payment) => (Some(payment.currency), payment.amount),
            Self::Audit(audit) => (Some(audit.currency), audit.shortfall()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Kind;

    fn fact(time: &str) -> Fact {
        Fact::new(Kind::Charge, "s-1", time.parse().unwrap())
    }

    #[test]
    fn instants_compare_by_value() {
        let here = fact("2026-10-31T23:30:00-05:00");
        assert_eq!(here.canonical(), fact("2026-11-01T04:30:00.000Z").canonical());
        assert_ne!(fact("2026-11-01").canonical(), fact("2026-11-01T00:00:00Z").canonical());
    }

    #[test]
    fn every_field_counts() {
        let others = crate::fact::samples::one_field_each(&fact("2026-10-05"));
        let forms: std::collections::BTreeSet<_> = others.iter().map(Fact::canonical).collect();
        assert_eq!(forms.len(), others.len());
    }
}
