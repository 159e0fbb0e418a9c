//! Large deliveries: most rows are plain facts with ids of their own, which need not be kept until all
//! are in. They are added up at once, and of each only a mark goes to a shelf: what its id, content
//! and time are known by, and where it stands. When all marks are there, those that have company are
//! found bucket by bucket.
//!
//! The law: a fact that shares its id with any other row is handed to [`Gather`](super::Gather),
//! which judges it by the ordinary rules; rows that only repeat one another are counted as such here.

mod batch;
mod crowd;
mod judge;
pub(crate) mod near;
mod shelf;

pub use batch::{Batch, Columns, half_seconds, moment_of};
pub use crowd::{Company, Crowd, Room};
pub use judge::{Judged, Spot, check_of};
pub use shelf::{Bucket, Hand, MemoryShelf, Placed, Shelf, bucket_of, key_of};

use super::{Content, Hash};
use crate::calendar::Moment;

/// What is remembered of a plain fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Fingerprint of table, source and id.
    pub id: Hash,
    /// Fingerprint of what it says.
    pub content: Content,
    /// When it happened: a plain date, or an instant in whole seconds.
    pub time: Moment,
    /// Its kind and product, as a place in the list of the delivery.
    pub place: u32,
}
