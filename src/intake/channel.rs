//! Files whose rows are on no channel.
//!
//! Such rows are in order, and yet end as unmatched or unshared if no contract can settle them so:
//! a cost that nobody deducts, before anybody has looked at the exceptions of a statement. So the
//! import tells of it.

use super::codes;
use super::format::Format;
use super::reject::Refusal;
use crate::contract::Contract;
use crate::fact::Table;

/// What to say of a file that cannot name a channel, if anything.
pub(super) fn left_open(format: Format, table: Table, contracts: &[Contract]) -> Option<Refusal> {
    let message = match table {
        Table::Costs => "its rows are on no channel, and no [[shared-cost]] spreads such cost",
        Table::Sales | Table::Usage => {
            "its rows are on no channel, and no schedule takes such rows"
        }
        Table::Fx | Table::Payments | Table::Grants | Table::Audits => return None,
    };
    let takes = |contract: &Contract| match table {
        Table::Costs => !contract.shared_costs.is_empty(),
        Table::Sales
        | Table::Usage
        | Table::Fx
        | Table::Payments
        | Table::Grants
        | Table::Audits => {
            contract.schedules.iter().any(|schedule| schedule.scope.channel.is_empty())
        }
    };
    // A program may read its own columns before there is a contract.
    let unasked = contracts.is_empty() && format != Format::Focus;
    if unasked || contracts.iter().any(takes) {
        return None;
    }
    let help = match format {
        Format::Own => {
            "add the column channel, the same word as on the sales that the rows belong to; or say \
             it in a [[map]] of revshare.toml: channel = { constant = \"marketplace\" }"
        }
        Format::Focus | Format::BillingEvent | Format::CloudEvents | Format::Mapped => {
            "say it in a [[map]] of revshare.toml: channel = { constant = \"marketplace\" }, or a \
             column with a lookup"
        }
    };
    Some(Refusal::new(&codes::CHANNEL_OPEN, message).help(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contract(scope: &str, more: &str) -> Contract {
        let text = format!(
            "id = 'deal'\ncurrency = 'USD'\n[parties]\nvendor = 'V'\nplatform = 'P'\n\
             [[schedule]]\nid = 'all'\n{scope}\nseller = 'platform'\n[[schedule.terms]]\n\
             effective = 2026-01-01\nbasis = 'net-sales'\n\
             split = {{ vendor = '50%', platform = 'rest' }}\n{more}"
        );
        Contract::parse("contract.toml", &text).unwrap()
    }

    #[test]
    fn told_only_where_no_contract_settles_such_rows() {
        let open = contract("", "");
        let closed = contract("scope = { channel = 'shop' }", "");
        let rule = "[[shared-cost]]\ncategory = ['*']\ndriver = 'sales'\n";
        let sharing = contract("", rule);
        let told = |table, contracts: &[&Contract]| {
            let contracts: Vec<Contract> = contracts.iter().copied().cloned().collect();
            left_open(Format::Own, table, &contracts).is_some()
        };
        assert!(told(Table::Costs, &[&open]) && told(Table::Costs, &[&open, &closed]));
        assert!(!told(Table::Costs, &[&open, &sharing]) && !told(Table::Costs, &[]));
        assert!(told(Table::Sales, &[&closed]) && !told(Table::Sales, &[&closed, &open]));
        assert!(!told(Table::Payments, &[&closed]) && !told(Table::Fx, &[&closed]));
        assert!(left_open(Format::Focus, Table::Costs, &[]).is_some());
    }
}
