//! Minimum guarantees and commitments.

use time::Date;

use super::calendar::Span;
use super::history::{History, Moved};
use super::numbers::whole;
use super::plain_clauses::{Guarantee, Held, Over};
use super::world::{Q, q};

/// Pays what is missing; gives what counts so far.
pub(crate) fn apply(history: &mut History<'_>, at: usize, guarantee: &Guarantee) -> i128 {
    let clause = &history.contract.clauses[at];
    let (held, now) = (&clause.held, history.last());
    let earned = |history: &History<'_>, month: usize| {
        history.counted(month, clause.party, held, guarantee.on, clause.from)
    };
    let name = format!("c{at}");
    let owed = |amount: i128, ground: String, name: String| Moved {
        clause: at,
        kind: "minimum-guarantee",
        name,
        from: clause.from,
        to: clause.party,
        amount,
        ground,
        lot: None,
    };
    let ground = match held.schedules.as_slice() {
        [only] => history.contract.schedules[*only].id.clone(),
        _ => String::new(),
    };
    // A test of the whole ends a window, so what was paid within one is for single periods.
    if let Some(least) = &guarantee.per_period {
        let missing = (history.minor(least) - earned(history, now)).max(0);
        history.moves(owed(missing, ground.clone(), name.clone()));
    }
    let months = match guarantee.cumulative {
        true => (0..=now).filter(|month| held.is_open(history.months[*month].span)).collect(),
        false => history.window(held),
    };
    let counted: i128 = months
        .iter()
        .map(|month| earned(history, *month) + history.did(*month, at, "minimum-guarantee"))
        .sum();
    let span = history.months[now].span;
    let tested = if guarantee.cumulative { held.closes(span) } else { held.ends_with(span) };
    if !tested {
        return counted;
    }
    let amount = if guarantee.cumulative {
        let mut spans = vec![Span::of(held.starts.expect("it has a first day"), span.is_quarter())];
        while !held.closes(spans[spans.len() - 1]) {
            spans.push(spans[spans.len() - 1].next());
        }
        let last_of_each = spans.iter().filter(|span| held.ends_with(**span));
        last_of_each.map(|span| history.round(&due(history, guarantee, held, *span))).sum()
    } else {
        history.round(&due(history, guarantee, held, span))
    };
    history.moves(owed((amount - counted).max(0), ground, name));
    // What a window has added up stands until the next begins, if one does.
    let single = held.begins(span) && held.ends_with(span);
    if (single && !guarantee.cumulative) || held.closes(span) { 0 } else { counted }
}

/// What is guaranteed for the window that ends with a period, in exact minor units.
fn due(history: &History<'_>, guarantee: &Guarantee, held: &Held, last: Span) -> Q {
    let mut amount = whole(history.minor(&guarantee.amount));
    let starts = held.starts;
    let quarter = last.is_quarter();
    let (mut first, mut end) = year(last.last.year());
    let mut years = starts.map_or(0, |day| last.last.year() - day.year());
    if held.over == Over::ContractYear {
        let day = starts.expect("a contract year has a first day");
        years = 0;
        let again = |years: i32| {
            Date::from_calendar_date(day.year() + years, day.month(), day.day())
                .unwrap_or_else(|_| day.next_day().expect("no end of time"))
        };
        while Span::of(again(years + 1), quarter).first <= last.first {
            years += 1;
        }
        (first, end) = (again(years), again(years + 1).previous_day().expect("no first day"));
    }
    if let Some(rise) = &guarantee.escalator {
        for _ in 0..years {
            amount *= q(1, 1) + rise;
        }
    }
    if guarantee.by_days {
        let days = |from: Date, to: Date| q((to - from).whole_days() + 1, 1);
        let from = starts.map_or(first, |day| day.max(first));
        let to = held.ends.map_or(end, |day| day.min(end));
        amount *= days(from, to) / days(first, end);
    }
    amount
}

fn year(of: i32) -> (Date, Date) {
    let day =
        |month: time::Month, day: u8| Date::from_calendar_date(of, month, day).expect("a day");
    (day(time::Month::January, 1), day(time::Month::December, 31))
}
