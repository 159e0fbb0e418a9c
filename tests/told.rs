//! What a reader must not overlook is told, and told so that it can be understood: what is left out
//! of a settlement, what a clause refuses, which day decides.

mod common;

use std::fs;
use std::path::Path;

use common::revshare;
use serde_json::Value;

const HEAD: &str = "id = 'deal'\ncurrency = 'USD'\n[parties]\nvendor = 'V'\nplatform = 'P'\n";
const HALF: &str = "basis = 'net-sales'\nsplit = { vendor = '50%', platform = 'rest' }\n";

/// A book of one contract with one schedule and the files of `files`.
fn book(top: &str, terms: &str, below: &str, files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (id, rest) = HEAD.split_once('\n').unwrap();
    let contract = format!(
        "{id}\n{top}\n{rest}[[schedule]]\nid = 'all'\nseller = 'platform'\nbearer = 'vendor'\n\
         provider = 'platform'\n[[schedule.terms]]\neffective = 2026-01-01\n{terms}\n{below}"
    );
    fs::write(dir.path().join("contract.toml"), contract).unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn out(dir: &Path, args: &[&str]) -> (String, String) {
    let output = revshare(dir, args);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (answer, beside) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{args:?}: {beside}");
    (answer, beside)
}

fn statements(dir: &Path) -> Vec<Value> {
    let (answer, _) = out(dir, &["run", ".", "--format", "json", "--quiet"]);
    let mut run: Value = serde_json::from_str(&answer).unwrap();
    run["statements"].take().as_array().unwrap().clone()
}

/// Opening, movement and closing of a balance.
fn balance<'s>(statement: &'s Value, name: &str) -> [&'s str; 3] {
    let all = statement["balances"].as_array().unwrap();
    let one = all.iter().find(|it| it["name"] == name).expect("the balance is shown");
    ["opening", "movement", "closing"].map(|key| one[key].as_str().unwrap())
}

const COST: &str = "basis = 'gross-profit'\nsplit = { vendor = '50%', platform = 'rest' }";
const SALES: &str =
    "id,time,product,channel,kind,amount,currency\n1,2026-01-05,m,shop,charge,1000,USD\n";

#[test]
fn a_cost_without_a_channel_is_loud() {
    let costs = "id,time,product,category,amount,currency\n1,2026-01-06,m,compute,1300.10,USD\n\
                 2,2026-01-07,m,compute,0.05,USD\n";
    let dir = book("", COST, "", &[("sales.csv", SALES), ("costs.csv", costs)]);
    let (answer, beside) = out(dir.path(), &["run", ".", "--quiet"]);
    assert!(beside.contains("warning[I029]"), "{beside}");
    assert!(!beside.contains("closed:"), "{beside}");
    let foot = "  In all, left out of what is settled above:\n    cost  2 facts  1,300.15 USD\n";
    assert!(answer.contains(foot), "{answer}");
    assert!(answer.contains("    remedy: say product and channel in the file"), "{answer}");
    let again = "left out of 1 statement: cost 1,300.15 USD; see the exceptions there";
    assert!(out(dir.path(), &["run", "."]).1.contains(again));
}

#[test]
fn quiet_hides_notes_and_no_warning() {
    let sales = format!("{SALES}2,2090-01-05,m,shop,charge,10,USD\n");
    let dir = book("", HALF, "", &[("sales.csv", &sales)]);
    let (_, beside) = out(dir.path(), &["run", ".", "--quiet"]);
    assert!(beside.contains("warning[B013]") && !beside.contains("closed:"), "{beside}");
    // A store without its index makes it anew, which is worth a note.
    fs::remove_file(dir.path().join(".revshare/index.seal")).unwrap();
    let (_, beside) = out(dir.path(), &["run", ".", "--quiet"]);
    assert!(!beside.contains("note["), "{beside}");
}

#[test]
fn a_refund_of_a_charge_is_not_waited_for() {
    let sales = "id,time,product,kind,amount,currency,ref\n1,2026-01-05,m,charge,600,USD,\n\
                 2,2026-01-20,m,refund,-100,USD,1\n3,2026-01-21,m,collected,200,USD,1\n\
                 4,2026-01-22,m,refund,-50,USD,3\n5,2026-01-23,m,refund,-7,USD,\n";
    let terms = format!("recognition = 'collected'\n{HALF}");
    let dir = book("", &terms, "", &[("sales.csv", sales)]);
    let january = &statements(dir.path())[0];
    // 600 billed, 100 of it given up, 200 paid; what gives cash back leaves it as it is.
    assert_eq!(balance(january, "uncollected/all"), ["0.00", "300.00", "300.00"]);
    assert_eq!(january["positions"]["vendor"], "21.50");
}

#[test]
fn a_guarantee_leaves_no_balance_behind() {
    let clause = "[[guarantee]]\nname = 'g'\nparty = 'vendor'\nfrom = 'platform'\namount = '100'\n\
                  window = 'calendar-year'\nstarts = 2026-01-01\nends = 2026-02-28\n";
    let sales = format!("{SALES}2,2026-02-05,m,shop,charge,400,USD\n");
    let dir = book("", HALF, clause, &[("sales.csv", &sales)]);
    let all = statements(dir.path());
    assert_eq!(balance(&all[0], "guarantee/g"), ["0.00", "500.00", "500.00"]);
    assert_eq!(balance(&all[1], "guarantee/g"), ["500.00", "-500.00", "0.00"]);
}

#[test]
fn a_refused_rate_is_listed_once() {
    let euro = "id,time,product,channel,kind,amount,currency\n1,2026-01-05,m,shop,charge,1000,EUR\n\
                3,2026-02-05,m,shop,charge,10,USD\n";
    let later = "id,time,product,channel,kind,amount,currency\n2,2026-03-05,m,shop,charge,10,USD\n";
    let rate = |rate| format!("date,base,quote,rate\n2026-01-05,EUR,USD,{rate}\n");
    let pair = format!("{}2026-01-05,GBP,CHF,1.1\n", rate("1.25"));
    let files = [
        ("sales.csv", euro),
        ("fx.csv", &rate("1.1")),
        ("deliveries/1/sales.csv", later),
        ("deliveries/1/fx-again.csv", &pair),
    ];
    let fx = "[fx]\npolicy = 'daily'\nwithin = 0\n";
    let dir = book("finality = 1", HALF, fx, &files);
    let all = statements(dir.path());
    assert_eq!(all.len(), 3);
    let exceptions = |at: usize| all[at]["exceptions"].as_array().unwrap();
    assert!(exceptions(0).is_empty() && exceptions(1).is_empty());
    let [listed] = &exceptions(2)[..] else { panic!("{:?}", exceptions(2)) };
    assert_eq!((&listed["kind"], &listed["fact"]), (&"refused-as-final".into(), &"fx".into()));
    assert_eq!(listed["day"], "2026-01-05");
    assert_eq!(listed["rate"], serde_json::json!({"base": "EUR", "quote": "USD", "rate": "1.25"}));
    assert!(all[2].get("true_ups").is_none());
    let (text, _) = out(dir.path(), &["statement", ".", "2026-03"]);
    assert!(text.contains("1 EUR = 1.25 USD came after its day had become final"), "{text}");
}

#[test]
fn a_late_sale_of_a_suspended_day_stays_out() {
    let window =
        "[[availability]]\nproduct = ['m']\nsuspended = { from = 2026-01-10, to = 2026-02-01 }\n";
    let late = "id,time,product,channel,kind,amount,currency\n2,2026-01-12,m,shop,charge,70,USD\n\
                3,2026-01-09,m,shop,charge,30,USD\n4,2026-02-05,m,shop,charge,10,USD\n";
    let files = [("sales.csv", SALES), ("deliveries/1/sales-2.csv", late)];
    let dir = book("late = 'next-period'", HALF, window, &files);
    let february = &statements(dir.path())[1];
    // What was sold before the suspension counts, though the open period began suspended.
    assert_eq!(february["positions"]["vendor"], "20.00");
    let exceptions = february["exceptions"].as_array().unwrap();
    let kinds: Vec<_> = exceptions.iter().map(|it| (&it["kind"], &it["amount"])).collect();
    assert_eq!(kinds, [(&"suspended".into(), &"70".into())]);
}

#[test]
fn a_better_rate_is_given_back_with_the_sale() {
    let sales = "id,time,product,kind,amount,currency\n1,2026-01-05,m,charge,1000,USD\n\
                 2,2026-02-05,m,refund,-1000,USD\n";
    let clause = |rate: &str| {
        format!(
            "[[most-favoured]]\nname = 'm'\nparty = 'vendor'\nfrom = 'platform'\n\
             grants = [{{ from = 2026-01-01, rate = '{rate}' }}]\n"
        )
    };
    for (rate, extra) in [("70%", vec!["200.00", "200.00"]), ("30%", vec![])] {
        let dir = book("", HALF, &clause(rate), &[("sales.csv", sales)]);
        let all = statements(dir.path());
        let moved: Vec<_> =
            all.iter().filter_map(|it| it.get("adjustments")?.as_array()).flatten().collect();
        let amounts: Vec<_> = moved.iter().map(|it| it["amount"].as_str().unwrap()).collect();
        assert_eq!(amounts, extra, "{rate}");
        let payers: Vec<_> = moved.iter().map(|it| it["from"].as_str().unwrap()).collect();
        assert!(payers.is_empty() || payers == ["platform", "vendor"], "{payers:?}");
    }
}

#[test]
fn a_true_up_says_each_thing_once() {
    let refund = "id,time,product,channel,kind,amount,currency,ref\n\
                  2,2026-02-05,m,shop,refund,-1000,USD,1\n";
    let files = [("sales.csv", SALES), ("deliveries/1/sales-2.csv", refund)];
    let dir = book("", HALF, "", &files);
    let (text, _) = out(dir.path(), &["run", ".", "--quiet", "--through", "2026-02"]);
    assert!(text.contains("  true-up all for 2026-01"), "{text}");
    assert!(text.contains("for 2026-01 now nothing; settled so far: platform owes vendor 500.00"));
    assert!(!text.contains("gross-profit") && !text.contains("owes vendor 0.00"), "{text}");
}

#[test]
fn a_restated_step_is_never_a_nameless_part() {
    let terms = "basis = 'gross-profit'\ncost = { ceiling = '50% of net-sales' }\n\
                 split = { vendor = '50%', platform = 'rest' }";
    let costs = "id,time,product,channel,category,amount,currency\n\
                 1,2026-01-06,m,shop,compute,400,USD\n";
    let late = costs.replace("1,2026-01-06", "2,2026-01-07");
    let files =
        [("sales.csv", SALES), ("costs.csv", costs), ("deliveries/1/costs-2.csv", late.as_str())];
    let dir = book("", terms, "", &files);
    out(dir.path(), &["run", ".", "--through", "2026-01"]);
    out(dir.path(), &["import", "."]);
    let (text, _) = out(dir.path(), &["settle", ".", "2026-02"]);
    // 600.00 before; 500.00 since 300.00 of 800.00 are above the ceiling.
    let words =
        |line: &str| -> Vec<String> { line.split_whitespace().map(str::to_owned).collect() };
    let profit =
        text.lines().map(words).filter(|it| it.first().is_some_and(|it| it == "gross-profit"));
    let profit: Vec<_> = profit.collect();
    assert!(profit.contains(&words("gross-profit 600.00 500.00 -100.00")), "{text}");
}

#[test]
fn parties_stand_in_the_order_of_the_contract() {
    let dir = book("", HALF, "", &[("sales.csv", SALES)]);
    let (text, _) = out(dir.path(), &["run", ".", "--quiet"]);
    for (first, then) in [("vendor    V", "platform  P"), ("shares     vendor", "platform, 50%")] {
        let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}: {text}"));
        assert!(at(first) < at(then), "{text}");
    }
    let parties = &statements(dir.path())[0]["provenance"]["parties"];
    assert_eq!(parties, &serde_json::json!(["vendor", "platform"]));
}

#[test]
fn a_quantity_is_shown_as_one() {
    let terms = "basis = 'usage-fee'\npayer = 'platform'\npayee = 'vendor'\n\
                 rates = [{ unit = 'token', window = 'lifetime', \
                 tiers = [{ from = '0', price = '0.01' }, { from = '10', price = '0.02' }] }]";
    let usage = "id,time,product,channel,quantity,unit\n1,2026-01-05,m,shop,8000000,token\n\
                 2,2026-01-05,m,shop,0.5,token\n";
    let dir = book("", terms, "", &[("usage.csv", usage)]);
    let january = &statements(dir.path())[0];
    assert_eq!(balance(january, "rate-quantity/all/token"), ["0", "8000000.5", "8000000.5"]);
}

/// Few products stand beside one another. More than a line has room for stand below each other, in the statement as in the
/// explanation, and none is left out or told twice.
#[test]
fn products_are_told_one_by_one_however_many_there_are() {
    for count in [2_u64, 48, 49, 300] {
        let of = |number: u64| format!("m{number:03}");
        let (mut sales, mut costs) = (
            "id,time,product,channel,kind,amount,currency\n".to_owned(),
            "id,time,product,channel,category,amount,currency\n".to_owned(),
        );
        for number in 1..=count {
            let product = of(number);
            sales += &format!("a{number},2026-01-05,{product},shop,charge,{number}.01,USD\n");
            sales += &format!("b{number},2026-01-06,{product},shop,charge,{number}.02,USD\n");
            costs += &format!("c{number},2026-01-06,{product},shop,compute,0.50,USD\n");
        }
        let dir = book("", COST, "", &[("sales.csv", &sales), ("costs.csv", &costs)]);
        let (shown, _) = out(dir.path(), &["run", ".", "--quiet"]);
        let rows: Vec<&str> = shown.lines().filter(|line| line.trim().starts_with("m0")).collect();
        let due = |number: u64| format!("{}.03", 2 * number);
        if count > 2 {
            // Of each step that has parts those of all products, in their order: sales and cost, at least.
            let told = rows.iter().map(|row| row.split_whitespace().collect::<Vec<_>>());
            let told: Vec<Vec<&str>> = told.take(count.min(99) as usize).collect();
            let named = |number| [of(number), due(number)];
            assert_eq!(told, (1..=count.min(99)).map(named).collect::<Vec<_>>(), "{count}");
            assert!(shown.lines().all(|line| line.chars().count() <= 96));
        } else {
            let head = shown.lines().find(|line| line.contains(&of(1))).unwrap();
            assert_eq!(head.split_whitespace().collect::<Vec<_>>(), ["m001", "m002", "total"]);
        }
        let (told, _) =
            out(dir.path(), &["explain", ".", "2026-01", "all/gross-sales", "--format", "json"]);
        let told: Value = serde_json::from_str(&told).unwrap();
        let parts = told["explained"][0]["tree"]["children"].as_array().unwrap().iter();
        let parts: Vec<_> =
            parts.map(|part| (part["title"].clone(), part["amount"].clone())).collect();
        let named = |number| (of(number).into(), due(number).into());
        assert_eq!(parts, (1..=count).map(named).collect::<Vec<_>>());
    }
}
