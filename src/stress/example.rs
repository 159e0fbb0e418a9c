//! A stretch of months as files that `revshare run` settles, and what it then prints.

use schemars::JsonSchema;
use serde::Serialize;

use super::chain::earned;
use crate::calendar::Period;
use crate::contract::Contract;
use crate::fact::{AuditFinding, Entry, Fact, FxRate, GrantedRate, Kind, Payment, Table};
use crate::settlement::Settlement;

/// Facts that show a concern, as a book, and what settling it comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Example {
    /// `facts`; or `without` and `with` where one more sale makes the difference.
    pub name: String,
    /// What stands beside the contract.
    pub files: Vec<File>,
    /// The last period that was settled: `revshare run DIR --through 2026-10`.
    pub through: String,
    /// What the statements ask to be paid.
    pub payables: Vec<Paid>,
    /// What each party has in all: positions, and what clauses gave or took.
    pub earned: Vec<Earned>,
}

/// A file of facts in our own columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct File {
    /// `sales.csv`.
    pub name: String,
    /// A header and a row for each fact.
    pub text: String,
}

/// A payable of one statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Paid {
    /// Of which statement.
    pub period: String,
    /// Pays.
    pub from: String,
    /// Is paid.
    pub to: String,
    /// In major units of the contract's currency.
    pub amount: String,
}

/// What a party has of all months together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Earned {
    /// Who.
    pub party: String,
    /// In major units of the contract's currency.
    pub amount: String,
}

/// An example from facts and their settlements, without the silent months at the end.
pub(super) fn example(
    contract: &Contract,
    name: &str,
    entries: &[Entry],
    run: &[Settlement],
    start: Period,
) -> Example {
    let last = run.iter().rposition(|settlement| !is_silent(settlement));
    let run = &run[..last.map_or(0, |last| last + 1)];
    let through = run.last().map_or(start, |settlement| settlement.period);
    let parties = contract.parties.iter().map(|party| Earned {
        party: party.id.clone(),
        amount: earned(run, &party.id).display(contract.currency),
    });
    Example {
        name: name.to_owned(),
        files: files(entries),
        through: through.to_string(),
        payables: run.iter().flat_map(paid).collect(),
        earned: parties.collect(),
    }
}

fn is_silent(settlement: &Settlement) -> bool {
    settlement.payables.is_empty()
        && settlement.adjustments.is_empty()
        && settlement.exceptions.is_empty()
        && settlement.schedules.iter().flat_map(|schedule| &schedule.segments).all(|segment| {
            segment.steps.iter().all(|step| step.total.is_zero() && step.trace.inputs.is_empty())
                || segment.positions.iter().all(|(_, amount)| amount.is_zero())
                    && segment.steps.iter().all(|step| step.total.is_zero())
        })
}

fn paid(settlement: &Settlement) -> impl Iterator<Item = Paid> {
    settlement.payables.iter().map(|payable| Paid {
        period: settlement.period.to_string(),
        from: payable.from.clone(),
        to: payable.to.clone(),
        amount: payable.amount.display(settlement.currency),
    })
}

/// One file for each table that has a row.
fn files(entries: &[Entry]) -> Vec<File> {
    let file = |table: Table| {
        let of_table = entries.iter().filter(|entry| table_of(entry) == table);
        let rows: Vec<Vec<(&'static str, String)>> = of_table.map(cells).collect();
        let text = text(&rows)?;
        Some(File { name: format!("{}.csv", table.as_str()), text })
    };
    Table::ALL.into_iter().filter_map(file).collect()
}

fn table_of(entry: &Entry) -> Table {
    match entry {
        Entry::Fact(fact) => fact.kind.table(),
        Entry::Fx(_) => Table::Fx,
        Entry::Payment(_) => Table::Payments,
        Entry::Grant(_) => Table::Grants,
        Entry::Audit(_) => Table::Audits,
    }
}

/// Header and rows with the columns that some row fills; none if there is no row.
fn text(rows: &[Vec<(&'static str, String)>]) -> Option<String> {
    let filled = |at: &usize| rows.iter().any(|row| !row[*at].1.is_empty());
    let columns: Vec<usize> = (0..rows.first()?.len()).filter(filled).collect();
    let header: Vec<String> = columns.iter().map(|at| rows[0][*at].0.to_owned()).collect();
    let lines = rows.iter().map(|row| columns.iter().map(|at| quoted(&row[*at].1)).collect());
    let all = std::iter::once(header).chain(lines);
    Some(all.map(|cells: Vec<String>| cells.join(",") + "\n").collect())
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

fn cells(entry: &Entry) -> Vec<(&'static str, String)> {
    match entry {
        Entry::Fact(fact) => of_fact(fact),
        Entry::Fx(FxRate { date, base, quote, rate }) => vec![
            ("date", date.to_string()),
            ("base", base.to_string()),
            ("quote", quote.to_string()),
            ("rate", rate.to_string()),
        ],
        Entry::Payment(Payment { id, time, period, from, to, amount, currency }) => vec![
            ("id", id.clone()),
            ("time", time.to_string()),
            ("period", period.to_string()),
            ("from", from.clone()),
            ("to", to.clone()),
            ("amount", amount.to_string()),
            ("currency", currency.to_string()),
        ],
        Entry::Grant(grant) => of_grant(grant),
        Entry::Audit(audit) => of_audit(audit),
    }
}

fn of_grant(grant: &GrantedRate) -> Vec<(&'static str, String)> {
    let GrantedRate { id, time, contract, clause, deal, rate, until } = grant;
    vec![
        ("id", id.clone()),
        ("time", time.to_string()),
        ("contract", contract.clone()),
        ("clause", clause.clone()),
        ("deal", deal.clone()),
        ("rate", rate.to_string()),
        ("until", until.map_or(String::new(), |day| day.to_string())),
    ]
}

fn of_audit(audit: &AuditFinding) -> Vec<(&'static str, String)> {
    vec![
        ("id", audit.id.clone()),
        ("time", audit.time.to_string()),
        ("contract", audit.contract.clone()),
        ("period", format!("{}..{}", audit.first, audit.last)),
        ("from", audit.from.clone()),
        ("to", audit.to.clone()),
        ("due", audit.due.to_string()),
        ("paid", audit.paid.to_string()),
        ("cost", audit.cost.to_string()),
        ("currency", audit.currency.to_string()),
        ("since", audit.since.map_or(String::new(), |day| day.to_string())),
    ]
}

fn of_fact(fact: &Fact) -> Vec<(&'static str, String)> {
    let text = |value: Option<String>| value.unwrap_or_default();
    let mut cells = vec![
        ("id", text(fact.id.clone())),
        ("time", fact.time.to_string()),
        ("product", fact.product.clone()),
        ("channel", fact.channel.clone()),
        ("region", fact.region.clone()),
        ("customer", fact.customer.clone()),
    ];
    let quantity = ("quantity", text(fact.quantity.map(|value| value.to_string())));
    let unit = ("unit", fact.unit.clone());
    let category = ("category", fact.category.clone());
    let amount = ("amount", text(fact.amount.map(|value| value.to_string())));
    let currency = ("currency", text(fact.currency.map(|value| value.to_string())));
    match fact.kind {
        Kind::Usage => cells.extend([quantity, unit]),
        Kind::Cost => cells.extend([category, quantity, unit, amount, currency]),
        Kind::Charge
        | Kind::Refund
        | Kind::Credit
        | Kind::Chargeback
        | Kind::Tax
        | Kind::Fee
        | Kind::Collected => cells.extend([
            ("deal", fact.deal.clone()),
            ("kind", fact.kind.to_string()),
            category,
            quantity,
            unit,
            amount,
            currency,
            ("ref", text(fact.reference.clone())),
        ]),
    }
    cells
}
