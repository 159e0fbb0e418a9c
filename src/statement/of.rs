//! From settlement to statement: numbers become texts, nothing is computed.

use std::collections::BTreeMap;

use super::{
    Adjustment, Amount, Balance, Clause, Exception, FileControl, Fx, Line, ListedRate, Payable,
    Provenance, Quantity, Schedule, Segment, Statement, Step, Tier, TrueUp, TrueUpLine, VERSION,
    Withheld, law, words,
};
use crate::contract::Contract;
use crate::fact::FxRate;
use crate::money::{Currency, Minor, Ratio};
use crate::settlement::{self, ExceptionKind, ScheduleResult, SegmentResult, Settlement};

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
        let schedule = |result: &ScheduleResult| schedule(result, currency);
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
            withheld: settlement.withheld.iter().map(|each| withheld(each, currency)).collect(),
            true_ups: settlement.true_ups.iter().map(|each| true_up(each, currency)).collect(),
            payables: settlement.payables.iter().map(|each| payable(each, currency)).collect(),
            balances: settlement.balances.iter().map(|each| balance(each, currency)).collect(),
            exceptions: settlement
                .exceptions
                .iter()
                .map(exception)
                .chain(settlement.refused_rates.iter().map(refused_rate))
                .collect(),
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

fn schedule(result: &ScheduleResult, currency: Currency) -> Schedule {
    let segment = |segment| self::segment(segment, currency);
    Schedule {
        id: result.id.clone(),
        segments: result.segments.iter().map(segment).collect(),
        positions: amounts(&result.positions, currency),
    }
}

fn segment(result: &SegmentResult, currency: Currency) -> Segment {
    Segment {
        from: result.from,
        to: result.to,
        effective: result.effective,
        basis: result.basis.to_owned(),
        fx: result.rates.iter().map(fx).collect(),
        steps: result.steps.iter().map(|each| step(each, currency)).collect(),
        tiers: tiers(result),
        split: split(result),
        shares: amounts(&result.shares, currency),
        priority: amounts(&result.priority, currency),
        catch_up: amounts(&result.catch_up, currency),
        positions: amounts(&result.positions, currency),
    }
}

fn fx(used: &settlement::UsedRate) -> Fx {
    let settlement::UsedRate { currency, day, listed, rate } = used;
    Fx { currency: *currency, day: *day, listed: *listed, rate: Quantity::of(rate) }
}

/// The shares as agreed, where one division held; with several, the tiers tell.
fn split(result: &SegmentResult) -> BTreeMap<String, String> {
    let [only] = &result.slices[..] else { return BTreeMap::new() };
    shares(only)
}

fn shares(slice: &settlement::Slice) -> BTreeMap<String, String> {
    slice.shares.iter().map(|(party, share)| (party.clone(), share.to_string())).collect()
}

fn tiers(result: &SegmentResult) -> Vec<Tier> {
    let tier = |slice: &settlement::Slice| {
        Some(Tier {
            tier: slice.tier.clone()?,
            measure: slice.measure.as_ref().map(Quantity::of),
            base: Quantity::of(&slice.base),
            split: shares(slice),
        })
    };
    result.slices.iter().filter_map(tier).collect()
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
        due: payable.due,
    }
}

fn withheld(withheld: &settlement::Withheld, currency: Currency) -> Withheld {
    Withheld {
        name: withheld.name.clone(),
        by: withheld.by.clone(),
        from: withheld.from.clone(),
        gross: Amount::of(withheld.gross, currency),
        tax: Amount::of(withheld.tax, currency),
        arrives: Amount::of(withheld.arrives, currency),
    }
}

fn true_up(restated: &settlement::Restated, currency: Currency) -> TrueUp {
    let debt = |(from, to, amount): &(String, String, Minor)| Payable {
        from: from.clone(),
        to: to.clone(),
        amount: Amount::of(*amount, currency),
        schedule: None,
        due: None,
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
    let currency = balance.currency.unwrap_or(currency);
    let shown = |amount| match balance.is_quantity {
        true => Amount::of(amount, currency).counted(),
        false => Amount::of(amount, currency),
    };
    Balance {
        currency: balance.currency.map(|currency| currency.to_string()),
        name: balance.name.to_string(),
        kind: balance.name.kind.as_str().to_owned(),
        of: balance.name.of.clone(),
        opening: shown(balance.opening),
        movement: shown(balance.movement),
        restated: (!balance.restated.is_zero()).then(|| shown(balance.restated)),
        closing: shown(balance.closing),
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
        rate: None,
    }
}

/// A correction of a rate of exchange that counts no more.
fn refused_rate(listed: &FxRate) -> Exception {
    let FxRate { date, base, quote, rate } = listed;
    let rate = Quantity::of(&rate.to_ratio());
    let nothing = || Quantity::of(&Ratio::zero());
    Exception {
        kind: ExceptionKind::RefusedAsFinal.as_str().to_owned(),
        schedule: None,
        day: *date,
        fact: "fx".to_owned(),
        product: String::new(),
        channel: String::new(),
        region: String::new(),
        customer: String::new(),
        category: String::new(),
        unit: String::new(),
        currency: None,
        rows: 1,
        quantity: nothing(),
        amount: nothing(),
        note: format!("1 {base} = {rate} {quote} came after its day had become final"),
        rate: Some(ListedRate { base: *base, quote: *quote, rate }),
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
