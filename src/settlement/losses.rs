//! What becomes of a negative gross profit, or of one that priority makes negative, and the share base that is left.

use super::balances::{BalanceKind, BalanceName, Balances};
use super::priority::{self, Taken};
use super::settled::StepName;
use super::sheet::{Heading, Sheet, trace};
use super::trace::Rule;
use crate::contract::Losses;
use crate::money::Minor;

/// Writes loss-carry, priority and share-base; moves the loss balance.
pub(super) fn write(
    sheet: &mut Sheet<'_>,
    losses: Losses,
    taken: Vec<Taken<'_>>,
    schedule: &str,
    balances: &mut Balances,
) {
    let name = BalanceName { kind: BalanceKind::Loss, of: schedule.to_owned() };
    let before = balances.get(&name);
    let off_the_top: Minor = taken.iter().map(|taken| taken.amount).sum();
    // Priority comes first: what it leaves of the profit is what is lost, or eaten by a balance.
    let profit = sheet.total(StepName::GrossProfit) - off_the_top;
    let carried = match losses {
        Losses::Share => Minor::ZERO,
        Losses::Absorb => profit.shortfall(),
        Losses::CarryForward if profit < Minor::ZERO => profit.shortfall(),
        Losses::CarryForward => -before.min(profit),
    };
    let rule = match losses {
        Losses::CarryForward => Rule::Carried { before },
        Losses::Share | Losses::Absorb => Rule::Nothing,
    };
    let heading = Heading::of(StepName::LossCarry, "losses");
    sheet.write_plain(heading, carried, trace(rule, Vec::new()));
    if losses == Losses::CarryForward {
        balances.set(name, before + carried);
    }
    priority::write(sheet, taken);
    sheet.write_sum(
        Heading::of(StepName::ShareBase, "split"),
        &[
            (Minor(1), StepName::GrossProfit),
            (Minor(1), StepName::LossCarry),
            (Minor(-1), StepName::Priority),
        ],
    );
}
