//! Audit adjustments: what an audit found, settled in the period in which it was agreed.
//!
//! The finding is a fact from outside, in a file or written into the contract; which of the two
//! makes no difference. A shortfall is owed with its interest and accord; above the threshold the
//! payer bears the cost of the audit. Where too much had been paid, it goes back, with interest, and
//! nothing else. The law: a finding is settled once; what the contract has of a name stands.

use super::adjustment::ClauseKind;
use super::cash::{amount, rounded, said};
use super::dues::{Dues, Reason};
use crate::calendar::{Day, Period};
use crate::contract::{Audit, Contract};
use crate::fact::{AuditFinding, Evidence, Table};
use crate::finding::Finding;
use crate::money::Minor;

/// Settles every finding that was agreed in this period.
pub(super) fn settle(dues: &mut Dues<'_>) -> Result<(), Finding> {
    let (contract, evidence) = (dues.contract, dues.evidence);
    for audit in &contract.cash.audits {
        if dues.period.contains(audit.effective) {
            settle_one(dues, audit, &[])?;
        }
    }
    for finding in findings(contract, evidence) {
        let audit = audit_of(contract, finding)?;
        let Some(audit) = audit.filter(|audit| dues.period.contains(audit.effective)) else {
            continue;
        };
        settle_one(dues, &audit, &[(Table::Audits, finding.id.clone())])?;
    }
    Ok(())
}

/// The findings of files that are about a contract, and that it does not hold itself.
fn findings<'e>(
    contract: &'e Contract,
    evidence: &'e Evidence,
) -> impl Iterator<Item = &'e AuditFinding> {
    let own = &contract.cash.audits;
    evidence.audits.iter().filter(move |finding| {
        finding.contract == contract.id && !own.iter().any(|audit| audit.name == finding.id)
    })
}

/// The days on which findings of files were agreed that a contract has to settle.
pub fn audit_days(contract: &Contract, evidence: &Evidence) -> Vec<Day> {
    let all = findings(contract, evidence);
    all.map(|finding| finding.time.day_in(&contract.zone)).collect()
}

/// A finding of a file under the contract's terms; none if an amendment took its parties away or
/// gave the contract another currency, after which nothing is owed between them here.
fn audit_of(contract: &Contract, finding: &AuditFinding) -> Result<Option<Audit>, Finding> {
    let parties = contract.party(&finding.from).zip(contract.party(&finding.to));
    let Some((from, to)) = parties.filter(|_| finding.currency == contract.currency) else {
        return Ok(None);
    };
    let minor = |amount: crate::money::Exact| rounded(contract, &amount.to_ratio());
    let terms = &contract.cash.audit_terms;
    let rate = terms.interest.clone();
    let since = |period: Period| finding.since.unwrap_or_else(|| contract.cash.due(period));
    Ok(Some(Audit {
        name: finding.id.clone(),
        first: finding.first,
        period: finding.last,
        effective: finding.time.day_in(&contract.zone),
        from,
        to,
        due: minor(finding.due)?,
        paid: minor(finding.paid)?,
        cost: minor(finding.cost)?,
        threshold: terms.threshold.clone(),
        accord: terms.accord.clone(),
        interest: rate.map(|rate| (since(finding.last), rate)),
        line: terms.line,
    }))
}

/// Who owes what by a finding, and what it rests on.
struct Ground<'g> {
    audit: &'g Audit,
    facts: &'g [(Table, String)],
}

fn settle_one(
    dues: &mut Dues<'_>,
    audit: &Audit,
    facts: &[(Table, String)],
) -> Result<(), Finding> {
    let contract = dues.contract;
    let ground = Ground { audit, facts };
    let shown = |minor: Minor| amount(contract, minor);
    let shortfall = audit.due - audit.paid;
    let over = match audit.first == audit.period {
        true => String::new(),
        false => format!("{} to {}: ", audit.first, audit.period),
    };
    let note = format!("{over}{} due, {} paid", shown(audit.due), shown(audit.paid));
    owe(dues, &ground, "shortfall", shortfall, note);
    let common = contract.cash.audit_terms.interest.as_ref();
    let common = common.map(|rate| (contract.cash.due(audit.period), rate.clone()));
    if let Some((since, rate)) = audit.interest.clone().or(common) {
        let since = since.min(audit.effective);
        let exact = rate.on(&shortfall.to_ratio(contract.currency), since, audit.effective);
        let note = format!(
            "{} on {} from {since} to {}, {}",
            rate.base.clone() + rate.margin.clone(),
            shown(shortfall),
            audit.effective,
            rate.day_count.as_str()
        );
        owe(dues, &ground, "interest", rounded(contract, &exact)?, note);
    }
    if let Some(accord) = audit.accord.as_ref().filter(|_| shortfall > Minor::ZERO) {
        let extra = rounded(contract, &(accord * &shortfall.to_ratio(contract.currency)))?;
        owe(dues, &ground, "accord", extra, format!("{accord} of {}", shown(shortfall)));
    }
    if let Some(threshold) = &audit.threshold {
        let limit = threshold * &audit.due.to_ratio(contract.currency);
        if shortfall.to_ratio(contract.currency) > limit {
            let note = format!("{} is above {threshold} of {}", shown(shortfall), shown(audit.due));
            owe(dues, &ground, "cost", audit.cost, note);
        }
    }
    Ok(())
}

fn owe(dues: &mut Dues<'_>, ground: &Ground<'_>, part: &str, amount: Minor, note: String) {
    let audit = ground.audit;
    let name = format!("{}: {part}", audit.name);
    let key = if ground.facts.is_empty() { "audit" } else { "audits" };
    let said = said(dues.contract, ClauseKind::Audit, name, (key, audit.line), note);
    let facts = ground.facts.to_vec();
    dues.adjust(audit.from, audit.to, amount, Reason { period: Some(audit.period), facts, ..said });
}
