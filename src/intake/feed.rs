//! What a marketplace's feed adds up to for its seller: invoiced, owed, disbursed, pending.
//!
//! The law: owed = gross + cost of goods + listing fee + infrastructure + seller's tax + other;
//! pending = owed − disbursed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::money::{Currency, Exact};

/// What an event is to the seller's balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Gross,
    CostOfGoods,
    ListingFee,
    Infrastructure,
    SellerTax,
    BuyerTax,
    Other,
    Disbursed,
    Paid,
    Nothing,
}

/// How one event moves the seller's balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Movement {
    class: Class,
    amount: Exact,
}

impl Movement {
    pub(super) fn invoiced(class: Class, amount: Exact) -> Self {
        Self { class, amount }
    }

    /// A part of the balance that a disbursement settles; the feed counts it down.
    pub(super) fn disbursed(amount: Exact) -> Self {
        Self { class: Class::Disbursed, amount: -amount }
    }

    /// The disbursement itself.
    pub(super) fn paid(amount: Exact) -> Self {
        Self { class: Class::Paid, amount }
    }

    pub(super) fn nothing() -> Self {
        Self { class: Class::Nothing, amount: Exact::ZERO }
    }
}

/// What the events of one feed and currency add up to. Amounts are as the feed signs them: what
/// is owed to the seller is positive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FeedTotals {
    /// What buyers were invoiced, after refunds and credits, before their tax.
    pub gross: Exact,
    /// What the seller owes to whom it resells for.
    pub cost_of_goods: Exact,
    /// What the marketplace keeps.
    pub listing_fee: Exact,
    /// Infrastructure netted against the revenue.
    pub infrastructure: Exact,
    /// Tax that the seller remits.
    pub seller_tax: Exact,
    /// Tax that the marketplace remits: a memo, no part of what is owed.
    pub buyer_tax: Exact,
    /// Adjustments, and tax on the listing fee.
    pub other: Exact,
    /// What of the balance was settled by disbursements.
    pub disbursed: Exact,
    /// The disbursements themselves, as the bank saw them.
    pub paid: Exact,
}

impl FeedTotals {
    /// What the seller is owed for everything invoiced.
    pub fn owed(&self) -> Exact {
        self.gross
            + self.cost_of_goods
            + self.listing_fee
            + self.infrastructure
            + self.seller_tax
            + self.other
    }

    /// What of it is still to come.
    pub fn pending(&self) -> Exact {
        self.owed() - self.disbursed
    }

    fn add(&mut self, movement: Movement) {
        let sum = match movement.class {
            Class::Gross => &mut self.gross,
            Class::CostOfGoods => &mut self.cost_of_goods,
            Class::ListingFee => &mut self.listing_fee,
            Class::Infrastructure => &mut self.infrastructure,
            Class::SellerTax => &mut self.seller_tax,
            Class::BuyerTax => &mut self.buyer_tax,
            Class::Other => &mut self.other,
            Class::Disbursed => &mut self.disbursed,
            Class::Paid => &mut self.paid,
            Class::Nothing => return,
        };
        *sum += movement.amount;
    }
}

/// The feeds of one import that keep a seller's balance, by source and currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feeds(pub BTreeMap<(String, Currency), FeedTotals>);

impl Feeds {
    pub(super) fn add(&mut self, source: &str, currency: Option<Currency>, movement: Movement) {
        let Some(currency) = currency else { return };
        self.0.entry((source.to_owned(), currency)).or_default().add(movement);
    }
}
