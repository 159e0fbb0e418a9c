//! What is known from outside: rates that comparable deals were granted, what audits found.

use proptest::prelude::*;
use revshare::calendar::Moment;
use revshare::fact::{AuditFinding, Entry, GrantedRate};
use revshare::money::Ratio;

use super::history::{MONTHS, day, month, when};

/// A granted rate, or a finding, in the rough.
#[derive(Clone, Debug)]
pub(crate) struct Outside {
    pub(crate) granted: bool,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) cents: i64,
    /// Does a grant end after some weeks, and has a finding a day from which interest runs?
    pub(crate) dated: bool,
    pub(crate) comes: usize,
}

impl Outside {
    pub(crate) fn entry(&self, at: usize) -> Entry {
        let id = format!("o-{at}");
        let time: Moment = day(self.month, self.day).parse().expect("a day");
        let on = time.day_in(&"UTC".parse().expect("a zone"));
        let contract = "deal".to_owned();
        if self.granted {
            let until = self.dated.then(|| on.plus(self.cents % 50));
            let (clause, deal) = (String::new(), "another".to_owned());
            let rate = Ratio::new(self.cents % 60, 100);
            return Entry::Grant(GrantedRate { id, time, contract, clause, deal, rate, until });
        }
        let due = format!("{}.{:02}", self.cents / 100, self.cents % 100);
        let last = month(self.month).previous();
        Entry::Audit(AuditFinding {
            id,
            time,
            contract,
            first: last.previous(),
            last,
            from: "platform".into(),
            to: "vendor".into(),
            due: due.parse().expect("a number"),
            paid: "100".parse().expect("a number"),
            cost: "12.34".parse().expect("a number"),
            currency: "USD".parse().expect("a currency"),
            since: self.dated.then(|| on.plus(-40)),
        })
    }
}

/// Some of both.
pub(crate) fn outside() -> impl Strategy<Value = Vec<Outside>> {
    let one = (any::<bool>(), when(), 0..40_000_i64, any::<bool>(), 0..MONTHS);
    let one = one.prop_map(|(granted, (month, day), cents, dated, comes)| Outside {
        granted,
        month,
        day,
        cents,
        dated,
        comes,
    });
    prop::collection::vec(one, 0..4)
}
