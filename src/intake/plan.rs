//! How the rows of one file become entries: decided once by the header (or the first object), the
//! table and the mapping; then applied to each row.

use super::draft::Draft;
use super::express::Made;
use super::feed::Movement;
use super::field::{Column, Field, Header, Place, Row, Straight};
use super::format::{Format, no_currency, unknown_format, unsuitable};
use super::mapping::{Map, Mapping};
use super::reject::Refusal;
use super::rows::Body;
use super::survey::Survey;
use super::target::Target;
use super::{aws, cloudevents, focus, own};
use super::{channel, codes};
use crate::calendar::Zone;
use crate::contract::Contract;
use crate::fact::{Entry, Slice, Table};
use crate::money::{Currency, Exact};

/// What a format needs besides its fields.
#[derive(Debug)]
enum Extra {
    None,
    Strict,
    Focus(focus::Columns),
    BillingEvent(Box<aws::Columns>),
    CloudEvents,
}

/// The rules of one entry's fields.
type Fields = Vec<(Target, Field)>;

/// How the rows of one file become entries.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) table: Table,
    pub(super) format: Format,
    pub(super) source: String,
    zone: Option<Zone>,
    nulls: bool,
    /// One set of fields for each entry that a row gives, with the mark that its id ends with.
    variants: Vec<(Option<String>, Fields)>,
    slice: Option<(Field, Field)>,
    extra: Extra,
    /// For a feed that has no column for it.
    currency: Option<Currency>,
}

/// A row that was read.
pub(super) enum Outcome {
    /// It says this; a feed's rows also move its seller's balance.
    Entries(Vec<(Option<Slice>, Entry)>, Option<Movement>),
    /// A later version of it stands in the same delivery.
    Superseded(Option<Currency>, Option<Exact>),
    /// It is refused.
    Refused(Vec<Refusal>, Option<Currency>, Option<Exact>),
}

/// A plan, or what is wrong with the file; and what is worth knowing either way.
pub(super) struct Planned {
    pub(super) plan: Result<Plan, Vec<Refusal>>,
    pub(super) notes: Vec<Refusal>,
}

impl Plan {
    /// The plan for a file whose columns (or first object's keys) are known.
    pub(super) fn for_file(
        name: &str,
        table: Table,
        header: &Header,
        names: &[String],
        mapping: &Mapping,
        contracts: &[Contract],
    ) -> Planned {
        let map = mapping.for_file(name);
        let table = map.and_then(|map| map.table).unwrap_or(table);
        let stated = map.map(|map| map.format.unwrap_or(Format::Mapped));
        let refused = |refusals| Planned { plan: Err(refusals), notes: Vec::new() };
        let Some(format) = stated.or_else(|| Format::of(table, names)) else {
            return refused(vec![unknown_format(table, names)]);
        };
        if !format.suits(table) {
            return refused(vec![unsuitable(format, table)]);
        }
        let mut plan = Self::new(format, table, map);
        let mut notes = Vec::new();
        let mut refusals = plan.check(header, names, map);
        if format == Format::Focus && !plan.assume_currency(header, contracts, &mut notes) {
            refusals.push(no_currency());
        }
        if !plan.says_channel(header, names) {
            notes.extend(channel::left_open(format, table, contracts));
        }
        plan.bind(header, map.is_none());
        let plan = if refusals.is_empty() { Ok(plan) } else { Err(refusals) };
        Planned { plan, notes }
    }

    fn new(format: Format, table: Table, map: Option<&Map>) -> Self {
        let feed = format != Format::Own;
        let utc = matches!(format, Format::Focus | Format::BillingEvent);
        let base = overridden(format.defaults(table), map.map_or(&[][..], |map| &map.fields));
        let emits = map.map_or(&[][..], |map| &map.emits);
        let mut variants: Vec<_> = emits
            .iter()
            .map(|emit| (Some(emit.name.clone()), overridden(base.clone(), &emit.fields)))
            .collect();
        if variants.is_empty() {
            variants.push((None, base));
        }
        Self {
            table,
            format,
            source: map
                .and_then(|map| map.source.clone())
                .unwrap_or_else(|| format.name().to_owned()),
            zone: map.and_then(|map| map.zone.clone()).or_else(|| utc.then(Zone::utc)),
            nulls: feed,
            variants,
            slice: map.and_then(|map| map.slice.clone()),
            extra: Extra::None,
            currency: None,
        }
    }

    /// What is wrong with the columns.
    fn check(&self, header: &Header, names: &[String], map: Option<&Map>) -> Vec<Refusal> {
        // The rows of JSON lines name their own columns; each is checked by itself.
        if header.is_none() {
            return Vec::new();
        }
        let mut refusals = own::check_twice(names);
        let present = |name: &str, why: &str| own::check_present(names, &Column::new(name), why);
        match self.format {
            Format::Own if map.is_none() => refusals.extend(own::check_header(self.table, names)),
            Format::BillingEvent => {
                let why = "every billing event needs it";
                refusals.extend(aws::NEEDED.iter().filter_map(|name| present(name, why)));
            }
            Format::Focus => refusals.extend(self.check_amount(names)),
            Format::Own | Format::CloudEvents | Format::Mapped => {}
        }
        let mapped = map.into_iter().flat_map(Map::all_fields);
        for field in mapped {
            let missing: Vec<_> =
                field.names().map(|name| present(name, "revshare.toml names it")).collect();
            if missing.iter().all(Option::is_some) {
                refusals.extend(missing.into_iter().flatten());
            }
        }
        refusals
    }

    /// FOCUS has several columns of cost: is the one that was chosen there?
    fn check_amount(&self, names: &[String]) -> Option<Refusal> {
        let mut fields = self.variants.iter().flat_map(|(_, fields)| fields);
        let (_, field) = fields.find(|(target, _)| *target == Target::Amount)?;
        let column = Column::new(field.names().next()?);
        let there = field.names().any(|name| names.iter().any(|other| other == name));
        let refusal = own::check_present(names, &column, "it is the amount").filter(|_| !there)?;
        Some(refusal.help(
            "map amount to another cost column in revshare.toml: \
             amount = { column = \"EffectiveCost\" }",
        ))
    }

    /// Finds the currency of a feed without a column for it; false if there is none to find.
    fn assume_currency(
        &mut self,
        header: &Header,
        contracts: &[Contract],
        notes: &mut Vec<Refusal>,
    ) -> bool {
        let Some(names) = header else { return true };
        let has = |field: &Field| {
            field.places.iter().any(|place| !matches!(place, Place::Column(..)))
                || field.names().any(|name| names.iter().any(|column| column == name))
        };
        let fields = self.variants.iter().flat_map(|(_, fields)| fields);
        let mut fields = fields.filter(|(target, _)| *target == Target::Currency).peekable();
        if fields.peek().is_none() || fields.all(|(_, field)| has(field)) {
            return true;
        }
        let mut currencies = contracts.iter().map(|contract| contract.currency);
        let first = currencies.next().filter(|first| currencies.all(|other| other == *first));
        let Some(currency) = first else { return false };
        self.currency = Some(currency);
        let message = format!("there is no column BillingCurrency; {currency} was taken");
        notes
            .push(Refusal::new(&codes::CURRENCY_ASSUMED, message).help(
                "all contracts settle in it; map currency in revshare.toml if it is another",
            ));
        true
    }

    /// Can rows of this file name a channel? Those of JSON lines can, each by itself.
    fn says_channel(&self, header: &Header, names: &[String]) -> bool {
        let there = |field: &Field| {
            header.is_none()
                || field.places.iter().any(|place| !matches!(place, Place::Column(..)))
                || field.names().any(|name| names.iter().any(|column| column == name))
        };
        let mut fields = self.variants.iter().flat_map(|(_, fields)| fields);
        fields.any(|(target, field)| *target == Target::Channel && there(field))
    }

    fn bind(&mut self, header: &Header, strict: bool) {
        let fields = self.variants.iter_mut().flat_map(|(_, fields)| fields);
        fields.for_each(|(_, field)| field.bind(header));
        if let Some((account, period)) = &mut self.slice {
            account.bind(header);
            period.bind(header);
        }
        self.extra = match self.format {
            Format::Own if strict => Extra::Strict,
            Format::Focus => Extra::Focus(focus::Columns::bound(header)),
            Format::BillingEvent => Extra::BillingEvent(Box::new(aws::Columns::bound(header))),
            Format::CloudEvents => Extra::CloudEvents,
            Format::Own | Format::Mapped => Extra::None,
        };
    }

    /// Do texts for nothing other than an empty one count as nothing?
    pub(super) fn nulls(&self) -> bool {
        self.nulls
    }

    /// Notes what has to be known before the rows are read.
    pub(super) fn survey(&self, row: &Row<'_>, survey: &mut Survey) {
        let Extra::BillingEvent(columns) = &self.extra else { return };
        if let (Some(version), Ok(Some(id))) = (columns.version(row), row.text(&columns.id)) {
            survey.note_version(&id, version);
        }
        if let Some((id, date)) = columns.disbursed(row) {
            survey.note_disbursed(id, date);
        }
    }

    /// The column of each field, if every row is one fact whose fields are columns as they are or are
    /// made for each row in the same way; those stand behind the `count` columns of the file.
    pub(super) fn straight(
        &self,
        count: usize,
    ) -> Option<([Option<usize>; Target::COUNT], Vec<Made>)> {
        let plain = matches!(self.extra, Extra::None | Extra::Strict)
            && self.slice.is_none()
            && self.currency.is_none();
        let [(None, fields)] = self.variants.as_slice() else { return None };
        let (mut columns, mut made) = ([None; Target::COUNT], Vec::new());
        for (target, field) in fields {
            columns[*target as usize] = match field.straight()? {
                Straight::Column(at) => at,
                Straight::Made(it) => {
                    made.push(it);
                    Some(count + made.len() - 1)
                }
            };
        }
        plain.then_some((columns, made))
    }

    /// Does this format have to be surveyed?
    pub(super) fn needs_survey(&self) -> bool {
        matches!(self.extra, Extra::BillingEvent(_))
    }

    /// What a row says.
    pub(super) fn read(&self, row: &Row<'_>, contracts: &[Contract], survey: &Survey) -> Outcome {
        let mut entries = Vec::with_capacity(self.variants.len());
        let mut movement = None;
        for (mark, fields) in &self.variants {
            let mut draft = Draft::read(fields, row, self.zone.as_ref());
            if let Extra::BillingEvent(columns) = &self.extra
                && columns.is_outdated(row, survey)
            {
                return Outcome::Superseded(draft.currency, draft.amount);
            }
            match self.entry(mark.as_deref(), row, &mut draft, contracts, survey) {
                Some((slice, entry, moved)) => {
                    entries.push((slice, entry));
                    movement = moved;
                }
                None => {
                    return Outcome::Refused(draft.refusals, draft.currency, draft.amount);
                }
            }
        }
        Outcome::Entries(entries, movement)
    }

    fn entry(
        &self,
        mark: Option<&str>,
        row: &Row<'_>,
        draft: &mut Draft<'_>,
        contracts: &[Contract],
        survey: &Survey,
    ) -> Option<(Option<Slice>, Entry, Option<Movement>)> {
        if draft.currency.is_none() && draft.text(Target::Currency).is_none() {
            draft.currency = self.currency;
        }
        let (mut table, mut movement) = (self.table, None);
        match &self.extra {
            Extra::None => {}
            Extra::Strict => self.check_keys(row, draft),
            Extra::Focus(columns) => focus::complete(columns, row, draft, self.table),
            Extra::CloudEvents => cloudevents::complete(row, draft),
            Extra::BillingEvent(columns) => match aws::complete(columns, row, draft, survey) {
                Ok((what, moved)) => (table, movement) = (what, Some(moved)),
                Err(refusal) => {
                    draft.refusals.push(refusal);
                    return None;
                }
            },
        }
        if let (Some(mark), Some(id)) = (mark, draft.text(Target::Id)) {
            let id = format!("{id}#{mark}");
            draft.set(Target::Id, id);
        }
        let slice = self.slice(row, draft);
        self.check_needed(draft, slice.is_some());
        let entry = draft.entry(table, contracts, self.zone.as_ref());
        entry.filter(|_| draft.refusals.is_empty()).map(|entry| (slice, entry, movement))
    }

    /// The keys of a JSON row in our own columns; the columns of CSV are checked in the header.
    fn check_keys(&self, row: &Row<'_>, draft: &mut Draft<'_>) {
        let Body::Json(object) = &row.body else { return };
        let mapped = |name: &str| {
            self.variants
                .iter()
                .flat_map(|(_, fields)| fields)
                .any(|(_, field)| field.names().any(|known| known == name))
        };
        let unknown = object.0.iter().map(|(name, _)| name).filter(|name| !mapped(name));
        draft.refusals.extend(unknown.map(|name| own::unknown_column(self.table, name)));
    }

    fn slice(&self, row: &Row<'_>, draft: &mut Draft<'_>) -> Option<Slice> {
        let zone = self.zone.as_ref();
        let slice = match (&self.slice, &self.extra) {
            (Some((account, period)), _) => {
                let text = |field: &Field| {
                    field
                        .read(row)
                        .map(|found| found.map_or_else(String::new, |(text, _)| text.into_owned()))
                };
                text(account).and_then(|account| Ok((account, text(period)?))).map(
                    |(account, period)| Slice {
                        table: self.table,
                        source: self.source.clone(),
                        account,
                        period,
                    },
                )
            }
            (None, Extra::Focus(columns)) => {
                // A row with an id of its own is known by it.
                if draft.text(Target::Id).is_some() {
                    return None;
                }
                focus::slice(columns, row, self.table, &self.source, zone)
            }
            (None, Extra::None | Extra::Strict | Extra::BillingEvent(_) | Extra::CloudEvents) => {
                return None;
            }
        };
        match slice {
            Ok(slice) => Some(slice),
            Err(refusal) => {
                draft.refusals.push(refusal);
                None
            }
        }
    }

    fn check_needed(&self, draft: &mut Draft<'_>, sliced: bool) {
        let needs_id = matches!(self.table, Table::Sales | Table::Costs | Table::Usage);
        if needs_id && !sliced && self.format != Format::Focus {
            draft.need(Target::Id);
        }
        if self.table == Table::Costs && matches!(self.format, Format::Own | Format::Mapped) {
            draft.need(Target::Category);
        }
    }
}

/// Fields with some replaced.
fn overridden(mut fields: Vec<(Target, Field)>, by: &[(Target, Field)]) -> Vec<(Target, Field)> {
    for (target, field) in by {
        fields.retain(|(other, _)| other != target);
        fields.push((*target, field.clone()));
    }
    fields
}
