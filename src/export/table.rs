//! Aligned columns: the first to the left, all others to the right, as numbers stand.

/// Rows of cells, and rules between them.
#[derive(Default)]
pub(super) struct Table {
    rows: Vec<Row>,
}

enum Row {
    Cells(Vec<String>),
    /// A line under the numbers, before a sum.
    Rule,
    /// A line under the last column only.
    LastRule,
    /// A line that stands outside the columns.
    Free(String),
}

impl Table {
    pub(super) fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(Row::Cells(cells.into_iter().map(Into::into).collect()));
    }

    pub(super) fn rule(&mut self) {
        self.rows.push(Row::Rule);
    }

    /// A name and an amount in the last of so many columns.
    pub(super) fn last(&mut self, columns: usize, name: impl Into<String>, amount: String) {
        let blanks = std::iter::repeat_n(String::new(), columns.saturating_sub(2));
        self.row([name.into()].into_iter().chain(blanks).chain([amount]));
    }

    pub(super) fn last_rule(&mut self) {
        self.rows.push(Row::LastRule);
    }

    pub(super) fn free(&mut self, text: impl Into<String>) {
        self.rows.push(Row::Free(text.into()));
    }

    /// How wide the lines become.
    pub(super) fn width(&self) -> usize {
        self.widths().iter().map(|width| width + GAP).sum::<usize>().saturating_sub(GAP)
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths = Vec::new();
        for row in &self.rows {
            let Row::Cells(cells) = row else { continue };
            for (at, cell) in cells.iter().enumerate() {
                let width = cell.chars().count();
                match widths.get_mut(at) {
                    Some(widest) => *widest = width.max(*widest),
                    None => widths.push(width),
                }
            }
        }
        widths
    }

    /// The lines, each indented; the first column is at least `first` wide.
    pub(super) fn render(&self, indent: usize, first: usize) -> String {
        let mut widths = self.widths();
        if let Some(width) = widths.first_mut() {
            *width = first.max(*width);
        }
        let mut text = String::new();
        for row in &self.rows {
            let line = match row {
                Row::Cells(cells) => aligned(cells, &widths),
                Row::Rule => ruled(&widths, 1),
                Row::LastRule => ruled(&widths, widths.len().saturating_sub(1)),
                Row::Free(line) => line.clone(),
            };
            if !line.is_empty() {
                text.push_str(&" ".repeat(indent));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

const GAP: usize = 2;

fn aligned(cells: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (at, (cell, width)) in cells.iter().zip(widths).enumerate() {
        match at {
            0 => line.push_str(&format!("{cell:<width$}")),
            _ => line.push_str(&format!("{:GAP$}{cell:>width$}", "")),
        }
    }
    line
}

/// Lines under the columns from one on.
fn ruled(widths: &[usize], first: usize) -> String {
    let cell = |(at, width): (usize, &usize)| match at {
        0 => " ".repeat(*width),
        _ if at < first => " ".repeat(GAP + width),
        _ => format!("{:GAP$}{}", "", "─".repeat(*width)),
    };
    widths.iter().enumerate().map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::default();
        table.row(["", "lumen", "total"]);
        table.row(["gross-sales", "1,000.00", "1,000.00"]);
        table.rule();
        table.row(["net", "", "7"]);
        let due = "                 lumen     total\n gross-sales  1,000.00  1,000.00\n              ────────  ────────\n net                           7\n";
        assert_eq!(table.render(1, 0), due);
        assert_eq!(table.width(), 31);
    }
}
