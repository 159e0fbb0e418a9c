//! Comma-separated values for spreadsheets: plain decimals, a header, one line feed a row.

use ::csv::Writer;

use crate::money::Currency;
use crate::posting::Posting;
use crate::statement::{Amount, Schedule, Segment, Statement};

/// Every line of every step, every share and position: one amount a row.
pub fn statement(statement: &Statement) -> String {
    let mut rows = Rows::new(&[
        "contract", "period", "currency", "schedule", "from", "to", "section", "step", "name",
        "product", "party", "amount",
    ]);
    for schedule in &statement.schedules {
        for segment in &schedule.segments {
            let head = head(statement, schedule, segment);
            for step in &segment.steps {
                let name = step.name.as_deref().unwrap_or("");
                for line in &step.lines {
                    let cells = ["step", &step.step, name, &line.product, ""];
                    rows.write(&head, &cells, &line.amount);
                }
            }
            let lists = [
                ("share", &segment.shares),
                ("priority", &segment.priority),
                ("catch-up", &segment.catch_up),
                ("position", &segment.positions),
            ];
            for (section, list) in lists {
                for (party, amount) in list {
                    rows.write(&head, &[section, "", "", "", party], amount);
                }
            }
        }
    }
    rows.finish()
}

fn head(statement: &Statement, schedule: &Schedule, segment: &Segment) -> [String; 6] {
    [
        statement.contract.clone(),
        statement.period.to_string(),
        statement.currency.to_string(),
        schedule.id.clone(),
        segment.from.to_string(),
        segment.to.to_string(),
    ]
}

/// Postings: one row each, with debit and credit in columns of their own.
pub fn postings(postings: &[Posting], currency: Currency) -> String {
    let mut rows =
        Rows::new(&["book", "date", "account", "debit", "credit", "currency", "schedule", "memo"]);
    for posting in postings {
        let Posting { book, date, account, debit, credit, schedule, memo } = posting;
        let side = |amount: &crate::money::Minor| match amount.is_zero() {
            true => String::new(),
            false => amount.display(currency),
        };
        let (date, debit, credit) = (date.to_string(), side(debit), side(credit));
        rows.record(&[book, &date, account, &debit, &credit, currency.code(), schedule, memo]);
    }
    rows.finish()
}

struct Rows(Writer<Vec<u8>>);

impl Rows {
    fn new(header: &[&str]) -> Self {
        let mut rows = Self(Writer::from_writer(Vec::new()));
        rows.record(header);
        rows
    }

    fn write(&mut self, head: &[String], cells: &[&str], amount: &Amount) {
        let head = head.iter().map(String::as_str);
        let all: Vec<&str> = head.chain(cells.iter().copied()).chain([amount.as_str()]).collect();
        self.record(&all);
    }

    fn record(&mut self, cells: &[&str]) {
        self.0.write_record(cells).expect("memory takes every row, and all rows are as long");
    }

    fn finish(self) -> String {
        let bytes = self.0.into_inner().expect("memory takes every row");
        String::from_utf8(bytes).expect("written from texts")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::example;

    #[test]
    fn a_row_for_each_line_share_and_position() {
        let text = statement(&example::statement());
        assert_eq!(
            text.lines().nth(1).unwrap(),
            "harbour-models,2026-10,USD,marketplace,2026-10-01,2026-10-31,step,gross-sales,,lumen-2,,1000.00"
        );
        assert!(text.contains(",step,deductions,listing,lumen-2,,-28.50\n"));
        assert!(text.contains(",position,,,,vendor,2152.64\n"));
    }

    #[test]
    fn postings_have_two_sides() {
        let list = crate::posting::postings(&example::settlement(), &example::contract());
        let text = postings(&list, example::usd());
        assert!(text.contains("vendor,2026-10-31,cost:unrecovered-excess,175.20,,USD,marketplace,harbour-models 2026-10 marketplace\n"));
    }
}
