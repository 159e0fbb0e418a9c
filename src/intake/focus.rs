//! FOCUS 1.0 to 1.3, the common form of cloud bills. Its rows have no ids and are delivered whole
//! for a billing account and period, so they form slices that a later delivery replaces.
//!
//! Tolerant of columns that a version or a provider leaves out; never of a value that needs a guess.

use super::codes;
use super::draft::Draft;
use super::field::{Column, Field, Header, Row};
use super::reject::Refusal;
use super::target::Target;
use super::value;
use crate::calendar::Zone;
use crate::fact::{Kind, Slice, Table};
use crate::money::Ratio;

/// What the rows of every FOCUS file are recognised by.
pub(super) fn recognises(names: &[String]) -> bool {
    let has = |name: &str| names.iter().any(|column| column == name);
    let costs = ["BilledCost", "EffectiveCost", "ContractedCost", "ListCost"];
    has("ChargePeriodStart") && costs.into_iter().any(has)
}

/// Columns that decide more than one field.
#[derive(Debug)]
pub(super) struct Columns {
    category: Column,
    pricing_quantity: Column,
    pricing_unit: Column,
    account: Column,
    period: Column,
}

impl Columns {
    pub(super) fn bound(header: &Header) -> Self {
        Self {
            category: Column::bound("ChargeCategory", header),
            pricing_quantity: Column::bound("PricingQuantity", header),
            pricing_unit: Column::bound("PricingUnit", header),
            account: Column::bound("BillingAccountId", header),
            period: Column::bound("BillingPeriodStart", header),
        }
    }
}

/// Where the fields come from unless a mapping says otherwise.
pub(super) fn defaults(table: Table) -> Vec<(Target, Field)> {
    let mut fields = vec![
        (Target::Time, Field::column("ChargePeriodStart")),
        (Target::Product, Field::keys("SkuPriceDetails", &["ModelId"])),
        (Target::Region, Field::column("RegionId")),
        (Target::Customer, Field::column("SubAccountId")),
        (Target::Quantity, Field::column("ConsumedQuantity")),
        (Target::Unit, Field::column("ConsumedUnit")),
    ];
    if matches!(table, Table::Sales | Table::Costs) {
        fields.push((Target::Category, Field::column("ServiceCategory")));
        fields.push((Target::Amount, Field::column("BilledCost")));
        fields.push((Target::Currency, Field::column("BillingCurrency")));
    }
    if table == Table::Costs {
        fields.push((Target::Resource, Field::column("ResourceId")));
    }
    fields
}

/// Completes a draft: the kind by the charge category, the quantity by the pricing unit.
pub(super) fn complete(columns: &Columns, row: &Row<'_>, draft: &mut Draft<'_>, table: Table) {
    if draft.quantity.is_none() && draft.text(Target::Quantity).is_none() {
        let done = price_quantity(columns, row, draft);
        draft.refusals.extend(done.err());
    }
    if table == Table::Sales && draft.text(Target::Kind).is_none() {
        match charge_kind(columns, row, draft) {
            Ok(kind) => draft.kind = Some(kind),
            Err(refusal) => draft.refusals.push(refusal),
        }
        draft.set(Target::Kind, "");
    }
}

fn charge_kind(columns: &Columns, row: &Row<'_>, draft: &Draft<'_>) -> Result<Kind, Refusal> {
    let negative = draft.amount.is_some_and(|amount| amount.is_negative());
    let by_sign = if negative { Kind::Refund } else { Kind::Charge };
    match row.text(&columns.category)?.as_deref() {
        Some("Usage" | "Purchase" | "Adjustment") => Ok(by_sign),
        Some("Credit") => Ok(Kind::Credit),
        Some("Tax") => Ok(Kind::Tax),
        other => {
            let shown = other.unwrap_or("nothing");
            let message = format!("the ChargeCategory is {shown}");
            Err(Refusal::new(&codes::KIND, message)
                .field(columns.category.at)
                .help("FOCUS has Usage, Purchase, Tax, Credit and Adjustment"))
        }
    }
}

/// The priced quantity, in single units, where the consumed one is left open.
fn price_quantity(columns: &Columns, row: &Row<'_>, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(text) = row.text(&columns.pricing_quantity)? else { return Ok(()) };
    let at = columns.pricing_quantity.at;
    let mut quantity = value::exact(&text).map_err(|refusal| refusal.field(at))?;
    if let Some(unit) = row.text(&columns.pricing_unit)? {
        let (factor, name) = multiplier(&unit);
        quantity = value::times(quantity, &factor).map_err(|refusal| refusal.field(at))?;
        if draft.text(Target::Unit).is_none() {
            draft.set(Target::Unit, name.to_owned());
        }
    }
    draft.quantity = Some(quantity);
    draft.set(Target::Quantity, quantity.to_string());
    Ok(())
}

/// `1000000 Tokens`, `1M tokens`, `1K tokens` as a factor and the name of the single unit.
fn multiplier(unit: &str) -> (Ratio, &str) {
    let plain = (Ratio::one(), unit);
    let Some((count, name)) = unit.split_once(' ') else { return plain };
    let (digits, power) = match count.as_bytes().last() {
        Some(b'K' | b'k') => (&count[..count.len() - 1], 1_000),
        Some(b'M') => (&count[..count.len() - 1], 1_000_000),
        Some(b'B') => (&count[..count.len() - 1], 1_000_000_000),
        Some(_) | None => (count, 1),
    };
    match digits.parse::<u64>() {
        Ok(count) if count > 0 => (Ratio::whole(count) * Ratio::whole(power), name.trim_start()),
        Ok(_) | Err(_) => plain,
    }
}

/// What a later delivery of the same billing account and period replaces.
pub(super) fn slice(
    columns: &Columns,
    row: &Row<'_>,
    table: Table,
    source: &str,
    zone: Option<&Zone>,
) -> Result<Slice, Refusal> {
    let account = row.text(&columns.account)?.unwrap_or_default().into_owned();
    let period = row.text(&columns.period)?.ok_or_else(|| {
        Refusal::new(&codes::VALUE_MISSING, "this row has no BillingPeriodStart")
            .help("it says which earlier delivery this one replaces")
    })?;
    let period = value::day(&period, zone).map_err(|refusal| refusal.field(columns.period.at))?;
    Ok(Slice { table, source: source.to_owned(), account, period: period.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pricing_units_are_multiplied_out() {
        for (unit, factor, name) in [
            ("1000000 Tokens", 1_000_000, "Tokens"),
            ("1M tokens", 1_000_000, "tokens"),
            ("1K tokens", 1_000, "tokens"),
            ("100 Hours", 100, "Hours"),
            ("GB", 1, "GB"),
            ("vCPU Hours", 1, "vCPU Hours"),
            ("0 Hours", 1, "0 Hours"),
            ("10,000 Requests", 1, "10,000 Requests"),
        ] {
            assert_eq!(multiplier(unit), (Ratio::whole(factor), name));
        }
    }
}
