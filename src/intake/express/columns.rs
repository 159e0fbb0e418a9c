//! Which files may take the express way: those whose fields are columns as they are.

use super::super::plan::Plan;
use super::super::target::Target;
use crate::fact::Table;

/// Where the fields of a file stand.
#[derive(Clone, Debug)]
pub(in crate::intake) struct Columns {
    pub(super) table: Table,
    /// Columns of the header.
    pub(super) count: usize,
    pub(super) delimiter: u8,
    /// Do `NULL` and `(null)` mean nothing, too?
    pub(super) nulls: bool,
    places: [Option<usize>; Target::COUNT],
}

impl Columns {
    /// The columns of a plan; none if it does more to its fields than reading them.
    pub(in crate::intake) fn of(plan: &Plan, count: usize, delimiter: u8) -> Option<Self> {
        let suits = match plan.table {
            Table::Sales | Table::Costs | Table::Usage => true,
            Table::Fx | Table::Payments | Table::Grants | Table::Audits => false,
        };
        let places = plan.straight().filter(|_| suits)?;
        let (table, nulls) = (plan.table, plan.nulls());
        Some(Self { table, count, delimiter, nulls, places })
    }

    /// What stands between two fields.
    pub(in crate::intake) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The column of a field.
    pub(super) fn at(&self, target: Target) -> Option<usize> {
        self.places[target as usize]
    }
}
