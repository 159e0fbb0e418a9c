//! What is known of the ids of a bucket beside its marks.

use std::io;

use crate::fact::bulk::{Company, Crowd};
use crate::fact::{Gather, Hash, Known};

/// What is known from elsewhere of the ids of a bucket, which begin with a byte.
pub(super) fn company_of(
    crowd: &Crowd<'_>,
    first: u8,
    gather: &Gather<'_>,
    known: &dyn Known,
    wanted: &[Hash],
) -> io::Result<Company> {
    let (mut least, mut most) = ([0; 12], [0xFF; 12]);
    (least[0], most[0]) = (first, first);
    let from = wanted.partition_point(|id| *id < least);
    let to = wanted.partition_point(|id| *id <= most);
    let mut earlier = Vec::new();
    if !crowd.keys().is_empty() {
        known.among(first, crowd, &mut |id, content| earlier.push((*id, *content)))?;
    }
    let ordinary = gather.ids_between(&least, &most).copied().collect();
    Ok(Company { ordinary, earlier, wanted: wanted[from..to].to_vec() })
}
