//! JSON lines: a line that counts is an object for serde_json too, every line that is not blank
//! comes out once, and none disappears on import.
#![no_main]

use libfuzzer_sys::fuzz_target;
use revshare::intake::{Mapping, Reading};
use revshare_fuzz::{Desk, import_whole, rows};

const FIRST: &str = "{\"id\":\"1\",\"time\":\"2026-10-01\",\"kind\":\"charge\",\
    \"product\":\"opus\",\"amount\":\"5\",\"currency\":\"USD\"}\n";

thread_local! {
    static DESK: Desk = Desk::default();
}

fuzz_target!(|bytes: &[u8]| {
    let none = Mapping::default();
    let Some((&choice, text)) = bytes.split_first() else { return };
    let first = if choice & 1 == 0 { FIRST } else { "" };
    let name =
        ["sales.jsonl", "usage.jsonl", "fx.ndjson", "payments.jsonl"][usize::from(choice >> 1) % 4];
    let whole = [first.as_bytes(), text].concat();
    let file = DESK.with(|desk| desk.put(name, &whole, &none)).expect("a table");
    import_whole(&file, &none, &[]);
    let read = rows(&file, &none);
    let body = whole.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&whole);
    let blank = |line: &[u8]| line.iter().all(u8::is_ascii_whitespace);
    let lines = body.split(|byte| *byte == b'\n').filter(|line| !blank(line));
    assert_eq!(read.len(), lines.count(), "each line once");
    for row in &read {
        if let Reading::Entries(_) = row.result {
            let value: serde_json::Value = serde_json::from_str(&row.text).expect("JSON");
            assert!(value.is_object());
        }
    }
});
