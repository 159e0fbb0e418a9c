//! What contracts can ask about: the dimensions that facts are added up by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dayless::Dayless;
use super::{Fact, Kind, Lens};
use crate::calendar::{Day, Moment, Zone};
use crate::money::Currency;

/// The dimensions of one cell of a tally. An empty text means that the facts left it open, or, for
/// customer and deal, that no contract names it.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Key {
    /// The day that decides period and terms, in the tally's time zone.
    #[schemars(with = "String")]
    pub day: Day,
    /// The kind of fact.
    pub kind: Kind,
    /// The model.
    pub product: String,
    /// On which ground it ran.
    pub channel: String,
    /// Where.
    pub region: String,
    /// For whom, if a contract names them.
    pub customer: String,
    /// Under which deal, if a contract names it.
    pub deal: String,
    /// The class of a cost, fee or deduction.
    pub category: String,
    /// The unit of the quantities.
    pub unit: String,
    /// The currency of the amounts; none for usage.
    #[schemars(with = "Option<String>")]
    pub currency: Option<Currency>,
    /// Did the facts come without an amount, to be priced by the rate card?
    pub unpriced: bool,
    /// For facts that refer to a charge, in the end: that charge.
    pub charged: Option<Charged>,
    /// The facts' own day, where another one decides.
    #[schemars(with = "Option<String>")]
    pub own: Option<Day>,
    /// Which sale, if a contract asks for them one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<Box<Sale>>,
}

/// A sale that is kept by itself. Their order is that of time, then of ids as bytes. Rows without
/// an id are told apart by their time alone.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Sale {
    /// When it counts as having happened: for what takes a sale back, when that happened.
    #[schemars(with = "String")]
    pub time: Moment,
    /// Its id; empty if its feed has none.
    pub id: String,
    /// The feed that the id is unique in.
    pub source: String,
    /// For what takes a sale back: the id that it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

/// What matters of a charge to the facts that refer to it.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Charged {
    /// Its day.
    #[schemars(with = "String")]
    pub day: Day,
    /// The model that was charged for.
    pub product: String,
}

impl Key {
    /// The key of a fact of a feed on its own day in a zone, as if it referred to nothing.
    pub fn of(fact: &Fact, source: &str, zone: &Zone, lens: &Lens) -> Self {
        let sale = lens.keeps_singly(fact).then(|| Box::new(Sale::of(fact, source)));
        Self { sale, ..Dayless::of(fact, lens).on(fact.time.day_in(zone)) }
    }

    /// No key of that day comes before it.
    pub(super) fn first_on(day: Day) -> Self {
        let [product, channel, region, customer, deal, category, unit] = <[String; 7]>::default();
        Self {
            day,
            kind: Kind::ALL[0],
            product,
            channel,
            region,
            customer,
            deal,
            category,
            unit,
            currency: None,
            unpriced: false,
            charged: None,
            own: None,
            sale: None,
        }
    }

    /// Unit, product, channel, region, category, customer, deal: those first that change most often from
    /// one key to the next.
    pub(super) fn own_texts(&self) -> [&String; 7] {
        let Self { product, channel, region, customer, deal, category, unit, .. } = self;
        [unit, product, channel, region, category, customer, deal]
    }

    /// Gives its texts; an own one only if the key before has another in its place.
    pub(super) fn texts_unlike<'a>(&'a self, before: Option<&Self>, mut take: impl FnMut(&'a str)) {
        let before = before.map(Self::own_texts);
        for (at, text) in self.own_texts().into_iter().enumerate() {
            if before.is_none_or(|before| before[at] != text) {
                take(text);
            }
        }
        self.charged.iter().for_each(|charged| take(&charged.product));
        if let Some(sale) = &self.sale {
            [&sale.id, &sale.source].into_iter().chain(&sale.of).for_each(|text| take(text));
        }
    }

    /// Would any lens have made the same key of its facts?
    pub(super) fn keeps_nothing_apart(&self) -> bool {
        self.customer.is_empty() && self.deal.is_empty() && self.sale.is_none()
    }

    /// The key as a lens that keeps less apart would have made it.
    #[must_use]
    pub fn seen_through(&self, lens: &Lens) -> Self {
        Self {
            customer: lens.customer(&self.customer).to_owned(),
            deal: lens.deal(&self.deal).to_owned(),
            sale: self.sale.clone().filter(|_| lens.keeps_key_singly(self)),
            ..self.clone()
        }
    }

    /// The key of the same facts where they stand: what takes a sale back stands where it does.
    #[must_use]
    pub fn standing(&self, time: Moment, zone: &Zone, charged: Option<Charged>) -> Self {
        let mut key = self.placed(time.day_in(zone), charged);
        key.sale.iter_mut().for_each(|sale| sale.time = time);
        key
    }

    /// The key of the same facts on the day that decides, which may not be their own.
    #[must_use]
    pub fn placed(&self, day: Day, charged: Option<Charged>) -> Self {
        let own = self.own_day();
        Self { day, charged, own: (own != day).then_some(own), ..self.clone() }
    }

    /// The day on which the facts happened themselves.
    pub fn own_day(&self) -> Day {
        self.own.unwrap_or(self.day)
    }
}

impl Sale {
    fn of(fact: &Fact, source: &str) -> Self {
        Self {
            time: fact.time,
            id: fact.id.clone().unwrap_or_default(),
            source: source.to_owned(),
            of: fact.reference.clone().filter(|_| fact.kind.takes_back()),
        }
    }
}
