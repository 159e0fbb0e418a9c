//! A usage fee: quantities at a price, exact, rounded once, owed by payer to payee.

use super::placement::Share;
use super::sales::input;
use super::settled::StepName;
use super::sheet::{ExactLines, Heading, Sheet, add_exact};
use super::trace::Rule;
use crate::contract::{Rate, UsageFeeTerms};
use crate::fact::{Key, Kind};
use crate::finding::Finding;
use crate::money::{Minor, Ratio};

/// Writes the one step of a usage fee and gives back the fee.
pub(super) fn write(
    sheet: &mut Sheet<'_>,
    terms: &UsageFeeTerms,
    shares: &[Share<'_>],
) -> Result<Minor, Finding> {
    let (mut exact, mut inputs) = (ExactLines::new(), Vec::new());
    for share in shares {
        let Some(price) = price(terms, share.key) else { continue };
        let amount = &share.quantity() * &price;
        add_exact(&mut exact, share.product, &amount);
        inputs.push(input(share, Some(price), amount));
    }
    let heading = Heading::of(StepName::UsageFee, "rates");
    sheet.write_exact(heading, &exact, Rule::Priced, inputs).map(|(total, _)| total)
}

/// The price of one unit of a usage fact or charge; the first rate that matches.
pub(super) fn price(terms: &UsageFeeTerms, key: &Key) -> Option<Ratio> {
    let metered = match key.kind {
        Kind::Charge | Kind::Usage => true,
        Kind::Refund
        | Kind::Credit
        | Kind::Chargeback
        | Kind::Tax
        | Kind::Fee
        | Kind::Collected
        | Kind::Cost => false,
    };
    let mut rates = terms.rates.iter();
    rates.find(|rate| metered && rate.prices(&key.unit, &key.product)).map(Rate::each)
}
