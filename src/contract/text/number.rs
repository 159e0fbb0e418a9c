//! Amounts, prices, rates and shares: exact decimals in quotes.
//!
//! Refuses a TOML number where one of them belongs (a float cannot hold 0.1), a sign that cannot
//! be meant, more digits than the currency has, and a bare number above 1 where a rate belongs,
//! for `"15"` would be 1500%.

use super::reader::Reader;
use super::tree::{Node, Value};
use crate::contract::codes;
use crate::money::{Currency, Exact, Minor, Ratio, Rounding};

impl Reader<'_> {
    /// The text of an exact number.
    pub(super) fn quoted<'n>(&mut self, node: &'n Node, example: &str) -> Option<&'n str> {
        match &node.value {
            Value::Text(text) => Some(text),
            Value::Whole(_) | Value::Float => {
                let (name, raw) = (&node.name, self.written(&node.at));
                let message = format!("`{name}` is written as a number without quotes");
                let help = format!("exact numbers stand in quotes: {name} = \"{raw}\"");
                self.complain(&codes::UNQUOTED, &node.at, message, help);
                None
            }
            Value::Truth(_) | Value::Day(_) | Value::Time | Value::List(_) | Value::Table(_) => {
                self.mistyped(node, "an exact number", &format!("it in quotes: {example}"));
                None
            }
        }
    }

    /// A rate or share, not below zero: `"12.5%"`, `"1/3"`, `"0.125"`.
    pub(super) fn fraction(&mut self, node: &Node) -> Option<Ratio> {
        let text = self.quoted(node, &format!("{} = \"12.5%\"", node.name))?;
        self.fraction_in(text, node)
    }

    /// The same for a part of a text.
    pub(super) fn fraction_in(&mut self, text: &str, node: &Node) -> Option<Ratio> {
        let Ok(ratio) = text.parse::<Ratio>() else {
            let message = format!("{text:?} is not an exact fraction");
            let help = "write it as \"12.5%\", \"1/3\" or \"0.125\"";
            self.complain(&codes::NOT_A_NUMBER, &node.at, message, help);
            return None;
        };
        if ratio.is_negative() {
            self.below_zero(node, text);
            return None;
        }
        if ratio > Ratio::one() && !text.ends_with('%') {
            let message = format!("{text:?} is {ratio} where a rate belongs");
            let help = format!("write \"{text}%\" if per cent is meant, else \"{ratio}\"");
            self.complain(&codes::OUT_OF_RANGE, &node.at, message, help);
            return None;
        }
        Some(ratio)
    }

    /// A rate of at most all.
    pub(super) fn part(&mut self, node: &Node) -> Option<Ratio> {
        let ratio = self.fraction(node)?;
        if ratio > Ratio::one() {
            let message = format!("`{}` is {ratio}, more than all there is", node.name);
            self.complain(&codes::OUT_OF_RANGE, &node.at, message, "write at most \"100%\"");
            return None;
        }
        Some(ratio)
    }

    fn below_zero(&mut self, node: &Node, text: &str) {
        let message = format!("`{}` is {text}, below zero", node.name);
        let help = "write it without a sign: the key says in which direction it goes";
        self.complain(&codes::OUT_OF_RANGE, &node.at, message, help);
    }

    /// A price: a plain decimal in major units, not below zero, with as many digits as it needs.
    pub(super) fn price(&mut self, node: &Node) -> Option<Exact> {
        let text = self.quoted(node, &format!("{} = \"21.50\"", node.name))?;
        self.decimal(text, node)
    }

    fn decimal(&mut self, text: &str, node: &Node) -> Option<Exact> {
        let Ok(exact) = text.parse::<Exact>() else {
            let message = format!("{text:?} is not a plain decimal of at most 28 digits");
            let help = format!("write digits and at most one point: {} = \"1234.50\"", node.name);
            self.complain(&codes::NOT_A_NUMBER, &node.at, message, help);
            return None;
        };
        if exact.is_negative() {
            self.below_zero(node, text);
            return None;
        }
        Some(exact)
    }

    /// An amount of the contract's currency, no finer than its minor unit.
    pub(super) fn amount(&mut self, node: &Node) -> Option<Minor> {
        self.amount_in(node, self.currency)
    }

    /// An amount of a currency, no finer than its minor unit; none if the currency could not be read.
    pub(super) fn amount_in(&mut self, node: &Node, currency: Option<Currency>) -> Option<Minor> {
        let text = self.quoted(node, &format!("{} = \"500\"", node.name))?;
        let exact = self.decimal(text, node)?;
        let currency = currency?;
        let digits = text.split_once('.').map_or(0, |(_, digits)| digits.len());
        if digits > currency.digits() as usize {
            let message = format!("{text:?} has more digits after the point than {currency}");
            let help = match currency.digits() {
                0 => format!("{currency} has no minor unit: write a whole number"),
                digits => format!("{currency} has {digits}: write at most so many"),
            };
            self.complain(&codes::OUT_OF_RANGE, &node.at, message, help);
            return None;
        }
        // No digit is lost: the text has no more of them than the minor unit.
        let Ok(minor) = Minor::round(&exact.to_ratio(), currency, Rounding::Down) else {
            let message = format!("{text} is beyond what a statement can hold");
            self.complain(&codes::OUT_OF_RANGE, &node.at, message, "write a smaller amount");
            return None;
        };
        Some(minor)
    }

    /// For how many units a price is: a whole number above zero, with or without quotes.
    pub(super) fn per(&mut self, node: &Node) -> Option<Exact> {
        let example = format!("{} = 1_000_000", node.name);
        let read = match &node.value {
            Value::Whole(number) => Some(Exact::from(*number)),
            Value::Text(text) => text.parse::<Exact>().ok(),
            Value::Float
            | Value::Truth(_)
            | Value::Day(_)
            | Value::Time
            | Value::List(_)
            | Value::Table(_) => {
                self.mistyped(node, "a whole number", &example);
                return None;
            }
        };
        let whole = |exact: &Exact| exact.to_ratio() == Ratio::whole(exact.to_ratio().trunc());
        let good = read.filter(|exact| exact.is_positive() && whole(exact));
        if good.is_none() {
            let written = node.as_text().unwrap_or_else(|| self.written(&node.at));
            let message = format!("`{}` is {written}, not a whole number above zero", node.name);
            self.complain(&codes::OUT_OF_RANGE, &node.at, message, format!("write {example}"));
        }
        good
    }

    /// A whole number of months above zero.
    pub(super) fn months(&mut self, node: &Node) -> Option<u32> {
        let Value::Whole(number) = node.value else {
            self.mistyped(node, "a whole number", &format!("{} = 12", node.name));
            return None;
        };
        let months = u32::try_from(number).ok().filter(|months| *months > 0);
        if months.is_none() {
            let message = format!("`{}` is {number}, not a number of months above zero", node.name);
            let help = format!("write {} = 12, or leave it out for no limit", node.name);
            self.complain(&codes::OUT_OF_RANGE, &node.at, message, help);
        }
        months
    }
}
