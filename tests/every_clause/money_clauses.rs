//! Random clauses between what is owed and what arrives.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::deal::{Piece, pair, rate};

fn audit(quarters: bool) -> impl Strategy<Value = Piece> {
    let period = if quarters { "2026-Q1" } else { "2026-02" };
    let extra = (
        option::of((rate(10), 1..300_u32)),
        option::of(rate(9)),
        select(vec![
            "",
            "interest = { since = 2026-03-15, rate = \"9.5%\" }\n",
            "interest = { since = 2026-02-28, base = \"4%\", margin = \"2%\", day-count = \"30/360\" }\n",
        ]),
    );
    (pair(), 0..500_u32, 1..400_u32, any::<bool>(), extra).prop_map(
        move |((from, to), due, difference, over, (threshold, accord, interest))| {
            let paid = if over { due + difference } else { due.saturating_sub(difference) };
            let due = if paid == due { due + 1 } else { due };
            let threshold = threshold.map_or(String::new(), |(rate, cost)| {
                format!("threshold = {rate}\ncost = \"{cost}\"\n")
            });
            let accord = accord.map_or(String::new(), |rate| format!("accord = {rate}\n"));
            // What was agreed is owed whatever is sold.
            Piece::anyway(format!(
                "[[audit]]\nname = \"found\"\nperiod = \"{period}\"\neffective = 2026-05-09\n\
                 from = \"{from}\"\nto = \"{to}\"\ndue = \"{due}\"\npaid = \"{paid}\"\n\
                 {threshold}{accord}{interest}"
            ))
        },
    )
}

fn withholding(name: &'static str) -> impl Strategy<Value = Piece> {
    (pair(), rate(40), any::<bool>()).prop_map(move |((from, to), rate, gross_up)| {
        Piece::new(format!(
            "[[withholding]]\nname = \"{name}\"\nfrom = \"{from}\"\nto = \"{to}\"\nrate = {rate}\n\
             gross-up = {gross_up}"
        ))
    })
}

fn on_account() -> impl Strategy<Value = Piece> {
    let window = select(vec![
        "window = \"calendar-year\"",
        "window = \"contract-year\"\nsince = 2026-04-01",
        "window = \"contract-year\"\nsince = 2025-06-15",
    ]);
    (pair(), window).prop_map(|((from, to), window)| {
        Piece::new(format!("[[on-account]]\nfrom = \"{from}\"\nto = \"{to}\"\n{window}"))
    })
}

fn late_interest() -> impl Strategy<Value = Piece> {
    let rate = select(vec![
        "rate = \"9%\"",
        "base = \"5%\"\nmargin = \"1.5%\"\nday-count = \"actual/360\"",
        "rate = \"24%\"\nday-count = \"30/360\"\ncompounding = \"monthly\"",
    ]);
    (rate, 1..=4_u8).prop_map(|(rate, month)| {
        Piece::new(format!("[late-interest]\neffective = 2026-{month:02}-01\n{rate}"))
    })
}

fn minimum_payments() -> impl Strategy<Value = Vec<Piece>> {
    let direction = |(from, to): (&str, &str)| format!("from = \"{from}\"\nto = \"{to}\"");
    let what = prop_oneof![
        2 => (1..300_u32).prop_map(|least| format!("amount = \"{least}\"")),
        1 => Just("hold = true".to_owned()),
    ];
    let until = select(vec!["", "until = 2026-07-10"]);
    let own = option::of((pair(), what, until).prop_map(move |(pair, what, until)| {
        Piece::new(format!("[[minimum-payment]]\n{what}\n{}\n{until}", direction(pair)))
    }));
    let all = option::of(
        (1..200_u32)
            .prop_map(|least| Piece::new(format!("[[minimum-payment]]\namount = \"{least}\""))),
    );
    (own, all).prop_map(|(own, all)| own.into_iter().chain(all).collect())
}

fn overpayment() -> impl Strategy<Value = Piece> {
    (1..=3_u8, select(vec!["", "expires = 2"])).prop_map(|(month, expires)| {
        Piece::new(format!("[overpayment]\neffective = 2026-{month:02}-01\n{expires}"))
    })
}

fn payment() -> impl Strategy<Value = Piece> {
    let days = select(vec![
        "days = 15",
        "days = 45\ncalendar = \"weekends\"\nroll = \"preceding\"\nholidays = [2026-03-17]",
    ]);
    days.prop_map(|days| Piece::new(format!("[payment]\n{days}")))
}

/// Any of them together.
pub(crate) fn between_parties(quarters: bool) -> impl Strategy<Value = Vec<Piece>> {
    let found = (option::of(audit(quarters)), option::of(withholding("first")));
    let taxed = option::weighted(0.2, withholding("second"));
    let paid = (option::of(late_interest()), option::of(overpayment()), option::of(payment()));
    (found, taxed, option::weighted(0.3, on_account()), minimum_payments(), paid).prop_map(
        |((audit, first), second, account, minimums, (interest, overpaid, terms))| {
            let each = [audit, first, second, account, interest, overpaid, terms];
            each.into_iter().flatten().chain(minimums).collect()
        },
    )
}
