//! Clauses over the whole contract as TOML.

use std::fmt::Write;

use revshare::fact::{Entry, FxRate};

use super::converting::{PlainRateOfDay, Policy};
use super::plain_clauses::{Guarantee, Held, Least, On, PlainClause, Wide};
use super::world::{PlainContract, Q, World};
use super::writing::{decimal, list, money, quoted, rate};

/// Every clause, in order.
pub(crate) fn to_toml(contract: &PlainContract) -> String {
    let mut text = String::new();
    for (at, clause) in contract.clauses.iter().enumerate() {
        let (key, pairs) = Writer { contract, clause }.block(at);
        writeln!(text, "\n[[{key}]]").expect("memory");
        for (key, value) in pairs {
            writeln!(text, "{key} = {value}").expect("memory");
        }
    }
    text
}

/// How facts in other currencies are converted.
pub(crate) fn exchange(contract: &PlainContract) -> String {
    let Some(policy) = contract.exchange else { return String::new() };
    let policy = match policy {
        Policy::Daily => "daily",
        Policy::PeriodAverage => "period-average",
        Policy::PeriodEnd => "period-end",
    };
    format!("\n[fx]\npolicy = {}\n", quoted(policy))
}

/// Rates as the program holds them.
pub(crate) fn rates(world: &World) -> Vec<Entry> {
    let currency = |code: &str| code.parse().expect("a currency");
    let rate = |rate: &PlainRateOfDay| {
        Entry::Fx(FxRate {
            date: rate.on.to_string().parse().expect("a day"),
            base: currency(rate.base),
            quote: currency(rate.quote),
            rate: decimal(&rate.rate).parse().expect("rates are decimals"),
        })
    };
    world.contract.rates.iter().map(rate).collect()
}

type Pairs = Vec<(&'static str, String)>;

struct Writer<'a> {
    contract: &'a PlainContract,
    clause: &'a PlainClause,
}

impl Writer<'_> {
    fn name(&self, party: usize) -> String {
        quoted(self.contract.parties[party])
    }

    fn money(&self, amount: &Q) -> String {
        quoted(&money(self.contract, amount))
    }

    fn block(&self, at: usize) -> (&'static str, Pairs) {
        let PlainClause { party, from, held, what } = self.clause;
        let named = ("name", quoted(&format!("c{at}")));
        let who = |keys: [&'static str; 2]| {
            vec![named.clone(), (keys[0], self.name(*party)), (keys[1], self.name(*from))]
        };
        let written = |rate_: &Q| quoted(&rate(rate_));
        let (key, mut pairs) = match what {
            Wide::Floor { least, carry } => {
                let mut pairs = who(["party", "from"]);
                match least {
                    Least::Amount(amount) => pairs.push(("at-least", self.money(amount))),
                    Least::Rate(rate, of) => {
                        pairs.extend([("at-least", written(rate)), ("of", quoted(of))]);
                    }
                }
                pairs.push(("unused", quoted(if *carry { "carry" } else { "lapse" })));
                pairs.push(("window", quoted(held.over.name())));
                ("floor", pairs)
            }
            Wide::MostFavoured { grants } => {
                let grant = |(from, rate): &(time::Date, Q)| {
                    format!("{{ from = {from}, rate = {} }}", written(rate))
                };
                let grants: Vec<String> = grants.iter().map(grant).collect();
                let mut pairs = who(["party", "from"]);
                pairs.push(("grants", format!("[{}]", grants.join(", "))));
                ("most-favoured", pairs)
            }
            Wide::Guarantee(guarantee) => ("guarantee", {
                let mut pairs = who(["party", "from"]);
                pairs.extend(self.guarantee(guarantee));
                pairs
            }),
            Wide::Advance { amount, rate } => {
                let mut pairs = who(["by", "to"]);
                pairs.extend([("amount", self.money(amount)), ("rate", written(rate))]);
                ("advance", pairs)
            }
            Wide::Reserve { rates, release, net_of_chargebacks } => {
                let mut pairs = who(["by", "party"]);
                pairs.push(("release", release.to_string()));
                match rates.as_slice() {
                    [one] => pairs.push(("rate", written(one))),
                    many => {
                        let many: Vec<String> = many.iter().map(written).collect();
                        pairs.push(("rates", format!("[{}]", many.join(", "))));
                    }
                }
                if *net_of_chargebacks {
                    pairs.push(("net-of", quoted("chargebacks")));
                }
                ("reserve", pairs)
            }
            Wide::Cap { amount, paid } => {
                let mut pairs = who(["to", "from"]);
                pairs
                    .extend([("amount", self.money(amount)), ("window", quoted(held.over.name()))]);
                if *paid != super::world::zero() {
                    pairs.push(("paid", self.money(paid)));
                }
                ("cap", pairs)
            }
            Wide::Audit { effective, due, paid, threshold, accord } => {
                let mut pairs = who(["to", "from"]);
                let period = if self.contract.quarters { "2026-Q2" } else { "2026-05" };
                pairs.extend([("period", quoted(period)), ("effective", effective.to_string())]);
                pairs.extend([("due", self.money(due)), ("paid", self.money(paid))]);
                if let Some((threshold, cost)) = threshold {
                    pairs.extend([("threshold", written(threshold)), ("cost", self.money(cost))]);
                }
                pairs.extend(accord.as_ref().map(|accord| ("accord", written(accord))));
                ("audit", pairs)
            }
            Wide::Withholding { rate, gross_up } => {
                let mut pairs = who(["to", "from"]);
                pairs.extend([("rate", written(rate)), ("gross-up", gross_up.to_string())]);
                ("withholding", pairs)
            }
            Wide::MinimumPayment { least, one_sided, until } => {
                let mut pairs = match one_sided {
                    true => who(["to", "from"])[1..].to_vec(),
                    false => Vec::new(),
                };
                match least {
                    Some(least) => pairs.push(("amount", self.money(least))),
                    None => pairs.push(("hold", "true".to_owned())),
                }
                pairs.extend(until.map(|until| ("until", until.to_string())));
                ("minimum-payment", pairs)
            }
        };
        pairs.extend(self.days(held));
        (key, pairs)
    }

    fn guarantee(&self, guarantee: &Guarantee) -> Pairs {
        let Guarantee { amount, cumulative, by_days, escalator, on, per_period } = guarantee;
        let over = quoted(self.clause.held.over.name());
        let mut pairs = vec![("amount", self.money(amount)), ("window", over)];
        if *cumulative {
            pairs.push(("cumulative", "true".to_owned()));
        }
        if *by_days {
            pairs.push(("prorate", quoted("days")));
        }
        pairs.extend(escalator.as_ref().map(|part| ("escalator", quoted(&rate(part)))));
        match on {
            On::Earnings => {}
            On::Shares => pairs.push(("on", quoted("shares"))),
            On::UsageFees => pairs.push(("on", quoted("usage-fees"))),
        }
        pairs.extend(per_period.as_ref().map(|least| ("per-period", self.money(least))));
        pairs
    }

    /// The keys of days and schedules, for the clauses that know them.
    fn days(&self, held: &Held) -> Pairs {
        let (days, schedules) = match self.clause.what {
            Wide::Floor { .. }
            | Wide::Guarantee(_)
            | Wide::Advance { .. }
            | Wide::Reserve { .. }
            | Wide::Cap { .. } => (true, true),
            Wide::MostFavoured { .. } => (false, true),
            Wide::Audit { .. } | Wide::Withholding { .. } | Wide::MinimumPayment { .. } => {
                (false, false)
            }
        };
        let mut pairs = Pairs::new();
        if days {
            pairs.extend(held.starts.map(|day| ("starts", day.to_string())));
            pairs.extend(held.ends.map(|day| ("ends", day.to_string())));
        }
        if schedules && !held.schedules.is_empty() {
            let ids = held.schedules.iter().map(|at| self.contract.schedules[*at].id.as_str());
            let ids: Vec<&str> = ids.collect();
            let text = list(&ids);
            let text = if ids.len() == 1 { format!("[{text}]") } else { text };
            pairs.push(("schedules", text));
        }
        pairs
    }
}

#[test]
fn numbers_as_people_write_them() {
    for text in ["0", "12", "-12.5", "0.001", "-0.05", "1/3", "1000000"] {
        assert_eq!(decimal(&super::world::num(text)), text);
    }
    assert_eq!(rate(&super::world::q(1, 8)), "12.5%");
    assert_eq!(rate(&super::world::q(1, 3)), "1/3");
}
