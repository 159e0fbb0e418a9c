//! A number and what it was made of.
//!
//! The law: where a node has parts, they add up to it exactly. What was rounded has a part that
//! says so. What a number was computed from otherwise, such as the base of a rate, is its basis.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::calendar::Day;
use crate::fact::{Cell, Key, Payment, Table};
use crate::money::{Currency, Minor, Ratio};

/// A number and what it was made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Node {
    /// What it is.
    pub title: String,
    /// The amount as a plain decimal, or a fraction where a decimal has no end; none for a heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// The rule, the clause's place, the exact value before rounding, prices.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
    /// Its parts: they add up to it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub children: Vec<Node>,
    /// What it was computed from otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub basis: Vec<Node>,
    /// The cells of the tally that it stands for, if it is a leaf of facts.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub keys: Vec<Key>,
    /// The rates of exchange that it was converted by.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub rates: Vec<Listed>,
    /// The payments that it stands for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub payments: Vec<Payment>,
    /// The facts from outside that it rests on: their table and id.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub facts: Vec<(Table, String)>,
    #[serde(skip)]
    pub(super) exact: Option<Ratio>,
    /// What is told under the same name is the same, and told once.
    #[serde(skip)]
    pub(super) name: Option<String>,
    #[serde(skip)]
    pub(super) level: Level,
    #[serde(skip)]
    pub(super) cell: Option<Cell>,
}

/// Rates of exchange as listed: of a currency against the contract's, either way round.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Listed {
    /// The other currency.
    #[schemars(with = "String")]
    pub currency: Currency,
    /// The first day that counts.
    #[schemars(with = "String")]
    pub from: Day,
    /// The last day that counts.
    #[schemars(with = "String")]
    pub to: Day,
}

/// Levels that are left out where they hold one thing only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Level {
    #[default]
    Own,
    Product,
    Day,
}

impl Node {
    /// The cells of the tally below it, in order of the tree; the input rows are behind them.
    pub fn all_keys(&self) -> Vec<&Key> {
        self.all().into_iter().flat_map(|node| &node.keys).collect()
    }

    /// The amount, exactly.
    pub fn exact(&self) -> Option<&Ratio> {
        self.exact.as_ref()
    }

    /// A node at or below this one whose parts do not add up to it; there is none, by law.
    pub fn unfounded(&self) -> Option<&Self> {
        let breaks = |node: &&Self| {
            let parts = !node.children.is_empty() && node.exact.is_some();
            parts && !node.rest().is_zero()
        };
        self.all().into_iter().find(breaks)
    }

    /// The node and all below it, in order of the tree.
    pub fn all(&self) -> Vec<&Self> {
        let below = self.children.iter().chain(&self.basis).flat_map(Self::all);
        std::iter::once(self).chain(below).collect()
    }

    pub(super) fn titled(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// An amount of money as shown.
    pub(super) fn money(title: impl Into<String>, amount: Minor, currency: Currency) -> Self {
        let exact = Some(amount.to_ratio(currency));
        Self { amount: Some(amount.display(currency)), exact, ..Self::titled(title) }
    }

    /// An exact number.
    pub(super) fn exactly(title: impl Into<String>, exact: Ratio) -> Self {
        Self { amount: Some(exact.to_plain()), exact: Some(exact), ..Self::titled(title) }
    }

    /// The same, resting on facts from outside.
    pub(super) fn resting_on(mut self, facts: &[(Table, String)]) -> Self {
        self.facts.extend_from_slice(facts);
        self
    }

    pub(super) fn noting(mut self, note: impl Into<String>) -> Self {
        let note = note.into();
        if !note.is_empty() {
            self.notes.push(note);
        }
        self
    }

    pub(super) fn over(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    pub(super) fn from(mut self, basis: impl IntoIterator<Item = Self>) -> Self {
        self.basis.extend(basis);
        self
    }

    /// What its parts come to.
    pub(super) fn sum(nodes: &[Self]) -> Ratio {
        nodes.iter().filter_map(|node| node.exact.as_ref()).sum()
    }

    /// What its parts leave of it.
    pub(super) fn rest(&self) -> Ratio {
        self.exact.clone().unwrap_or_default() - Self::sum(&self.children)
    }

    /// With a part for what rounding, or something else that has a name, makes of the other parts.
    pub(super) fn closed_by(mut self, title: &str) -> Self {
        let rest = self.rest();
        if !self.children.is_empty() && !rest.is_zero() {
            self.children.push(Self::exactly(title, rest));
        }
        self
    }

    /// The same with levels of one left out, and what was told before told in two words.
    pub(super) fn finished(mut self) -> Self {
        self.collapse();
        self.elide(&mut BTreeSet::new());
        self
    }

    fn collapse(&mut self) {
        self.children.iter_mut().chain(&mut self.basis).for_each(Self::collapse);
        if self.level == Level::Day && self.children.len() == 1 {
            let only = self.children.remove(0);
            *self = Self { title: format!("{} {}", self.title, only.title), ..only };
        }
        let products = self.children.iter().filter(|child| child.level == Level::Product).count();
        if products == 1 {
            let lifted = std::mem::take(&mut self.children).into_iter();
            self.children = lifted
                .flat_map(|child| match child.level {
                    Level::Product => child.children,
                    Level::Own | Level::Day => vec![child],
                })
                .collect();
        }
    }

    fn elide(&mut self, told: &mut BTreeSet<String>) {
        let below = !self.children.is_empty() || !self.basis.is_empty();
        if let Some(name) = self.name.clone().filter(|_| below)
            && !told.insert(name)
        {
            self.children.clear();
            self.basis.clear();
            self.notes = vec!["as above".to_owned()];
            return;
        }
        self.children.iter_mut().chain(&mut self.basis).for_each(|node| node.elide(told));
    }
}
