//! The whole engine inside another program: import what is new, close the month, show the payables.
//!
//! ```sh
//! cargo run --example embed -- fixtures/cases/model-marketplace
//! ```

use std::error::Error;
use std::path::PathBuf;

use revshare::book::Book;

fn main() -> Result<(), Box<dyn Error>> {
    let dir: PathBuf = std::env::args_os().nth(1).ok_or("name the directory of a book")?.into();
    let mut book = Book::open(&dir, None)?;
    let mut reports = vec![book.import(&mut |_| ())?];
    while let Some(next) = book.next_delivery(None, &mut |_| ())? {
        reports.push(next.report);
    }
    for report in reports {
        eprintln!("{} new files, {} rows rejected", report.files.len(), report.rejected());
    }
    for closed in book.close_through(None)? {
        let statement = closed.statement;
        for payable in &statement.payables {
            let amount = payable.amount.as_str();
            println!("{}: {} pays {} {amount}", statement.period, payable.from, payable.to);
        }
    }
    Ok(())
}
