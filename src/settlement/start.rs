//! Where a restatement of closed periods can begin.
//!
//! The law: it gives the same as one that begins at the beginning. What a close settled the periods before
//! it by still holds up to the first day that contract or facts say otherwise now, and so do the
//! balances that those periods then ended with: the close that settled them last has kept them.

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

/// What closed periods ended with as they were settled by one close, without what is about payments.
pub type Ends = Vec<(Period, Balances)>;

impl Start {
    /// After the last of some closed periods that stands, if views differ from that day on; none if
    /// there is none. `ends` are those of every close, the last close first, each asked only if those
    /// before did not settle the period.
    ///
    /// # Errors
    /// Those of `ends`.
    pub fn find<E>(
        closed: &[Period],
        differs: Option<Day>,
        ends: impl IntoIterator<Item = Result<Ends, E>>,
    ) -> Result<Option<Self>, E> {
        let stands = |period: &&Period| differs.is_none_or(|day| period.last_day() < day);
        let Some(last) = closed.iter().take_while(stands).last() else { return Ok(None) };
        for ends in ends {
            let mut ends = ends?.into_iter();
            if let Some((_, balances)) = ends.find(|(period, _)| period == last) {
                return Ok(Some(Self { period: last.next(), balances }));
            }
        }
        Ok(None)
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
    use crate::money::Minor;
    use crate::settlement::{BalanceKind, BalanceName};

    #[test]
    fn it_takes_up_what_the_last_close_settled_the_period_by() {
        let months = ["2026-09", "2026-10", "2026-11"].map(|month| month.parse().unwrap());
        let day = |text: &str| text.parse::<Day>().ok();
        let with = |at: usize, loss: i128| {
            let mut balances = Balances::default();
            let name = BalanceName { kind: BalanceKind::Loss, of: "all".to_owned() };
            balances.set(name, Minor(loss));
            (months[at], balances)
        };
        // October's close restated nothing, November's October.
        let closes = [vec![with(1, 5), with(2, 6)], vec![with(1, 2)], vec![with(0, 1)]];
        let find = |differs| {
            let ends = closes.iter().cloned().map(Ok::<_, ()>);
            let start = Start::find(&months, differs, ends).unwrap();
            start.map(|start| (start.period, start.balances))
        };
        assert_eq!(find(None), Some((months[2].next(), with(2, 6).1)));
        assert_eq!(find(day("2026-12-01")), Some((months[2].next(), with(2, 6).1)));
        assert_eq!(find(day("2026-11-30")), Some((months[2], with(1, 5).1)));
        assert_eq!(find(day("2026-10-01")), Some((months[1], with(0, 1).1)));
        assert_eq!(find(day("2026-09-30")), None);
        assert_eq!(find(Some(Day::FIRST)), None);
    }
}
