//! Opening: the journal read through and folded, what interrupted writes left cut off or removed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::acknowledged::{self, Acknowledged};
use super::codes;
use super::error::StoreError;
use super::fold::State;
use super::ids::{self, Ids};
use super::journal::{Found, JOURNAL, Journal, Mark, Record, Scan};
use super::marks;
use super::medium::Medium;
use crate::finding::Finding;

/// What to do when acknowledged records are gone from the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// Say so and do nothing.
    Refuse,
    /// Go on with what is left.
    Accept,
}

/// A store's files, read and ready for more.
pub(super) struct Opened {
    pub(super) journal: Journal,
    pub(super) ids: Ids,
    pub(super) state: State,
    pub(super) notes: Vec<Finding>,
}

/// Reads everything; writes only once all of it is known to be good.
pub(super) fn open(medium: &Arc<dyn Medium>, loss: Loss) -> Result<Option<Opened>, StoreError> {
    let evidence = acknowledged::read(&**medium).filter(|_| loss == Loss::Refuse);
    let Some(mut scan) = Scan::start(&**medium)? else {
        return evidence
            .filter(|seen| seen.records > 0)
            .map_or(Ok(None), |seen| Err(lost(0, seen)));
    };
    let mut state = State::keyed(scan.key(), scan.mark());
    let torn = fold(&mut scan, &mut state, evidence.as_ref())?;
    let mark = scan.mark();
    if let Some(seen) = evidence.filter(|seen| seen.records > mark.records) {
        return Err(lost(mark.records, seen));
    }
    let mut known = Ids::new(Arc::clone(medium));
    state.ids.iter().try_for_each(|named| known.check_and_add(named))?;
    state.marks.iter().try_for_each(|named| known.check_and_add_marks(named))?;
    let leftovers = leftovers(&**medium, &state, &mark, loss)?;

    let journal = Journal::after(Arc::clone(medium), mark)?;
    if evidence.is_none_or(|seen| seen.records < mark.records) {
        acknowledged::write(&**medium, &mark);
    }
    let mut notes: Vec<_> =
        torn.map(|bytes| torn_tail(bytes, &mark, "it was cut off")).into_iter().collect();
    for file in leftovers {
        medium.remove(&file).map_err(StoreError::disk("remove", &file))?;
        notes.push(leftover(&file, &state, "it was removed"));
    }
    Ok(Some(Opened { journal, ids: known, state, notes }))
}

/// Makes an empty store where there is none.
pub(super) fn make(medium: &Arc<dyn Medium>) -> Result<Opened, StoreError> {
    let folders = medium.make_folder("").and_then(|()| medium.make_folder(ids::FOLDER));
    folders.map_err(StoreError::disk("make", "the store's folder"))?;
    Journal::create(&**medium)?;
    Ok(open(medium, Loss::Refuse)?.expect("the journal was made just now"))
}

/// Takes in every record; gives back how many torn bytes follow the last.
fn fold(
    scan: &mut Scan<'_>,
    state: &mut State,
    evidence: Option<&Acknowledged>,
) -> Result<Option<u64>, StoreError> {
    loop {
        match scan.next()? {
            Found::Record(record) => {
                replaced(&record, evidence)?;
                state.take(&record)?;
                state.trail.stop(scan.mark());
            }
            Found::End => return Ok(None),
            Found::Torn(bytes) => return Ok(Some(bytes)),
            Found::Damage(damage) => return Err(damage.into_error()),
        }
    }
}

/// Is this the record that was acknowledged under its number?
pub(super) fn replaced(record: &Record, evidence: Option<&Acknowledged>) -> Result<(), StoreError> {
    let other =
        |seen: &&Acknowledged| seen.records == record.sequence && seen.chain != record.chain;
    evidence.filter(other).map_or(Ok(()), |_| {
        let what = "another record had been acknowledged in its place".to_owned();
        Err(StoreError::Damaged { record: record.sequence, offset: record.offset, what })
    })
}

fn lost(found: u64, seen: Acknowledged) -> StoreError {
    StoreError::Shortened { found, acknowledged: format!("record {}", seen.records) }
}

/// Files of ids or marks that no record names. Only the next import's can be what an interruption left; a
/// later one had a record.
pub(super) fn leftovers(
    medium: &dyn Medium,
    state: &State,
    mark: &Mark,
    loss: Loss,
) -> Result<Vec<String>, StoreError> {
    let files = medium.list(ids::FOLDER).map_err(StoreError::disk("read", ids::FOLDER))?;
    let of_ids = state.ids.iter().map(|named| ids::file(named.import));
    let of_marks = state.marks.iter().map(|named| marks::file(named.import));
    let named: BTreeSet<String> = of_ids.chain(of_marks).collect();
    let mut left = Vec::new();
    for file in files {
        let path = format!("{}/{file}", ids::FOLDER);
        if named.contains(&path) {
            continue;
        }
        let import = ids::import_of(&file).or_else(|| marks::import_of(&file));
        if let Some(import) = import.filter(|import| *import > state.imports + 1)
            && loss == Loss::Refuse
        {
            let acknowledged = format!("import {}", import - 1);
            return Err(StoreError::Shortened { found: mark.records, acknowledged });
        }
        if import.is_some() || file.ends_with(".new") {
            left.push(path);
        }
    }
    Ok(left)
}

pub(super) fn torn_tail(bytes: u64, mark: &Mark, done: &str) -> Finding {
    let Mark { records, end, .. } = mark;
    Finding::new(
        &codes::TORN_TAIL,
        format!(
            "{JOURNAL}: {bytes} bytes after record {records}, from byte {end} on, are of a write \
             that was interrupted; {done}"
        ),
    )
    .help("nothing that was acknowledged is lost; repeat the command that was interrupted")
}

pub(super) fn leftover(file: &str, state: &State, done: &str) -> Finding {
    let import = file
        .rsplit('/')
        .next()
        .and_then(|name| ids::import_of(name).or_else(|| marks::import_of(name)));
    if import.is_some_and(|import| state.forgotten.contains(&import)) {
        let message = format!("{file} holds ids that were forgotten; {done}");
        return Finding::new(&codes::FORGOTTEN, message)
            .help("nothing is lost: the command that forgot them was interrupted at its end");
    }
    Finding::new(
        &codes::LEFTOVER,
        format!("{file} belongs to an import that was interrupted; {done}"),
    )
    .help("nothing that was acknowledged is lost; repeat the import")
}
