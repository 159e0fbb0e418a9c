//! One row of a sales file, and rows that speak of another.

use super::business::money;

/// One row of a sales file.
#[derive(Clone, Default)]
pub(crate) struct Sale {
    pub(crate) id: String,
    pub(crate) day: u32,
    pub(crate) time: String,
    pub(crate) product: &'static str,
    pub(crate) channel: &'static str,
    pub(crate) region: &'static str,
    pub(crate) customer: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) category: &'static str,
    pub(crate) quantity: Option<i64>,
    pub(crate) unit: &'static str,
    pub(crate) amount: i64,
    pub(crate) reference: String,
}

impl Sale {
    pub(crate) fn row(&self) -> String {
        self.row_with(&money(self.amount))
    }

    pub(crate) fn row_with(&self, amount: &str) -> String {
        let Self { id, time, product, channel, region, customer, kind, category, unit, .. } = self;
        let quantity = self.quantity.map(|count| count.to_string()).unwrap_or_default();
        let reference = &self.reference;
        format!(
            "{id},{time},{product},{channel},{region},{customer},{kind},{category},{quantity},{unit},{amount},USD,{reference},\n"
        )
    }

    /// A row that speaks of the same business as this one.
    pub(crate) fn about(&self, id: String, day: u32, kind: &'static str, amount: i64) -> Self {
        let time = format!("{}-{day:02}T16:20:00Z", &self.time[..7]);
        Self { id, day, time, kind, amount, quantity: None, unit: "", ..self.clone() }
    }

    /// The same, naming this one as what it takes back.
    pub(crate) fn taken_back(&self, id: String, day: u32, kind: &'static str, amount: i64) -> Self {
        Self { reference: self.id.clone(), ..self.about(id, day, kind, amount) }
    }
}
