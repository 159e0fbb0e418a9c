//! Which files may take the express way: those whose fields are columns as they are, constants,
//! or columns that are looked up.

use super::super::plan::Plan;
use super::super::target::Target;
use super::made::Made;
use crate::fact::Table;

/// Where the fields of a file stand.
#[derive(Clone, Debug)]
pub(in crate::intake) struct Columns {
    pub(super) table: Table,
    /// Columns of the header, and fields that are made.
    pub(super) count: usize,
    pub(super) delimiter: u8,
    /// Do `NULL` and `(null)` mean nothing, too?
    pub(super) nulls: bool,
    places: [Option<usize>; Target::COUNT],
    /// Fields that stand behind the columns.
    pub(super) made: Vec<Made>,
}

impl Columns {
    /// The columns of a plan; none if it does more to its fields than reading them.
    pub(in crate::intake) fn of(plan: &Plan, count: usize, delimiter: u8) -> Option<Self> {
        let suits = match plan.table {
            Table::Sales | Table::Costs | Table::Usage => true,
            Table::Fx | Table::Payments | Table::Grants | Table::Audits => false,
        };
        let (places, made) = plan.straight(count).filter(|_| suits)?;
        let (table, nulls, count) = (plan.table, plan.nulls(), count + made.len());
        Some(Self { table, count, delimiter, nulls, places, made })
    }

    /// Fields that are columns as they are, in this order.
    #[cfg(test)]
    pub(super) fn plain(table: Table, targets: impl Iterator<Item = Target>) -> Self {
        let (mut places, mut count) = ([None; Target::COUNT], 0);
        for target in targets {
            places[target as usize] = Some(count);
            count += 1;
        }
        Self { table, count, delimiter: b',', nulls: false, places, made: Vec::new() }
    }

    /// The columns that rows are read from.
    pub(in crate::intake) fn read(&self) -> impl Iterator<Item = usize> {
        let columns = self.count - self.made.len();
        let places = self.places.iter().flatten().copied().filter(move |at| *at < columns);
        places.chain(self.made.iter().filter_map(Made::column))
    }

    /// Has a row to be written anew before it is read?
    pub(in crate::intake) fn are_made(&self) -> bool {
        !self.made.is_empty()
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
