//! What was agreed: a contract as checked, immutable data.
//!
//! [`Contract::parse`] reads the text, with all findings at once; the types here refuse nothing,
//! because what reaches them has been checked. A clause is one type here, one reader in `text`,
//! one stage in [`settlement`](crate::settlement).

mod advance;
mod audit;
mod bundle;
mod card;
mod carry;
mod cash;
pub mod codes;
mod exchange;
mod floor;
mod guarantee;
mod interest;
mod limit;
mod reading;
mod reserve;
mod scope;
mod span;
mod split;
mod terms;
mod text;
mod timeline;
mod window;

use std::sync::Arc;

pub use advance::{Advance, Unrecouped};
pub use audit::{Audit, AuditTerms};
pub use bundle::Bundle;
pub use card::{Graduation, Rate, RateTier};
pub use carry::{Carry, Excess};
pub use cash::{
    AnnualRate, Cash, DayCount, LateInterest, MinimumPayment, OnAccount, Overpayment, PaymentTerms,
    Roll, Withholding,
};
pub use exchange::{Exchange, ExchangePolicy};
pub use floor::{AtLeast, FloorBase, Grant, MostFavoured, ShareFloor};
pub use guarantee::{Earnings, Guarantee, YearDays};
pub use interest::Interest;
pub use limit::AggregateCap;
pub use reading::reading;
pub use reserve::Reserve;
pub use scope::{Pattern, Scope};
pub use span::Span;
pub use split::{
    Deal, Division, Each, Hurdle, Measure, Measured, Mode, Part, Priority, Scale, Split, Take, Tier,
};
pub use terms::{
    Amount, Basis, Cap, Ceiling, CostTerms, Deduction, LossCarry, Losses, Places, Recognition,
    Selector, Settled, ShareKind, SharedTerms, Terms, UsageFeeTerms,
};
pub use timeline::Segment;
pub use window::{Stretch, Window};

use crate::calendar::{Day, PeriodLength, Zone};
use crate::finding::Finding;
use crate::money::{Currency, Rounding};

/// An agreement between two or more parties: schedules and contract-wide clauses.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Its name in statements; unique within a book.
    pub id: String,
    /// The currency that everything is settled in.
    pub currency: Currency,
    /// Whose midnight ends a day.
    pub zone: Zone,
    /// Month or quarter.
    pub period: PeriodLength,
    /// How an exact step becomes whole minor units.
    pub rounding: Rounding,
    /// Who receives the units that a split leaves over.
    pub remainder: RemainderRule,
    /// What becomes of facts that arrive after their period was closed.
    pub late: Late,
    /// Corrections that come more than so many months after their period are refused.
    pub finality: Option<u32>,
    /// Is what two parties owe each other made one payable?
    pub netting: bool,
    /// The parties in the order that breaks ties.
    pub parties: Vec<Party>,
    /// The schedules in the order in which facts try them.
    pub schedules: Vec<Schedule>,
    /// Rules for cost facts that leave product or channel open, first match wins.
    pub shared_costs: Vec<SharedCost>,
    /// When models were suspended.
    pub availability: Vec<Availability>,
    /// Products that are sold as several.
    pub bundles: Vec<Bundle>,
    /// How facts in another currency are converted; without it none may be.
    pub exchange: Option<Exchange>,
    /// Deals whose total value decides the shares of their sales.
    pub deals: Vec<Deal>,
    /// What stands between what is owed and what arrives.
    pub cash: Cash,
    /// Shares that are at least so much.
    pub floors: Vec<ShareFloor>,
    /// Shares that are at least what comparable deals give.
    pub most_favoured: Vec<MostFavoured>,
    /// Minimum guarantees and commitments.
    pub guarantees: Vec<Guarantee>,
    /// Advances that earnings pay back.
    pub advances: Vec<Advance>,
    /// Holdbacks.
    pub reserves: Vec<Reserve>,
    /// The most that one party pays another.
    pub caps: Vec<AggregateCap>,
    /// The file it was read from, as the user named it.
    pub file: Arc<str>,
    /// The text it was read from, byte for byte.
    pub source: Arc<str>,
}

impl Contract {
    /// Reads a contract from TOML text. `file` is the name that findings show.
    ///
    /// # Errors
    /// Every finding of the text at once, each with its place and remedy.
    ///
    /// ```
    /// use revshare::contract::Contract;
    /// let findings = Contract::parse("deal.toml", "currency = \"USD\"").unwrap_err();
    /// assert!(findings.iter().any(|finding| finding.message.contains("id")));
    /// ```
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Finding>> {
        text::parse(file, text)
    }

    /// See [`Basis::sort_sets`].
    fn sort_sets(&mut self) {
        let terms = self.schedules.iter_mut().flat_map(|schedule| &mut schedule.terms);
        terms.for_each(|terms| terms.basis.sort_sets());
    }

    /// The party of an id.
    pub fn party(&self, id: &str) -> Option<PartyId> {
        self.parties.iter().position(|party| party.id == id).map(PartyId)
    }

    /// The id of a party.
    pub fn party_name(&self, party: PartyId) -> &str {
        &self.parties[party.0].id
    }
}

/// A party by its place in the contract's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartyId(pub usize);

/// Somebody who takes part in the deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The short name used in the contract: `vendor`.
    pub id: String,
    /// The full name: `Model Vendor PBC`.
    pub name: String,
}

/// Who receives the minor units that truncation leaves over in a split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RemainderRule {
    /// The largest remainders; a tie to the party declared first.
    #[default]
    LargestRemainder,
    /// One each from the first declared party on.
    InOrder,
    /// All other shares are rounded, this party takes the rest.
    Party(PartyId),
}

/// What becomes of a fact whose day lies in a closed period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Late {
    /// Closed periods are computed again, the difference is paid as a true-up.
    #[default]
    Restate,
    /// It is settled as if it had happened on the open period's first day.
    NextPeriod,
}

/// Terms for one scope of business; a ring fence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Its name in statements; unique within the contract.
    pub id: String,
    /// Which facts belong to it, if no earlier schedule took them.
    pub scope: Scope,
    /// Bills the customers and holds the cash; some for every shared basis.
    pub seller: Option<PartyId>,
    /// Bears the infrastructure cost; the seller if the contract does not say.
    pub bearer: Option<PartyId>,
    /// Is owed the infrastructure cost; the bearer if the contract does not say.
    pub provider: Option<PartyId>,
    /// The last day on which it holds; later facts are unmatched.
    pub ends: Option<Day>,
    /// How facts of a period are told apart when its terms change inside.
    pub proration: Proration,
    /// Versions by effective day, ascending, no two on one day.
    pub terms: Vec<Terms>,
    /// The line of its header in the contract file.
    pub line: u64,
}

/// How the facts of a period belong to its segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Proration {
    /// Each to the segment of its day.
    #[default]
    EventDate,
    /// Each to all segments, in proportion to their days.
    Days,
}

/// A rule that spreads cost facts which leave product or channel open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedCost {
    /// The cost categories that it takes.
    pub category: Vec<Pattern>,
    /// The key that it spreads by.
    pub driver: Driver,
    /// The (product, channel) pairs that it may spread over.
    pub over: Scope,
    /// The line of its header in the contract file.
    pub line: u64,
}

/// What shared cost is spread by, summed over the whole period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Driver {
    /// The amounts of charges.
    Sales,
    /// The quantity of a unit over charges and usage facts.
    Unit(String),
}

/// Days on which models were suspended, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Availability {
    /// The models.
    pub product: Vec<Pattern>,
    /// The first day without them.
    pub from: Day,
    /// The last day without them.
    pub to: Day,
    /// The line of its header in the contract file.
    pub line: u64,
}

impl Availability {
    /// Is the model suspended on the day by this window?
    pub fn suspends(&self, product: &str, day: Day) -> bool {
        (self.from..=self.to).contains(&day)
            && self.product.iter().any(|glob| glob.matches(product))
    }
}
