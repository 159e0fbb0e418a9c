//! The formats that are known, what tells one from another, and which tables they have rows for.

use super::codes;
use super::field::Field;
use super::reject::Refusal;
use super::target::{Target, nearest, required, table_name};
use super::{aws, cloudevents, focus, own};
use crate::fact::Table;

/// The formats by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Own,
    Focus,
    BillingEvent,
    CloudEvents,
    Mapped,
}

impl Format {
    pub(super) const ALL: [Self; 5] =
        [Self::Own, Self::Focus, Self::BillingEvent, Self::CloudEvents, Self::Mapped];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Focus => "focus",
            Self::BillingEvent => "aws-billing-event",
            Self::CloudEvents => "cloudevents",
            Self::Mapped => "mapped",
        }
    }

    /// Where its fields come from unless a mapping says otherwise.
    pub(super) fn defaults(self, table: Table) -> Vec<(Target, Field)> {
        match self {
            Self::Own => own::defaults(table),
            Self::Focus => focus::defaults(table),
            Self::BillingEvent => aws::defaults(),
            Self::CloudEvents => cloudevents::defaults(table),
            Self::Mapped => Vec::new(),
        }
    }

    /// The format that the columns (or keys) of a file say.
    pub(super) fn of(table: Table, names: &[String]) -> Option<Self> {
        [
            (Self::BillingEvent, aws::recognises(names)),
            (Self::Focus, focus::recognises(names)),
            (Self::CloudEvents, cloudevents::recognises(names)),
            (Self::Own, own::recognises(table, names)),
        ]
        .into_iter()
        .find(|(_, recognised)| *recognised)
        .map(|(format, _)| format)
    }

    /// Has it rows for this table?
    pub(super) fn suits(self, table: Table) -> bool {
        match self {
            Self::Own | Self::Mapped => true,
            Self::Focus | Self::CloudEvents => {
                matches!(table, Table::Sales | Table::Costs | Table::Usage)
            }
            Self::BillingEvent => table == Table::Sales,
        }
    }
}

/// What to say of columns that no format has.
pub(super) fn unknown_format(table: Table, names: &[String]) -> Refusal {
    let known = required(table).iter().map(|target| target.name());
    let shown: Vec<&str> = names.iter().map(String::as_str).take(12).collect();
    let message = format!("the columns {} are those of no known format", shown.join(", "));
    let near = names.iter().find_map(|name| nearest(name, known.clone()).map(|to| (name, to)));
    let needed: Vec<&str> = known.clone().collect();
    let help = match near {
        Some((name, to)) if name != to => format!("did you mean {to} by {name}?"),
        Some(_) | None => format!(
            "a file of {} has the columns {}; anything else is mapped in revshare.toml",
            table_name(table),
            needed.join(", ")
        ),
    };
    Refusal::new(&codes::FORMAT, message).help(help)
}

/// What to say of a feed in a file of another table.
pub(super) fn unsuitable(format: Format, table: Table) -> Refusal {
    let (format, table) = (format.name(), table_name(table));
    Refusal::new(&codes::TABLE, format!("{format} has no rows of {table}")).help(
        "name the file by what it holds: a billing_event feed sales*, a cost export costs* or \
         sales*, readings usage*",
    )
}

/// What to say of a feed without a currency.
pub(super) fn no_currency() -> Refusal {
    let message = "there is no column BillingCurrency, and the contracts name no single currency";
    Refusal::new(&codes::COLUMN_MISSING, message)
        .help("map currency in revshare.toml: currency = { constant = \"USD\" }")
}
