//! Postings as a plain-text journal that ledger and hledger read: one transaction for each book
//! and schedule, every account under the name of its book.

use crate::money::Currency;
use crate::posting::Posting;

/// The journal.
pub fn journal(postings: &[Posting], currency: Currency) -> String {
    let same = |a: &Posting, b: &Posting| a.book == b.book && a.schedule == b.schedule;
    let transactions: Vec<String> =
        postings.chunk_by(same).map(|group| transaction(group, currency)).collect();
    transactions.join("\n")
}

fn transaction(group: &[Posting], currency: Currency) -> String {
    let Some(first) = group.first() else { return String::new() };
    let mut text = format!("{} {} ({})\n", first.date, first.memo, first.book);
    let account = |posting: &Posting| format!("{}:{}", posting.book, posting.account);
    let amount = |posting: &Posting| (posting.debit - posting.credit).display(currency);
    let widest = |text: &dyn Fn(&Posting) -> String| {
        group.iter().map(|posting| text(posting).chars().count()).max().unwrap_or(0)
    };
    let (left, right) = (widest(&account), widest(&amount));
    for posting in group {
        let (account, amount) = (account(posting), amount(posting));
        text.push_str(&format!("    {account:<left$}  {amount:>right$} {currency}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::posting::postings;
    use crate::statement::example;

    #[test]
    fn the_vendors_marketplace() {
        let text = journal(&postings(&example::settlement(), &example::contract()), example::usd());
        let due = "\
2026-10-31 harbour-models 2026-10 marketplace (vendor)
    vendor:cost:unrecovered-excess   175.20 USD
    vendor:income:revenue-share     -154.60 USD
    vendor:loss:carried              -40.00 USD
    vendor:receivable:platform        19.40 USD
";
        assert!(text.starts_with(due), "{text}");
        assert_eq!(text.matches("2026-10-31").count(), 4);
    }
}
