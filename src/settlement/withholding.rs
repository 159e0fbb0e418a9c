//! Withholding tax on what one party pays another, if need be grossed up.
//!
//! The tax is not a debt between the two: the payer keeps it back and remits it for the payee. The
//! law: what arrives and what is withheld add up to the gross payment.

use super::adjustment::{ClauseKind, Withheld};
use super::cash::{amount, rounded, said};
use super::dues::{Dues, Net, Reason};
use crate::contract::Withholding;
use crate::finding::Finding;
use crate::money::{Minor, Ratio};

/// Withholds from every positive payment that a clause speaks of, clause by clause.
pub(super) fn withhold(dues: &mut Dues<'_>) -> Result<(), Finding> {
    let contract = dues.contract;
    for clause in &contract.cash.withholdings {
        for net in dues.nets() {
            if (net.from, net.to) == (clause.from, clause.to) {
                withhold_one(dues, clause, &net)?;
            }
        }
    }
    Ok(())
}

fn withhold_one(dues: &mut Dues<'_>, clause: &Withholding, net: &Net) -> Result<(), Finding> {
    let contract = dues.contract;
    let exact = net.amount.to_ratio(contract.currency);
    let shown = |minor: Minor| amount(contract, minor);
    let (from, to) = (contract.party_name(net.from), contract.party_name(net.to));
    let mut gross = net.amount;
    let say = |note: String, kind| {
        let said = said(contract, kind, clause.name.clone(), ("withholding", clause.line), note);
        Reason { schedule: net.schedule.clone(), ..said }
    };
    let tax = if clause.gross_up {
        gross = rounded(contract, &(exact / (Ratio::one() - clause.rate.clone())))?;
        let note = format!("so that {} arrives after {} of tax", shown(net.amount), clause.rate);
        dues.adjust(net.from, net.to, gross - net.amount, say(note, ClauseKind::GrossUp));
        gross - net.amount
    } else {
        rounded(contract, &(&clause.rate * &exact))?
    };
    let note = format!(
        "{} of {}, which {from} remits to the authority for {to}",
        clause.rate,
        shown(gross)
    );
    dues.adjust(net.to, net.from, tax, say(note, ClauseKind::WithholdingTax));
    if !tax.is_zero() {
        dues.withheld.push(Withheld {
            name: clause.name.clone(),
            by: from.to_owned(),
            from: to.to_owned(),
            gross,
            tax,
            arrives: gross - tax,
        });
    }
    Ok(())
}
