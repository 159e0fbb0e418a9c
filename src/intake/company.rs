//! What is known of the ids of a bucket beside its marks.

use std::io;

use crate::fact::bulk::{Company, Placed};
use crate::fact::{Gather, Hash, Known};

/// What is known from elsewhere of the ids of a bucket.
pub(super) fn company_of(
    marks: &[Placed],
    bucket: usize,
    bits: u32,
    gather: &Gather<'_>,
    known: &dyn Known,
    wanted: &[Hash],
) -> io::Result<Company> {
    let (first, last) = bounds(bucket, bits);
    let from = wanted.partition_point(|id| *id < first);
    let to = wanted.partition_point(|id| *id <= last);
    let mut earlier = Vec::new();
    if !marks.is_empty() {
        known.between(&first, &last, &mut |id, content| earlier.push((*id, *content)))?;
    }
    let ordinary = gather.ids_between(&first, &last).copied().collect();
    Ok(Company { ordinary, earlier, wanted: wanted[from..to].to_vec() })
}

/// The first and the last id of a bucket.
fn bounds(bucket: usize, bits: u32) -> (Hash, Hash) {
    let (mut first, mut last) = ([0; 16], [0xFF; 16]);
    if bits > 0 {
        let start = (bucket as u32) << (32 - bits);
        let end = start | (u32::MAX >> bits);
        first[..4].copy_from_slice(&start.to_be_bytes());
        last[..4].copy_from_slice(&end.to_be_bytes());
    }
    (first, last)
}
