//! From settlement to statement: numbers become texts, nothing is computed.

use std::collections::BTreeMap;

use super::{
    Adjustment, Amount, Balance, Clause, Exception, FileControl, Line, Payable, Provenance,
    Quantity, Schedule, Segment, Statement, Step, TrueUp, TrueUpLine, VERSION, law, words,
};
use crate::contract::{Basis, Contract};
use crate::money::{Currency, Minor};
use crate::settlement::{self, ScheduleResult, SegmentResult, Settlement};

impl Statement {
    /// The statement of a settlement, with its digest.
    ///
    /// # Panics
    /// If the settlement does not foot: that is our own mistake, and nobody must see it.
    pub fn of(
        settlement: &Settlement,
        contract: &Contract,
        controls: Vec<FileControl>,
        provenance: Provenance,
    ) -> Self {
        law::check(settlement);
        let currency = settlement.currency;
        let each = |party: &crate::contract::Party| (party.id.clone(), party.name.clone());
        let schedule = |result: &ScheduleResult| schedule(result, contract, currency);
        let mut statement = Self {
            version: VERSION.to_owned(),
            contract: settlement.contract.clone(),
            period: settlement.period,
            currency,
            parties: contract.parties.iter().map(each).collect(),
            schedules: settlement.schedules.iter().map(schedule).collect(),
            positions: amounts(&settlement.positions, currency),
            adjustments: settlement
                .adjustments
                .iter()
                .map(|each| adjustment(each, currency))
                .collect(),
            true_ups: settlement.true_ups.iter().map(|each| true_up(each, currency)).collect(),
            payables: settlement.payables.iter().map(|each| payable(each, currency)).collect(),
            balances: settlement.balances.iter().map(|each| balance(each, currency)).collect(),
            exceptions: settlement.exceptions.iter().map(exception).collect(),
            controls,
            provenance,
            digest: String::new(),
        };
        statement.digest = statement.computed_digest();
        statement
    }
}

fn amounts(list: &[(String, Minor)], currency: Currency) -> BTreeMap<String, Amount> {
    list.iter().map(|(party, amount)| (party.clone(), Amount::of(*amount, currency))).collect()
}

fn schedule(result: &ScheduleResult, contract: &Contract, currency: Currency) -> Schedule {
    let segment = |segment| self::segment(segment, &result.id, contract, currency);
    Schedule {
        id: result.id.clone(),
        segments: result.segments.iter().map(segment).collect(),
        positions: amounts(&result.positions, currency),
    }
}

fn segment(result: &SegmentResult, id: &str, contract: &Contract, currency: Currency) -> Segment {
    Segment {
        from: result.from,
        to: result.to,
        effective: result.effective,
        basis: result.basis.to_owned(),
        steps: result.steps.iter().map(|each| step(each, currency)).collect(),
        split: split(result, id, contract),
        shares: amounts(&result.shares, currency),
        positions: amounts(&result.positions, currency),
    }
}

fn split(result: &SegmentResult, id: &str, contract: &Contract) -> BTreeMap<String, String> {
    let schedule = contract.schedules.iter().find(|schedule| schedule.id == id);
    let terms = schedule.and_then(|schedule| schedule.terms_on(result.effective));
    match terms.map(|terms| &terms.basis) {
        Some(Basis::Shared(shared)) => {
            let shares = shared.split.shares.iter();
            let text = |(party, share): &(_, crate::money::Ratio)| {
                (contract.party_name(*party).to_owned(), share.to_string())
            };
            shares.map(text).collect()
        }
        Some(Basis::UsageFee(_)) | None => BTreeMap::new(),
    }
}

fn step(step: &settlement::Step, currency: Currency) -> Step {
    let line = |line: &settlement::Line| Line {
        product: line.product.clone(),
        amount: Amount::of(line.amount, currency),
    };
    Step {
        step: step.name.to_string(),
        name: step.label.clone(),
        total: Amount::of(step.total, currency),
        lines: step.lines.iter().map(line).collect(),
        clause: step.trace.clause.as_ref().map(|clause| Clause { key: clause.key.clone() }),
        rule: words::rule(step, currency),
    }
}

fn payable(payable: &settlement::Payable, currency: Currency) -> Payable {
    Payable {
        from: payable.from.clone(),
        to: payable.to.clone(),
        amount: Amount::of(payable.amount, currency),
        schedule: payable.schedule.clone(),
    }
}

fn true_up(restated: &settlement::Restated, currency: Currency) -> TrueUp {
    let debt = |(from, to, amount): &(String, String, Minor)| Payable {
        from: from.clone(),
        to: to.clone(),
        amount: Amount::of(*amount, currency),
        schedule: None,
    };
    let line = |line: &settlement::RestatedLine| TrueUpLine {
        segment: line.segment,
        step: line.step.clone(),
        name: line.name.clone(),
        product: line.product.clone(),
        settled: Amount::of(line.settled, currency),
        now: Amount::of(line.now, currency),
        difference: Amount::of(line.difference(), currency),
    };
    TrueUp {
        period: restated.period,
        schedule: restated.schedule.clone(),
        debts: restated.debts.iter().map(debt).collect(),
        lines: restated.lines.iter().map(line).collect(),
    }
}

fn balance(balance: &settlement::Balance, currency: Currency) -> Balance {
    Balance {
        name: balance.name.to_string(),
        kind: balance.name.kind.as_str().to_owned(),
        of: balance.name.of.clone(),
        opening: Amount::of(balance.opening, currency),
        movement: Amount::of(balance.movement, currency),
        restated: Amount::of(balance.restated, currency),
        closing: Amount::of(balance.closing, currency),
    }
}

fn adjustment(adjustment: &settlement::Adjustment, currency: Currency) -> Adjustment {
    Adjustment {
        clause: adjustment.clause.as_str().to_owned(),
        name: adjustment.name.clone(),
        from: adjustment.from.clone(),
        to: adjustment.to.clone(),
        amount: Amount::of(adjustment.amount, currency),
        schedule: adjustment.schedule.clone(),
        period: adjustment.period,
        note: adjustment.note.clone(),
    }
}

fn exception(exception: &settlement::Exception) -> Exception {
    let settlement::Exception { kind, schedule, key, cell, part, note } = exception;
    Exception {
        kind: kind.as_str().to_owned(),
        schedule: schedule.clone(),
        day: key.day,
        fact: key.kind.to_string(),
        product: key.product.clone(),
        channel: key.channel.clone(),
        region: key.region.clone(),
        customer: key.customer.clone(),
        category: key.category.clone(),
        unit: key.unit.clone(),
        currency: key.currency,
        rows: cell.rows,
        quantity: Quantity::of(&(&cell.quantity.to_ratio() * part)),
        amount: Quantity::of(&(&cell.amount.to_ratio() * part)),
        note: note.clone(),
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::{FileDigest, Statement, example};

    #[test]
    fn the_document_has_every_section_and_reads_back() {
        let statement = example::statement();
        let json: serde_json::Value = serde_json::from_str(&statement.to_json_pretty()).unwrap();
        for key in [
            "version",
            "contract",
            "period",
            "currency",
            "parties",
            "schedules",
            "positions",
            "payables",
            "balances",
            "exceptions",
            "controls",
            "provenance",
            "digest",
        ] {
            assert!(json.get(key).is_some(), "{key}");
        }
        assert_eq!(json["schedules"][0]["segments"][0]["steps"][2]["name"], "listing");
        assert_eq!(json["payables"][0]["amount"], "2172.04");
        assert_eq!(serde_json::from_value::<Statement>(json).unwrap(), statement);
    }

    #[test]
    fn the_digest_ignores_files_and_nothing_else() {
        let statement = example::statement();
        assert_eq!(statement.digest, statement.computed_digest());
        let mut renamed = statement.clone();
        renamed.controls.clear();
        renamed.provenance.files.push(FileDigest { file: "x".into(), digest: "0".into() });
        assert_eq!(renamed.computed_digest(), statement.digest);
        let mut other = statement.clone();
        other.balances[0].name.push('x');
        assert_ne!(other.computed_digest(), statement.digest);
    }
}
