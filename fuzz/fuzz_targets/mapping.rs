//! No text of `revshare.toml` makes its reader panic, and a mapping that it accepts reads any of
//! these rows without losing one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use revshare::intake::Mapping;
use revshare_fuzz::{Desk, import_whole};

const CSV: &str = "id,time,kind,product,amount,currency,quantity,unit,x\n\
    1,2026-10-01,charge,opus,\"1,200.50\",USD,3,token,{\"a\":1}\n\
    2,5/10/26,refund,opus,-7,EUR,,,-\n\
    1,2026-10-01T23:30:00Z,fee,,-0.1,USD,1e3,hour,\n\
    ,,,,,,,,\n";
const JSON: &str = "{\"id\":\"1\",\"time\":\"2026-10-01\",\"amount\":\"5\",\"x\":{\"a\":\"b\"}}\n\
    {\"id\":2,\"time\":1790000000,\"amount\":5.5,\"x\":null}\n";

thread_local! {
    static DESK: Desk = Desk::default();
}

fuzz_target!(|text: &str| {
    let Ok(mapping) = Mapping::parse("revshare.toml", text) else { return };
    DESK.with(|desk| {
        for (name, rows) in [("sales.csv", CSV), ("export.csv", CSV), ("usage.jsonl", JSON)] {
            if let Some(file) = desk.put(name, rows.as_bytes(), &mapping) {
                import_whole(&file, &mapping, &[]);
            }
        }
    });
});
