//! A world as the program reads it: the contract as TOML, facts as entries or as CSV files.

use std::fmt::Write;

use num_bigint::BigInt;
use num_traits::Signed;
use revshare::fact::{Entry, Fact, Kind};
use time::format_description::well_known::Rfc3339;

use super::world::{
    Cost, Deal, Limit, Mode, Money, OffTheTop, PlainContract, PlainDeduction, PlainFact,
    PlainLosses, PlainPriority, PlainRate, PlainSchedule, PlainScope, Q, Remainder, Shared, Take,
    What, When, World, q,
};

/// An exact decimal, or a fraction if it is none.
pub(crate) fn decimal(value: &Q) -> String {
    let Some(places) = (0..=18).find(|places| (value * power(*places)).is_integer()) else {
        return format!("{}/{}", value.numer(), value.denom());
    };
    let digits = (value.abs() * power(places)).to_integer().to_string();
    let width = usize::try_from(places).expect("few places") + 1;
    let digits = format!("{digits:0>width$}");
    let (whole, part) = digits.split_at(digits.len() + 1 - width);
    let sign = if value.is_negative() { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

fn power(places: u32) -> Q {
    Q::from_integer(BigInt::from(10).pow(places))
}

/// `12.5%`, or `1/3`.
pub(crate) fn rate(value: &Q) -> String {
    let percent = value * q(100, 1);
    let text = decimal(&percent);
    if text.contains('/') { decimal(value) } else { format!("{text}%") }
}

pub(crate) fn quoted(text: &str) -> String {
    format!("{text:?}")
}

pub(crate) fn list(texts: &[impl AsRef<str>]) -> String {
    match texts {
        [one] => quoted(one.as_ref()),
        many => {
            let all: Vec<String> = many.iter().map(|text| quoted(text.as_ref())).collect();
            format!("[{}]", all.join(", "))
        }
    }
}

fn table(pairs: Vec<(&str, String)>) -> String {
    let all: Vec<String> =
        pairs.into_iter().map(|(key, value)| format!("{key} = {value}")).collect();
    format!("{{ {} }}", all.join(", "))
}

/// The contract file.
pub(crate) fn to_toml(contract: &PlainContract) -> String {
    let mut text = head(contract);
    let put = |text: &mut String, line: String| writeln!(text, "{line}").expect("memory");
    for schedule in &contract.schedules {
        put(&mut text, schedule_text(contract, schedule));
    }
    for rule in &contract.shared_costs {
        put(&mut text, "\n[[shared-cost]]".to_owned());
        put(&mut text, format!("category = {}", list(&rule.category)));
        let driver = rule.unit.as_deref().unwrap_or("sales");
        put(&mut text, format!("driver = {}", quoted(driver)));
        if rule.over != PlainScope::default() {
            put(&mut text, format!("over = {}", scope(&rule.over)));
        }
    }
    for window in &contract.availability {
        put(&mut text, "\n[[availability]]".to_owned());
        put(&mut text, format!("product = {}", list(&window.product)));
        put(&mut text, format!("suspended = {{ from = {}, to = {} }}", window.from, window.to));
    }
    text + &super::writing_clauses::exchange(contract) + &super::writing_clauses::to_toml(contract)
}

fn head(contract: &PlainContract) -> String {
    let mut text = "id = \"deal\"\n".to_owned();
    let mut put = |key: &str, value: &str| writeln!(text, "{key} = {value}").expect("memory");
    put("currency", &quoted(contract.currency.code()));
    put("timezone", &quoted(contract.zone.name()));
    if contract.quarters {
        put("period", "\"quarter\"");
    }
    let mode = match contract.rounding {
        Mode::HalfEven => "half-even",
        Mode::HalfUp => "half-up",
        Mode::Down => "down",
        Mode::Up => "up",
    };
    put("rounding", &quoted(mode));
    match contract.remainder {
        Remainder::Largest => {}
        Remainder::InOrder => put("remainder", "\"in-order\""),
        Remainder::Party(party) => put("remainder", &quoted(contract.parties[party])),
    }
    if !contract.netting {
        put("netting", "false");
    }
    writeln!(text, "\n[parties]").expect("memory");
    for party in &contract.parties {
        writeln!(text, "{party} = \"{party} Ltd.\"").expect("memory");
    }
    text
}

fn scope(scope: &PlainScope) -> String {
    let pairs = [
        ("product", &scope.product),
        ("channel", &scope.channel),
        ("region", &scope.region),
        ("customer", &scope.customer),
    ];
    let named = pairs.into_iter().filter(|(_, names)| !names.is_empty());
    table(named.map(|(key, names)| (key, list(names))).collect())
}

fn schedule_text(contract: &PlainContract, schedule: &PlainSchedule) -> String {
    let mut text = format!("\n[[schedule]]\nid = {}\n", quoted(&schedule.id));
    let mut put = |key: &str, value: String| writeln!(text, "{key} = {value}").expect("memory");
    if schedule.scope != PlainScope::default() {
        put("scope", scope(&schedule.scope));
    }
    let name = |party: usize| quoted(contract.parties[party]);
    let shared = schedule.terms.iter().filter_map(|terms| match &terms.deal {
        Deal::Shared(shared) => Some(shared),
        Deal::UsageFee { .. } => None,
    });
    // Bearer and provider are left out wherever that means the same.
    let may_be_left_out = shared.clone().all(|shared| shared.cost.is_none());
    if shared.clone().next().is_some() {
        put("seller", name(schedule.seller));
        if !may_be_left_out || schedule.bearer != schedule.seller {
            put("bearer", name(schedule.bearer));
        }
        if !may_be_left_out || schedule.provider != schedule.bearer {
            put("provider", name(schedule.provider));
        }
    }
    if schedule.by_days {
        put("proration", quoted("days"));
    }
    for terms in &schedule.terms {
        writeln!(text, "\n  [[schedule.terms]]\n  effective = {}", terms.effective)
            .expect("memory");
        for (key, value) in deal(contract, &terms.deal) {
            writeln!(text, "  {key} = {value}").expect("memory");
        }
    }
    text
}

fn deal(contract: &PlainContract, deal: &Deal) -> Vec<(&'static str, String)> {
    let name = |party: usize| quoted(contract.parties[party]);
    match deal {
        Deal::UsageFee { payer, payee, rates } => vec![
            ("basis", quoted("usage-fee")),
            ("payer", name(*payer)),
            ("payee", name(*payee)),
            ("rates", rate_card(rates)),
        ],
        Deal::Shared(shared) => shared_text(contract, shared),
    }
}

fn shared_text(contract: &PlainContract, shared: &Shared) -> Vec<(&'static str, String)> {
    let basis = if shared.cost.is_some() { "gross-profit" } else { "net-sales" };
    let mut pairs = vec![("basis", quoted(basis))];
    if !shared.rates.is_empty() {
        pairs.push(("rates", rate_card(&shared.rates)));
    }
    if let Some(deductions) = &shared.deductions {
        let all: Vec<String> = deductions.iter().map(|one| deduction(contract, one)).collect();
        pairs.push(("deductions", format!("[{}]", all.join(", "))));
    }
    if let Some(terms) = &shared.cost {
        pairs.push(("cost", cost(contract, terms)));
    }
    match shared.losses {
        None => {}
        Some(PlainLosses::CarryForward) => pairs.push(("losses", quoted("carry-forward"))),
        Some(PlainLosses::Share) => pairs.push(("losses", quoted("share"))),
        Some(PlainLosses::Absorb) => pairs.push(("losses", quoted("absorb"))),
    }
    if !shared.priority.is_empty() {
        let all: Vec<String> = shared.priority.iter().map(|one| priority(contract, one)).collect();
        pairs.push(("priority", format!("[{}]", all.join(", "))));
    }
    pairs.push(("split", split(contract, shared)));
    pairs
}

fn split(contract: &PlainContract, shared: &Shared) -> String {
    let first = shares(contract, &shared.split);
    let Some(tiers) = &shared.tiers else { return table(first) };
    let row = |from: &Q, shares: Vec<(&'static str, String)>| {
        let from = ("from", quoted(&decimal(from)));
        table([from].into_iter().chain(shares).collect())
    };
    let mut rows = vec![row(&q(0, 1), first)];
    rows.extend(tiers.rows.iter().map(|(from, list)| row(from, shares(contract, list))));
    table(vec![
        ("measure", quoted(tiers.by)),
        ("window", quoted("lifetime")),
        ("mode", quoted("marginal")),
        ("tiers", format!("[{}]", rows.join(", "))),
    ])
}

fn shares(contract: &PlainContract, split: &[(usize, Q)]) -> Vec<(&'static str, String)> {
    let last = split.len() - 1;
    let shares = split.iter().enumerate().map(|(at, (party, share))| {
        // Of three or more the last takes the rest, in so many words.
        let share = if at == last && at > 1 { "rest".to_owned() } else { rate(share) };
        (contract.parties[*party], quoted(&share))
    });
    shares.collect()
}

fn priority(contract: &PlainContract, entry: &PlainPriority) -> String {
    let mut pairs = vec![("name", quoted(&entry.name)), ("to", quoted(contract.parties[entry.to]))];
    match &entry.take {
        OffTheTop::Fee(fee) => pairs.push(("fee", quoted(&money(contract, fee)))),
        OffTheTop::Rate { rate: part, of, above } => {
            pairs.push(("rate", quoted(&rate(part))));
            pairs.push(("of", quoted(of)));
            if let Some(hurdle) = above {
                pairs.push(("above", quoted(&money(contract, hurdle))));
            }
        }
    }
    table(pairs)
}

fn rate_card(rates: &[PlainRate]) -> String {
    let one = |rate: &PlainRate| {
        let mut pairs =
            vec![("unit", quoted(&rate.unit)), ("price", quoted(&decimal(&rate.price)))];
        if rate.per != 1 {
            pairs.push(("per", rate.per.to_string()));
        }
        if rate.product != "*" {
            pairs.push(("product", quoted(&rate.product)));
        }
        table(pairs)
    };
    format!("[{}]", rates.iter().map(one).collect::<Vec<_>>().join(", "))
}

pub(crate) fn money(contract: &PlainContract, amount: &Q) -> String {
    let text = decimal(amount);
    // Two decimals where the currency has them, as people write.
    if contract.currency == Money::Usd && !text.contains('.') { format!("{text}.00") } else { text }
}

fn deduction(contract: &PlainContract, deduction: &PlainDeduction) -> String {
    let part = |part: &Take| match part {
        Take::Rate(value) => vec![("rate", quoted(&rate(value)))],
        Take::Facts { kinds, category } => {
            let kinds: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
            let mut pairs = vec![("kind", list(&kinds))];
            if !category.is_empty() {
                pairs.push(("category", list(category)));
            }
            pairs
        }
    };
    let mut pairs = vec![("name", quoted(&deduction.name))];
    match deduction.parts.as_slice() {
        [one] => pairs.extend(part(one)),
        many => {
            let all: Vec<String> = many.iter().map(|one| table(part(one))).collect();
            pairs.push(("any", format!("[{}]", all.join(", "))));
        }
    }
    match &deduction.cap {
        None => {}
        Some(Limit::Rate(value)) => pairs.push(("cap", quoted(&rate(value)))),
        Some(Limit::Amount(amount) | Limit::Budget { budget: amount, .. }) => {
            pairs.push(("cap", quoted(&money(contract, amount))));
        }
    }
    table(pairs)
}

fn cost(contract: &PlainContract, cost: &Cost) -> String {
    let mut pairs = vec![(
        "deduct",
        format!("[{}]", cost.deduct.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(", ")),
    )];
    if !cost.rates.is_empty() {
        pairs.push(("rates", rate_card(&cost.rates)));
    }
    if let Some(uplift) = &cost.uplift {
        pairs.push(("uplift", quoted(&rate(uplift))));
    }
    match &cost.ceiling {
        None => {}
        Some(Limit::Rate(value)) => {
            pairs.push(("ceiling", quoted(&format!("{} of net-sales", rate(value)))));
        }
        Some(Limit::Amount(amount)) => pairs.push(("ceiling", quoted(&money(contract, amount)))),
        Some(Limit::Budget { budget, tolerance }) => {
            let budget = quoted(&money(contract, budget));
            let limit = table(vec![("budget", budget), ("tolerance", quoted(&rate(tolerance)))]);
            pairs.push(("ceiling", limit));
        }
    }
    if cost.carry {
        pairs.push(("excess", quoted("carry")));
    }
    if cost.invoiced {
        pairs.push(("settled", quoted("invoiced")));
    }
    table(pairs)
}

fn time_of(when: When) -> String {
    match when {
        When::On(day) => day.to_string(),
        When::At(instant) => instant.format(&Rfc3339).expect("an instant can be written"),
    }
}

/// The facts as the program holds them.
pub(crate) fn entries(currency: Money, facts: &[PlainFact]) -> Vec<Entry> {
    facts.iter().map(|fact| Entry::Fact(entry(currency, fact))).collect()
}

fn entry(currency: Money, fact: &PlainFact) -> Fact {
    let kind = match fact.what {
        What::Charge => Kind::Charge,
        What::Refund => Kind::Refund,
        What::Credit => Kind::Credit,
        What::Chargeback => Kind::Chargeback,
        What::Tax => Kind::Tax,
        What::Fee => Kind::Fee,
        What::Cost => Kind::Cost,
        What::Usage => Kind::Usage,
    };
    let exact = |value: &Q| decimal(value).parse().expect("facts are decimals");
    Fact {
        product: fact.product.to_owned(),
        channel: fact.channel.to_owned(),
        region: fact.region.to_owned(),
        customer: fact.customer.to_owned(),
        category: fact.category.to_owned(),
        unit: fact.unit.to_owned(),
        quantity: fact.quantity.as_ref().map(exact),
        amount: fact.amount.as_ref().map(exact),
        currency: fact
            .amount
            .as_ref()
            .map(|_| fact.currency.unwrap_or(currency.code()).parse().expect("a currency")),
        reference: fact.reference.clone(),
        ..Fact::new(kind, &fact.id, time_of(fact.when).parse().expect("a time"))
    }
}

/// Contract and facts as a person would want to see them when a case fails.
impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let facts: Vec<String> = self.facts.iter().map(PlainFact::to_string).collect();
        write!(f, "\n{}\n{}\n", to_toml(&self.contract), facts.join("\n"))
    }
}

/// One line, for a failing case.
impl std::fmt::Display for PlainFact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let number = |value: &Option<Q>| value.as_ref().map(decimal).unwrap_or_default();
        let words = [
            self.what.name(),
            &self.id,
            &time_of(self.when),
            self.product,
            self.channel,
            self.region,
            self.customer,
            self.category,
            &number(&self.quantity),
            self.unit,
            &number(&self.amount),
            self.currency.unwrap_or(""),
            self.reference.as_deref().unwrap_or(""),
        ];
        f.write_str(&words.join(","))
    }
}
