//! Which clauses can do something, and what is said of one that never does.

use std::collections::BTreeMap;

use super::activity::{Activity, Name, named, tier_name};
use super::chain::periods;
use super::report::ConcernKind;
use super::vocabulary::Vocabulary;
use super::{Plan, start};
use crate::contract::{
    Basis, Contract, Deal, Losses, Rate, Scale, Schedule, ShareKind, SharedTerms, Span, Take,
    UsageFeeTerms,
};
use crate::settlement::ClauseKind;

/// A clause that could do something.
struct Watched {
    /// What to say if it never does.
    what: String,
    /// When it holds; none if always.
    span: Option<Span>,
    /// More sales cannot wake it.
    by_definition: bool,
}

/// Every clause that is watched.
pub(super) struct Clauses<'a> {
    contract: &'a Contract,
    watched: BTreeMap<Name, Watched>,
}

impl<'a> Clauses<'a> {
    pub(super) fn of(contract: &'a Contract, words: &Vocabulary) -> Self {
        let mut clauses = Self { contract, watched: BTreeMap::new() };
        clauses.watch_contract();
        clauses.watch_cash();
        for schedule in &contract.schedules {
            clauses.watch_schedule(schedule, words);
        }
        clauses
    }

    fn watch(&mut self, kind: ClauseKind, line: u64, span: Option<Span>, what: String) {
        let name = named(kind.as_str(), &line.to_string(), "");
        let what = format!("{what} (line {line})");
        self.watched.insert(name, Watched { what, span, by_definition: false });
    }

    fn watch_named(&mut self, name: Name, what: String, by_definition: bool) {
        self.watched.insert(name, Watched { what, span: None, by_definition });
    }

    fn watch_contract(&mut self) {
        let contract = self.contract;
        for each in &contract.floors {
            let what = format!("the floor {} never made up for anything", each.name);
            self.watch(ClauseKind::ShareFloor, each.line, Some(each.span), what);
        }
        // Without grants of its own a clause waits for files, which no made-up month has.
        for each in contract.most_favoured.iter().filter(|each| !each.grants.is_empty()) {
            let what = format!("the most-favoured clause {} never did anything", each.name);
            self.watch(ClauseKind::MostFavoured, each.line, None, what);
        }
        for each in &contract.guarantees {
            let what = format!("the guarantee {} never fell short", each.name);
            self.watch(ClauseKind::Guarantee, each.line, Some(each.span), what);
        }
        for each in &contract.advances {
            let what = format!("nothing of the advance {} was ever recouped", each.name);
            self.watch(ClauseKind::Advance, each.line, Some(each.span), what);
        }
        for each in &contract.reserves {
            let what = format!("nothing was ever withheld for the reserve {}", each.name);
            self.watch(ClauseKind::Reserve, each.line, Some(each.span), what);
        }
        for each in &contract.caps {
            let what = format!("the cap {} was never reached", each.name);
            self.watch(ClauseKind::Cap, each.line, Some(each.span), what);
        }
        for rule in &contract.shared_costs {
            let what = format!("the rule for shared cost of line {} never spread any", rule.line);
            self.watch_named(named("shared-cost", &rule.line.to_string(), ""), what, false);
        }
    }

    fn watch_cash(&mut self) {
        let cash = &self.contract.cash;
        for each in &cash.withholdings {
            let what = format!("nothing was ever withheld as {}", each.name);
            self.watch(ClauseKind::WithholdingTax, each.line, None, what);
        }
        if let Some(each) = &cash.late_interest {
            let what = "no late interest was ever due".to_owned();
            self.watch(ClauseKind::LateInterest, each.line, None, what);
        }
        for each in &cash.on_account {
            let what = "what was paid on account was never settled".to_owned();
            let span = Span { window: each.window, starts: None, ends: None };
            self.watch(ClauseKind::OnAccount, each.line, Some(span), what);
        }
        for each in &cash.minimum_payments {
            let what = "the minimum payment never held anything back".to_owned();
            self.watch(ClauseKind::MinimumPayment, each.line, None, what);
        }
        if let Some(each) = &cash.overpayment {
            let what = "no overpayment was ever credited".to_owned();
            self.watch(ClauseKind::OverpaymentCredit, each.line, None, what);
        }
    }

    /// The clauses of the deal of today.
    fn watch_schedule(&mut self, schedule: &Schedule, words: &Vocabulary) {
        let of = &schedule.id;
        let what = format!(
            "no fact ever reached the schedule {of}: earlier ones take what its scope matches"
        );
        self.watch_named(named("schedule", of, ""), what, true);
        match schedule.terms.last().map(|terms| &terms.basis) {
            Some(Basis::Shared(terms)) => self.watch_shared(of, terms, words),
            Some(Basis::UsageFee(UsageFeeTerms { rates, .. })) => {
                self.watch_rates(of, "rates", rates, words);
            }
            Some(Basis::Excluded) | None => {}
        }
    }

    fn watch_shared(&mut self, of: &str, terms: &SharedTerms, words: &Vocabulary) {
        for each in &terms.deductions {
            let name = &each.name;
            let what = format!("the deduction {name} of {of} never took anything");
            self.watch_named(named("deduction", name, of), what, false);
            if each.cap.is_some() {
                let what = format!("the cap on the deduction {name} of {of} was never reached");
                self.watch_named(named("deduction-cap", name, of), what, false);
            }
        }
        if terms.kind == ShareKind::GrossProfit {
            if terms.cost.ceiling.is_some() {
                let what = format!("the ceiling on the cost of {of} was never reached");
                self.watch_named(named("cost.ceiling", "", of), what, false);
            }
            if matches!(terms.losses, Losses::CarryForward(_)) {
                let what = format!("no loss of {of} was ever carried forward");
                self.watch_named(named("losses", "", of), what, false);
            }
            self.watch_rates(of, "cost.rates", &terms.cost.rates, words);
        }
        for each in &terms.priority {
            let what = match each.take {
                Take::Rate { above: Some(_), .. } => {
                    format!("the hurdle of {} of {of} was never reached", each.name)
                }
                Take::Rate { .. } | Take::Fee(_) => {
                    format!("the priority {} of {of} never gave anything", each.name)
                }
            };
            self.watch_named(named("priority", &each.name, of), what, false);
        }
        self.watch_tiers(of, terms);
    }

    fn watch_tiers(&mut self, of: &str, terms: &SharedTerms) {
        let contract = self.contract;
        let tiers = terms.split.tiers.iter().map(|tier| tier_name(tier, contract));
        match &terms.split.scale {
            None => {}
            Some(Scale::Measured(_)) => {
                for tier in tiers.skip(1) {
                    let what = format!("the tier {tier} of {of} was never reached");
                    self.watch_named(named("tier", &tier, of), what, false);
                }
            }
            Some(Scale::Deal { renewal, otherwise }) => {
                let first_holds = otherwise.is_none();
                let skipped = usize::from(first_holds);
                for (at, tier) in tiers.enumerate().skip(skipped) {
                    let renews = |deal: &Deal| deal.renewal && renewal.is_some();
                    let mut deals = contract.deals.iter().filter(|deal| !renews(deal));
                    let listed = deals.any(|deal| terms.split.tier_at(deal.value) == at);
                    let why = if listed { "" } else { ": no deal that is listed is worth that" };
                    let what = format!("the tier {tier} of {of} never had a sale{why}");
                    self.watch_named(named("tier", &tier, of), what, true);
                }
                if renewal.is_some() {
                    let what = format!("the renewal shares of {of} never had a sale");
                    self.watch_named(named("tier", "renewal", of), what, true);
                }
            }
        }
    }

    fn watch_rates(&mut self, of: &str, key: &str, rates: &[Rate], words: &Vocabulary) {
        for (at, rate) in rates.iter().enumerate() {
            let place = format!("{key} {at}");
            let name = format!("rate {} of {of} ({})", at + 1, rate.unit);
            let reached = words.places.iter().any(|place| {
                let mut prices =
                    rates.iter().map(|rate| rate.prices(&rates[at].unit, &place.product));
                prices.position(|prices| prices) == Some(at)
            });
            let why = if reached { "" } else { ": earlier ones price what it matches" };
            let what = format!("{name} never priced anything{why}");
            self.watch_named(named(&place, "", of), what, !reached);
            for tier in rate.tiers.iter().skip(1) {
                let what = format!("the tier from {} of {name} was never reached", tier.from);
                self.watch_named(named(&place, &tier.from.to_string(), of), what, false);
            }
            if !rate.included.is_zero() {
                let what = format!("more than what {name} includes was never used");
                self.watch_named(named(&place, "included", of), what, false);
            }
            if rate.cap.is_some() {
                let what = format!("the cap of {name} was never reached");
                self.watch_named(named(&place, "cap", of), what, false);
            }
        }
    }

    /// Is there something that more sales could wake?
    pub(super) fn asleep(&self, seen: &Activity) -> bool {
        let idle = |(name, watched): (&Name, &Watched)| {
            !watched.by_definition && !seen.applied.contains(name)
        };
        let unmet = self
            .contract
            .guarantees
            .iter()
            .any(|each| seen.tested.contains(&each.line) && !seen.met.contains(&each.line));
        unmet || self.watched.iter().any(idle)
    }

    /// What is to be said in the end; `larger` is what volumes beyond the stated one showed.
    pub(super) fn concerns(
        &self,
        seen: &Activity,
        larger: &[(Plan, Activity)],
        plan: &Plan,
    ) -> Vec<(ConcernKind, String)> {
        let idle = self.watched.iter().filter(|(name, _)| !seen.applied.contains(*name));
        let mut said: Vec<_> = idle
            .map(|(name, watched)| {
                let why = self.why(name, watched, (seen, larger), plan);
                (ConcernKind::NeverApplies, format!("{}{why}", watched.what))
            })
            .collect();
        for each in &self.contract.guarantees {
            if seen.tested.contains(&each.line) && !seen.met.contains(&each.line) {
                let best = seen.closest.get(&each.line).copied().unwrap_or_default();
                let best = best.display(self.contract.currency);
                let wakes = larger.iter().find(|(_, seen)| seen.met.contains(&each.line));
                let what = format!(
                    "the guarantee {} (line {}) fell short every time it was tested, at best by \
                     {best}{}",
                    each.name,
                    each.line,
                    beyond(wakes, "it is met"),
                );
                said.push((ConcernKind::NeverMet, what));
            }
        }
        said
    }

    /// Why a clause did nothing: it did not hold, was not tested, or was not reached.
    fn why(
        &self,
        name: &Name,
        watched: &Watched,
        (seen, larger): (&Activity, &[(Plan, Activity)]),
        plan: &Plan,
    ) -> String {
        if watched.by_definition {
            return String::new();
        }
        let first = start(self.contract);
        let tried = |why: &str| format!(": {why} in the {} periods from {first} on", plan.months);
        let open = |span: &Span| periods(self.contract, plan).iter().any(|at| span.is_open(*at));
        if watched.span.is_some_and(|span| !open(&span)) {
            return tried("it does not hold");
        }
        let own = |line: u64| *name == named(ClauseKind::Guarantee.as_str(), &line.to_string(), "");
        let mut guarantees = self.contract.guarantees.iter();
        if guarantees.any(|each| own(each.line) && !seen.tested.contains(&each.line)) {
            return tried("it is not tested");
        }
        let wakes = larger.iter().find(|(_, seen)| seen.applied.contains(name));
        beyond(wakes, "it does")
    }
}

/// When the clauses beside all schedules hold.
pub(super) fn spans(contract: &Contract) -> Vec<Span> {
    let floors = contract.floors.iter().map(|each| each.span);
    let guarantees = contract.guarantees.iter().map(|each| each.span);
    let advances = contract.advances.iter().map(|each| each.span);
    let reserves = contract.reserves.iter().map(|each| each.span);
    let caps = contract.caps.iter().map(|each| each.span);
    floors.chain(guarantees).chain(advances).chain(reserves).chain(caps).collect()
}

/// At which volume something happens after all.
fn beyond(wakes: Option<&(Plan, Activity)>, does: &str) -> String {
    match wakes {
        Some((plan, _)) => {
            format!(" within the stated volume; {does} with --volume {}", plan.volume)
        }
        None => " within the stated volume, nor with a million times as much".to_owned(),
    }
}
