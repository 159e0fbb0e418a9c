//! The share base cut by tiers: by slices, by what stood before, by what is reached, by deals.
//!
//! The law: the cuts add up to the share base. A marginal table gives F(c + Δ) − F(c) for a measure
//! that moves from c by Δ, so what takes the measure back gives back exactly what it earned.

use std::collections::BTreeMap;

use super::balances::Balances;
use super::placement::Share;
use super::positions::ByParty;
use super::settled::{Slice, StepName};
use super::shares::{Cut, apportioned};
use super::sheet::Sheet;
use super::trace::Input;
use super::windows;
use crate::calendar::{Day, Moment};
use crate::contract::{
    Contract, Division, Each, Measure, Measured, Mode, PartyId, Scale, Schedule, Split,
};
use crate::fact::{Key, Sale};
use crate::finding::Finding;
use crate::money::{Minor, Ratio, spread};

/// A share base divided.
pub(super) struct Divided {
    pub(super) slices: Vec<Slice>,
    pub(super) shares: ByParty,
    /// What the tier now reached gives or takes for what was shared before; adds up to nothing.
    pub(super) catch_up: ByParty,
}

/// A segment whose share base is to be divided.
pub(super) struct Ground<'s, 'a> {
    pub(super) sheet: &'s Sheet<'a>,
    pub(super) schedule: &'s Schedule,
    pub(super) split: &'s Split,
    pub(super) facts: &'s [Share<'a>],
}

/// Which row of the table a cut belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Row {
    Tier(usize),
    Renewal,
    Otherwise,
}

/// When a sale has its turn: by day and time, then by the bytes of its id. What takes a sale back has
/// the turn of that sale, also through others that take back what takes it back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Turn<'k> {
    day: Day,
    time: Option<Moment>,
    id: &'k str,
    source: &'k str,
}

impl<'k> Turn<'k> {
    fn of(key: &'k Key, single: &BTreeMap<(&'k str, &'k str), &'k Sale>) -> Self {
        let day = key.day;
        let Some(sale) = key.sale.as_deref() else {
            return Self { day, time: None, id: "", source: "" };
        };
        let (mut id, mut next) = (&*sale.id, sale.of.as_deref());
        // Each step leads to another sale, unless they stand in a circle: then each stands alone.
        for _ in 0..=single.len() {
            let Some(of) = next else {
                return Self { day, time: Some(sale.time), id, source: &sale.source };
            };
            id = of;
            next = single.get(&(&*sale.source, of)).and_then(|original| original.of.as_deref());
        }
        Self { day, time: Some(sale.time), id: &sale.id, source: &sale.source }
    }
}

/// The steps that single sales feed.
const SALES: &[StepName] = &[StepName::GrossSales, StepName::Refunds];

/// What fell into each row: of the measure, and of the base in minor units.
type Rows = BTreeMap<Row, (Option<Minor>, Ratio)>;

impl<'s> Ground<'s, '_> {
    /// Divides the share base; the measure itself is moved by [`windows::advance`].
    pub(super) fn divide(&self, balances: &mut Balances) -> Result<Divided, Finding> {
        let base = self.sheet.total(StepName::ShareBase);
        let rows = match &self.split.scale {
            None => Rows::from([(Row::Tier(0), (None, Ratio::whole(base.0)))]),
            Some(Scale::Deal { .. }) => self.by_deal(base),
            Some(Scale::Measured(measured)) => self.by_measure(measured, base, balances)?,
        };
        let cut = |(row, (_, base)): (&Row, &(_, Ratio))| Cut {
            division: self.division(*row),
            base: base.clone(),
        };
        let cuts: Vec<Cut<'s>> = rows.iter().map(cut).collect();
        let shares = apportioned(self.sheet.contract, &cuts, base);
        let catch_up = match (&self.split.scale, rows.keys().next()) {
            (Some(Scale::Measured(Measured { mode: Mode::Retroactive, .. })), Some(row)) => {
                self.catch_up(self.division(*row), &shares, balances)
            }
            (Some(Scale::Measured(_) | Scale::Deal { .. }) | None, _) => ByParty::new(),
        };
        let slices = rows.into_iter().map(|row| self.slice(row)).collect();
        Ok(Divided { slices, shares, catch_up })
    }

    fn by_measure(
        &self,
        measured: &Measured,
        base: Minor,
        balances: &Balances,
    ) -> Result<Rows, Finding> {
        let before = balances.get(&windows::name(&self.schedule.id, measured));
        let counts = windows::counts(&self.schedule.id, &self.schedule.id, measured);
        let moved = match counts {
            true => windows::measure(self.sheet, self.facts, &measured.by)?,
            false => Minor::ZERO,
        };
        let whole = |tier| Rows::from([(Row::Tier(tier), (Some(moved), Ratio::whole(base.0)))]);
        Ok(match measured.mode {
            Mode::Marginal if moved.is_zero() => whole(self.split.tier_at(before)),
            Mode::Marginal => self.by_slice(before, moved, base),
            Mode::Forward(Each::Segment) => whole(self.split.tier_at(before)),
            Mode::Forward(Each::Day) => {
                let days = self.by_day(&measured.by, before, moved, base);
                days.unwrap_or_else(|| whole(self.split.tier_at(before)))
            }
            Mode::Forward(Each::Sale) => {
                let sales = self.in_turn((&self.single_sales(), true), before, moved, base);
                sales.unwrap_or_else(|| whole(self.split.tier_at(before)))
            }
            Mode::Retroactive => whole(self.split.tier_at(before + moved)),
        })
    }

    /// Each slice of the way from `before` by `moved`, with its part of the base.
    fn by_slice(&self, before: Minor, moved: Minor, base: Minor) -> Rows {
        let (low, high) = (before.min(before + moved), before.max(before + moved));
        let per_unit = Ratio::new(base.0, moved.0);
        let sign = moved.0.signum();
        let mut rows = Rows::new();
        for (at, tier) in self.split.tiers.iter().enumerate() {
            let floor = if at == 0 { low } else { tier.from.max(low) };
            let ceiling = self.split.tiers.get(at + 1).map_or(high, |next| next.from.min(high));
            let length = (ceiling - floor).positive();
            if !length.is_zero() {
                let slice = Minor(sign * length.0);
                let part = &Ratio::whole(slice.0) * &per_unit;
                rows.insert(Row::Tier(at), (Some(slice), part));
            }
        }
        rows
    }

    /// Each day with the tier that stood when it began; none if no day has anything.
    fn by_day(&self, by: &Measure, before: Minor, moved: Minor, base: Minor) -> Option<Rows> {
        let (weights, money) = match by {
            Measure::Quantity(unit) => (self.quantities(unit), false),
            Measure::GrossSales | Measure::NetSales | Measure::GrossProfit | Measure::ShareBase => {
                (self.sales(|key| key.day), true)
            }
        };
        self.in_turn((&weights, money), before, moved, base)
    }

    /// One after the other, each with the tier that stands when it begins. Each moves the measure
    /// and has its part of the base by its weight.
    fn in_turn<K: Ord + Clone>(
        &self,
        (weights, money): (&BTreeMap<K, Ratio>, bool),
        before: Minor,
        moved: Minor,
        base: Minor,
    ) -> Option<Rows> {
        let parts = windows::over(&Ratio::whole(base.0), weights, money)?;
        let measures = windows::over(&Ratio::whole(moved.0), weights, true)?;
        let exact: Vec<Ratio> = measures.into_iter().map(|(_, part)| part).collect();
        let (mut so_far, mut rows) = (before, Rows::new());
        for ((_, part), step) in parts.into_iter().zip(spread(moved, &exact)) {
            add(&mut rows, Row::Tier(self.split.tier_at(so_far)), Some(step), part);
            so_far += step;
        }
        Some(rows)
    }

    /// What each sale comes to after all that takes it back; what is taken back whole is as if it
    /// had never been.
    fn single_sales(&self) -> BTreeMap<Turn<'_>, Ratio> {
        let keys = self.sheet.inputs(SALES).filter_map(|input| match input {
            Input::Facts { key, .. } => Some(key),
            Input::Step { .. } | Input::Flat { .. } => None,
        });
        let single: BTreeMap<(&str, &str), &Sale> = keys
            .filter_map(|key| key.sale.as_deref())
            .map(|sale| ((&*sale.source, &*sale.id), sale))
            .collect();
        let mut sums = self.sales(|key| Turn::of(key, &single));
        sums.retain(|_, sum| !sum.is_zero());
        sums
    }

    /// Each deal with the tier of its total value.
    fn by_deal(&self, base: Minor) -> Rows {
        let mut rows = Rows::new();
        let weights = self.sales(|key| key.deal.clone());
        let none = || vec![(String::new(), Ratio::whole(base.0))];
        let parts = windows::over(&Ratio::whole(base.0), &weights, true).unwrap_or_else(none);
        parts.into_iter().for_each(|(deal, part)| add(&mut rows, self.row_of(&deal), None, part));
        rows
    }

    fn row_of(&self, deal: &str) -> Row {
        let (renewal, otherwise) = match &self.split.scale {
            Some(Scale::Deal { renewal, otherwise }) => (renewal.is_some(), otherwise.is_some()),
            Some(Scale::Measured(_)) | None => (false, false),
        };
        let mut deals = self.sheet.contract.deals.iter();
        match deals.find(|one| one.id == deal) {
            Some(deal) if deal.renewal && renewal => Row::Renewal,
            Some(deal) => Row::Tier(self.split.tier_at(deal.value)),
            None if otherwise => Row::Otherwise,
            None => Row::Tier(0),
        }
    }

    /// Sales after refunds, exactly, in minor units, by what a key says.
    fn sales<'k, K: Ord>(&'k self, by: impl Fn(&'k Key) -> K) -> BTreeMap<K, Ratio> {
        let per_major = Ratio::whole(10_i64.pow(self.sheet.contract.currency.digits()));
        let mut sums: BTreeMap<K, Ratio> = BTreeMap::new();
        for input in self.sheet.inputs(SALES) {
            match input {
                Input::Facts { key, exact, .. } => {
                    *sums.entry(by(key)).or_default() += &(exact * &per_major);
                }
                Input::Step { .. } | Input::Flat { .. } => {}
            }
        }
        sums
    }

    /// Quantities by day, in the digits that balances have.
    fn quantities(&self, unit: &str) -> BTreeMap<Day, Ratio> {
        let per_major = Ratio::whole(10_i64.pow(self.sheet.contract.currency.digits()));
        let mut sums: BTreeMap<_, Ratio> = BTreeMap::new();
        for share in self.facts.iter().filter(|share| windows::is_metered(share, unit)) {
            *sums.entry(share.key.day).or_default() += &(&share.quantity() * &per_major);
        }
        sums
    }

    /// What the tier reached gives each party for the whole window, less what it had and has now.
    fn catch_up(&self, division: &Division, shares: &ByParty, balances: &mut Balances) -> ByParty {
        let contract: &Contract = self.sheet.contract;
        let name = |party| windows::given(&self.schedule.id, contract.party_name(party));
        let parties = || (0..contract.parties.len()).map(PartyId);
        let before: Minor = parties().map(|party| balances.get(&name(party))).sum();
        let total = before + shares.values().copied().sum();
        let cut = Cut { division, base: Ratio::whole(total.0) };
        let due = apportioned(contract, &[cut], total);
        let mut catch_up = ByParty::new();
        for party in parties() {
            let of = |list: &ByParty| list.get(&party).copied().unwrap_or_default();
            let difference = of(&due) - balances.get(&name(party)) - of(shares);
            if !difference.is_zero() {
                catch_up.insert(party, difference);
            }
            balances.set(name(party), of(&due));
        }
        catch_up
    }

    fn division(&self, row: Row) -> &'s Division {
        match (row, &self.split.scale) {
            (Row::Renewal, Some(Scale::Deal { renewal: Some(division), .. }))
            | (Row::Otherwise, Some(Scale::Deal { otherwise: Some(division), .. })) => division,
            (Row::Tier(at), _) => &self.split.tiers[at].division,
            (Row::Renewal | Row::Otherwise, _) => &self.split.tiers[0].division,
        }
    }

    fn slice(&self, (row, (measure, base)): (Row, (Option<Minor>, Ratio))) -> Slice {
        let contract = self.sheet.contract;
        let currency = contract.currency;
        let share =
            |(party, share): (PartyId, Ratio)| (contract.party_name(party).to_owned(), share);
        let tier = match row {
            Row::Tier(_) if self.split.scale.is_none() => None,
            Row::Tier(at) => {
                let tier = &self.split.tiers[at];
                let word = if tier.above { "above" } else { "from" };
                Some(format!("{word} {}", tier.from.to_ratio(currency).to_plain()))
            }
            Row::Renewal => Some("renewal".to_owned()),
            Row::Otherwise => Some("otherwise".to_owned()),
        };
        Slice {
            tier,
            measure: measure.map(|measure| measure.to_ratio(currency)),
            base: base / Ratio::whole(10_i64.pow(currency.digits())),
            shares: self.division(row).shares().into_iter().map(share).collect(),
        }
    }
}

fn add(rows: &mut Rows, row: Row, measure: Option<Minor>, part: Ratio) {
    let (measured, base) = rows.entry(row).or_default();
    if let Some(measure) = measure {
        *measured.get_or_insert(Minor::ZERO) += measure;
    }
    *base += &part;
}
