//! The catalogue of what can be wrong with a contract.
//!
//! Numbers are never reused: a script may match them.

use crate::finding::{Code, Severity};

const fn error(id: &'static str, title: &'static str) -> Code {
    Code { id, title, severity: Severity::Error }
}

/// The text is not TOML.
pub static SYNTAX: Code = error("C001", "the file is not TOML");
/// A key that means nothing here.
pub static UNKNOWN_KEY: Code = error("C002", "a key is not known here");
/// A key without which there is no deal.
pub static MISSING_KEY: Code = error("C003", "a key is missing");
/// A list where a text belongs, and the like.
pub static WRONG_TYPE: Code = error("C004", "a value is of the wrong type");
/// An amount, price, rate or share without quotes.
pub static UNQUOTED: Code = error("C005", "an exact number is written without quotes");
/// A text that is not an exact number.
pub static NOT_A_NUMBER: Code = error("C006", "a text is not an exact number");
/// A number that cannot be meant.
pub static OUT_OF_RANGE: Code = error("C007", "a number is out of range");
/// A word that is not one of the listed ones.
pub static UNKNOWN_WORD: Code = error("C008", "a word is not one of those allowed");
/// A name that is empty, reserved, or has blanks around it.
pub static BAD_NAME: Code = error("C009", "a name cannot be used");
/// One name for two things.
pub static DUPLICATE: Code = error("C010", "a name is used twice");
/// A party that `[parties]` does not declare.
pub static UNKNOWN_PARTY: Code = error("C011", "a party is not declared");
/// Shares that are not a whole.
pub static SHARES: Code = error("C012", "the shares of a split do not add up");
/// No code of ISO 4217.
pub static UNKNOWN_CURRENCY: Code = error("C013", "a currency is not known");
/// No IANA zone.
pub static UNKNOWN_ZONE: Code = error("C014", "a time zone is not known");
/// A day written as a text, with a time, or one that does not exist.
pub static NOT_A_DAY: Code = error("C015", "a day is not written as one");
/// Terms that are not in the order of time.
pub static TERMS_ORDER: Code = error("C016", "terms are not in the order of their days");
/// Two versions for one day.
pub static TERMS_OVERLAP: Code = error("C017", "two versions of the terms begin on one day");
/// A schedule that no fact can come to.
pub static UNREACHABLE_SCHEDULE: Code = error("C018", "a schedule can never be reached");
/// A rate that can never price anything.
pub static UNREACHABLE_RATE: Code = error("C019", "a rate can never be reached");
/// A deduction whose facts an earlier one takes.
pub static UNREACHABLE_DEDUCTION: Code = error("C020", "a deduction can never be reached");
/// A key of another basis.
pub static WRONG_BASIS: Code = error("C021", "a key belongs to another basis");
/// Nobody sells, bears or provides.
pub static MISSING_ROLE: Code = error("C022", "a schedule lacks a seller, bearer or provider");
/// Somebody pays itself.
pub static SAME_PARTY: Code = error("C023", "a fee is owed by a party to itself");
/// A contract with itself.
pub static FEW_PARTIES: Code = error("C024", "a contract has fewer than two parties");
/// Nobody there to take the remainder.
pub static REMAINDER_PARTY: Code = error("C025", "the remainder goes to a party without a share");
/// A key that says nothing without another.
pub static NO_EFFECT: Code = error("C026", "a key has no effect without another");
/// A window that ends before it begins.
pub static EMPTY_WINDOW: Code = error("C027", "a window ends before it begins");
/// A ceiling of something unknown.
pub static BAD_CEILING: Code = error("C028", "a ceiling cannot be read");
/// Two keys of which only one can hold.
pub static EXCLUSIVE: Code = error("C029", "two keys exclude each other");
/// A list or table with nothing in it.
pub static EMPTY: Code = error("C030", "a list has nothing in it");
/// A shared-cost rule that no cost can come to.
pub static UNREACHABLE_RULE: Code = error("C031", "a shared-cost rule can never be reached");
/// A tier table that leaves a gap or can never be climbed.
pub static TIERS: Code = error("C040", "a tier table does not start at 0 or does not rise");
/// A schedule that the contract does not have.
pub static UNKNOWN_SCHEDULE: Code = error("C041", "a schedule is not declared");
/// One party in two places of a split, or a group that goes by a party's name.
pub static GROUP: Code = error("C042", "a party or group stands twice in a split");
/// Sales one by one under a measure that is no money.
pub static SALES_BY_UNIT: Code = error("C043", "a tier that is looked at by sale measures a unit");
/// A tier for everything since a beginning that there is not.
pub static NO_BEGINNING: Code =
    error("C044", "a retroactive tier goes back to the beginning of a trailing window");
/// A test at the end of what never ends.
pub static NEVER_TESTED: Code = error("C061", "a clause is tested at an end that never comes");
/// Grants that are not in the order of time.
pub static GRANT_ORDER: Code = error("C062", "grants are not in the order of their days");
/// An amount in a currency that the contract has no rule for.
pub static NOT_CONVERTED: Code = error("C070", "an amount in another currency cannot be converted");
/// An audit that found what was known.
pub static AUDIT_OF_NOTHING: Code = error("C080", "an audit found no difference");
/// A tax of all there is.
pub static NOTHING_ARRIVES: Code = error("C081", "a withholding tax leaves nothing");
/// A payment clause for what an earlier one covers.
pub static UNREACHABLE_PAYMENT: Code = error("C082", "a payment clause can never be reached");
/// A period of another length, or one that does not lie before the day that speaks of it.
pub static WRONG_PERIOD: Code = error("C083", "a period is not one that this clause can mean");

/// Tiers without a price for the first unit.
pub static TIERS_FROM_ZERO: Code = error("C100", "the tiers of a rate do not begin at zero");
/// Tiers out of order.
pub static TIERS_RISE: Code = error("C101", "the tiers of a rate do not rise");
/// A price of single sales that depends on how many there are.
pub static NOT_OF_SALES: Code = error("C102", "a key cannot stand where single sales are priced");
/// A part of a bundle that is sold as several itself.
pub static NESTED_BUNDLE: Code = error("C103", "a bundle is a part of a bundle");
/// Terms that are never in force.
pub static AFTER_END: Code = error("C104", "terms begin after the end of their schedule");

/// Every code of this part, in order.
pub static ALL: &[&Code] = &[
    &SYNTAX,
    &UNKNOWN_KEY,
    &MISSING_KEY,
    &WRONG_TYPE,
    &UNQUOTED,
    &NOT_A_NUMBER,
    &OUT_OF_RANGE,
    &UNKNOWN_WORD,
    &BAD_NAME,
    &DUPLICATE,
    &UNKNOWN_PARTY,
    &SHARES,
    &UNKNOWN_CURRENCY,
    &UNKNOWN_ZONE,
    &NOT_A_DAY,
    &TERMS_ORDER,
    &TERMS_OVERLAP,
    &UNREACHABLE_SCHEDULE,
    &UNREACHABLE_RATE,
    &UNREACHABLE_DEDUCTION,
    &WRONG_BASIS,
    &MISSING_ROLE,
    &SAME_PARTY,
    &FEW_PARTIES,
    &REMAINDER_PARTY,
    &NO_EFFECT,
    &EMPTY_WINDOW,
    &BAD_CEILING,
    &EXCLUSIVE,
    &EMPTY,
    &UNREACHABLE_RULE,
    &TIERS,
    &UNKNOWN_SCHEDULE,
    &GROUP,
    &SALES_BY_UNIT,
    &NO_BEGINNING,
    &NEVER_TESTED,
    &GRANT_ORDER,
    &NOT_CONVERTED,
    &AUDIT_OF_NOTHING,
    &NOTHING_ARRIVES,
    &UNREACHABLE_PAYMENT,
    &WRONG_PERIOD,
    &TIERS_FROM_ZERO,
    &TIERS_RISE,
    &NOT_OF_SALES,
    &NESTED_BUNDLE,
    &AFTER_END,
];

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn numbered_in_order_each_once() {
        assert!(ALL.iter().all(|code| code.id.len() == 4 && code.id.starts_with('C')));
        assert!(ALL.is_sorted_by(|one, other| one.id < other.id));
    }
}
