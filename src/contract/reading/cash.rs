//! The clauses between what is owed and what arrives, read out.

use super::words::{BY_DEFAULT, Page, amount, any_of};
use crate::contract::{
    AnnualRate, Audit, AuditTerms, Contract, MinimumPayment, OnAccount, PaymentTerms, Roll, Window,
    Withholding,
};
use crate::money::Ratio;

/// One sentence for each clause.
pub(super) fn read_out(page: &mut Page, contract: &Contract) {
    let cash = &contract.cash;
    let mut lines: Vec<String> = Vec::new();
    lines.extend(audit_terms(&cash.audit_terms));
    lines.extend(cash.audits.iter().map(|clause| audit(contract, clause)));
    lines.extend(cash.withholdings.iter().map(|clause| withholding(contract, clause)));
    lines.extend(cash.on_account.iter().map(|clause| on_account(contract, clause)));
    lines.extend(cash.late_interest.as_ref().map(|clause| {
        let compounding = match clause.compounding {
            true => "what has accrued by a month's end bears interest too",
            false => "interest bears none while it accrues",
        };
        let (rate, from) = (rate(&clause.rate), clause.effective);
        format!("From the statement of {from} on, late payments cost {rate}; {compounding}.")
    }));
    lines.extend(cash.minimum_payments.iter().map(|clause| minimum(contract, clause)));
    lines.extend(cash.overpayment.as_ref().map(|clause| {
        let left = match clause.expires {
            Some(months) => format!("what is left after {months} months is refunded"),
            None => format!("it never expires{BY_DEFAULT}"),
        };
        let from = clause.effective;
        format!(
            "From the statement of {from} on, what is overpaid reduces the next payment; {left}."
        )
    }));
    lines.extend(cash.payment.as_ref().map(terms));
    if lines.is_empty() {
        return;
    }
    page.blank();
    page.line(0, "Between what is owed and what arrives");
    page.blank();
    lines.iter().for_each(|line| page.item(1, line));
}

/// What holds for every audit; nothing if the contract says nothing of them.
fn audit_terms(terms: &AuditTerms) -> Option<String> {
    let mut parts = Vec::new();
    parts.extend(terms.look_back.map(|months| format!("it may reach back {months} months")));
    parts.extend(terms.interest.as_ref().map(|annual| {
        format!("a shortfall bears {} from the day on which it was due", rate(annual))
    }));
    parts.extend(terms.accord.as_ref().map(|accord| format!("{accord} of a shortfall is added")));
    parts.extend(terms.threshold.as_ref().map(|threshold| {
        format!("a shortfall above {threshold} of what was due adds the audit's cost")
    }));
    (!parts.is_empty())
        .then(|| format!("What an audit finds is settled when agreed: {}.", parts.join("; ")))
}

fn audit(contract: &Contract, clause: &Audit) -> String {
    let party = |party| contract.party_name(party);
    let mut text = format!(
        "{}, agreed on {}: for {}, {} was due from {} to {}, and {} was paid",
        clause.name,
        clause.effective,
        match clause.first == clause.period {
            true => clause.period.to_string(),
            false => format!("{} to {}", clause.first, clause.period),
        },
        amount(contract, clause.due),
        party(clause.from),
        party(clause.to),
        amount(contract, clause.paid)
    );
    if let Some((since, annual)) = &clause.interest {
        text += &format!("; the difference bears {} since {since}", rate(annual));
    }
    if let Some(accord) = &clause.accord {
        text += &format!("; {accord} of a shortfall is added");
    }
    if let Some(threshold) = &clause.threshold {
        let cost = amount(contract, clause.cost);
        text += &format!("; a shortfall above {threshold} adds the audit's cost of {cost}");
    }
    text + "."
}

fn withholding(contract: &Contract, clause: &Withholding) -> String {
    let (from, to) = (contract.party_name(clause.from), contract.party_name(clause.to));
    let borne = match clause.gross_up {
        true => format!("{from} bears it: the payment is raised until what is owed arrives"),
        false => format!("{to} bears it"),
    };
    let Withholding { name, rate, .. } = clause;
    format!("{name}: {from} withholds {rate} of what it pays {to}, and remits it; {borne}.")
}

fn on_account(contract: &Contract, clause: &OnAccount) -> String {
    let window = year(clause.window);
    let (from, to) = (contract.party_name(clause.from), contract.party_name(clause.to));
    format!("{from} pays {to} on account; what is owed is compared at the end of each {window}.")
}

fn year(window: Window) -> String {
    match window {
        Window::CalendarYear => "calendar year".to_owned(),
        Window::ContractYear(day) => format!("contract year from {day}"),
        Window::Period | Window::Lifetime => "window".to_owned(),
    }
}

fn minimum(contract: &Contract, clause: &MinimumPayment) -> String {
    let who = clause.direction.map_or("anybody owes".to_owned(), |(from, to)| {
        format!("{} owes {}", contract.party_name(from), contract.party_name(to))
    });
    let until = clause.until.map_or(String::new(), |day| format!(", until {day}"));
    let called = clause.window.map_or(String::new(), |window| {
        format!("; at the end of each {} nothing is carried on", year(window))
    });
    match clause.amount {
        Some(least) => {
            let least = amount(contract, least);
            format!("What {who} is carried while it is below {least}{until}{called}.")
        }
        None => format!("What {who} is never called in cash, only set off later{until}{called}."),
    }
}

fn terms(terms: &PaymentTerms) -> String {
    let PaymentTerms { days, business_days, weekends, holidays, roll, .. } = terms;
    let mut off: Vec<String> = Vec::new();
    if *weekends {
        off.push("a weekend".to_owned());
    }
    off.extend(holidays.iter().map(ToString::to_string));
    let roll = match roll {
        Roll::Following => "on the next business day",
        Roll::Preceding => "on the business day before",
        Roll::ModifiedFollowing => "on the next business day of the month, or else the one before",
        Roll::ModifiedPreceding => "on the business day before in the month, or else the next",
    };
    if *business_days {
        let off = any_of(&off);
        return format!(
            "Payables are due {days} business days after the period's end; {off} is none."
        );
    }
    match off.is_empty() {
        true => format!("Payables are due {days} days after the period's end."),
        false => {
            let off = any_of(&off);
            format!("Payables are due {days} days after the period's end, {roll} if that is {off}.")
        }
    }
}

fn rate(rate: &AnnualRate) -> String {
    let AnnualRate { base, margin, day_count } = rate;
    let sum = match *margin == Ratio::zero() {
        true => base.to_string(),
        false => format!("{base} + {margin}"),
    };
    format!("{sum} a year ({})", day_count.as_str())
}
