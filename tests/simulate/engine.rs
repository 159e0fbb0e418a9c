//! The program under test: contract text in, entries in, the JSON statement out and read back.

use std::collections::BTreeMap;

use revshare::calendar::Period;
use revshare::contract::Contract;
use revshare::fact::{
    Archive, Disposition, Entry, Evidence, FileHeader, Gather, Lens, Table, evidence_of,
};
use revshare::settlement::{Balances, settle};
use revshare::statement::{Provenance, Statement};
use serde_json::Value;

use super::oracle::periods;
use super::outcome::{Adjusted, Outcome, Segment, Step};
use super::world::{PlainContract, World, day};
use super::writing::{entries, to_toml};
use super::writing_clauses::rates;

/// Every period from the first fact to the last, balances carried.
pub(crate) fn settle_all(world: &World) -> Result<Vec<Outcome>, String> {
    let statements = statements(world)?;
    Ok(statements.iter().map(|statement| read(&world.contract, &json(statement))).collect())
}

/// The same as statements.
pub(crate) fn statements(world: &World) -> Result<Vec<Statement>, String> {
    let contract = contract(world)?;
    let all = read_in(world).into_iter().chain(rates(world));
    let (evidence, left_out) = evidence_of(&contract, all);
    if !left_out.is_empty() {
        return Err(format!("left out: {left_out:?}"));
    }
    settle_from(world, &contract, &evidence)
}

/// The same from facts that came in several deliveries of several files: each fact in the
/// delivery and the file that `plan` says.
pub(crate) fn statements_in_parts(
    world: &World,
    plan: &[(usize, usize)],
) -> Result<Vec<Statement>, String> {
    let contract = contract(world)?;
    let lens = Lens::of([&contract]);
    let (mut archive, mut known) = (Archive::default(), BTreeMap::new());
    for delivery in 0..DELIVERIES {
        let mut gather = Gather::new(&lens, &archive, &known);
        let files: Vec<usize> =
            (0..FILES).map(|file| gather.open(header(delivery, file))).collect();
        let listed = rates(world).into_iter().map(|rate| (rate, &(0, 0)));
        let all = read_in(world).into_iter().zip(plan).chain(listed);
        for (entry, (_, file)) in all.filter(|(_, (due, _))| *due == delivery) {
            let taken =
                gather.push(files[*file], 0, None, &entry).map_err(|why| why.to_string())?;
            if taken != Disposition::Accepted {
                return Err(format!("not accepted: {taken:?}"));
            }
        }
        let gathered = gather.finish();
        known.extend(gathered.ids.iter().map(|entry| (entry.id, *entry)));
        archive.apply(&gathered.delivery);
    }
    let evidence = archive.evidence(&contract.zone).map_err(|why| why.to_string())?;
    settle_from(world, &contract, &evidence)
}

/// How many deliveries a plan may name, and how many files in each.
pub(crate) const DELIVERIES: usize = 3;
pub(crate) const FILES: usize = 2;

fn header(delivery: usize, file: usize) -> FileHeader {
    FileHeader {
        path: format!("{delivery}/{file}.csv"),
        table: Table::Sales,
        format: "own".to_owned(),
        source: "own".to_owned(),
    }
}

fn contract(world: &World) -> Result<Contract, String> {
    let text = to_toml(&world.contract);
    Contract::parse("deal.toml", &text).map_err(|list| format!("{list:#?}"))
}

fn read_in(world: &World) -> Vec<Entry> {
    entries(world.contract.currency, &world.facts)
}

fn settle_from(
    world: &World,
    contract: &Contract,
    evidence: &Evidence,
) -> Result<Vec<Statement>, String> {
    let mut balances = Balances::default();
    let mut made = Vec::new();
    for span in periods(world) {
        let period: Period = span.name().parse().expect("a period");
        let settlement =
            settle(contract, period, evidence, &balances).map_err(|list| format!("{list:#?}"))?;
        balances = settlement.closing();
        made.push(Statement::of(&settlement, contract, Vec::new(), Provenance::default()));
    }
    Ok(made)
}

fn json(statement: &Statement) -> Value {
    serde_json::from_str(&statement.to_json_pretty()).expect("a statement is JSON")
}

/// Reads a statement as a stranger would: names and decimals.
fn read(contract: &PlainContract, statement: &Value) -> Outcome {
    let reader = Reader { decimals: contract.currency.decimals() };
    let schedules = each(&statement["schedules"]).map(|schedule| {
        let segments = each(&schedule["segments"]).map(|segment| reader.segment(segment));
        (text(&schedule["id"]), segments.collect())
    });
    let payables = each(&statement["payables"]).map(|payable| {
        let schedule = payable.get("schedule").map(text).unwrap_or_default();
        let key = (schedule, text(&payable["from"]), text(&payable["to"]));
        (key, reader.minor(&payable["amount"]))
    });
    let balances = each(&statement["balances"]).map(|balance| {
        let amounts = ["opening", "movement", "closing"].map(|key| reader.minor(&balance[key]));
        (text(&balance["name"]), amounts)
    });
    let mut unsettled: BTreeMap<String, i64> = BTreeMap::new();
    for exception in each(&statement["exceptions"]) {
        let kind = text(&exception["kind"]);
        let known = match kind.as_str() {
            "unshared" | "suspended" => true,
            "unmatched" => exception["fact"] != "cost",
            _ => false,
        };
        if known {
            *unsettled.entry(kind).or_default() += exception["rows"].as_i64().expect("a count");
        }
    }
    let adjustments = each(&statement["adjustments"]).map(|each| {
        let word = |key: &str| text(&each[key]);
        let ground = each.get("schedule").map(text).unwrap_or_default();
        let amount = reader.minor(&each["amount"]);
        (word("clause"), word("name"), word("from"), word("to"), ground, amount)
    });
    let mut adjustments: Vec<Adjusted> = adjustments.collect();
    adjustments.sort();
    let outcome = Outcome {
        adjustments,
        unsettled,
        period: text(&statement["period"]),
        schedules: schedules.collect(),
        positions: reader.by_party(&statement["positions"]),
        payables: payables.collect(),
        balances: balances.filter(|(_, amounts)| *amounts != [0; 3]).collect(),
    };
    assert_eq!(each(&statement["payables"]).count(), outcome.payables.len(), "no pair twice");
    outcome
}

struct Reader {
    decimals: u32,
}

impl Reader {
    fn segment(&self, segment: &Value) -> Segment {
        let date = |key: &str| day(&text(&segment[key]));
        Segment {
            from: date("from"),
            to: date("to"),
            effective: date("effective"),
            steps: each(&segment["steps"]).map(|step| self.step(step)).collect(),
            shares: self.by_party(&segment["shares"]),
        }
    }

    fn step(&self, step: &Value) -> Step {
        let name = step.get("name").map(text).unwrap_or_default();
        let lines =
            each(&step["lines"]).map(|line| (text(&line["product"]), self.minor(&line["amount"])));
        Step::new(&text(&step["step"]), &name, self.minor(&step["total"]), lines.collect())
    }

    /// Parties with nothing are left out.
    fn by_party(&self, amounts: &Value) -> BTreeMap<String, i128> {
        let amounts = amounts.as_object().expect("amounts by party");
        let read = amounts.iter().map(|(party, amount)| (party.clone(), self.minor(amount)));
        read.filter(|(_, amount)| *amount != 0).collect()
    }

    /// An amount with exactly the decimals of the currency.
    fn minor(&self, amount: &Value) -> i128 {
        let amount = text(amount);
        let (_, part) = amount.split_once('.').unwrap_or((&amount, ""));
        assert_eq!(part.len(), self.decimals as usize, "decimals of {amount}");
        amount.replace('.', "").parse().expect("a number")
    }
}

/// What stands in a list; a list that is not used is not there.
fn each(list: &Value) -> impl Iterator<Item = &Value> {
    let absent = list.is_null();
    list.as_array().or_else(|| absent.then_some(const { &Vec::new() })).expect("a list").iter()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
