//! A tally that a warehouse made, in place of the lines: what `revshare sql` selects, as CSV.
//!
//! It refuses a tally whose cells do not add up to its own control totals, one that was made for
//! other contracts, and one with rows that SQL could not be sure of. Nothing of a refused tally
//! counts. The law: a settlement from a tally is that from the lines, digest for digest.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Arc;

use super::codes;
use super::reject::Refusal;
use super::source::Source;
use super::tally_row::{Row, Wrong};
use super::{IntakeError, SourceFile};
use crate::calendar::Period;
use crate::fact::{
    Chain, Control, Count, FileTally, Lens, LensNames, Part, Pending, Slice, Table, Tally,
};
use crate::finding::Finding;
use crate::money::Currency;

/// The format of a tally among those of files, and the account of its slice.
pub const TALLY: &str = "tally";

/// How the names of such files begin.
pub(super) const PREFIX: &str = "tally-";

/// A tally that was read: a file of the delivery, and what waits for its original.
#[derive(Clone, Debug)]
pub struct Tallied {
    /// The file with its control totals and cells.
    pub file: FileTally,
    /// Facts whose original is not in the table.
    pub waiting: Vec<Pending>,
    /// What is worth knowing, such as rows that the warehouse rejected.
    pub findings: Vec<Finding>,
}

/// What a tally says, before it is checked.
#[derive(Default)]
struct Draft {
    /// The feed: it stands in the key of a single sale.
    source: String,
    about: BTreeMap<String, Vec<String>>,
    controls: BTreeMap<Option<Currency>, BTreeMap<String, Count>>,
    faults: BTreeMap<String, u64>,
    beyond: BTreeMap<String, u64>,
    tallies: BTreeMap<String, Tally>,
    /// By id and the rest that is the same in every zone.
    waiting: BTreeMap<(String, String, String), Pending>,
}

/// Reads a tally for a book that keeps apart what `lens` says.
///
/// # Errors
/// If the file cannot be read. What is wrong with the tally is no error but the findings.
pub fn read_tally(
    file: &SourceFile,
    lens: &Lens,
) -> Result<Result<Tallied, Vec<Finding>>, IntakeError> {
    let fail = |source| IntakeError::Read { path: file.path.clone(), source };
    let (source, mut reader) = Source::open(&file.path).map_err(fail)?;
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).map_err(fail)?;
    let changed = || IntakeError::Changed { path: file.path.clone() };
    let (digest, size) = source.finish().map_err(fail)?.ok_or_else(changed)?;
    let name: Arc<str> = Arc::from(file.name.as_str());
    let draft = match parse(&bytes, lens, file.table, &name) {
        Ok(draft) => draft,
        Err(findings) => return Ok(Err(findings)),
    };
    let refusals = check(&draft, file.table, lens);
    if !refusals.is_empty() {
        let finding = |refusal: Refusal| refusal.finding(&name, 1, "", &[]);
        return Ok(Err(refusals.into_iter().map(finding).collect()));
    }
    Ok(Ok(finish(draft, file, &name, digest, size)))
}

fn parse(bytes: &[u8], lens: &Lens, table: Table, name: &Arc<str>) -> Result<Draft, Vec<Finding>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let broken = |fault: csv::Error| {
        let line = fault.position().map_or(1, csv::Position::line);
        let refusal = Refusal::new(&codes::TALLY, format!("this is no tally: {fault}")).help(MADE);
        vec![refusal.finding(name, line, "", &[])]
    };
    let header = reader.headers().map_err(broken)?.clone();
    if let Some(missing) = NEEDED.iter().find(|name| !header.iter().any(|there| there == **name)) {
        let refusal = Refusal::new(&codes::TALLY, format!("this is no tally: no column {missing}"));
        let text = header.iter().collect::<Vec<_>>().join(",");
        return Err(vec![refusal.help(MADE).finding(name, 1, &text, &[])]);
    }
    let records: Vec<csv::StringRecord> =
        reader.records().collect::<Result<_, _>>().map_err(broken)?;
    let at = |name: &str| header.iter().position(|there| there == name);
    let said = |record: &csv::StringRecord, name: &str| -> String {
        at(name).and_then(|at| record.get(at)).unwrap_or_default().to_owned()
    };
    let is_source =
        |it: &&csv::StringRecord| said(it, "record") == "about" && said(it, "name") == "source";
    let source = records.iter().find(is_source).map(|it| said(it, "value")).unwrap_or_default();
    let (mut draft, mut findings) = (Draft { source, ..Draft::default() }, Vec::new());
    for record in records {
        let line = record.position().map_or(1, csv::Position::line);
        let row = Row { line, cells: header.iter().zip(&record).collect() };
        let short = record.len() != header.len();
        let taken = if short {
            Err(Wrong("record", "a row cut off".to_owned()))
        } else {
            draft.take(&row, table, lens)
        };
        if let Err(Wrong(column, found)) = taken
            && findings.len() < MOST
        {
            let message = format!("{found:?} does not belong in the column {column} of a tally");
            let text = record.iter().collect::<Vec<_>>().join(",");
            let refusal = Refusal::new(&codes::TALLY, message).help(MADE);
            findings.push(refusal.finding(name, row.line, &text, &[]));
        }
    }
    if findings.is_empty() { Ok(draft) } else { Err(findings) }
}

const MADE: &str = "make it anew with the statements that `revshare sql` prints";
const MOST: usize = 10;
const NEEDED: [&str; 8] = ["record", "name", "value", "zone", "day", "kind", "rows", "amount"];

impl Draft {
    fn take(&mut self, row: &Row<'_>, table: Table, lens: &Lens) -> Result<(), Wrong> {
        let name = row.text("name").to_owned();
        match row.text("record") {
            "about" => self.about.entry(name).or_default().push(row.text("value").to_owned()),
            "control" if GROUPS.contains(&name.as_str()) => {
                let groups = self.controls.entry(row.optional("currency")?).or_default();
                *groups.entry(name).or_default() += row.count()?;
            }
            "control" => return Err(Wrong("name", name)),
            "fault" => *self.faults.entry(name).or_default() += row.parse::<u64>("rows")?,
            "beyond" => *self.beyond.entry(name).or_default() += row.parse::<u64>("rows")?,
            "cell" => {
                let key = row.key(table, &self.source)?.seen_through(lens);
                let tally = self.tallies.entry(row.text("zone").to_owned()).or_default();
                tally.add(key, row.cell()?);
            }
            "waiting" => self.wait(row, table, lens)?,
            other => return Err(Wrong("record", other.to_owned())),
        }
        Ok(())
    }

    fn wait(&mut self, row: &Row<'_>, table: Table, lens: &Lens) -> Result<(), Wrong> {
        let key = row.key(table, &self.source)?.seen_through(lens);
        let chain = match row.text("chain") {
            "adrift" => Chain::Adrift,
            "follows" => Chain::Follows,
            other => return Err(Wrong("chain", other.to_owned())),
        };
        let text = |name| row.text(name).to_owned();
        let fact = (text("id"), text("ref"), text("time"));
        let pending = Pending {
            source: String::new(),
            id: text("id"),
            reference: text("ref"),
            kind: key.kind,
            time: row.parse("time")?,
            file: 0,
            slice: None,
            keys: BTreeMap::new(),
            chain,
            cell: row.cell()?.into(),
        };
        let waiting = self.waiting.entry(fact).or_insert(pending);
        waiting.keys.insert(text("zone"), key);
        Ok(())
    }

    fn said(&self, name: &str) -> &str {
        let values = self.about.get(name);
        values.and_then(|values| values.first()).map_or("", String::as_str)
    }

    fn names(&self, name: &str) -> Vec<String> {
        self.about.get(name).cloned().unwrap_or_default()
    }
}

const GROUPS: [&str; 4] = ["read", "accepted", "duplicate", "rejected"];

fn check(draft: &Draft, table: Table, lens: &Lens) -> Vec<Refusal> {
    let mut refusals = head(draft, table);
    refusals.extend(apart(draft, lens));
    refusals.extend(totals(draft));
    refusals.extend(draft.beyond.iter().map(|(why, rows)| {
        let message = format!("SQL cannot judge some rows of the table: {why} ({rows})");
        Refusal::new(&codes::TALLY_BEYOND, message)
            .help("export the table and import its lines, or leave these rows out of the query")
    }));
    refusals
}

fn head(draft: &Draft, table: Table) -> Vec<Refusal> {
    let wrong = |what: String| Refusal::new(&codes::TALLY, what).help(MADE);
    let mut refusals = Vec::new();
    if draft.said("version") != "1" {
        refusals
            .push(wrong(format!("the tally's version is {:?}, not \"1\"", draft.said("version"))));
    }
    if draft.said("table") != table.as_str() {
        let (said, due) = (draft.said("table"), table.as_str());
        refusals.push(wrong(format!("the file's name says {due}, the tally inside {said:?}")));
    }
    if draft.said("source").is_empty() {
        refusals.push(wrong("the tally does not say its source".to_owned()));
    }
    let period = draft.said("period");
    if !period.is_empty() && period.parse::<Period>().is_err() {
        refusals.push(wrong(format!("{period:?} is not a period")));
    }
    refusals
}

/// Does it keep apart what the contracts ask about?
fn apart(draft: &Draft, lens: &Lens) -> Option<Refusal> {
    let due = LensNames::from(lens);
    let missing = |due: Vec<String>, name: &str| -> Vec<String> {
        let kept = draft.names(name);
        due.into_iter().filter(|it| !kept.contains(it)).collect()
    };
    let missing = LensNames {
        zones: missing(due.zones, "zone"),
        customers: missing(due.customers, "customer"),
        deals: missing(due.deals, "deal"),
        singly: missing(due.singly, "singly"),
    };
    (missing != LensNames::default()).then(|| {
        Refusal::new(&codes::TALLY_LENS, format!("the tally does not keep {missing} apart"))
            .help("the contracts have changed since: print the statements again and run them")
    })
}

/// Do the groups add up to what was read, and the cells of every zone to what was accepted?
fn totals(draft: &Draft) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let mut differ = |what: &str, currency: Option<Currency>, found: Count, due: Count| {
        if found != due {
            let money = currency.map_or_else(|| "no currency".to_owned(), |code| code.to_string());
            let message = format!(
                "{what} in {money}: {} rows of {} instead of {} rows of {}",
                found.rows, found.amount, due.rows, due.amount
            );
            refusals.push(Refusal::new(&codes::TALLY_TOTALS, message).help(
                "a part of the file is missing or was changed: run the last statement again",
            ));
        }
    };
    for (currency, groups) in &draft.controls {
        let of = |name: &str| groups.get(name).copied().unwrap_or_default();
        let mut parts = of("accepted");
        parts += of("duplicate");
        parts += of("rejected");
        differ("accepted, duplicate and rejected", *currency, parts, of("read"));
    }
    for zone in draft.names("zone") {
        let mut sums: BTreeMap<Option<Currency>, Count> = BTreeMap::new();
        for (key, cell) in draft.tallies.get(&zone).into_iter().flat_map(Tally::iter) {
            let rows = u64::try_from(cell.rows).expect("cells are read as natural numbers");
            *sums.entry(key.currency).or_default() += Count { rows, amount: cell.amount };
        }
        let all: BTreeSet<_> = sums.keys().chain(draft.controls.keys()).copied().collect();
        for currency in all {
            let found = sums.get(&currency).copied().unwrap_or_default();
            let groups = draft.controls.get(&currency);
            let due = groups.and_then(|groups| groups.get("accepted")).copied();
            differ(&format!("the cells of {zone}"), currency, found, due.unwrap_or_default());
        }
    }
    refusals
}

fn finish(draft: Draft, file: &SourceFile, name: &Arc<str>, digest: String, bytes: u64) -> Tallied {
    let source = draft.said("source").to_owned();
    let slice = Slice {
        table: file.table,
        source: source.clone(),
        account: TALLY.to_owned(),
        period: draft.said("period").to_owned(),
    };
    let findings = draft.faults.iter().map(|(code, rows)| {
        let message =
            format!("rows of {} that were rejected with {code}: {rows}", draft.said("from"));
        let help = "select them where the table is: revshare_lines has the fault of each row";
        Refusal::new(&codes::TALLY_REJECTED, message).help(help).finding(name, 1, "", &[])
    });
    let findings = findings.collect();
    let controls = draft.controls.iter().map(|(currency, groups)| {
        let of = |name: &str| groups.get(name).copied().unwrap_or_default();
        Control {
            currency: *currency,
            read: of("read"),
            accepted: of("accepted"),
            duplicate: of("duplicate"),
            superseded: Count::default(),
            rejected: of("rejected"),
        }
    });
    let controls = controls.collect();
    let waiting = draft.waiting.into_values().map(|pending| Pending {
        source: source.clone(),
        slice: Some(slice.clone()),
        ..pending
    });
    let waiting = waiting.collect();
    let zones = draft.about.get("zone").cloned().unwrap_or_default();
    let mut tallies = draft.tallies;
    let cells = zones.into_iter().map(|zone| {
        let tally = tallies.remove(&zone).unwrap_or_default();
        (zone, tally)
    });
    let parts = vec![Part { slice: Some(slice), tallies: cells.collect() }];
    let file = FileTally {
        path: file.name.clone(),
        digest,
        bytes,
        table: file.table,
        format: TALLY.to_owned(),
        source,
        controls,
        parts,
        rates: Vec::new(),
        payments: Vec::new(),
        grants: Vec::new(),
        audits: Vec::new(),
    };
    Tallied { file, waiting, findings }
}
