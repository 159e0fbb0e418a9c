//! Random worlds settled by the program, period after period.

use std::collections::BTreeMap;

use proptest::test_runner::TestCaseError;
use revshare::calendar::{Period, PeriodLength};
use revshare::contract::Contract;
use revshare::fact::{
    Archive, Disposition, Entry, Evidence, FileHeader, Gather, Lens, Table, evidence_of,
};
use revshare::settlement::{Balances, Settlement, settle};
use revshare::statement::{Provenance, Statement};

use super::deal::Deal;
use super::happened::World;

/// How many deliveries, and files in each, a plan may name.
pub(crate) const DELIVERIES: usize = 3;
pub(crate) const FILES: usize = 2;

/// What the program made of a contract file.
pub(crate) fn contract(deal: &Deal) -> Result<Contract, TestCaseError> {
    let text = deal.text();
    Contract::parse("deal.toml", &text).map_err(|findings| {
        let all: Vec<String> = findings.iter().map(ToString::to_string).collect();
        TestCaseError::fail(format!("{}\n{text}", all.join("\n")))
    })
}

/// Every period from the end of 2025 until well after the last fact.
pub(crate) fn settled(world: &World) -> Result<(Contract, Vec<Settlement>), TestCaseError> {
    let contract = contract(&world.deal)?;
    let (evidence, left_out) = evidence_of(&contract, world.entries());
    if !left_out.is_empty() {
        return Err(TestCaseError::fail(format!("left out: {left_out:?}")));
    }
    let all = settled_from(&contract, &evidence)?;
    Ok((contract, all))
}

fn settled_from(
    contract: &Contract,
    evidence: &Evidence,
) -> Result<Vec<Settlement>, TestCaseError> {
    let (first, count) = match contract.period {
        PeriodLength::Month => ("2025-12", 10),
        PeriodLength::Quarter => ("2025-Q4", 5),
    };
    let mut period: Period = first.parse().expect("a period");
    let (mut all, mut balances) = (Vec::new(), Balances::default());
    for _ in 0..count {
        let settlement = settle(contract, period, evidence, &balances)
            .map_err(|list| TestCaseError::fail(format!("{list:#?}")))?;
        balances = settlement.closing();
        all.push(settlement);
        period = period.next();
    }
    Ok(all)
}

/// The digests of the statements.
pub(crate) fn digests(contract: &Contract, all: &[Settlement]) -> Vec<String> {
    let statement =
        |one: &Settlement| Statement::of(one, contract, Vec::new(), Provenance::default()).digest;
    all.iter().map(statement).collect()
}

/// The digests when each entry comes in the delivery and the file that `plan` says; one that comes a
/// second time changes nothing.
pub(crate) fn digests_in_parts(
    world: &World,
    entries: &[Entry],
    plan: &[(usize, usize)],
) -> Result<Vec<String>, TestCaseError> {
    let contract = contract(&world.deal)?;
    let lens = Lens::of([&contract]);
    let (mut archive, mut known) = (Archive::default(), BTreeMap::new());
    for delivery in 0..DELIVERIES {
        let mut gather = Gather::new(&lens, &archive, &known);
        let mut files = BTreeMap::new();
        let due = entries.iter().zip(plan).filter(|(_, place)| place.0 == delivery);
        for (entry, (_, file)) in due {
            let table = table_of(entry);
            let at = *files.entry((table, *file)).or_insert_with(|| {
                gather.open(FileHeader {
                    path: format!("{delivery}/{}-{file}.csv", table.as_str()),
                    table,
                    format: "own".to_owned(),
                    source: "own".to_owned(),
                })
            });
            let taken = gather.push(at, 0, None, entry);
            let taken = taken.map_err(|why| TestCaseError::fail(why.to_string()))?;
            if !matches!(taken, Disposition::Accepted | Disposition::Duplicate) {
                return Err(TestCaseError::fail(format!("not taken: {taken:?}")));
            }
        }
        let gathered = gather.finish();
        known.extend(gathered.ids.iter().map(|entry| (entry.id, *entry)));
        archive.apply(&gathered.delivery);
    }
    let evidence =
        archive.evidence(&contract.zone).map_err(|why| TestCaseError::fail(why.to_string()))?;
    Ok(digests(&contract, &settled_from(&contract, &evidence)?))
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
