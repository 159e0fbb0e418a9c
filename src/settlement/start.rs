//! Where a restatement of closed periods can begin.
//!
//! The law: it gives the same as one that begins at the beginning. A close before whose end nothing is
//! said otherwise now, neither by the contract nor by the facts, ended with balances that still stand.

use super::balances::Balances;
use super::restate::View;
use crate::calendar::{Day, Period};

/// Where to begin: before this period nothing came out otherwise than it was settled.
#[derive(Clone, Debug)]
pub struct Start {
    /// The first that may have.
    pub period: Period,
    /// What the period before it ended with, then and now.
    pub balances: Balances,
}

impl Start {
    /// After so many of some closed periods as stand. `differs` gives the first day from which a close, by
    /// its place in the list, was settled from anything else than what is known now; none if from
    /// nothing else. Only closes before the first difference are asked in turn.
    ///
    /// # Errors
    /// Those of `differs`.
    pub fn standing<E>(
        closed: &[Period],
        mut differs: impl FnMut(usize) -> Result<Option<Day>, E>,
    ) -> Result<usize, E> {
        let mut stand = closed.len();
        while let Some(last) = stand.checked_sub(1) {
            let from = differs(last)?;
            let before = |period: &&Period| from.is_none_or(|day| period.last_day() < day);
            let known = closed[..stand].iter().take_while(before).count();
            if known == stand {
                break;
            }
            // What the close before knew may differ from now in something else.
            stand = known;
        }
        Ok(stand)
    }
}

impl View<'_> {
    /// The first day from which two views may settle differently; none if they cannot.
    pub fn differs_from(&self, other: &Self) -> Option<Day> {
        if self.contract.source != other.contract.source {
            return Some(Day::FIRST);
        }
        self.evidence.differs_from(other.evidence, &self.contract.zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_every_close_up_to_there_knew_stands() {
        let months = ["2026-09", "2026-10", "2026-11"].map(|month| month.parse().unwrap());
        let day = |text: &str| text.parse::<Day>().ok();
        let stand =
            |differs: [Option<Day>; 3]| Start::standing(&months, |at| Ok::<_, ()>(differs[at]));
        assert_eq!(stand([None, None, None]), Ok(3));
        assert_eq!(stand([None, None, day("2026-12-01")]), Ok(3));
        assert_eq!(stand([None, None, day("2026-11-30")]), Ok(2));
        assert_eq!(stand([None, day("2026-11-01"), day("2026-11-02")]), Ok(2));
        assert_eq!(stand([None, day("2026-10-31"), day("2026-11-02")]), Ok(1));
        assert_eq!(stand([day("2026-09-30"), day("2026-10-31"), day("2026-11-02")]), Ok(0));
        assert_eq!(stand([None, None, Some(Day::FIRST)]), Ok(0));
        assert_eq!(Start::standing(&[], |_| Ok::<_, ()>(None)), Ok(0));
    }
}
