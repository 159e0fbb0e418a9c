//! Splits by tiers, groups and priority, through the library alone: published fee tables, and the
//! laws that hold whatever the table. The worked examples of clauses are cases in `fixtures/cases`.

use std::collections::BTreeMap;

use proptest::prelude::*;
use revshare::calendar::{Period, PeriodLength};
use revshare::contract::Contract;
use revshare::fact::{Entry, Fact, Kind, evidence_of};
use revshare::money::Minor;
use revshare::settlement::{Balances, Settlement, settle};

/// A sale by day, amount and deal; a negative one is a refund.
#[derive(Clone, Debug)]
struct Sale(&'static str, String, &'static str);

fn sale(day: &'static str, amount: &str) -> Sale {
    Sale(day, amount.to_owned(), "")
}

fn contract(terms: &str, after: &str) -> Contract {
    let text = format!(
        "id = \"deal\"\ncurrency = \"USD\"\n\
         [parties]\nvendor = \"Vendor\"\nplatform = \"Platform\"\nfund = \"Fund\"\n\
         [[schedule]]\nid = \"m\"\nseller = \"platform\"\n\
         [[schedule.terms]]\neffective = 2026-01-01\nbasis = \"net-sales\"\n{terms}\n{after}"
    );
    Contract::parse("deal.toml", &text).unwrap_or_else(|findings| panic!("{findings:#?}\n{text}"))
}

fn tiered(by: &str, window: &str, mode: &str, rows: &[(&str, &str)]) -> String {
    let row = |(from, vendor): &(&str, &str)| {
        format!("{{ from = \"{from}\", vendor = \"{vendor}\", platform = \"rest\" }}")
    };
    let rows: Vec<String> = rows.iter().map(row).collect();
    format!(
        "split = {{ measure = {by}, window = \"{window}\", mode = {mode}, tiers = [ {} ] }}",
        rows.join(", ")
    )
}

fn entry((at, Sale(day, amount, deal)): (usize, &Sale)) -> Entry {
    let kind = if amount.starts_with('-') { Kind::Refund } else { Kind::Charge };
    Entry::Fact(Fact {
        product: "aria-1".into(),
        channel: "marketplace".into(),
        deal: (*deal).into(),
        amount: Some(amount.parse().expect("an amount")),
        currency: Some("USD".parse().expect("a currency")),
        ..Fact::new(kind, format!("s-{at}"), day.parse().expect("a day"))
    })
}

/// Every month of 2026 and January 2027.
fn months(contract: &Contract, sales: &[Sale]) -> Vec<Settlement> {
    let (evidence, left_out) = evidence_of(contract, sales.iter().enumerate().map(entry));
    assert!(left_out.is_empty(), "{left_out:?}");
    let first = Period::of("2026-01-01".parse().expect("a day"), PeriodLength::Month);
    let mut balances = Balances::default();
    let mut all = Vec::new();
    for period in std::iter::successors(Some(first), |period| Some(period.next())).take(13) {
        let settlement = settle(contract, period, &evidence, &balances).expect("nothing missing");
        balances = settlement.closing();
        all.push(settlement);
    }
    all
}

fn position(settlements: &[Settlement], party: &str) -> i128 {
    let all = settlements.iter().flat_map(|settlement| &settlement.positions);
    all.filter(|(name, _)| name == party).map(|(_, amount)| amount.0).sum()
}

/// What the vendor has in all, in cents.
fn vendor(terms: &str, after: &str, sales: &[Sale]) -> i128 {
    position(&months(&contract(terms, after), sales), "vendor")
}

#[test]
fn a_marginal_table_over_a_lifetime() {
    let table = [("0", "70%"), ("10000000", "75%"), ("50000000", "80%")];
    let split = tiered("\"gross-sales\"", "lifetime", "\"marginal\"", &table);
    for (gross, due) in
        [("10000000", 7_000_000), ("50000000", 37_000_000), ("60000000", 45_000_000)]
    {
        assert_eq!(vendor(&split, "", &[sale("2026-03-05", gross)]), due * 100, "{gross}");
    }
    let parts = ["2026-03-05", "2026-03-06", "2026-12-31", "2027-01-01"];
    let parts: Vec<Sale> = parts.into_iter().map(|day| sale(day, "15000000")).collect();
    assert_eq!(vendor(&split, "", &parts), 4_500_000_000);
}

#[test]
fn a_marginal_table_that_starts_again_each_year() {
    let table = [("0", "85%"), ("1000000", "70%")];
    let split = tiered("\"gross-sales\"", "calendar-year", "\"marginal\"", &table);
    assert_eq!(vendor(&split, "", &[sale("2026-03-05", "3000000")]), 225_000_000);
    let sales = [sale("2026-12-05", "3000000"), sale("2027-01-05", "1000000")];
    assert_eq!(vendor(&split, "", &sales), 225_000_000 + 85_000_000);
}

#[test]
fn a_cliff_that_later_months_feel() {
    // Proceeds of 85% reach a million at this gross.
    let table = [("0", "85%"), ("1176470.59", "70%")];
    let split = tiered("\"gross-sales\"", "calendar-year", "\"forward\"", &table);
    let sales = [sale("2026-03-05", "1176470.59"), sale("2026-04-05", "100")];
    assert_eq!(vendor(&split, "", &sales), 100_000_000 + 7_000);
}

#[test]
fn one_rate_for_a_deal_by_its_total_value() {
    let row = |from, vendor| {
        format!("{{ from = \"{from}\", vendor = \"{vendor}\", platform = \"rest\" }}")
    };
    let split = format!(
        "split = {{ window = \"deal\", tiers = [ {}, {}, {} ], \
         renewal = {{ vendor = \"98.5%\", platform = \"rest\" }}, \
         otherwise = {{ vendor = \"80%\", platform = \"20%\" }} }}",
        row("0", "97%"),
        row("1000000", "98%"),
        row("10000000", "98.5%")
    );
    for (value, due) in [
        ("999999.99", 96_999_999),
        ("1000000", 98_000_000),
        ("9999999.99", 979_999_999),
        ("10000000", 985_000_000),
    ] {
        let deal = format!("[[deal]]\nid = \"D\"\nvalue = \"{value}\"");
        let sales = [Sale("2026-03-05", value.to_owned(), "D")];
        assert_eq!(vendor(&split, &deal, &sales), due, "{value}");
    }
    let deals = "[[deal]]\nid = \"D\"\nvalue = \"4250000\"\n\
                 [[deal]]\nid = \"E\"\nvalue = \"10\"\nrenewal = true";
    let instalments =
        [("2026-01-01", "1000000"), ("2026-07-01", "1500000"), ("2027-01-01", "1750000")];
    let of = |deal| {
        let sale = |(day, amount): (&'static str, &str)| Sale(day, amount.to_owned(), deal);
        vendor(&split, deals, &instalments.map(sale))
    };
    assert_eq!(of("D"), 416_500_000);
    assert_eq!(of("E"), 418_625_000, "a renewal");
    assert_eq!(of(""), 340_000_000, "no deal");
}

#[test]
fn deals_whose_sales_cancel_out_still_have_their_own_rates() {
    let split = "split = { window = \"deal\", tiers = [ { from = \"0\", vendor = \"50%\", \
                 platform = \"rest\" }, { from = \"100\", vendor = \"90%\", platform = \"rest\" } ] }";
    let deals = "[[deal]]\nid = \"D\"\nvalue = \"100\"\n[[deal]]\nid = \"E\"\nvalue = \"1\"";
    let sales = [Sale("2026-03-05", "100".into(), "D"), Sale("2026-03-06", "-100".into(), "E")];
    assert_eq!(vendor(split, deals, &sales), 9_000 - 5_000);
}

#[test]
fn a_quantity_moves_the_tiers_and_the_base_follows_in_proportion() {
    let split = tiered(
        "{ unit = \"output-token\" }",
        "lifetime",
        "\"marginal\"",
        &[("0", "10%"), ("1000", "20%")],
    );
    let contract = contract(&split, "");
    let mut entries: Vec<Entry> =
        [sale("2026-01-05", "400.00")].iter().enumerate().map(entry).collect();
    for fact in &mut entries {
        let Entry::Fact(fact) = fact else { continue };
        (fact.unit, fact.quantity) = ("output-token".into(), Some("4000".parse().unwrap()));
    }
    let (evidence, _) = evidence_of(&contract, entries);
    let january = "2026-01".parse().unwrap();
    let settled = settle(&contract, january, &evidence, &Balances::default()).unwrap();
    // A quarter of the tokens, and so of the 400, is in the first tier.
    assert_eq!(position(&[settled], "vendor"), 1_000 + 6_000);
}

#[test]
fn several_schedules_climb_one_table() {
    let split = |_| {
        "split = { measure = \"net-sales\", window = \"lifetime\", mode = \"marginal\", \
         over = [\"other\", \"m\"], tiers = [ { from = \"0\", vendor = \"10%\", platform = \"rest\" }, \
         { from = \"100\", vendor = \"20%\", platform = \"rest\" } ] }"
    };
    let text = format!(
        "id = \"deal\"\ncurrency = \"USD\"\n[parties]\nvendor = \"V\"\nplatform = \"P\"\n\
         [[schedule]]\nid = \"other\"\nscope = {{ product = \"other\" }}\nseller = \"platform\"\n\
         [[schedule.terms]]\neffective = 2026-01-01\nbasis = \"net-sales\"\n{}\n\
         [[schedule]]\nid = \"m\"\nseller = \"platform\"\n\
         [[schedule.terms]]\neffective = 2026-01-01\nbasis = \"net-sales\"\n{}",
        split(0),
        split(1)
    );
    let contract = Contract::parse("deal.toml", &text).unwrap();
    let sales = [sale("2026-01-05", "80"), sale("2026-01-06", "80")];
    let mut entries: Vec<Entry> = sales.iter().enumerate().map(entry).collect();
    if let Some(Entry::Fact(fact)) = entries.first_mut() {
        fact.product = "other".into();
    }
    let (evidence, _) = evidence_of(&contract, entries);
    let settled =
        settle(&contract, "2026-01".parse().unwrap(), &evidence, &Balances::default()).unwrap();
    let of = |at: usize| settled.schedules[at].segments[0].share_of("vendor");
    assert_eq!((of(0), of(1)), (Minor(800), Minor(200 + 1_200)));
    let measure = settled.balances.iter().find(|balance| balance.name.to_string().contains('+'));
    assert_eq!(measure.map(|balance| balance.closing), Some(Minor(16_000)));
}

/// Months with sales and refunds in cents, and a table of two to four tiers.
fn tables() -> impl Strategy<Value = (Vec<(i64, i64)>, &'static str)> {
    let rates = prop::sample::select(vec![0, 1, 5, 33, 50, 67, 100]);
    let rows = prop::collection::vec((1..40_000_i64, rates), 1..4);
    let window = prop::sample::select(vec!["lifetime", "calendar-year", "period", "contract-year"]);
    let climbing = rows.prop_map(|rows| {
        let mut at = 0;
        let climb = |(step, rate): (i64, i64)| {
            let row = (at, rate);
            at += step;
            row
        };
        rows.into_iter().map(climb).collect()
    });
    (climbing, window)
}

fn in_text(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

fn split_of(rows: &[(i64, i64)], window: &str, mode: &str) -> String {
    let rows: Vec<(String, String)> =
        rows.iter().map(|(from, rate)| (in_text(*from), format!("{rate}%"))).collect();
    let rows: Vec<(&str, &str)> = rows.iter().map(|(from, rate)| (&**from, &**rate)).collect();
    tiered("\"net-sales\"", window, mode, &rows)
}

const DAYS: [&str; 6] =
    ["2026-01-31", "2026-02-01", "2026-02-20", "2026-05-05", "2026-12-31", "2027-01-01"];

fn some_sales() -> impl Strategy<Value = Vec<Sale>> {
    let one = (prop::sample::select(DAYS.to_vec()), -30_000..60_000_i64);
    let sale = one.prop_map(|(day, cents)| Sale(day, in_text(cents), ""));
    prop::collection::vec(sale, 0..6)
}

/// The share function from nothing to `x`, in hundredths of a cent.
fn function(rows: &[(i64, i64)], x: i64) -> i64 {
    let mut sum = 0;
    for (at, (from, rate)) in rows.iter().enumerate() {
        let floor = if at == 0 { x.min(0) } else { *from };
        let ceiling = rows.get(at + 1).map_or(x, |(next, _)| x.min(*next)).max(floor);
        let sign_free = if at == 0 && x < 0 { x } else { ceiling - floor };
        sum += sign_free * rate;
    }
    sum
}

proptest! {
    /// Each month earns F(c + Δ) − F(c), within the cent that it is rounded to.
    #[test]
    fn a_marginal_month_is_a_difference_of_the_share_function(
        (rows, _) in tables(),
        sales in some_sales(),
    ) {
        let contract = contract(&split_of(&rows, "lifetime", "\"marginal\""), "");
        let mut moved: BTreeMap<String, i64> = BTreeMap::new();
        for Sale(day, amount, _) in &sales {
            let cents: i64 = amount.replace('.', "").parse().expect("a number");
            *moved.entry(day[..7].to_owned()).or_default() += cents;
        }
        let mut so_far = 0;
        for settlement in months(&contract, &sales) {
            let after = so_far + moved.get(&settlement.period.to_string()).copied().unwrap_or(0);
            let due = function(&rows, after) - function(&rows, so_far);
            let is = i64::try_from(position(&[settlement], "vendor")).expect("few cents");
            prop_assert!((is * 100 - due).abs() < 100, "{is} is not {due} hundredths");
            so_far = after;
        }
    }

    /// The measure over trailing months is the sum of theirs, whatever window earlier terms had.
    #[test]
    fn trailing_months_drop_out_one_by_one(
        (rows, _) in tables(),
        sales in some_sales(),
        (trailing, since) in (1..5_i64, prop::option::of(2..5_u8)),
    ) {
        let lifetime = split_of(&rows, "lifetime", "\"marginal\"");
        let window = format!("window = {{ trailing = {trailing} }}");
        let split = lifetime.replace("window = \"lifetime\"", &window);
        let later = since.map_or(String::new(), |month| format!(
            "[[schedule.terms]]\neffective = 2026-{month:02}-01\nbasis = \"net-sales\"\n{split}"
        ));
        let first = if since.is_some() { &lifetime } else { &split };
        let moved = |month: &Settlement| -> i64 {
            let segments = month.schedules.iter().flat_map(|schedule| &schedule.segments);
            let sum = segments.map(|it| it.amount(revshare::settlement::StepName::NetSales).0).sum::<i128>();
            i64::try_from(sum).expect("few cents")
        };
        let all = months(&contract(first, &later), &sales);
        for (at, settlement) in all.iter().enumerate() {
            let trails = since.is_none_or(|month| at + 1 >= usize::from(month));
            let from = if trails { (at + 1).saturating_sub(usize::try_from(trailing).expect("few")) } else { 0 };
            let before: i64 = all[from..at].iter().map(moved).sum();
            let due = function(&rows, before + moved(settlement)) - function(&rows, before);
            let is = i64::try_from(position(std::slice::from_ref(settlement), "vendor")).expect("few cents");
            prop_assert!((is * 100 - due).abs() < 100, "{is} is not {due} hundredths");
        }
    }

    /// A month's refund that takes the measure back gives back exactly what the month before earned.
    #[test]
    fn what_a_refund_takes_back_is_what_the_sale_gave(
        (rows, _) in tables(),
        (before, moved) in (0..50_000_i64, 1..80_000_i64),
        retroactive in any::<bool>(),
    ) {
        let mode = if retroactive { "\"retroactive\"" } else { "\"marginal\"" };
        let contract = contract(&split_of(&rows, "lifetime", mode), "");
        let sales = [
            sale("2026-01-05", &in_text(before)),
            sale("2026-02-05", &in_text(moved)),
            sale("2026-03-05", &in_text(-moved)),
        ];
        let months = months(&contract, &sales);
        for party in ["vendor", "platform"] {
            let of = |at: usize| position(&months[at..=at], party);
            prop_assert_eq!(of(1), -of(2), "{}", party);
        }
    }

    /// An unchanged renewal in mid-month changes nothing.
    #[test]
    fn a_renewal_is_no_new_segment(
        (rows, window) in tables(),
        sales in some_sales(),
        mode in prop::sample::select(vec!["\"marginal\"", "\"forward\"", "\"forward\", by = \"day\"", "\"forward\", by = \"sale\"", "\"retroactive\""]),
    ) {
        let split = split_of(&rows, window, mode);
        let again =
            format!("[[schedule.terms]]\neffective = 2026-02-11\nbasis = \"net-sales\"\n{split}");
        prop_assert_eq!(
            months(&contract(&split, ""), &sales),
            months(&contract(&split, &again), &sales)
                .into_iter()
                .collect::<Vec<_>>()
        );
    }

    /// Priority, tiers and groups together: what is sold is somebody's, and nobody has it twice.
    #[test]
    fn everything_belongs_to_somebody(
        sales in some_sales(),
        mode in prop::sample::select(vec!["marginal", "forward", "retroactive"]),
        losses in prop::sample::select(vec!["carry-forward", "share", "absorb"]),
        remainder in prop::sample::select(vec!["", "remainder = \"in-order\"\n", "remainder = \"vendor\"\n"]),
    ) {
        let terms = format!(
            "losses = \"{losses}\"\npriority = [ {{ name = \"fee\", to = \"fund\", fee = \"31.07\" }}, \
             {{ name = \"rate\", to = \"vendor\", rate = \"1/3\", of = \"net-sales\", above = \"50\", \
             window = \"calendar-year\" }} ]\n\
             split = {{ measure = \"share-base\", window = \"calendar-year\", mode = \"{mode}\", tiers = [ \
             {{ from = \"0\", vendor = \"1/3\", rest = {{ share = \"rest\", split = {{ platform = \"7\", fund = \"3\" }} }} }}, \
             {{ above = \"100.01\", vendor = \"rest\", fund = \"1/7\" }} ] }}"
        );
        let mut contract = contract(&terms, "");
        if !remainder.is_empty() {
            let text = remainder.to_owned() + &contract.source;
            contract = Contract::parse("deal.toml", &text).expect("still a contract");
        }
        for settlement in months(&contract, &sales) {
            let held: i128 = settlement.positions.iter().map(|(_, amount)| amount.0).sum();
            let segment = &settlement.schedules[0].segments[0];
            let sold = segment.amount(revshare::settlement::StepName::NetSales);
            prop_assert_eq!(held, sold.0);
            let parties = ["vendor", "platform", "fund"];
            let has: i128 = parties.iter().map(|party| segment.share_of(party).0).sum();
            let carried = segment.amount(revshare::settlement::StepName::LossCarry);
            prop_assert_eq!(has, sold.0 + carried.0, "shares and priority");
        }
    }
}
