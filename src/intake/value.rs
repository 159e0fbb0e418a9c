//! Texts that are numbers, times and codes: what is certain is read, what needs a guess is refused
//! with the reason.

use super::codes;
use super::reject::Refusal;
use crate::calendar::{Day, Moment, Zone};
use crate::money::{Currency, Exact, Ratio};

/// A plain decimal.
pub(super) fn exact(text: &str) -> Result<Exact, Refusal> {
    text.parse().map_err(|_| {
        let long = plain(text) && text.len() > 28;
        let why = if long { "it has more than 28 digits" } else { fault(text) };
        let help = if long {
            "look for a wrong unit: no amount of money needs so many"
        } else {
            "write digits and at most one point, such as -1234.50"
        };
        Refusal::new(&codes::NUMBER, format!("{text:?} is not a plain decimal: {why}")).help(help)
    })
}

/// Nothing but digits, signs and points.
fn plain(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte))
}

fn fault(text: &str) -> &'static str {
    let has = |chars: &[char]| text.contains(chars);
    if text != text.trim() {
        "there is a blank around it"
    } else if has(&['$', '€', '£', '¥']) {
        "a currency sign is not part of a number"
    } else if has(&[',']) {
        "a comma could group thousands or start the fraction"
    } else if has(&['e', 'E']) && text.bytes().any(|byte| byte.is_ascii_digit()) {
        "an exponent hides how exact it is"
    } else if text.starts_with('(') {
        "parentheses are not a sign"
    } else if plain(text) {
        "the sign or the point is out of place"
    } else if plain(&text.replace(['\'', '_', ' '], "")) {
        "thousands are written without a sign between them"
    } else {
        "it has other characters than digits"
    }
}

/// A number times an exact factor, if the product has an end within 28 digits.
pub(super) fn times(value: Exact, factor: &Ratio) -> Result<Exact, Refusal> {
    let product = value.to_ratio() * factor.clone();
    product.to_plain().parse().map_err(|_| {
        Refusal::new(
            &codes::NUMBER,
            format!("{value} times {} has no exact decimal form", factor.to_plain()),
        )
        .help("scale by a power of ten, or by a factor whose products end")
    })
}

/// A time: RFC 3339 or a plain date; where a feed's zone is known, also without one.
pub(super) fn moment(text: &str, zone: Option<&Zone>) -> Result<Moment, Refusal> {
    let read = match zone {
        Some(zone) => Moment::parse_in(text, zone),
        None => text.parse(),
    };
    read.map_err(|_| not_a_time(text, zone))
}

fn not_a_time(text: &str, zone: Option<&Zone>) -> Refusal {
    let (why, help) = if text.contains('/') {
        ("which number is the day, which the month?", "write the date as 2026-10-31")
    } else if text != text.trim() {
        ("there is a blank around it", "write it without blanks around it")
    } else if let (Some(zone), Ok(_)) = (zone, Moment::parse_in(text, &Zone::utc())) {
        let why = format!("the clock of {zone} showed it twice or never");
        return Refusal::new(&codes::TIME, format!("{text:?} is not a certain time: {why}"))
            .help("write the offset, such as 2026-10-25T02:30:00+02:00");
    } else if zone.is_none() && Moment::parse_in(text, &Zone::utc()).is_ok() {
        ("in which time zone?", "write 2026-10-31T08:00:00Z, or name the zone in revshare.toml")
    } else {
        (
            "it is neither RFC 3339 nor a plain date",
            "write it as 2026-10-31T08:00:00Z or 2026-10-31",
        )
    };
    Refusal::new(&codes::TIME, format!("{text:?} is not a certain time: {why}")).help(help)
}

/// A day: a plain date; where the feed's zone is known, also the day of an instant there.
pub(super) fn day(text: &str, zone: Option<&Zone>) -> Result<Day, Refusal> {
    match (moment(text, zone)?, zone) {
        (Moment::On(day), _) => Ok(day),
        (at @ Moment::At { .. }, Some(zone)) => Ok(at.day_in(zone)),
        (Moment::At { .. }, None) => Err(Refusal::new(
            &codes::TIME,
            format!("{text:?} is an instant, and a day is needed here"),
        )
        .help("write the date alone, as 2026-10-31")),
    }
}

/// A code of ISO 4217.
pub(super) fn currency(text: &str) -> Result<Currency, Refusal> {
    text.parse().map_err(|unknown| {
        let refusal = Refusal::new(&codes::CURRENCY, format!("{unknown}"));
        let upper = text.trim().to_uppercase();
        match upper.parse::<Currency>() {
            Ok(_) => refusal.help(format!("write {upper}")),
            Err(_) => refusal.help("write the three capitals of ISO 4217"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_need_a_guess() {
        for (text, reason) in [
            ("$10,100.00 ", "blank around"),
            ("$10,100.00", "currency sign"),
            ("1e5", "exponent"),
            ("10,100.00", "thousands"),
            ("1 000", "thousands"),
            ("0.00 ", "blank around"),
            ("(5)", "parentheses"),
            (".5", "out of place"),
            ("--5", "out of place"),
            ("five", "other characters"),
            ("12345678901234567890123456789.1", "28 digits"),
        ] {
            let refusal = exact(text).unwrap_err();
            assert!(refusal.message.contains(reason), "{text}: {}", refusal.message);
        }
        assert_eq!(exact("-17.00").unwrap(), exact("-17").unwrap());
    }

    #[test]
    fn times_that_need_a_guess() {
        let reason = |text, zone: Option<&Zone>| moment(text, zone).unwrap_err().message;
        assert!(reason("5/1/25", Some(&Zone::utc())).contains("which the month"));
        assert!(reason("2026-10-31 08:00:00", None).contains("zone"));
        assert!(moment("2026-10-31 08:00:00", Some(&Zone::utc())).is_ok());
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        assert!(reason("2026-10-25 02:30:00", Some(&berlin)).contains("twice or never"));
        assert!(day("2026-10-31T08:00:00Z", None).is_err());
    }

    #[test]
    fn scaling_is_exact_or_refused() {
        let million = Ratio::whole(1_000_000);
        assert_eq!(times(exact("0.50").unwrap(), &million).unwrap(), exact("500000").unwrap());
        assert!(times(exact("1").unwrap(), &Ratio::new(1, 3)).is_err());
    }
}
