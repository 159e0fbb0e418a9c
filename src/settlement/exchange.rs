//! Facts in another currency, made the contract's: exactly, by the rates that are listed.
//!
//! Refuses to guess: what has no rate is listed, every pair and day at once. The law: nothing is
//! rounded here, and a pair that is listed only the other way round is inverted exactly.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::codes;
use super::placement::Share;
use crate::calendar::{Day, Period, PeriodLength};
use crate::contract::{Contract, Exchange, ExchangePolicy};
use crate::fact::Evidence;
use crate::finding::Finding;
use crate::money::{Currency, Exact, Ratio};

/// The rate that facts of a currency were converted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsedRate {
    /// The currency of the facts.
    pub currency: Currency,
    /// Their day; none where one rate holds for the whole period.
    pub day: Option<Day>,
    /// The day that the rate is listed for; none for an average.
    pub listed: Option<Day>,
    /// One unit of the currency in the contract's, exactly.
    pub rate: Ratio,
}

/// The rates of one period.
pub(super) struct Rates<'a> {
    contract: &'a Contract,
    period: Period,
    /// What one unit is worth in the contract's currency, as listed.
    direct: BTreeMap<(Currency, Day), Exact>,
    /// What one unit of the contract's currency is worth, as listed.
    inverse: BTreeMap<(Currency, Day), Exact>,
    /// What was found for a currency and a day.
    found: BTreeMap<(Currency, Day), Option<Arc<UsedRate>>>,
}

impl<'a> Rates<'a> {
    pub(super) fn listed(contract: &'a Contract, period: Period, evidence: &Evidence) -> Self {
        let own = contract.currency;
        let (mut direct, mut inverse) = (BTreeMap::new(), BTreeMap::new());
        for listed in &evidence.rates {
            if listed.quote == own {
                direct.insert((listed.base, listed.date), listed.rate);
            } else if listed.base == own {
                inverse.insert((listed.quote, listed.date), listed.rate);
            }
        }
        Self { contract, period, direct, inverse, found: BTreeMap::new() }
    }

    /// The rate for an amount, if it is in another currency and the contract converts. What has none
    /// is noted.
    pub(super) fn of(&mut self, share: &Share<'_>) -> Option<Arc<UsedRate>> {
        let exchange = self.contract.exchange?;
        let key = share.key;
        if key.unpriced || share.cell.amount.is_zero() {
            return None;
        }
        let currency = key.currency.filter(|&currency| currency != self.contract.currency)?;
        if let Some(found) = self.found.get(&(currency, key.day)) {
            return found.clone();
        }
        let found = self.find(exchange, currency, key.day).map(Arc::new);
        self.found.insert((currency, key.day), found.clone());
        found
    }

    pub(super) fn find(
        &self,
        exchange: Exchange,
        currency: Currency,
        day: Day,
    ) -> Option<UsedRate> {
        let back = |from: Day| exchange.back(from);
        let used = |day, (listed, rate)| UsedRate { currency, day, listed: Some(listed), rate };
        match exchange.policy {
            ExchangePolicy::Daily => {
                let found = back(day).find_map(|at| Some((at, self.on(currency, at)?)));
                found.map(|found| used(Some(day), found))
            }
            ExchangePolicy::PeriodEnd => {
                let mut days = back(self.period.last_day());
                let found = days.find_map(|at| Some((at, self.on(currency, at)?)));
                found.map(|found| used(None, found))
            }
            ExchangePolicy::PeriodAverage => {
                let rate = self.average(currency)?;
                Some(UsedRate { currency, day: None, listed: None, rate })
            }
            ExchangePolicy::MonthEndAverage => {
                let rate = self.month_ends(exchange, currency)?;
                Some(UsedRate { currency, day: None, listed: None, rate })
            }
        }
    }

    fn on(&self, currency: Currency, day: Day) -> Option<Ratio> {
        let inverted = || self.inverse.get(&(currency, day)).map(|rate| inverse(rate.to_ratio()));
        self.direct.get(&(currency, day)).map(|rate| rate.to_ratio()).or_else(inverted)
    }

    /// The mean of the listed days; where the pair is listed only the other way round, the mean of
    /// what is listed is inverted.
    fn average(&self, currency: Currency) -> Option<Ratio> {
        let (first, last) = (self.period.first_day(), self.period.last_day());
        let mean = |rates: &BTreeMap<(Currency, Day), Exact>| {
            let days = rates.range((currency, first)..=(currency, last));
            let listed: Vec<Ratio> = days.map(|(_, rate)| rate.to_ratio()).collect();
            let count = Ratio::whole(listed.len() as u64);
            (!listed.is_empty()).then(|| listed.iter().sum::<Ratio>() / count)
        };
        mean(&self.direct).or_else(|| mean(&self.inverse).map(inverse))
    }

    /// The mean of the rates of the months' last days, of which none may be missing; where the pair
    /// is listed only the other way round, the mean of what is listed is inverted.
    fn month_ends(&self, exchange: Exchange, currency: Currency) -> Option<Ratio> {
        let mut month = Period::of(self.period.first_day(), PeriodLength::Month);
        let mut ends = Vec::new();
        while month.last_day() <= self.period.last_day() && ends.last() != Some(&month.last_day()) {
            ends.push(month.last_day());
            month = month.next();
        }
        let mean = |rates: &BTreeMap<(Currency, Day), Exact>| {
            let of = |end: &Day| exchange.back(*end).find_map(|day| rates.get(&(currency, day)));
            let listed: Vec<Ratio> =
                ends.iter().map(|end| Some(of(end)?.to_ratio())).collect::<Option<_>>()?;
            Some(listed.iter().sum::<Ratio>() / Ratio::whole(ends.len() as u64))
        };
        mean(&self.direct).or_else(|| mean(&self.inverse).map(inverse))
    }

    /// What is missing to convert an amount that no single fact stands behind.
    pub(super) fn lacking(&self, currency: Currency) -> Finding {
        let pair = format!("{currency}/{} for {}", self.contract.currency, self.period);
        not_listed(&[pair])
    }

    /// Everything that is missing, in one finding.
    pub(super) fn finding(&self) -> Option<Finding> {
        let policy = self.contract.exchange?.policy;
        let mut missing: BTreeMap<Currency, BTreeSet<Day>> = BTreeMap::new();
        for ((currency, day), _) in self.found.iter().filter(|(_, found)| found.is_none()) {
            missing.entry(*currency).or_default().insert(*day);
        }
        if missing.is_empty() {
            return None;
        }
        let own = self.contract.currency;
        let pair = |(currency, days): (&Currency, &BTreeSet<Day>)| match policy {
            ExchangePolicy::Daily => {
                let days: Vec<String> = days.iter().map(Day::to_string).collect();
                format!("{currency}/{own} for {}", days.join(", "))
            }
            ExchangePolicy::PeriodAverage
            | ExchangePolicy::MonthEndAverage
            | ExchangePolicy::PeriodEnd => {
                format!("{currency}/{own} for {}", self.period)
            }
        };
        let list: Vec<String> = missing.iter().map(pair).collect();
        Some(not_listed(&list))
    }
}

fn not_listed(list: &[String]) -> Finding {
    let message = format!("rates of exchange are missing: {}", list.join("; "));
    let help = "deliver them in a file fx*.csv (date, base, quote, rate), either way round";
    Finding::new(&codes::NO_RATE, message).help(help)
}

/// Listed rates are positive.
fn inverse(rate: Ratio) -> Ratio {
    Ratio::one() / rate
}

/// The rates that the facts of a segment were converted by, each once.
pub(super) fn used(shares: &[Share<'_>]) -> Vec<UsedRate> {
    let rates: BTreeSet<&UsedRate> =
        shares.iter().filter_map(|share| share.rate.as_deref()).collect();
    rates.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::FxRate;

    const DEAL: &str = r#"
id = "deal"
currency = "USD"
parties = { vendor = "Model Vendor", platform = "Cloud Platform" }
[[schedule]]
id = "all"
seller = "platform"
[[schedule.terms]]
effective = 2026-01-01
basis = "net-sales"
split = { vendor = "50%", platform = "50%" }
[fx]
"#;

    const LISTED: &[(&str, &str, &str, &str)] = &[
        ("2026-09-30", "EUR", "USD", "1.25"),
        ("2026-10-05", "EUR", "USD", "1.20"),
        ("2026-10-05", "USD", "EUR", "0.5"),
        ("2026-10-08", "USD", "EUR", "0.8"),
        ("2026-10-05", "USD", "JPY", "150"),
        ("2026-10-06", "USD", "JPY", "153"),
        ("2026-10-29", "USD", "JPY", "3"),
    ];

    #[test]
    fn which_rate_holds_on_a_day() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let rate = |&(date, base, quote, rate): &(&str, &str, &str, &str)| FxRate {
            date: day(date),
            base: base.parse().unwrap(),
            quote: quote.parse().unwrap(),
            rate: rate.parse().unwrap(),
        };
        let rates = LISTED.iter().map(rate).collect();
        let evidence = Evidence { rates, ..Evidence::default() };
        let october = "2026-10".parse().unwrap();
        for (clause, currency, on, due) in [
            ("policy = \"daily\"", "EUR", "2026-10-05", Some("1.2")),
            ("policy = \"daily\"", "EUR", "2026-10-02", Some("1.25")),
            ("policy = \"daily\"", "EUR", "2026-10-09", Some("1.25")),
            ("policy = \"daily\"", "EUR", "2026-10-14", None),
            ("policy = \"daily\"\nwithin = 0", "EUR", "2026-10-06", None),
            ("policy = \"daily\"", "JPY", "2026-10-06", Some("1/153")),
            ("policy = \"period-average\"", "JPY", "2026-10-01", Some("1/102")),
            ("policy = \"period-average\"", "EUR", "2026-10-01", Some("1.2")),
            ("policy = \"month-end-average\"", "JPY", "2026-10-01", Some("1/3")),
            ("policy = \"month-end-average\"\nwithin = 1", "JPY", "2026-10-01", None),
            ("policy = \"month-end-average\"\nwithin = 26", "EUR", "2026-10-01", Some("1.2")),
            ("policy = \"period-end\"", "JPY", "2026-10-01", Some("1/3")),
            ("policy = \"period-end\"", "EUR", "2026-10-08", None),
            ("policy = \"period-average\"", "GBP", "2026-10-08", None),
        ] {
            let contract = Contract::parse("deal.toml", &format!("{DEAL}{clause}")).unwrap();
            let rates = Rates::listed(&contract, october, &evidence);
            let currency = currency.parse().unwrap();
            let found = rates.find(contract.exchange.unwrap(), currency, day(on));
            let due = due.map(|due| due.parse().unwrap());
            assert_eq!(found.map(|used| used.rate), due, "{clause} {currency} {on}");
        }
    }
}
