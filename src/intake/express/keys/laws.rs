//! The law of keys, tried: rows have the same number if and only if all fields of their shapes are the same,
//! read one by one or many at once, whatever stands between and behind, and however long they are.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::intake::express::signs::tests::levels;
use crate::intake::express::split::Signs;

fn number(keys: &mut Keys, found: Found) -> u32 {
    match found {
        Found::Known(number) => number,
        Found::New => keys.keep().unwrap(),
    }
}

/// Where the fields of a row end that begins at a place.
fn ends_of(row: &[String], start: usize) -> Vec<usize> {
    let next = |at: &mut usize, field: &String| {
        *at += field.len() + 1;
        Some(*at - 1)
    };
    row.iter().scan(start, next).collect()
}

/// Looks up a row that stands alone.
fn find(keys: &mut Keys, row: &[String]) -> Found {
    keys.find(row.join(",").as_bytes(), 0, &ends_of(row, 0), &[]).unwrap()
}

/// Rows, and what stands behind them.
fn text_of(rows: &[Vec<String>], end: &str, behind: &str) -> String {
    rows.iter().map(|row| row.join(",") + end).chain([behind.to_owned()]).collect()
}

/// Looks up rows many at once, on all levels: the numbers due are found of all rows behind which there is room.
fn many_are_right(keys: &mut Keys, text: &str, dues: &[u32]) {
    let mut signs = Signs::default();
    signs.restart();
    signs.find(text.as_bytes(), 0, b',');
    let mut places = vec![u32::MAX];
    signs.each(text.as_bytes(), |_, line| places.extend(line));
    let fields = text.split('\n').next().unwrap_or_default().split(',').count();
    places.truncate(1 + fields * dues.len());
    let frame = Frame::of(text.as_bytes(), &places, fields);
    for level in levels() {
        keys.level = level;
        let (mut sure, mut found) = (vec![true; dues.len()], vec![0; dues.len()]);
        keys.find_many(&frame, &mut sure, &mut found);
        for (row, due) in dues.iter().enumerate() {
            assert!(!sure[row] || found[row] == *due, "{level:?}: row {row} of {text:?}");
            let room = frame.field(row, fields - 1).1 + keys.width <= text.len();
            assert!(sure[row] || keys.runs.is_empty() || !room, "{level:?}: {row} of {text:?}");
        }
    }
}

proptest! {
    #[test]
    fn keys_are_alike_when_their_fields_are(
        rows in proptest::collection::vec(
            proptest::collection::vec("[ab]{0,2}|a{7,9}|(ab){7,9}|\0|b?\0{1,3}|a{0,70}|a{60,110}", 5), 1..30),
        columns in proptest::collection::vec(0_usize..5, 0..5),
        further in any::<bool>(),
        returns in any::<bool>(),
        behind in ".{0,600}",
    ) {
        let (mut keys, mut numbers) = (Keys::new(columns.iter().copied()), BTreeMap::new());
        let mut dues = Vec::new();
        let mut tell = |keys: &mut Keys| {
            dues.clear();
            for (at, row) in rows.iter().enumerate() {
                let text = format!("x\n{}\n{behind}", row.join(","));
                let ends = ends_of(row, 2);
                let more = if further { at as u64 % 3 } else { 0 };
                let words = if more > 0 { vec![more] } else { vec![] };
                let found = keys.find(text.as_bytes(), 2, &ends, &words).unwrap();
                let fields: Vec<String> =
                    columns.iter().map(|at| row[*at].clone()).collect();
                let next = numbers.len() as u32;
                let due = *numbers.entry((fields, more)).or_insert(next);
                assert_eq!(number(keys, found), due);
                dues.push(due);
            }
        };
        tell(&mut keys);
        tell(&mut keys);
        if !further {
            let end = if returns { "\r\n" } else { "\n" };
            many_are_right(&mut keys, &text_of(&rows, end, &behind), &dues);
        }
    }
}

proptest! {
    /// Of up to seven runs, as long as some lines are, or nearly.
    #[test]
    fn keys_that_just_fit_are_told_apart(
        rows in proptest::collection::vec(proptest::collection::vec("[ab]{1,2}|[ab]?", 14), 2..20),
        columns in proptest::sample::subsequence((0..14).collect::<Vec<usize>>(), 1..=7),
        (padded, lines, less) in (0_usize..7, 1_usize..=LONGEST, 0_usize..4),
        returns in any::<bool>(),
    ) {
        let (mut keys, mut numbers) = (Keys::new(columns.iter().copied()), BTreeMap::new());
        let (mut rows, mut dues) = (rows, Vec::new());
        let padded = columns[padded % columns.len()];
        let runs = Run::all(columns.iter().copied()).len();
        let between = columns.len() - 1;
        for (at, row) in rows.iter_mut().enumerate() {
            // With what ends a line, and the delimiters between and before.
            let length: usize = columns.iter().map(|at| row[*at].len()).sum();
            let due = lines * LINE - 1 - less * (at % 2);
            row[padded] += &"z".repeat(due.saturating_sub(length + between));
            let found = find(&mut keys, row);
            let fields: Vec<String> = columns.iter().map(|at| row[*at].clone()).collect();
            let next = numbers.len() as u32;
            let due = *numbers.entry(fields).or_insert(next);
            prop_assert_eq!(number(&mut keys, found), due);
            dues.push(due);
        }
        prop_assert!(runs <= MANY);
        let end = if returns { "\r\n" } else { "\n" };
        many_are_right(&mut keys, &text_of(&rows, end, &"y".repeat(LONGEST * LINE)), &dues);
    }
}

#[test]
fn further_words_are_not_taken_for_text() {
    let mut keys = Keys::new([0].into_iter());
    let found = keys.find(b"a", 0, &[1], &[0, 0]).unwrap();
    assert_eq!(number(&mut keys, found), 0);
    let text = "\0".repeat(2 * size_of::<u64>()) + "a";
    assert_eq!(keys.find(text.as_bytes(), 0, &[text.len()], &[]), Some(Found::New));
}

#[test]
fn numbers_stay_when_keys_grow() {
    let row = |length: usize| ["", "a", "b", "", "c"].map(|field| field.repeat(length)).to_vec();
    let (rows, mut keys): (Vec<_>, _) =
        ((0..150).map(row).collect(), Keys::new([1, 2, 4].into_iter()));
    let mut widths = Vec::new();
    for (due, row) in rows.iter().enumerate() {
        let found = find(&mut keys, row);
        assert_eq!((found, keys.keep()), (Found::New, Some(due as u32)));
        widths.push(keys.width);
        if due % 10 == 0 {
            let dues: Vec<u32> = (0..=due as u32).take(ROWS).collect();
            let text = text_of(&rows[..dues.len()], "\n", &"z".repeat(8 * LINE));
            many_are_right(&mut keys, &text, &dues);
        }
    }
    widths.dedup();
    assert_eq!(widths, [1, 2, 4, 8].map(|lines| lines * LINE));
}

#[test]
fn fields_that_hold_the_ends_of_others_differ() {
    let rows = [
        ["", "", "", "", ""],
        ["", "", "a", "", ""],
        ["", "a", "", "", ""],
        ["a", "", "", "", ""],
        ["a\0", "", "", "", ""],
        ["", "", "", "", "\0"],
        ["", "", "", "", "\0\0"],
        ["b", "", "a", "", ""],
        ["", "", "a", "", "b"],
        ["", "", "ab", "", ""],
        ["", "", "a", "", "b\0"],
        ["ÿ", "", "", "", ""],
    ];
    let rows = rows.map(|row| row.map(str::to_owned).to_vec());
    let mut keys = Keys::new([0, 2, 4].into_iter());
    let mut numbers = Vec::new();
    for row in &rows {
        let found = find(&mut keys, row);
        numbers.push(number(&mut keys, found));
    }
    // The second and the fourth column are not looked at.
    assert_eq!(numbers, [0, 1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for behind in 0..2 * LINE {
        many_are_right(&mut keys, &text_of(&rows, "\r\n", &"z".repeat(behind)), &numbers);
    }
}

#[test]
fn what_ends_a_line_is_no_part_of_a_key_that_just_fits() {
    for length in LINE - 8..=LINE {
        let last = "z".repeat(length);
        let rows = [["AA", "", "", "BB", &last], ["BB", "", "", "AA", &last]];
        let rows = rows.map(|row| row.map(str::to_owned).to_vec());
        let mut keys = Keys::new([0, 4].into_iter());
        let mut numbers = Vec::new();
        for row in &rows {
            let found = find(&mut keys, row);
            numbers.push(number(&mut keys, found));
        }
        assert_eq!(numbers, [0, 1]);
        many_are_right(&mut keys, &text_of(&rows, "\r\n", &"y".repeat(3 * LINE)), &numbers);
    }
}

#[test]
fn a_key_that_is_too_long_is_none() {
    let mut keys = Keys::new([0].into_iter());
    let most = LONGEST * LINE - 1;
    let text = vec![b'a'; 2 * most];
    assert_eq!(keys.find(&text, 0, &[most], &[]), Some(Found::New));
    assert!(keys.find(&text, 0, &[most + 1], &[]).is_none());
    assert!(keys.find(&text, 0, &[most], &[1]).is_none());
    let mut keys = Keys::new([0, 2].into_iter());
    assert!(keys.find(&text, 0, &[most / 2, most / 2 + 1, most + 2], &[]).is_none());
}
