//! What an import of a book's files gathers, in the form in which `import` takes a tally: to compare
//! with what the SQL of `revshare sql` selects, sum by sum.
//!
//! `cargo run --example tally -- BOOK sales|costs|usage`

use std::error::Error;
use std::path::Path;

use revshare::book::read_contracts;
use revshare::fact::{Archive, Chain, Delivery, Key, Lens};
use revshare::intake::{self, Mapping, Request, discover};
use revshare::money::Exact;

const HEADER: [&str; 28] = [
    "record",
    "name",
    "value",
    "zone",
    "day",
    "kind",
    "product",
    "channel",
    "region",
    "customer",
    "deal",
    "category",
    "unit",
    "currency",
    "unpriced",
    "charged_day",
    "charged_product",
    "own_day",
    "sale_time",
    "sale_id",
    "sale_of",
    "id",
    "ref",
    "time",
    "chain",
    "rows",
    "quantity",
    "amount",
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, book, table] = arguments.as_slice() else { return Err("BOOK TABLE".into()) };
    let contracts = read_contracts(Path::new(book))?;
    let lens = Lens::of(&contracts);
    let mut files = discover(Path::new(book))?;
    files.retain(|file| file.table.as_str() == table);
    let import = intake::import(Request {
        files: &files,
        mapping: &Mapping::default(),
        contracts: &contracts,
        lens: &lens,
        archive: &Archive::default(),
        known: &(),
        rejects: None,
        progress: &mut intake::silent,
        bulk: None,
        interrupt: None,
    })?;
    write(&import.gathered.delivery)
}

fn write(delivery: &Delivery) -> Result<(), Box<dyn Error>> {
    let mut out = csv::Writer::from_writer(std::io::stdout());
    out.write_record(HEADER)?;
    for file in &delivery.files {
        for control in &file.controls {
            let currency = control.currency.map(|it| it.to_string()).unwrap_or_default();
            for (name, count) in [
                ("read", control.read),
                ("accepted", control.accepted),
                ("duplicate", control.duplicate),
                ("rejected", control.rejected),
            ] {
                let mut row = vec![String::new(); HEADER.len()];
                (row[0], row[1], row[13]) = ("control".into(), name.into(), currency.clone());
                (row[25], row[27]) = (count.rows.to_string(), count.amount.to_string());
                out.write_record(&row)?;
            }
        }
        for (zone, cells) in file.parts.iter().flat_map(|part| &part.tallies) {
            for (key, cell) in cells.iter() {
                let row = keyed("cell", zone, key, cell.rows, cell.quantity, cell.amount);
                out.write_record(&row)?;
            }
        }
    }
    for pending in &delivery.pending {
        for (zone, key) in &pending.keys {
            let cell = pending.cell;
            let mut row = keyed("waiting", zone, key, cell.rows, cell.quantity, cell.amount);
            row[21..25].clone_from_slice(&[
                pending.id.clone(),
                pending.reference.clone(),
                pending.time.to_string(),
                match pending.chain {
                    Chain::Found => "found",
                    Chain::Follows => "follows",
                    Chain::Adrift => "adrift",
                }
                .to_owned(),
            ]);
            out.write_record(&row)?;
        }
    }
    Ok(out.flush()?)
}

fn keyed(
    record: &str,
    zone: &str,
    key: &Key,
    rows: i64,
    quantity: Exact,
    amount: Exact,
) -> Vec<String> {
    let text = str::to_owned;
    let (charged_day, charged_product) = match &key.charged {
        Some(charged) => (charged.day.to_string(), charged.product.clone()),
        None => Default::default(),
    };
    vec![
        text(record),
        String::new(),
        String::new(),
        text(zone),
        key.day.to_string(),
        text(key.kind.as_str()),
        key.product.clone(),
        key.channel.clone(),
        key.region.clone(),
        key.customer.clone(),
        key.deal.clone(),
        key.category.clone(),
        key.unit.clone(),
        key.currency.map(|it| it.to_string()).unwrap_or_default(),
        text(if key.unpriced { "true" } else { "" }),
        charged_day,
        charged_product,
        key.own.map(|day| day.to_string()).unwrap_or_default(),
        key.sale.as_ref().map(|sale| sale.time.to_string()).unwrap_or_default(),
        key.sale.as_ref().map(|sale| sale.id.clone()).unwrap_or_default(),
        key.sale.as_ref().and_then(|sale| sale.of.clone()).unwrap_or_default(),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        rows.to_string(),
        quantity.to_string(),
        amount.to_string(),
    ]
}
