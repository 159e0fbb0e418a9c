//! Random blocks at the top of a contract: clauses over all schedules, and rules for facts.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::deal::{Piece, SCHEDULES, pair, rate, some_day};

/// The days of a clause and the window that it is measured over.
#[derive(Debug)]
struct Held {
    keys: String,
    window: &'static str,
    starts: Option<String>,
}

/// Every window with the days that it asks for.
fn held(windows: &[&'static str]) -> impl Strategy<Value = Held> {
    let day = |year: i32| {
        (1..=6_u8, 1..=28_u8).prop_map(move |(month, day)| format!("{year}-{month:02}-{day:02}"))
    };
    let starts = option::of(prop_oneof![2 => day(2026), 1 => Just("2025-11-20".to_owned())]);
    let ends = option::of(prop_oneof![1 => Just("2026-07-17".to_owned()), 1 => day(2027)]);
    let schedules = option::of(subsequence(SCHEDULES.to_vec(), 1..4));
    (select(windows.to_vec()), starts, ends, schedules).prop_map(
        |(window, starts, ends, schedules)| {
            let starts = match window {
                "contract-year" => starts.or(Some("2026-01-15".to_owned())),
                _ => starts,
            };
            let ends = match window {
                "lifetime" => ends.or(Some("2026-06-30".to_owned())),
                _ => ends,
            };
            let mut keys = String::new();
            if let Some(day) = &starts {
                keys += &format!("starts = {day}\n");
            }
            if let Some(day) = ends {
                keys += &format!("ends = {day}\n");
            }
            if let Some(list) = schedules {
                keys += &format!("schedules = {list:?}\n");
            }
            Held { keys, window, starts }
        },
    )
}

const WINDOWS: [&str; 4] = ["period", "calendar-year", "contract-year", "lifetime"];

fn floor() -> impl Strategy<Value = Piece> {
    let of = select(vec!["gross-sales", "net-sales", "gross-profit", "share-base"]);
    let least = prop_oneof![
        3 => (rate(60), of).prop_map(|(rate, of)| Piece {
            text: format!("at-least = {rate}\nof = \"{of}\""),
            anyway: of == "gross-sales",
        }),
        1 => (0..500_u32).prop_map(|least| Piece::anyway(format!("at-least = \"{least}\""))),
    ];
    (pair(), least, held(&WINDOWS), select(vec!["lapse", "carry"])).prop_map(
        |((party, from), least, held, unused)| {
            let Held { keys, window, .. } = held;
            let text = format!(
                "[[floor]]\nname = \"NAME\"\nparty = \"{party}\"\nfrom = \"{from}\"\n{}\n\
                 window = \"{window}\"\nunused = \"{unused}\"\n{keys}",
                least.text
            );
            Piece { text, ..least }
        },
    )
}

fn most_favoured() -> impl Strategy<Value = Piece> {
    (pair(), rate(90), option::of(rate(99)), 1..=28_u8).prop_map(
        |((party, from), first, second, day)| {
            let second = second
                .map_or(String::new(), |rate| format!(", {{ from = 2026-04-09, rate = {rate} }}"));
            Piece::new(format!(
                "[[most-favoured]]\nname = \"NAME\"\nparty = \"{party}\"\nfrom = \"{from}\"\n\
                 grants = [ {{ from = 2026-02-{day:02}, rate = {first} }}{second} ]"
            ))
        },
    )
}

fn guarantee() -> impl Strategy<Value = Piece> {
    let extra = (
        any::<bool>(),
        select(vec!["", "prorate = \"days\"\n", "prorate = \"days\"\nyear = 365\n"]),
        option::of(rate(12)),
        select(vec!["", "on = \"shares\"\n", "on = \"usage-fees\"\n"]),
        option::of(1..90_u32),
    );
    (pair(), 0..3000_u32, held(&WINDOWS), extra).prop_map(|((party, from), amount, held, extra)| {
        let (cumulative, prorate, escalator, on, least) = extra;
        let Held { mut keys, window, starts } = held;
        // Proration, cumulation and escalation speak of days that must be there.
        let yearly = window.ends_with("year") && starts.is_some();
        if yearly {
            keys += prorate;
            keys += &escalator.map_or(String::new(), |rate| format!("escalator = {rate}\n"));
        }
        if yearly && cumulative && keys.contains("ends") {
            keys += "cumulative = true\n";
        }
        keys += &least.map_or(String::new(), |least| format!("per-period = \"{least}\"\n"));
        Piece::anyway(format!(
            "[[guarantee]]\nname = \"NAME\"\nparty = \"{party}\"\nfrom = \"{from}\"\n\
             amount = \"{amount}\"\nwindow = \"{window}\"\n{keys}{on}"
        ))
    })
}

fn advance() -> impl Strategy<Value = Piece> {
    let keys = (some_day(), option::of(Just("ends = 2026-07-05\n")));
    let schedules =
        select(vec!["", "schedules = [\"market\"]\n", "schedules = [\"resale\", \"own\"]\n"]);
    (pair(), rate(100), 1..900_u32, keys, schedules).prop_map(
        |((to, by), rate, amount, (starts, ends), schedules)| {
            let ends = ends.unwrap_or_default();
            Piece::new(format!(
                "[[advance]]\nname = \"NAME\"\nto = \"{to}\"\nby = \"{by}\"\namount = \"{amount}\"\n\
                 rate = {rate}\nstarts = {starts}\n{ends}{schedules}"
            ))
        },
    )
}

fn reserve() -> impl Strategy<Value = Piece> {
    let rates = prop_oneof![
        rate(50).prop_map(|rate| format!("rate = {rate}\n")),
        (rate(50), rate(50))
            .prop_map(|(one, other)| format!("rates = [{one}, {other}]\nstarts = 2026-01-01\n")),
    ];
    let net = select(vec!["", "net-of = \"chargebacks\"\n"]);
    let ends = select(vec!["", "ends = 2026-04-30\n"]);
    let schedules = select(vec!["", "schedules = [\"market\", \"other\"]\n"]);
    (pair(), rates, 1..4_u8, net, ends, schedules).prop_map(
        |((party, by), rates, release, net, ends, schedules)| {
            Piece::new(format!(
                "[[reserve]]\nname = \"NAME\"\nparty = \"{party}\"\nby = \"{by}\"\n\
                 release = {release}\n{rates}{net}{ends}{schedules}"
            ))
        },
    )
}

fn cap() -> impl Strategy<Value = Piece> {
    (pair(), 0..2000_u32, held(&WINDOWS), 0..90_u32).prop_map(
        |((from, to), amount, held, before)| {
            let Held { keys, window, .. } = held;
            let paid = match window {
                "lifetime" => format!("paid = \"{}\"\n", amount * before / 100),
                _ => String::new(),
            };
            Piece::new(format!(
                "[[cap]]\nname = \"NAME\"\nfrom = \"{from}\"\nto = \"{to}\"\namount = \"{amount}\"\n\
                 window = \"{window}\"\n{paid}{keys}"
            ))
        },
    )
}

/// A clause over the whole contract; `NAME` is filled in.
pub(crate) fn clause() -> impl Strategy<Value = Piece> {
    prop_oneof![floor(), most_favoured(), guarantee(), advance(), reserve(), cap()]
}

/// How facts are converted, spread, bundled, suspended, and what deals are worth.
pub(crate) fn about_facts() -> impl Strategy<Value = Vec<Piece>> {
    let fx = select(vec!["daily", "period-average", "period-end"])
        .prop_map(|policy| format!("[fx]\npolicy = \"{policy}\""));
    let over = select(vec![
        "",
        "over = { product = [\"opus\"] }",
        "over = { channel = [\"market\", \"resale\"] }",
    ]);
    let pool = (select(vec!["sales", "token"]), over).prop_map(|(driver, over)| {
        format!("[[shared-cost]]\ncategory = [\"pool\"]\ndriver = \"{driver}\"\n{over}")
    });
    let suspended = (some_day(), 1..=28_u8).prop_map(|(from, day)| {
        format!(
            "[[availability]]\nproduct = [\"haiku\"]\nsuspended = {{ from = {from}, to = 2026-07-{day:02} }}"
        )
    });
    let suite = (1..99_u32).prop_map(|part| {
        format!("[[bundle]]\nproduct = \"suite\"\nparts = {{ opus = \"{part}\", guard = \"20\" }}")
    });
    let deals = (0..90_u32).prop_map(|value| {
        format!(
            "[[deal]]\nid = \"D\"\nvalue = \"{}\"\n[[deal]]\nid = \"E\"\nvalue = \"50\"\nrenewal = true",
            value * 50
        )
    });
    (fx, option::of(pool), option::weighted(0.3, suspended), option::of(suite), deals).prop_map(
        |(fx, pool, suspended, suite, deals)| {
            let all = [Some(fx), pool, suspended, suite, Some(deals)];
            all.into_iter().flatten().map(Piece::new).collect()
        },
    )
}
