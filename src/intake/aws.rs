//! The `billing_event` feed of AWS Marketplace, with the columns of 2023 and of 2026.
//!
//! Its amounts are the change in what is owed to the seller. Here each event becomes what it is in
//! a settlement: a charge, a refund, a fee, tax, a cost; and what was disbursed becomes cash
//! collected or paid. An event that has no meaning here is refused by name, never dropped.

use super::codes;
use super::draft::Draft;
use super::feed::{Class, Movement};
use super::field::{Column, Field, Header, Row};
use super::reject::Refusal;
use super::survey::Survey;
use super::target::Target;
use super::value;
use crate::calendar::{Moment, Period, PeriodLength, Zone};
use crate::fact::{Kind, Table};
use crate::money::Exact;

/// The columns that no billing event goes without.
pub(super) const NEEDED: [&str; 6] =
    ["billing_event_id", "action", "transaction_type", "amount", "currency", "invoice_date"];

/// Is this the feed?
pub(super) fn recognises(names: &[String]) -> bool {
    let has = |name: &str| names.iter().any(|column| column == name);
    has("billing_event_id") && has("transaction_type")
}

/// Where the fields come from unless a mapping says otherwise.
pub(super) fn defaults() -> Vec<(Target, Field)> {
    vec![
        (Target::Id, Field::column("billing_event_id")),
        (Target::Time, Field::columns(&["invoice_date", "action_date"])),
        (Target::Product, Field::column("product_id")),
        (Target::Channel, Field::constant("marketplace")),
        (Target::Customer, Field::column("end_user_account_id")),
        (Target::Deal, Field::columns(&["agreement_id", "offer_id"])),
        (Target::Amount, Field::column("amount")),
        (Target::Currency, Field::column("currency")),
    ]
}

/// Columns that decide what an event is.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) id: Column,
    action: Column,
    transaction: Column,
    from: Column,
    to: Column,
    end_user: Column,
    parent: Column,
    transaction_reference: Column,
    disbursement: Column,
    dates: [Column; 2],
    valid_from: Column,
    updated: Column,
    deleted: Column,
}

impl Columns {
    pub(super) fn bound(header: &Header) -> Self {
        let column = |name: &str| Column::bound(name, header);
        Self {
            id: column("billing_event_id"),
            action: column("action"),
            transaction: column("transaction_type"),
            from: column("from_account_id"),
            to: column("to_account_id"),
            end_user: column("end_user_account_id"),
            parent: column("parent_billing_event_id"),
            transaction_reference: column("transaction_reference_id"),
            disbursement: column("disbursement_billing_event_id"),
            dates: [column("invoice_date"), column("action_date")],
            valid_from: column("valid_from"),
            updated: column("update_date"),
            deleted: column("delete_date"),
        }
    }

    /// The version of a record: the latest update within the latest validity is the current one.
    pub(super) fn version(&self, row: &Row<'_>) -> Option<(Moment, Option<Moment>)> {
        let read = |column| {
            let text = row.text(column).ok()??;
            value::moment(&text, Some(&Zone::utc())).ok()
        };
        Some((read(&self.valid_from)?, read(&self.updated)))
    }

    /// When an event happened, and the disbursement that it is part of.
    pub(super) fn disbursed(&self, row: &Row<'_>) -> Option<(String, Moment)> {
        let id = row.text(&self.disbursement).ok()??.into_owned();
        let date = self.dates.iter().find_map(|column| row.text(column).ok()?)?;
        Some((id, value::moment(&date, Some(&Zone::utc())).ok()?))
    }

    /// Is there a later version of this record, or was it deleted?
    pub(super) fn is_outdated(&self, row: &Row<'_>, survey: &Survey) -> bool {
        let Ok(Some(id)) = row.text(&self.id) else { return false };
        let deleted = matches!(row.text(&self.deleted), Ok(Some(_)));
        let version = self.version(row);
        deleted || version.is_some_and(|version| survey.has_later(&id, version))
    }
}

/// The texts of one event.
struct Event<'a> {
    action: &'a str,
    transaction: &'a str,
    from: &'a str,
    to: &'a str,
    end_user: &'a str,
    /// What the event says that it takes back or belongs to.
    parent: Option<&'a str>,
    /// The same, or else the mark that it shares with its original.
    related: Option<&'a str>,
    amount: Exact,
}

impl Event<'_> {
    /// Does it move money away from the seller: to AWS, or to whom the seller resells for?
    fn is_outflow(&self) -> bool {
        self.to == "AWS" || self.from != self.end_user
    }

    fn has(&self, part: &str) -> bool {
        self.transaction.contains(part)
    }
}

/// Makes a draft what its event is; says the table of the entry, and how the seller's balance moves.
pub(super) fn complete(
    columns: &Columns,
    row: &Row<'_>,
    draft: &mut Draft<'_>,
    survey: &Survey,
) -> Result<(Table, Movement), Refusal> {
    let text = |column| row.text(column).map(|text| text.unwrap_or_default());
    let (action, transaction) = (text(&columns.action)?, text(&columns.transaction)?);
    let (from, to, end_user) = (text(&columns.from)?, text(&columns.to)?, text(&columns.end_user)?);
    let (parent, shared) = (row.text(&columns.parent)?, row.text(&columns.transaction_reference)?);
    let event = Event {
        action: &action,
        transaction: &transaction,
        from: &from,
        to: &to,
        end_user: &end_user,
        parent: parent.as_deref(),
        related: parent.as_deref().or(shared.as_deref()),
        amount: draft.amount.unwrap_or_default(),
    };
    if draft.text(Target::Time).is_none() {
        let id = draft.text(Target::Id).unwrap_or_default();
        if let Some(date) = survey.date_of_disbursement(id) {
            draft.time = Some(date);
            draft.set(Target::Time, date.to_string());
        }
    }
    draft.set(Target::Kind, "");
    match event.action {
        "INVOICED" | "FORGIVEN" => invoiced(&event, draft),
        "DISBURSED" => disbursed(&event, draft),
        _ => Err(no_meaning(&event)),
    }
    .map_err(|refusal| refusal.field(columns.transaction.at))
}

fn invoiced(event: &Event<'_>, draft: &mut Draft<'_>) -> Result<(Table, Movement), Refusal> {
    let negative = event.amount.is_negative();
    let (kind, class) = match event.transaction {
        "SELLER_REV_SHARE" if negative && event.is_outflow() => {
            return Ok(cost(event, draft, "cost-of-goods", Class::CostOfGoods));
        }
        "SELLER_REV_SHARE_REFUND" if event.amount.is_positive() => {
            return Ok(cost(event, draft, "cost-of-goods", Class::CostOfGoods));
        }
        _ if event.has("INFRA") => {
            return Ok(cost(event, draft, "infrastructure", Class::Infrastructure));
        }
        _ if event.has("AWS_TAX_SHARE_LISTING_FEE") => {
            draft.set(Target::Category, "listing-fee-tax");
            (Kind::Tax, Class::Other)
        }
        _ if event.has("AWS_TAX_SHARE") => (Kind::Tax, Class::BuyerTax),
        _ if event.has("TAX_SHARE") => (Kind::Tax, Class::SellerTax),
        _ if event.has("AWS_REV_SHARE") => {
            draft.set(Target::Category, "listing-fee");
            relate(draft, event.related.filter(|_| event.amount.is_positive()));
            (Kind::Fee, Class::ListingFee)
        }
        "SELLER_REV_SHARE" if !negative => (Kind::Charge, Class::Gross),
        "SELLER_REV_SHARE" | "SELLER_REV_SHARE_REFUND" => {
            relate(draft, event.parent);
            (Kind::Refund, Class::Gross)
        }
        "BALANCE_ADJUSTMENT" => {
            draft.set(Target::Category, "balance-adjustment");
            (if negative { Kind::Credit } else { Kind::Charge }, Class::Other)
        }
        _ if event.has("_CREDIT") => {
            relate(draft, event.related.filter(|_| !negative).or(event.parent));
            (Kind::Credit, Class::Gross)
        }
        _ => return Err(no_meaning(event)),
    };
    draft.kind = Some(kind);
    Ok((Table::Sales, Movement::invoiced(class, event.amount)))
}

/// What the seller bears: less is owed to the seller, so the cost has the opposite sign.
fn cost(
    event: &Event<'_>,
    draft: &mut Draft<'_>,
    category: &'static str,
    class: Class,
) -> (Table, Movement) {
    draft.set(Target::Category, category);
    draft.clear(Target::Ref);
    draft.amount = draft.amount.map(|amount| -amount);
    (Table::Costs, Movement::invoiced(class, event.amount))
}

/// Cash: what buyers paid is collected on their charges, all else is a payment between accounts.
fn disbursed(event: &Event<'_>, draft: &mut Draft<'_>) -> Result<(Table, Movement), Refusal> {
    let known = ["SHARE", "INFRA", "CREDIT", "BALANCE_ADJUSTMENT"];
    if event.has("DISBURSEMENT") {
        pay(event, draft, event.amount);
        return Ok((Table::Payments, Movement::paid(event.amount)));
    }
    if !known.iter().any(|part| event.has(part)) {
        return Err(no_meaning(event));
    }
    let buyers = if event.has("AWS_TAX_SHARE") && !event.has("LISTING_FEE") {
        Movement::nothing()
    } else {
        Movement::disbursed(event.amount)
    };
    let from_buyer = event.has("SELLER_REV_SHARE")
        && (!event.is_outflow() || event.amount.is_negative() != event.has("REFUND"));
    if from_buyer {
        relate(draft, event.related);
        draft.kind = Some(Kind::Collected);
        draft.amount = draft.amount.map(|amount| -amount);
        return Ok((Table::Sales, buyers));
    }
    let cash = if event.is_outflow() { event.amount } else { -event.amount };
    pay(event, draft, cash);
    Ok((Table::Payments, buyers))
}

/// A payment on the month of its day in UTC, in which AWS bills.
fn pay(event: &Event<'_>, draft: &mut Draft<'_>, amount: Exact) {
    draft.amount = draft.amount.map(|_| amount);
    draft.set(Target::From, event.from.to_owned());
    draft.set(Target::To, event.to.to_owned());
    match draft.time {
        Some(time) => {
            let month = Period::of(time.day_in(&Zone::utc()), PeriodLength::Month);
            draft.set(Target::Period, month.to_string());
        }
        // The missing time is reason enough; the period follows from it.
        None => draft.set(Target::Period, "0001-01"),
    }
}

fn relate(draft: &mut Draft<'_>, reference: Option<&str>) {
    match reference {
        Some(reference) => draft.set(Target::Ref, reference.to_owned()),
        None => draft.clear(Target::Ref),
    }
}

fn no_meaning(event: &Event<'_>) -> Refusal {
    let (action, transaction) = (event.action, event.transaction);
    Refusal::new(&codes::EVENT, format!("{action} {transaction} has no meaning in a settlement"))
        .help("enter what it means for the deal as a row of sales or costs")
}
