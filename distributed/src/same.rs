//! Do a book of lines and a book of their tally say the same? Sum by sum, and statement by statement.

use std::collections::BTreeMap;
use std::path::Path;

use revshare::book::Book;
use revshare::fact::{Lens, Table};
use revshare::money::Exact;

use crate::Trouble;

/// Rows, quantity and amount by what they are counted for.
pub type Sums = BTreeMap<String, (i128, Exact, Exact)>;

/// Everything that a book's files of a table add up to: control totals, and every cell of every zone
/// that its contracts ask for. Imports them into a store of the book's own.
///
/// # Errors
/// If the book cannot be read, or refuses a file.
pub fn sums(dir: &Path, table: Table) -> Result<Sums, Trouble> {
    let mut book = Book::open(dir, None)?;
    let report = book.import(&mut |_| ())?;
    if book.store().archive().files().iter().all(|file| file.tally.table != table) {
        let told: Vec<String> = report.findings.iter().map(|finding| finding.to_string()).collect();
        return Err(Trouble::Input(format!("nothing was imported: {}", told.join("; "))));
    }
    let (archive, lens) = (book.store().archive(), Lens::of(book.contracts()));
    let mut sums = Sums::new();
    for (number, file) in archive.files().iter().enumerate() {
        if file.tally.table != table {
            continue;
        }
        for control in &file.tally.controls {
            let currency = control.currency.map(|it| it.to_string()).unwrap_or_default();
            for (name, count) in [
                ("read", control.read),
                ("accepted", control.accepted),
                ("duplicate", control.duplicate),
                ("rejected", control.rejected),
            ] {
                let sum = sums.entry(format!("{name} rows in {currency:?}")).or_default();
                sum.0 += i128::from(count.rows);
                sum.2 += count.amount;
            }
        }
        for zone in &lens.zones {
            let tally = archive.file_tally(number, zone);
            let tally = tally.map_err(|error| Trouble::Input(error.to_string()))?;
            for (key, cell) in tally.iter() {
                let sum = sums.entry(format!("{}: {key:?}", zone.name())).or_default();
                sum.0 += i128::from(cell.rows);
                sum.1 += cell.quantity;
                sum.2 += cell.amount;
            }
        }
    }
    sums.retain(|_, sum| *sum != Default::default());
    Ok(sums)
}

/// Where the sums of two books differ, in words.
pub fn differences(one: &Sums, other: &Sums) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let differ = |name: &&String| one.get(*name) != other.get(*name);
    let say = |sum: Option<&(i128, Exact, Exact)>| match sum {
        Some((rows, quantity, amount)) => format!("{rows} rows, {quantity}, {amount}"),
        None => "nothing".to_owned(),
    };
    let told = |name: &String| format!("{name}: {} / {}", say(one.get(name)), say(other.get(name)));
    names.into_iter().filter(differ).map(told).collect()
}

/// The digests of all statements of a book, in order. Closes its periods.
///
/// # Errors
/// What keeps a period from being closed.
pub fn statements(dir: &Path) -> Result<Vec<String>, Trouble> {
    let mut book = Book::open(dir, None)?;
    book.import(&mut |_| ())?;
    let closed = book.close_through(None)?;
    Ok(closed.iter().map(|closed| closed.statement.computed_digest()).collect())
}
