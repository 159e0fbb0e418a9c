//! Where everything is in the journal: the rows of the index, record after record.
//!
//! The law: it follows from the journal alone. An index that knows the journal up to some record holds
//! just the rows up to there, and catches up with those behind.

use super::index::Row;
use super::journal::Mark;
use crate::calendar::Period;

/// The rows of the index in the order of their records, and where each record ends.
#[derive(Default)]
pub(super) struct Trail {
    rows: Vec<Row>,
    /// After each record where the journal stood, and how many rows there were; first before any.
    stops: Vec<(Mark, usize)>,
}

impl Trail {
    /// Notes rows of the next record.
    pub(super) fn note(&mut self, rows: impl IntoIterator<Item = Row>) {
        self.rows.extend(rows);
    }

    /// The record ends here, or, before any, the journal begins.
    pub(super) fn stop(&mut self, mark: Mark) {
        self.stops.push((mark, self.rows.len()));
    }

    /// Every row.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Where the journal stood after so many records.
    pub(super) fn after(&self, records: u64) -> Option<&Mark> {
        let of = |(mark, _): &&(Mark, usize)| mark.records == records;
        self.stops.iter().rev().find(of).map(|(mark, _)| mark)
    }

    /// The rows of the records up to a place and of those behind it.
    pub(super) fn split(&self, at: &Mark) -> Option<(&[Row], &[Row])> {
        let (_, rows) = self.stops.iter().rev().find(|(mark, _)| mark == at)?;
        Some(self.rows.split_at(*rows))
    }

    /// The last place.
    pub(super) fn end(&self) -> Option<&Mark> {
        self.stops.last().map(|(mark, _)| mark)
    }

    /// Where the closing of a period of a contract begins.
    pub(super) fn closing(&self, of: &str, at: Period) -> Option<u64> {
        self.rows.iter().rev().find_map(|row| match row {
            Row::Closing { contract, period, offset } => {
                (contract == of && *period == at).then_some(*offset)
            }
            Row::File { .. } | Row::Record { .. } => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_apart_by_record() {
        let mark = |records: u64| Mark { records, end: records * 100, chain: [records as u8; 32] };
        let row = |sequence| Row::Record { sequence, offset: sequence * 100 };
        let period = "2026-10".parse().unwrap();
        let mut trail = Trail::default();
        trail.stop(mark(0));
        trail.note([row(1), Row::File { digest: "d".to_owned(), import: 1 }]);
        trail.stop(mark(1));
        let closing = Row::Closing { contract: "deal".to_owned(), period, offset: 100 };
        trail.note([row(2), closing]);
        trail.stop(mark(2));
        for (records, before) in [(0, 0), (1, 2), (2, 4)] {
            assert_eq!(trail.after(records), Some(&mark(records)));
            let (known, new) = trail.split(&mark(records)).unwrap();
            assert_eq!((known.len(), new.len()), (before, 4 - before));
        }
        assert_eq!(trail.end(), Some(&mark(2)));
        assert_eq!(trail.split(&Mark { chain: [7; 32], ..mark(1) }), None);
        assert_eq!(trail.closing("deal", period), Some(100));
        assert_eq!(trail.closing("other", period), None);
    }
}
