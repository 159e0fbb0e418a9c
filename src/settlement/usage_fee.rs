//! A usage fee: quantities at a price, exact, rounded once, owed by payer to payee.

use super::cards;
use super::carried::Carried;
use super::placement::Share;
use super::settled::StepName;
use super::sheet::{ExactLines, Heading, Sheet};
use super::trace::Rule;
use crate::contract::UsageFeeTerms;
use crate::fact::{Key, Kind};
use crate::finding::Finding;
use crate::money::Minor;

/// Writes the one step of a usage fee and gives back the fee.
pub(super) fn write(
    sheet: &mut Sheet<'_>,
    terms: &UsageFeeTerms,
    shares: &[Share<'_>],
    carried: &mut Carried<'_>,
) -> Result<Minor, Finding> {
    let (mut exact, mut inputs) = (ExactLines::new(), Vec::new());
    let metered = shares.iter().filter(|share| is_priced(terms, share.key));
    let (card, contract) = ((&terms.rates[..], cards::RATES), sheet.contract);
    cards::charge(card, contract, metered, carried, (&mut exact, &mut inputs))?;
    let heading = Heading::of(StepName::UsageFee, "rates");
    sheet.write_exact(heading, &exact, Rule::Priced, inputs).map(|(total, _)| total)
}

/// Is it a usage fact or charge that a rate prices?
pub(super) fn is_priced(terms: &UsageFeeTerms, key: &Key) -> bool {
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
    metered && cards::rate_of(&terms.rates, key).is_some()
}
