//! Random schedules: every basis, and every clause that stands under terms.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::deal::{PARTIES, Piece, SCHEDULES, Schedule, Terms, pair, rate, some_day};

/// Splits, tiers in every mode, groups; first what is written before a table's rows.
const SCALES: [&str; 11] = [
    "measure = \"net-sales\", window = \"calendar-year\", mode = \"marginal\"",
    "measure = \"gross-sales\", window = \"lifetime\", mode = \"marginal\"",
    "measure = \"share-base\", window = \"contract-year\", mode = \"retroactive\"",
    "measure = \"net-sales\", window = \"period\", mode = \"retroactive\"",
    "measure = \"gross-sales\", window = \"calendar-year\", mode = \"forward\"",
    "measure = \"net-sales\", window = \"lifetime\", mode = \"forward\", by = \"day\"",
    "measure = { unit = \"token\" }, window = \"calendar-year\", mode = \"marginal\"",
    "measure = \"net-sales\", window = \"lifetime\", mode = \"marginal\", over = [\"market\", \"resale\"]",
    "measure = \"net-sales\", window = \"lifetime\", mode = \"forward\", by = \"sale\"",
    "measure = \"gross-sales\", window = { trailing = 3 }, mode = \"marginal\"",
    "measure = \"gross-sales\", window = \"lifetime\", mode = \"retroactive\"",
];

/// Shares of all parties, or of two and a group. The first two always have one.
fn shares() -> impl Strategy<Value = String> {
    (1..60_u32, 0..3_usize).prop_map(|(vendor, how)| match how {
        0 => format!("vendor = \"{vendor}%\", platform = \"rest\""),
        1 => format!("vendor = \"{vendor}/90\", platform = \"rest\", author = \"1/7\""),
        _ => format!(
            "vendor = \"{vendor}%\", platform = \"1/9\", others = {{ share = \"rest\", split = \
             {{ author = \"3/4\", fund = \"1/4\" }} }}"
        ),
    })
}

fn split() -> impl Strategy<Value = String> {
    let rows = vec((1..30_u32, shares(), any::<bool>()), 1..3);
    let table = (shares(), rows).prop_map(|(first, rows)| {
        let mut at = 0;
        let mut all = vec![format!("{{ from = \"0\", {first} }}")];
        for (step, shares, above) in rows {
            at += step * 100;
            let word = if above { "above" } else { "from" };
            all.push(format!("{{ {word} = \"{at}\", {shares} }}"));
        }
        all.join(", ")
    });
    let table = table.boxed();
    let tiered = (select(SCALES.to_vec()), table.clone())
        .prop_map(|(scale, rows)| format!("split = {{ {scale}, tiers = [ {rows} ] }}"));
    let deals = (table, shares(), shares()).prop_map(|(rows, renewal, otherwise)| {
        format!(
            "split = {{ window = \"deal\", tiers = [ {rows} ], renewal = {{ {renewal} }}, \
             otherwise = {{ {otherwise} }} }}"
        )
    });
    let flat = shares().prop_map(|shares| format!("split = {{ {shares} }}"));
    prop_oneof![2 => flat, 3 => tiered, 1 => deals]
}

fn deductions() -> impl Strategy<Value = Vec<Piece>> {
    let cap = prop_oneof![
        Just(String::new()),
        rate(9).prop_map(|rate| format!(", cap = {rate}")),
        (0..90_u32).prop_map(|most| format!(", cap = \"{most}\"")),
        (0..90_u32).prop_map(|most| format!(", cap = \"{most}\", excess = \"carry\"")),
    ];
    // A deduction that takes refunds leaves the charges that a rate is taken of.
    let one = prop_oneof![
        Just(Piece::new("name = \"N\", category = [\"listing\"]")),
        Just(Piece::anyway("name = \"N\", kind = \"refund\"")),
        Just(Piece::new("name = \"N\", kind = \"chargeback\"")),
        rate(10).prop_map(|rate| Piece::new(format!("name = \"N\", rate = {rate}"))),
        rate(4).prop_map(|rate| Piece::new(format!(
            "name = \"N\", any = [ {{ kind = \"fee\", category = [\"payment\"] }}, \
             {{ rate = {rate} }} ]"
        ))),
    ];
    vec((one, cap), 0..4).prop_map(|list| {
        let mut seen: Vec<String> = Vec::new();
        let mut kept = Vec::new();
        for (at, (piece, cap)) in list.into_iter().enumerate() {
            let what = piece.text.split("rate = ").next().unwrap_or_default().to_owned();
            let again = !piece.text.contains("\", rate") && seen.contains(&what);
            seen.push(what);
            if !again {
                let text = piece.text.replace("\"N\"", &format!("\"d{at}\""));
                kept.push(Piece { text: format!("{{ {text}{cap} }}"), ..piece });
            }
        }
        kept
    })
}

fn priority() -> impl Strategy<Value = Vec<Piece>> {
    let hurdle = prop_oneof![
        Just(String::new()),
        (0..900_u32).prop_map(|above| format!(", above = \"{above}\"")),
        (0..900_u32).prop_map(|above| format!(", above = \"{above}\", window = \"calendar-year\"")),
    ];
    let of = select(vec!["net-sales", "gross-profit", "gross-sales"]);
    let taken = (rate(20), of, hurdle).prop_map(|(rate, of, hurdle)| {
        let text = format!("rate = {rate}, of = \"{of}\"{hurdle}");
        Piece { text, anyway: of == "gross-sales" }
    });
    let fee = (0..90_u32).prop_map(|fee| Piece::anyway(format!("fee = \"{fee}\"")));
    vec((select(PARTIES.to_vec()), prop_oneof![3 => taken, 1 => fee]), 0..3).prop_map(|list| {
        let named = |(at, (to, piece)): (usize, (&str, Piece))| Piece {
            text: format!("{{ name = \"p{at}\", to = \"{to}\", {} }}", piece.text),
            ..piece
        };
        list.into_iter().enumerate().map(named).collect()
    })
}

fn cost() -> impl Strategy<Value = Vec<Piece>> {
    let ceiling = prop_oneof![
        Just(String::new()),
        (rate(90), excess()).prop_map(|(rate, excess)| format!(
            "ceiling = \"{} of net-sales\"{excess}",
            rate.trim_matches('"')
        )),
        (0..900_u32, excess()).prop_map(|(most, excess)| format!("ceiling = \"{most}\"{excess}")),
        (0..900_u32, rate(30), excess()).prop_map(|(budget, tolerance, excess)| format!(
            "ceiling = {{ budget = \"{budget}\", tolerance = {tolerance} }}{excess}"
        )),
    ];
    let deduct = select(vec!["", "deduct = [\"compute\"]", "deduct = [\"compute\", \"pool\"]"]);
    let metered = "rates = [ { unit = \"token\", price = \"0.03\", included = \"50\" } ]";
    let uplift = option::of(rate(20))
        .prop_map(|rate| rate.map_or(String::new(), |rate| format!("uplift = {rate}")));
    let settled = select(vec!["", "settled = \"invoiced\""]);
    (deduct, select(vec!["", metered]), uplift, ceiling, settled).prop_map(
        |(deduct, metered, uplift, ceiling, settled)| {
            let all = [deduct.to_owned(), metered.to_owned(), uplift, ceiling, settled.to_owned()];
            let all: Vec<String> = all.into_iter().filter(|key| !key.is_empty()).collect();
            if all.is_empty() {
                return Vec::new();
            }
            vec![Piece::new(format!("cost = {{ {} }}", all.join(", ")))]
        },
    )
}

fn excess() -> impl Strategy<Value = &'static str> {
    select(vec!["", ", excess = \"carry\"", ", excess = { carry = 2 }"])
}

fn shared(basis: &'static str) -> impl Strategy<Value = Terms> {
    let cost = if basis == "gross-profit" { cost().boxed() } else { Just(Vec::new()).boxed() };
    let losses =
        select(vec!["", "losses = \"carry-forward\"", "losses = \"share\"", "losses = \"absorb\""]);
    // Cash that came is not given back by a refund.
    let collected = prop::bool::weighted(0.2);
    (cost, losses, collected, deductions(), priority(), split()).prop_map(
        move |(cost, losses, collected, deductions, priority, split)| {
            let prices = "rates = [ { unit = \"token\", price = \"0.35\" } ]".to_owned();
            let lines = [format!("basis = \"{basis}\""), prices, losses.to_owned(), split];
            let mut lines: Vec<Piece> =
                lines.into_iter().filter(|line| !line.is_empty()).map(Piece::new).collect();
            lines.extend(cost);
            lines.extend(collected.then(|| Piece::anyway("recognition = \"collected\"")));
            Terms { lines, lists: vec![("deductions", deductions), ("priority", priority)] }
        },
    )
}

fn fee() -> impl Strategy<Value = Terms> {
    let card = select(vec![
        "price = \"0.07\"",
        "price = \"0.07\", included = \"100\"",
        "price = \"0.07\", cap = \"30\"",
        "tiers = [ { from = \"0\", price = \"0.10\" }, { from = \"300\", price = \"0.04\" } ]",
        "mode = \"volume\", tiers = [ { from = \"0\", price = \"0.10\" }, { from = \"300\", price = \"0.04\" } ]",
        "flat = \"20\", price = \"0.01\", included = \"40\", cap = \"50\"",
    ]);
    (pair(), card, 0..9_u32).prop_map(|((payer, payee), card, price)| {
        // A flat fee is due whatever is used.
        let first = Piece {
            text: format!("{{ unit = \"token\", product = \"opus\", {card} }}"),
            anyway: card.contains("flat"),
        };
        let second = Piece::new(format!("{{ unit = \"token\", price = \"0.0{price}\" }}"));
        let basis = Piece::new("basis = \"usage-fee\"");
        let who = Piece::new(format!("payer = \"{payer}\"\npayee = \"{payee}\""));
        Terms { lines: vec![basis, who], lists: vec![("rates", vec![first, second])] }
    })
}

fn excluded() -> impl Strategy<Value = Terms> {
    Just(Terms { lines: vec![Piece::new("basis = \"excluded\"")], lists: Vec::new() })
}

/// One version, and perhaps amendments; some of them renew unchanged.
fn versions(terms: BoxedStrategy<Terms>) -> impl Strategy<Value = Vec<(String, Terms)>> {
    let amendment = (some_day(), option::weighted(0.7, terms.clone()));
    let start = prop_oneof![3 => Just("2025-12-01".to_owned()), 1 => some_day()];
    (start, terms, vec(amendment, 0..3)).prop_map(|(start, first, amendments)| {
        let mut all = vec![(start, first)];
        let mut amendments = amendments;
        amendments.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (day, changed) in amendments {
            let (last, before) = all.last().expect("the first is there");
            if day > *last {
                let terms = changed.unwrap_or_else(|| before.clone());
                all.push((day, terms));
            }
        }
        all
    })
}

fn schedule(id: &'static str, terms: BoxedStrategy<Terms>) -> impl Strategy<Value = Schedule> {
    let roles = (select(PARTIES.to_vec()), select(PARTIES.to_vec()), select(PARTIES.to_vec()));
    let days = prop::bool::weighted(0.25);
    let ends = option::weighted(0.2, 20..=28_u8);
    (roles, days, ends, versions(terms)).prop_map(
        move |((seller, bearer, provider), days, ends, terms)| {
            let scope = match id {
                "other" => String::new(),
                id => format!("scope = {{ channel = \"{id}\" }}\n"),
            };
            let days = if days { "proration = \"days\"\n" } else { "" };
            let roles = format!(
                "seller = \"{seller}\"\nbearer = \"{bearer}\"\nprovider = \"{provider}\"\n"
            );
            let head = format!("{scope}{roles}{days}");
            let ends = ends.map(|day| format!("2026-06-{day:02}"));
            let ends = ends.filter(|last| terms.iter().all(|(day, _)| day <= last));
            Schedule { id, head, ends, terms }
        },
    )
}

/// Four schedules, one of each kind; the last takes what is left.
pub(crate) fn schedules() -> impl Strategy<Value = Vec<Schedule>> {
    let [market, resale, own, other] = SCHEDULES;
    let mixed = prop_oneof![
        2 => shared("gross-profit"),
        1 => shared("net-sales"),
        1 => fee(),
        1 => excluded(),
    ];
    (
        schedule(market, shared("gross-profit").boxed()),
        schedule(resale, shared("net-sales").boxed()),
        schedule(own, fee().boxed()),
        schedule(other, mixed.boxed()),
    )
        .prop_map(|(market, resale, own, other)| vec![market, resale, own, other])
}
