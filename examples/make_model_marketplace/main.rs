//! Makes the exports of the bundled deal, `fixtures/cases/model-marketplace/`, again.
//!
//! ```console
//! $ cargo run --example make_model_marketplace
//! ```
//!
//! writes exactly the committed files, on any machine: integers only, a small linear congruential
//! generator instead of chance, no clock. Another folder may be named as the only argument. What
//! the numbers tell is written in the deal's `story.md`; every party and price is made up.

mod business;
mod costs;
mod sale;
mod sales;
mod usage;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use business::{Lcg, MONTHS};
use sales::SEED;

/// Compresses without a time or a machine in the header.
fn gzip(text: &str) -> io::Result<Vec<u8>> {
    let mut file = flate2::GzBuilder::new()
        .mtime(0)
        .operating_system(255)
        .write(Vec::new(), flate2::Compression::best());
    file.write_all(text.as_bytes())?;
    file.finish()
}

fn write(folder: &Path) -> io::Result<()> {
    let (mut sold, mut spent, mut used) = (Lcg(SEED), Lcg(20_261_002), Lcg(20_261_003));
    for month in &MONTHS {
        let name = month.name;
        let folder = &folder.join(month.delivery);
        std::fs::create_dir_all(folder)?;
        let readings = usage::readings(month, &mut used);
        std::fs::write(folder.join(format!("sales-{name}.csv")), sales::sales(month, &mut sold))?;
        let costs = costs::costs(month, &mut spent);
        if name == "2026-12" {
            std::fs::write(folder.join(format!("costs-{name}.csv.gz")), gzip(&costs)?)?;
        } else {
            std::fs::write(folder.join(format!("costs-{name}.csv")), costs)?;
        }
        if name == "2027-01" {
            std::fs::write(folder.join(format!("usage-{name}.jsonl")), usage::jsonl(&readings))?;
        } else {
            std::fs::write(folder.join(format!("usage-{name}.csv")), usage::csv(&readings))?;
        }
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases/model-marketplace");
    let folder = std::env::args_os().nth(1).map_or(bundled, PathBuf::from);
    write(&folder)
}
