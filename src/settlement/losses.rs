//! What becomes of a negative gross profit, or of one that priority makes negative, and the share base that is left.

use super::balances::BalanceKind;
use super::carried::Carried;
use super::layers::Opened;
use super::priority::{self, Taken};
use super::settled::StepName;
use super::sheet::{Heading, Sheet, trace};
use super::trace::Rule;
use crate::contract::{Carry, LossCarry, Losses, SharedTerms};
use crate::finding::Finding;
use crate::money::Minor;

/// Writes loss-carry, priority and share-base; moves the loss balance.
pub(super) fn write(
    sheet: &mut Sheet<'_>,
    losses: &Losses,
    taken: Vec<Taken<'_>>,
    carried: &mut Carried<'_>,
) -> Result<(), Finding> {
    let off_the_top: Minor = taken.iter().map(|taken| taken.amount).sum();
    // Priority comes first: what it leaves of the profit is what is lost, or eaten by a balance.
    let profit = sheet.total(StepName::GrossProfit) - off_the_top;
    let (moved, rule) = match losses {
        Losses::Share => (Minor::ZERO, Rule::Nothing),
        Losses::Absorb => (profit.shortfall(), Rule::Nothing),
        Losses::CarryForward(terms) => carry_forward(sheet, terms, profit, carried)?,
    };
    let heading = Heading::of(StepName::LossCarry, "losses");
    sheet.write_plain(heading, moved, trace(rule, Vec::new()));
    priority::write(sheet, taken);
    sheet.write_sum(
        Heading::of(StepName::ShareBase, "split"),
        &[
            (Minor(1), StepName::GrossProfit),
            (Minor(1), StepName::LossCarry),
            (Minor(-1), StepName::Priority),
        ],
    );
    Ok(())
}

/// A loss is carried, or a profit makes earlier losses good as far as the terms let it.
fn carry_forward(
    sheet: &Sheet<'_>,
    terms: &LossCarry,
    profit: Minor,
    carried: &mut Carried<'_>,
) -> Result<(Minor, Rule), Finding> {
    let of = (BalanceKind::Loss, "");
    let Opened { before, borne } = carried.open(sheet.contract, of, agreed, Some(&terms.carry))?;
    let moved = match profit < Minor::ZERO {
        true => profit.shortfall(),
        false => -before.min(sheet.rate_of(&terms.at_most, profit)?),
    };
    carried.layers(of.0, of.1).hand_on(Some(&terms.carry), moved, before + moved);
    Ok((moved, Rule::Carried { before, borne }))
}

/// How losses are carried under some terms.
fn agreed(terms: &SharedTerms) -> Option<&Carry> {
    match &terms.losses {
        Losses::CarryForward(terms) => Some(&terms.carry),
        Losses::Share | Losses::Absorb => None,
    }
}
