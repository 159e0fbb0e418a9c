//! What a pinch of lines has wrong with it: one fault each, as they come from real exports.

use super::line::Line;

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Fields,
    Missing,
    Number,
    Time,
    Currency,
    Kind,
    Sign,
    Unpriced,
}

impl Fault {
    pub(super) const ALL: [Self; 8] = [
        Self::Fields,
        Self::Missing,
        Self::Number,
        Self::Time,
        Self::Currency,
        Self::Kind,
        Self::Sign,
        Self::Unpriced,
    ];

    /// The code that such a line is rejected with.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Fields => "I007",
            Self::Missing => "I012",
            Self::Number => "I013",
            Self::Time => "I015",
            Self::Currency => "I016",
            Self::Kind => "I017",
            Self::Sign => "I018",
            Self::Unpriced => "I019",
        }
    }
}

/// A charge with a fault, and what can still be read of it.
pub(super) struct Spoilt {
    pub(super) fault: Fault,
    pub(super) text: String,
    pub(super) has_currency: bool,
    /// Zero if it cannot be read.
    pub(super) amount: i64,
}

const ID: usize = 0;
const TIME: usize = 1;
const KIND: usize = 5;
const QUANTITY: usize = 6;
const AMOUNT: usize = 8;
const CURRENCY: usize = 9;

impl Spoilt {
    /// Spoils the text of a charge (without its line end).
    pub(super) fn of(line: &Line, text: &str, draw: u64) -> Self {
        let fault = Fault::ALL[(draw % 8) as usize];
        let fields: Vec<String> = text.split(',').map(str::to_owned).collect();
        let spoilt = Self { fault, text: String::new(), has_currency: true, amount: line.amount };
        spoilt.with(fields, draw >> 3)
    }

    fn with(mut self, mut fields: Vec<String>, draw: u64) -> Self {
        let one_of = |list: &[&str]| list[(draw % list.len() as u64) as usize].to_owned();
        match self.fault {
            Fault::Fields => {
                if draw & 1 == 0 {
                    fields.pop();
                } else {
                    fields.push("resent".to_owned());
                }
                (self.has_currency, self.amount) = (false, 0);
            }
            Fault::Missing => {
                let missing = [ID, TIME, KIND, CURRENCY][(draw % 4) as usize];
                self.has_currency = missing != CURRENCY;
                fields[missing].clear();
            }
            Fault::Number if draw & 1 == 0 => fields[QUANTITY] = one_of(&["n/a", "1e6", "12k"]),
            Fault::Number => {
                fields[AMOUNT] = one_of(&["\"1,234.50\"", "$12.30", "12.3O", "(4.00)"]);
                self.amount = 0;
            }
            Fault::Time => {
                fields[TIME] = one_of(&[
                    "5/10/26",
                    "2026-10-05 13:45:12",
                    "2026-13-05T00:00:00Z",
                    "yesterday",
                ]);
            }
            Fault::Currency => {
                fields[CURRENCY] = one_of(&["usd", "EURO", "$", "ZZZ"]);
                self.has_currency = false;
            }
            Fault::Kind => fields[KIND] = one_of(&["sale", "Charge", "REFUND"]),
            Fault::Sign if draw & 1 == 0 => fields[KIND] = "refund".to_owned(),
            Fault::Sign => {
                fields[AMOUNT].insert(0, '-');
                self.amount = -self.amount;
            }
            Fault::Unpriced => {
                fields[AMOUNT].clear();
                self.amount = 0;
            }
        }
        Self { text: fields.join(","), ..self }
    }
}
