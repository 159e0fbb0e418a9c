//! One version of the terms, clause by clause.

use super::card::rate;
use super::split;
use super::wide::carried;
use super::words::{BY_DEFAULT, Page, amount, and, one_of};
use crate::contract::{
    Basis, Cap, Ceiling, Contract, CostTerms, Deduction, Excess, LossCarry, Losses, Pattern, Rate,
    Recognition, Schedule, Selector, Settled, ShareKind, SharedTerms, Terms,
};
use crate::fact::Kind;
use crate::money::Ratio;

/// What a rate of a deduction or a cap is on.
const BASE: &str = "sales after refunds";

/// One reading of one version.
struct Version<'a> {
    contract: &'a Contract,
    terms: &'a Terms,
    bearer: &'a str,
}

/// Reads a version out.
pub(super) fn read_out(page: &mut Page, contract: &Contract, schedule: &Schedule, terms: &Terms) {
    let bearer = schedule.bearer.map_or("", |party| contract.party_name(party));
    let version = Version { contract, terms, bearer };
    match &terms.basis {
        Basis::Shared(shared) => version.shared(page, shared),
        Basis::UsageFee(fee) => {
            let (payer, payee) = (contract.party_name(fee.payer), contract.party_name(fee.payee));
            page.item(2, &format!("{payer} owes {payee} a fee for usage:"));
            version.rates(page, &fee.rates);
        }
        Basis::Excluded => page.item(2, "Nothing is settled: what comes is counted and listed."),
    }
}

impl Version<'_> {
    fn default(&self, key: &str) -> &'static str {
        if self.terms.places.contains_key(key) { "" } else { BY_DEFAULT }
    }

    fn shared(&self, page: &mut Page, shared: &SharedTerms) {
        page.item(
            2,
            match shared.kind {
                ShareKind::GrossProfit => {
                    "Gross profit is shared: sales less refunds, deductions and cost."
                }
                ShareKind::NetSales => {
                    "Net sales are shared: sales less refunds and deductions. Cost is not deducted."
                }
            },
        );
        if shared.recognition == Recognition::Collected {
            page.item(2, "A sale counts when the customer pays, as far as it is paid.");
        }
        if !shared.rates.is_empty() {
            page.item(2, "A sale that comes without an amount is priced:");
            self.rates(page, &shared.rates);
        }
        self.deductions(page, &shared.deductions);
        match shared.kind {
            ShareKind::GrossProfit => self.cost(page, &shared.cost),
            ShareKind::NetSales => {}
        }
        let losses = match &shared.losses {
            Losses::CarryForward(LossCarry { carry, at_most }) => {
                let part = match *at_most == Ratio::one() {
                    true => String::new(),
                    false => format!(", with at most {at_most} of each"),
                };
                format!(
                    "is not shared: it is carried forward{}, and later profits make it good \
                     first{part}",
                    carried(self.contract, carry)
                )
            }
            Losses::Share => "is shared like a profit".to_owned(),
            Losses::Absorb => format!("stays with {}, and is not carried forward", self.bearer),
        };
        page.item(2, &format!("A loss {losses}{}.", self.default("losses")));
        split::priorities(page, self.contract, &shared.priority);
        split::split(page, self.contract, &shared.split);
    }

    fn rates(&self, page: &mut Page, rates: &[Rate]) {
        for price in rates {
            page.item(3, &rate(self.contract, price));
        }
    }

    fn deductions(&self, page: &mut Page, list: &[Deduction]) {
        match list {
            [] => page.item(2, "Nothing is deducted from the sales but refunds."),
            [only] => {
                let text = self.deduction(only);
                page.item(2, &format!("Deducted: {text}{}.", self.default("deductions")));
            }
            [_, _, ..] => {
                page.item(2, "Deducted, in this order:");
                list.iter().for_each(|entry| page.item(3, &self.deduction(entry)));
            }
        }
    }

    fn deduction(&self, deduction: &Deduction) -> String {
        let base = if deduction.of_gross { "gross sales" } else { BASE };
        let parts: Vec<String> = deduction.parts.iter().map(|each| part(each, base)).collect();
        let cap = match &deduction.cap {
            None => String::new(),
            Some(Cap::Rate(ratio)) => format!(", at most {ratio} of {base}"),
            Some(Cap::Amount(minor)) => {
                format!(", at most {} a period", amount(self.contract, *minor))
            }
        };
        let excess = deduction.excess.carry().map_or(String::new(), |carry| {
            format!("; the excess is deducted later{}", carried(self.contract, carry))
        });
        format!("{}: {}{cap}{excess}", deduction.name, parts.join(" plus "))
    }

    fn cost(&self, page: &mut Page, cost: &CostTerms) {
        let default = if self.terms.places.contains_key("cost.rates") {
            ""
        } else {
            self.default("cost.deduct")
        };
        let facts = match &cost.deduct[..] {
            [] => "no delivered cost".to_owned(),
            list if list.iter().any(Pattern::is_any) => "every cost".to_owned(),
            list => format!("cost of category {}", one_of(list)),
        };
        page.item(2, &format!("Deducted as cost: {facts}{default}."));
        if !cost.rates.is_empty() {
            page.item(2, "Metered usage is deducted as cost at:");
            self.rates(page, &cost.rates);
        }
        if let Some(uplift) = &cost.uplift {
            page.item(2, &format!("{uplift} is added on the cost."));
        }
        if let Some(ceiling) = &cost.ceiling {
            self.ceiling(page, ceiling, &cost.excess);
        }
        let settled = match cost.settled {
            Settled::Net => "settled in the statement, out of the cash that the seller holds",
            Settled::Invoiced => "invoiced outside; in the statement it is a memo",
        };
        page.item(2, &format!("The cost is {settled}{}.", self.default("cost.settled")));
    }

    fn ceiling(&self, page: &mut Page, ceiling: &Ceiling, excess: &Excess) {
        let most = match ceiling {
            Ceiling::RateOfNetSales(ratio) => format!("{ratio} of net sales"),
            Ceiling::Amount(budget) if budget.tolerance.is_zero() => {
                format!("{} a period", amount(self.contract, budget.amount))
            }
            Ceiling::Amount(budget) => format!(
                "a budget of {} a period and {} over it",
                amount(self.contract, budget.amount),
                budget.tolerance
            ),
        };
        let excess = match excess {
            Excess::Lapse => format!("lapses: {} keeps it", self.bearer),
            Excess::Carry(carry) => {
                format!("is carried into what follows{}", carried(self.contract, carry))
            }
        };
        let default = self.default("cost.excess");
        page.item(2, &format!("At most {most} is deducted as cost; the excess {excess}{default}."));
    }
}

fn part(selector: &Selector, base: &str) -> String {
    let (kinds, categories) = match selector {
        Selector::Rate(ratio) => return format!("{ratio} of {base}"),
        Selector::Facts { kinds, categories } => (kinds, categories),
    };
    let kinds: Vec<String> = kinds.iter().map(|kind: &Kind| format!("{kind}s")).collect();
    if categories.is_empty() || categories.iter().any(Pattern::is_any) {
        return format!("all {}", and(&kinds));
    }
    format!("{} of category {}", and(&kinds), one_of(categories))
}
