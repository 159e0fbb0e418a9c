//! What the sales in a store add up to, by day, product, channel, kind, unit and currency: the same
//! form as the `expected-tally.csv` of a generated month, so that anybody can compare them.
//!
//! ```sh
//! cargo run --example stored_tally -- path/to/book [path/to/store]
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;

use revshare::book::Book;
use revshare::fact::{Cell, Table};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let dir = args.next().ok_or("name the directory of a book")?;
    let book = Book::open(&dir, args.next().as_deref())?;
    let (archive, zone) = (book.store().archive(), "UTC".parse()?);
    let mut sums: BTreeMap<String, Cell> = BTreeMap::new();
    for (number, file) in archive.files().iter().enumerate() {
        if file.tally.table != Table::Sales {
            continue;
        }
        for (key, cell) in archive.file_tally(number, &zone)?.iter() {
            let currency = key.currency.as_ref().map_or("", |currency| currency.code());
            let (kind, unit) = (key.kind.as_str(), &key.unit);
            let name =
                format!("{},{},{},{kind},{unit},{currency}", key.day, key.product, key.channel);
            let sum = sums.entry(name).or_default();
            sum.rows += cell.rows;
            sum.quantity += cell.quantity;
            sum.amount += cell.amount;
        }
    }
    println!("day,product,channel,kind,unit,currency,rows,quantity,amount");
    for (name, Cell { rows, quantity, amount }) in sums {
        println!("{name},{rows},{quantity},{amount}");
    }
    Ok(())
}
