//! Which rows take the express way.

use std::fs;

use revshare::fact::bulk::MemoryShelf;
use revshare::intake::silent;

use super::brought::{Before, Way, marked};
use super::rows::HEAD;
use super::ways::MAPS;

/// Else the law of both ways would hold for a way that is never taken.
#[test]
fn plain_rows_do_take_the_express_way() {
    MAPS[..3].iter().for_each(|map| takes(map));
}

fn takes(map: &str) {
    let (dir, before) = (tempfile::tempdir().unwrap(), Before::default());
    let row = |id: &str, customer: &str| {
        format!("{id},2026-10-05,aria-1,marketplace,{customer},charge,7,request,5.00,USD,\n")
    };
    let text = [
        format!("{HEAD}\n"),
        row("s-1", "b"),
        row("s-2", "b"),
        row("s-3", "\"q, r\""),
        row("s-4", "\"a \"\"b\"\"\""),
    ];
    fs::write(dir.path().join("sales.csv"), text.concat()).unwrap();
    let way = Way { contract: None, map, before: &before, express: Some((2, 40)) };
    let shelf = MemoryShelf::default();
    let import = way.import(&way.files(dir.path()), &shelf, None, &mut silent).unwrap();
    // The last has a doubled quote, which only the ordinary reader takes.
    assert_eq!((import.marked.facts, import.gathered.ids.len()), (3, 1));
    assert_eq!(marked(&shelf, &import.gathered, &import.marked.void).len(), 3);
}
