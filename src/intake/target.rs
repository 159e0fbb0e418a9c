//! The fields of facts by the names that files and mappings use, table by table.

use crate::fact::Table;

/// A field of a fact, a rate of exchange, a payment, a granted rate or an audit's finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Id,
    Time,
    Kind,
    Product,
    Channel,
    Region,
    Customer,
    Deal,
    Category,
    Resource,
    Unit,
    Quantity,
    Amount,
    Currency,
    Ref,
    Date,
    Base,
    Quote,
    Rate,
    Period,
    From,
    To,
    Contract,
    Clause,
    Share,
    Until,
    Due,
    Paid,
    Cost,
    Since,
}

impl Target {
    pub(super) const COUNT: usize = 30;

    /// Its name in files.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Time => "time",
            Self::Kind => "kind",
            Self::Product => "product",
            Self::Channel => "channel",
            Self::Region => "region",
            Self::Customer => "customer",
            Self::Deal => "deal",
            Self::Category => "category",
            Self::Resource => "resource",
            Self::Unit => "unit",
            Self::Quantity => "quantity",
            Self::Amount => "amount",
            Self::Currency => "currency",
            Self::Ref => "ref",
            Self::Date => "date",
            Self::Base => "base",
            Self::Quote => "quote",
            Self::Rate => "rate",
            Self::Period => "period",
            Self::From => "from",
            Self::To => "to",
            Self::Contract => "contract",
            Self::Clause => "clause",
            Self::Share => "rate",
            Self::Until => "until",
            Self::Due => "due",
            Self::Paid => "paid",
            Self::Cost => "cost",
            Self::Since => "since",
        }
    }

    /// The field of a name in a table.
    pub(super) fn of(table: Table, name: &str) -> Option<Self> {
        fields(table).iter().copied().find(|target| target.name() == name)
    }

    /// May a mapping turn its sign or scale it?
    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Quantity | Self::Amount | Self::Rate)
    }
}

/// The fields of a table's rows, in the order in which the guide names them.
pub(super) fn fields(table: Table) -> &'static [Target] {
    use Target::*;
    match table {
        Table::Sales => &[
            Id, Time, Product, Channel, Region, Customer, Kind, Category, Quantity, Unit, Amount,
            Currency, Ref, Deal,
        ],
        Table::Costs => &[
            Id, Time, Product, Channel, Region, Customer, Category, Resource, Quantity, Unit,
            Amount, Currency,
        ],
        Table::Usage => &[Id, Time, Product, Channel, Region, Customer, Quantity, Unit],
        Table::Fx => &[Date, Base, Quote, Rate],
        Table::Payments => &[Id, Time, Period, From, To, Amount, Currency],
        Table::Grants => &[Id, Time, Contract, Clause, Deal, Share, Until],
        Table::Audits => &[Id, Time, Contract, Period, From, To, Due, Paid, Cost, Currency, Since],
    }
}

/// The columns that a file of our own columns cannot do without.
pub(super) fn required(table: Table) -> &'static [Target] {
    use Target::*;
    match table {
        Table::Sales => &[Id, Time, Kind],
        Table::Costs => &[Id, Time, Category, Amount, Currency],
        Table::Usage => &[Id, Time, Unit, Quantity],
        Table::Fx => &[Date, Base, Quote, Rate],
        Table::Payments => &[Id, Time, Period, From, To, Amount, Currency],
        Table::Grants => &[Id, Time, Contract, Deal, Share],
        Table::Audits => &[Id, Time, Contract, Period, From, To, Due, Paid, Currency],
    }
}

/// The name of a table in files.
pub(super) fn table_name(table: Table) -> &'static str {
    match table {
        Table::Sales => "sales",
        Table::Costs => "costs",
        Table::Usage => "usage",
        Table::Fx => "fx",
        Table::Payments => "payments",
        Table::Grants => "grants",
        Table::Audits => "audits",
    }
}

/// The known name that an unknown one was probably meant to be.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let rated = known.map(|candidate| (distance(&lower, &candidate.to_lowercase()), candidate));
    let (steps, best) = rated.min()?;
    (steps <= 2 && steps < best.len()).then_some(best)
}

/// How many letters to insert, remove or replace.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate().take(64) {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_probable_name() {
        let known = || fields(Table::Sales).iter().map(|target| target.name());
        assert_eq!(nearest("chanel", known()), Some("channel"));
        assert_eq!(nearest("Amount", known()), Some("amount"));
        assert_eq!(nearest("qty_total", known()), None);
    }
}
