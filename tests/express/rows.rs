//! Rows that the tests write.

pub(crate) const HEAD: &str =
    "id,time,product,channel,customer,kind,quantity,unit,amount,currency,ref";

pub(crate) fn row_of(id: &str, amount: &str) -> String {
    format!("{id},2026-10-05,aria-1,marketplace,b,charge,7,request,{amount},USD,\n")
}

/// Plain rows of ids of their own.
pub(crate) fn many(from: u32, count: u32) -> String {
    (from..from + count).map(|number| row_of(&format!("n-{number:06}"), "1.25")).collect()
}

pub(crate) fn packed_of(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}
