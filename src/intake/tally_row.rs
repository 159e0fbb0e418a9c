//! One row of a tally: texts by the names of their columns, read as keys, sums and counts. It refuses
//! what is not exactly one of those; a column that is not there says nothing.

use std::collections::BTreeMap;

use crate::fact::{Cell, Charged, Count, Key, Kind, Sale, Table};
use crate::money::Exact;

/// One row by the names of its columns.
pub(super) struct Row<'a> {
    pub(super) line: u64,
    pub(super) cells: BTreeMap<&'a str, &'a str>,
}

/// What is wrong with a row: the column and what was found there.
pub(super) struct Wrong(pub(super) &'static str, pub(super) String);

impl<'a> Row<'a> {
    pub(super) fn text(&self, name: &str) -> &'a str {
        self.cells.get(name).copied().unwrap_or_default()
    }

    pub(super) fn parse<T: std::str::FromStr>(&self, name: &'static str) -> Result<T, Wrong> {
        self.text(name).parse().map_err(|_| Wrong(name, self.text(name).to_owned()))
    }

    pub(super) fn optional<T: std::str::FromStr>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, Wrong> {
        if self.text(name).is_empty() { Ok(None) } else { self.parse(name).map(Some) }
    }

    /// A sum: a plain decimal, and units of 10⁻²⁸ beside it.
    pub(super) fn sum(&self, name: &'static str, e28: &'static str) -> Result<Exact, Wrong> {
        let read = |column: &'static str, text: &str| -> Result<Exact, Wrong> {
            if text.is_empty() {
                return Ok(Exact::ZERO);
            }
            let json = serde_json::Value::String(text.to_owned());
            serde_json::from_value(json).map_err(|_| Wrong(column, self.text(column).to_owned()))
        };
        let units = self.text(e28);
        let (sign, digits) = units.strip_prefix('-').map_or(("", units), |digits| ("-", digits));
        let small = if digits.is_empty() {
            String::new()
        } else {
            let padded = format!("{digits:0>29}");
            let (whole, rest) = padded.split_at_checked(padded.len() - 28).unwrap_or_default();
            format!("{sign}{whole}.{rest}")
        };
        Ok(read(name, self.text(name))? + read(e28, &small)?)
    }

    pub(super) fn count(&self) -> Result<Count, Wrong> {
        Ok(Count { rows: self.parse("rows")?, amount: self.sum("amount", "amount_e28")? })
    }

    pub(super) fn key(&self, table: Table, source: &str) -> Result<Key, Wrong> {
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == self.text("kind"));
        let kind = kind.filter(|kind| kind.table() == table);
        let text = |name| self.text(name).to_owned();
        let charged = self.optional("charged_day")?;
        let charged = charged.map(|day| Charged { day, product: text("charged_product") });
        Ok(Key {
            day: self.parse("day")?,
            kind: kind.ok_or_else(|| Wrong("kind", text("kind")))?,
            product: text("product"),
            channel: text("channel"),
            region: text("region"),
            customer: text("customer"),
            deal: text("deal"),
            category: text("category"),
            unit: text("unit"),
            currency: self.optional("currency")?,
            unpriced: self.optional("unpriced")?.unwrap_or(false),
            charged,
            own: self.optional("own_day")?,
            sale: self.sale(source)?.map(Box::new),
        })
    }

    /// Which sale, if it is kept by itself.
    fn sale(&self, source: &str) -> Result<Option<Sale>, Wrong> {
        let Some(time) = self.optional("sale_time")? else { return Ok(None) };
        let of = Some(self.text("sale_of")).filter(|text| !text.is_empty()).map(str::to_owned);
        let (id, source) = (self.text("sale_id").to_owned(), source.to_owned());
        Ok(Some(Sale { time, id, source, of }))
    }

    pub(super) fn cell(&self) -> Result<Cell, Wrong> {
        let rows = self.parse::<u64>("rows")?;
        let rows = i64::try_from(rows).map_err(|_| Wrong("rows", rows.to_string()))?;
        let quantity = self.sum("quantity", "quantity_e28")?;
        Ok(Cell { rows, quantity, amount: self.sum("amount", "amount_e28")? })
    }
}
