//! Where fields and rows begin and end, and how long they may be, is the same on both ways.

use std::fs;

use revshare::intake::Bulk;

use super::many_rows::contract;
use super::ways::{MAPS, compare, compare_by, compare_for};

/// Texts may hold a byte that separates texts elsewhere.
#[test]
fn neighbouring_texts_keep_their_bounds() {
    let head = "id,time,product,channel,kind,quantity,unit,amount,currency,customer";
    for (map, quote) in [(MAPS[0], ""), (MAPS[0], "\""), (MAPS[1], ""), (MAPS[2], "\"")] {
        let dir = tempfile::tempdir().unwrap();
        let names = [("aria\0x", "marketplace"), ("aria", "x\0marketplace"), ("aria", "x")];
        let row = |(at, (product, channel)): (usize, (&str, &str))| {
            format!(
                "s-{at},2026-10-05,{quote}{product}{quote},{quote}{channel}{quote},charge,7,request,5.00,USD,b\n"
            )
        };
        let rows: String = names.into_iter().cycle().take(30).enumerate().map(row).collect();
        fs::write(dir.path().join("sales.csv"), format!("{head}\n{rows}")).unwrap();
        for express in [(1, 40), (2, 300)] {
            compare_by(map, &[dir.path()], express, None).unwrap();
            compare_for(Some(&contract("UTC")), map, &[dir.path()], express, None).unwrap();
        }
    }
}

/// Which rows are too long does not depend on the way that a file takes.
#[test]
fn rows_that_are_too_long_are_refused_on_both_ways() {
    let dir = tempfile::tempdir().unwrap();
    let head = "id,time,product,channel,kind,quantity,unit,amount,currency,customer";
    for length in [(1 << 20) - 100, 1 << 20, 1_150_000, 1_400_000] {
        for quote in ["", "\""] {
            let row = |id: &str, customer: &str| {
                format!(
                    "{id},2026-10-05,aria-1,marketplace,charge,7,request,5.00,USD,{quote}{customer}{quote}\n"
                )
            };
            let long = "c".repeat(length);
            let rows = [row("s-1", "b"), row("s-2", &long), row("s-3", "b"), row("s-2", &long)];
            fs::write(dir.path().join("sales.csv"), format!("{head}\n{}", rows.concat())).unwrap();
            for chunk in [300, Bulk::CHUNK, 4 << 20] {
                compare(&[dir.path()], (2, chunk), None).unwrap();
            }
        }
    }
}

/// A line may end with a sign that also ends lines; the second look takes no more of it than the first.
#[test]
fn a_field_that_ends_with_a_line_sign_is_the_same_at_the_second_look() {
    let dir = tempfile::tempdir().unwrap();
    let head = "id,time,product,kind,quantity,unit,amount,currency,customer";
    for customer in ["b\r", "\"b\"", "b", "\"b\"\r"] {
        let row = format!("s-1,2026-10-05,aria-1,charge,7,request,5.00,USD,{customer}\r\n");
        fs::write(dir.path().join("sales.csv"), format!("{head}\n{row}{row}")).unwrap();
        compare(&[dir.path()], (2, 40), None).unwrap();
    }
}

/// What rows share may be just as long as what is compared at once, with another sign behind it that ends its line:
/// then columns between are none of it either.
#[test]
fn columns_between_are_no_part_of_what_rows_share() {
    let contract = contract("UTC");
    let head = "product,id,time,quantity,amount,customer,kind,unit,currency,channel";
    for length in 30..50 {
        let channel = "c".repeat(length);
        let row = |at: usize| {
            let (product, customer) =
                if at.is_multiple_of(3) { ("aa", "bb") } else { ("bb", "aa") };
            format!(
                "{product},s-{at},2026-10-05,7,5.00,{customer},charge,request,USD,{channel}\r\n"
            )
        };
        let dir = tempfile::tempdir().unwrap();
        let rows: String = (0..600).map(row).collect();
        fs::write(dir.path().join("sales.csv"), format!("{head}\r\n{rows}")).unwrap();
        compare_for(Some(&contract), MAPS[0], &[dir.path()], (1, Bulk::CHUNK), None).unwrap();
    }
}
