//! What the clauses between owing and paying have in common: how they round, and what they say.

use super::adjustment::ClauseKind;
use super::balances::{BalanceKind, BalanceName};
use super::dues::{Dues, Reason};
use super::sheet::{too_large, trace};
use super::trace::{Clause, Rule, Trace};
use crate::contract::{Contract, PartyId};
use crate::finding::Finding;
use crate::money::{Minor, Ratio};

/// An exact amount in major units, rounded once.
pub(super) fn rounded(contract: &Contract, exact: &Ratio) -> Result<Minor, Finding> {
    Minor::round(exact, contract.currency, contract.rounding).map_err(too_large)
}

/// An amount in a note.
pub(super) fn amount(contract: &Contract, minor: Minor) -> String {
    minor.display(contract.currency)
}

/// A reason that rests on a block of the contract, by its key and line.
pub(super) fn said(
    contract: &Contract,
    clause: ClauseKind,
    name: String,
    (key, line): (&str, u64),
    note: String,
) -> Reason {
    let clause_at = Clause { file: contract.file.to_string(), line, key: key.to_owned() };
    let trace = Trace { clause: Some(clause_at), ..trace(Rule::Nothing, Vec::new()) };
    Reason { clause, name, schedule: None, period: None, note, trace, facts: Vec::new() }
}

/// `platform>vendor`: who owes whom.
pub(super) fn pair(contract: &Contract, from: PartyId, to: PartyId) -> String {
    format!("{}>{}", contract.party_name(from), contract.party_name(to))
}

/// Every two parties, each way.
pub(super) fn directions(contract: &Contract) -> Vec<(PartyId, PartyId)> {
    let parties = 0..contract.parties.len();
    let each = parties.clone().flat_map(|from| parties.clone().map(move |to| (from, to)));
    each.filter(|(from, to)| from != to).map(|(from, to)| (PartyId(from), PartyId(to))).collect()
}

impl Dues<'_> {
    /// A working balance.
    pub(super) fn balance(&self, kind: BalanceKind, of: &str) -> Minor {
        self.balances.get(&BalanceName { kind, of: of.to_owned() })
    }

    /// Sets a working balance.
    pub(super) fn set_balance(&mut self, kind: BalanceKind, of: &str, amount: Minor) {
        self.balances.set(BalanceName { kind, of: of.to_owned() }, amount);
    }

    /// Adds to a working balance.
    pub(super) fn add_balance(&mut self, kind: BalanceKind, of: &str, amount: Minor) {
        self.set_balance(kind, of, self.balance(kind, of) + amount);
    }
}
