//! The law of restatement: after every close, what was settled so far is what would have been
//! settled had all that is known by then, and the contract that holds by then, been there in time.

use proptest::prelude::*;
use revshare::contract::Contract;

use super::book::{Total, close_all, in_time};
use super::config;
use super::deals::{cash, deal, written};
use super::history::{History, MONTHS, history};

fn read(text: &str) -> Result<Contract, TestCaseError> {
    Contract::parse("deal.toml", text).map_err(|list| TestCaseError::fail(format!("{list:#?}")))
}

fn holds(history: &History, agreed: [&Contract; MONTHS]) -> Result<(), TestCaseError> {
    close_all(history, &agreed, |at, closes| {
        let so_far = closes.settlements();
        let begins = so_far[0].period;
        let due = in_time(history, agreed[at], at, begins);
        prop_assert_eq!(
            Total::of(&so_far),
            Total::of(&due),
            "at the close of {}",
            so_far[so_far.len() - 1].period
        );
        Ok(())
    })
    .map(|_| ())
}

proptest! {
    #![proptest_config(config(24))]

    /// One contract from the beginning.
    #[test]
    fn what_comes_late_is_settled_as_if_it_had_come_in_time(
        text in deal(), cash in cash(), history in history(),
    ) {
        let contract = read(&written(&text, &cash, ""))?;
        holds(&history, [&contract; MONTHS])?;
    }

    /// Twice another contract is agreed, for all that was settled too.
    #[test]
    fn what_is_agreed_late_is_settled_as_if_it_had_held_in_time(
        texts in prop::array::uniform3(deal()), cash in cash(), history in history(),
        (first, second) in (1..MONTHS, 1..MONTHS),
    ) {
        let [a, b, c] = texts.each_ref().map(|text| read(&written(text, &cash, "")));
        let (a, b, c) = (a?, b?, c?);
        let mut agreed = [&a; MONTHS];
        agreed[first.min(second)..].fill(&b);
        agreed[first.max(second)..].fill(&c);
        holds(&history, agreed)?;
    }
}
