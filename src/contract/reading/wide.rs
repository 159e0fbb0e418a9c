//! The clauses over the whole contract, in the order in which they apply.

use super::words::{Page, amount, amount_in, and};
use crate::contract::{
    Advance, AggregateCap, AnnualRate, AtLeast, Carry, Contract, Earnings, Excess, Guarantee,
    Interest, MostFavoured, Reserve, ShareFloor, Span, Unrecouped, Window, YearDays,
};
use crate::money::Minor;

/// Reads every such clause out; nothing if there is none.
pub(super) fn read_out(page: &mut Page, contract: &Contract) {
    let reading = Wide { contract };
    let mut lines: Vec<String> = Vec::new();
    lines.extend(contract.floors.iter().map(|clause| reading.floor(clause)));
    lines.extend(contract.most_favoured.iter().map(|clause| reading.most_favoured(clause)));
    lines.extend(contract.guarantees.iter().map(|clause| reading.guarantee(clause)));
    lines.extend(contract.advances.iter().map(|clause| reading.advance(clause)));
    lines.extend(contract.reserves.iter().map(|clause| reading.reserve(clause)));
    lines.extend(contract.caps.iter().map(|clause| reading.cap(clause)));
    if lines.is_empty() {
        return;
    }
    page.blank();
    page.line(0, "Over all schedules, in this order");
    page.blank();
    lines.iter().for_each(|line| page.item(1, line));
}

struct Wide<'a> {
    contract: &'a Contract,
}

impl Wide<'_> {
    fn party(&self, party: crate::contract::PartyId) -> &str {
        self.contract.party_name(party)
    }

    fn amount(&self, minor: Minor) -> String {
        amount(self.contract, minor)
    }

    fn floor(&self, floor: &ShareFloor) -> String {
        let least = match &floor.at_least {
            AtLeast::Amount(minor) => self.amount(*minor),
            AtLeast::Rate(rate, measure) => format!("{rate} of {}", measure.as_str()),
        };
        let unused = match &floor.unused {
            Excess::Lapse => "what was made up is not given back".to_owned(),
            Excess::Carry(carry) => format!(
                "what was made up is given back by later shares above the floor{}",
                carried(self.contract, carry)
            ),
        };
        format!(
            "{}: the share of {} is at least {least} {}{}; {} makes up what is missing, and \
             {unused}{}.",
            floor.name,
            self.party(floor.party),
            window(floor.span.window),
            schedules(&floor.schedules),
            self.party(floor.from),
            days(&floor.span),
        )
    }

    fn most_favoured(&self, clause: &MostFavoured) -> String {
        let grant = |grant: &crate::contract::Grant| {
            let until = grant.until.map_or(String::new(), |until| format!(" until {until}"));
            format!("{} from {}{until}", grant.rate, grant.from)
        };
        let grants: Vec<String> = clause.grants.iter().map(grant).collect();
        let known = match grants.is_empty() {
            true => String::new(),
            false => format!("{}, and ", and(&grants)),
        };
        format!(
            "{}: {} has at least the part of the share base that comparable deals give{}: {known}\
             what files grants* say; {} pays what is missing.",
            clause.name,
            self.party(clause.party),
            schedules(&clause.schedules),
            self.party(clause.from),
        )
    }

    fn guarantee(&self, guarantee: &Guarantee) -> String {
        let on = match guarantee.on {
            Earnings::All => "shares and usage fees",
            Earnings::Shares => "shares",
            Earnings::UsageFees => "usage fees",
        };
        let tested = match guarantee.cumulative {
            true => "; all windows are tested together, at the very end",
            false => "",
        };
        let per_period = guarantee.per_period.map_or(String::new(), |least| {
            format!(", and at least {} in every period", self.amount(least))
        });
        let rise = guarantee
            .escalator
            .as_ref()
            .map_or(String::new(), |rise| format!("; the amount rises by {rise} a year"));
        let prorated = match guarantee.prorate {
            None => String::new(),
            Some(YearDays::Actual) => "; a broken window counts by its days".to_owned(),
            Some(YearDays::Fixed(days)) => {
                format!("; a broken window counts by its days of {days}")
            }
        };
        format!(
            "{}: {} earns at least {} in {on} {}{per_period}{}, or {} pays what is \
             missing{tested}{rise}{prorated}{}.",
            guarantee.name,
            self.party(guarantee.party),
            self.amount(guarantee.amount),
            window(guarantee.span.window),
            schedules(&guarantee.schedules),
            self.party(guarantee.from),
            days(&guarantee.span),
        )
    }

    fn advance(&self, advance: &Advance) -> String {
        let lapse = match advance.span.ends {
            None => String::new(),
            Some(day) => match advance.unrecouped {
                Unrecouped::Lapse => format!("; what is left after {day} is written off"),
                Unrecouped::Repay => format!("; what is left after {day} is owed"),
            },
        };
        let bears = advance.interest.as_ref().map_or(String::new(), |interest| {
            format!("; until then it bears {}, which is recouped first", bears(interest))
        });
        let paid = advance.span.starts.map_or(String::new(), |day| format!(" on {day}"));
        format!(
            "{}: {} paid {} an advance of {}{paid}, which is recouped from {} of what {} \
             earns{}{bears}{lapse}.",
            advance.name,
            self.party(advance.by),
            self.party(advance.to),
            self.amount(advance.amount),
            advance.rate,
            self.party(advance.to),
            schedules(&advance.schedules),
        )
    }

    fn reserve(&self, reserve: &Reserve) -> String {
        let rates: Vec<String> = reserve.rates.iter().map(ToString::to_string).collect();
        let rates = match rates.as_slice() {
            [only] => only.clone(),
            several => format!("{} period by period, then the last,", and(several)),
        };
        let periods = if reserve.release == 1 { "period" } else { "periods" };
        let net = match reserve.net_of_chargebacks {
            true => "; chargebacks are paid out of it first",
            false => "",
        };
        format!(
            "{}: {} holds back {rates} of what {} earns{}, and releases it {} {periods} \
             later{net}{}.",
            reserve.name,
            self.party(reserve.by),
            self.party(reserve.party),
            schedules(&reserve.schedules),
            reserve.release,
            days(&reserve.span),
        )
    }

    fn cap(&self, cap: &AggregateCap) -> String {
        let show = |minor: Minor| match cap.currency {
            None => self.amount(minor),
            Some(currency) => amount_in(currency, minor),
        };
        let paid = match cap.paid {
            Minor::ZERO => String::new(),
            paid => format!(", of which {} were paid before", show(paid)),
        };
        let rate = match cap.currency {
            None => "",
            Some(_) => ", at each period's rate of exchange",
        };
        format!(
            "{}: {} pays {} at most {} {}{}{paid}{rate}{}.",
            cap.name,
            self.party(cap.from),
            self.party(cap.to),
            show(cap.amount),
            window(cap.span.window),
            schedules(&cap.schedules),
            days(&cap.span),
        )
    }
}

/// Interest in words.
fn bears(interest: &Interest) -> String {
    let compounding = if interest.compounding { ", compounding monthly" } else { "" };
    interest_of(&interest.rate, compounding)
}

fn interest_of(rate: &AnnualRate, compounding: &str) -> String {
    let AnnualRate { base, margin, day_count } = rate;
    let margin = if margin.is_zero() { String::new() } else { format!(" + {margin}") };
    format!("interest of {base}{margin} a year ({}{compounding})", day_count.as_str())
}

/// What holds of something that is carried: `, for 12 periods, the oldest first`.
pub(super) fn carried(contract: &Contract, carry: &Carry) -> String {
    let periods = carry.periods.map_or(String::new(), |periods| {
        format!(", for {periods} period{}, the oldest first", if periods == 1 { "" } else { "s" })
    });
    let cap =
        carry.cap.map_or(String::new(), |cap| format!(", up to {} in all", amount(contract, cap)));
    let bears = carry
        .interest
        .as_ref()
        .map_or(String::new(), |rate| format!(", with {} on it", interest_of(rate, "")));
    format!("{periods}{cap}{bears}")
}

fn window(window: Window) -> String {
    match window {
        Window::Period => "in each period".to_owned(),
        Window::CalendarYear => "in each calendar year".to_owned(),
        Window::ContractYear(day) => format!("in each contract year from {day}"),
        Window::Lifetime => "in all".to_owned(),
    }
}

fn schedules(ids: &[String]) -> String {
    if ids.is_empty() { String::new() } else { format!(" under {}", and(ids)) }
}

fn days(span: &Span) -> String {
    match (span.starts, span.ends) {
        (None, None) => String::new(),
        (Some(first), None) => format!(" (from {first})"),
        (None, Some(last)) => format!(" (until {last})"),
        (Some(first), Some(last)) => format!(" (from {first} to {last})"),
    }
}
