//! The law that finds the deepest mistakes: whatever the order of arrival, what was settled in
//! total is what would have been settled had every fact and every amendment been there in time.

use std::collections::BTreeMap;
use std::convert::Infallible;

use proptest::prelude::*;
use revshare::calendar::Period;
use revshare::contract::Contract;
use revshare::fact::{Archive, Entry, Evidence, FileHeader, Gather, Lens, Table};
use revshare::settlement::{
    Balances, Ends, Restatement, Settlement, Stage, Start, View, as_arrived, first_period, restate,
    settle, settle_restating,
};

use super::cases::{contract, half};
use super::oracle::periods;
use super::placing::unpriceable;
use super::random::world;
use super::random_deals;
use super::world::{
    Deal, OffTheTop, PlainContract, PlainFact, PlainPriority, Shared, What, World, num,
};
use super::writing::{entries, to_toml};

/// What everybody owes everybody in the end: by schedule and pair, with a sign.
type Owed = BTreeMap<(Option<String>, String, String), i128>;

fn add_up(owed: &mut Owed, settlement: &Settlement) {
    for payable in &settlement.payables {
        let (from, to) = (payable.from.clone(), payable.to.clone());
        let amount = payable.amount.0;
        let (from, to, amount) = if from < to { (from, to, amount) } else { (to, from, -amount) };
        *owed.entry((payable.schedule.clone(), from, to)).or_default() += amount;
    }
    owed.retain(|_, amount| *amount != 0);
}

fn parsed(contract: &PlainContract) -> Result<Contract, TestCaseError> {
    let text = to_toml(contract);
    Contract::parse("deal.toml", &text).map_err(|list| TestCaseError::fail(format!("{list:#?}")))
}

/// Imports one delivery after another.
struct Arrivals {
    lens: Lens,
    archive: Archive,
    known: BTreeMap<revshare::fact::Hash, revshare::fact::IdEntry>,
}

impl Arrivals {
    fn import(&mut self, rows: Vec<Entry>) -> Result<(), TestCaseError> {
        let mut gather = Gather::new(&self.lens, &self.archive, &self.known);
        let file = gather.open(FileHeader {
            path: "sales.csv".to_owned(),
            table: Table::Sales,
            format: "own".to_owned(),
            source: "own".to_owned(),
        });
        for row in rows {
            gather.push(file, 0, None, &row).map_err(|why| TestCaseError::fail(why.to_string()))?;
        }
        let gathered = gather.finish();
        self.known.extend(gathered.ids.iter().map(|entry| (entry.id, *entry)));
        self.archive.apply(&gathered.delivery);
        Ok(())
    }
}

/// A book that closes what it can.
struct Closer {
    /// The closed periods, what each was settled from, and what it ended with.
    closed: Vec<(Period, Contract, Evidence, Ends)>,
    first: Option<Period>,
    closing: Balances,
    owed: Owed,
}

impl Closer {
    fn first(&self, contract: &Contract, evidence: &Evidence) -> Period {
        let first = self.first.expect("something is closed");
        first_period(contract, evidence).map_or(first, |known| known.min(first))
    }

    fn close(
        &mut self,
        period: Period,
        contract: &Contract,
        evidence: &Evidence,
    ) -> Result<(), TestCaseError> {
        let fail =
            |list: Vec<revshare::finding::Finding>| TestCaseError::fail(format!("{list:#?}"));
        let restatement = match self.closed.last() {
            None => Restatement::default(),
            Some((last, ..)) => {
                let now = View { contract, evidence, first: self.first(contract, evidence) };
                let then = [(*last, self.view(self.closed.len() - 1))];
                let start = self.start(now);
                let later = restate(now, &then, &self.closing, (start.as_ref(), *last));
                let whole = restate(now, &then, &self.closing, (None, *last)).map_err(fail)?;
                let mut later = later.map_err(fail)?;
                prop_assert!(whole.ends.ends_with(&later.ends));
                // What is kept is what was settled anew: the books go on with it.
                let ends = std::mem::replace(&mut later.ends, whole.ends.clone());
                prop_assert_eq!(later, whole.clone(), "from {:?}", start);
                Restatement { ends, ..whole }
            }
        };
        let settlement = settle_restating(contract, period, evidence, &self.closing, &restatement)
            .map_err(fail)?;
        for balance in &settlement.balances {
            prop_assert_eq!(balance.opening, self.closing.get(&balance.name));
        }
        add_up(&mut self.owed, &settlement);
        self.closing = settlement.closing();
        self.first.get_or_insert(period);
        let mut ends = restatement.ends;
        ends.push((period, settlement.closing().without_cash()));
        self.closed.push((period, contract.clone(), evidence.clone(), ends));
        Ok(())
    }

    fn view(&self, at: usize) -> View<'_> {
        let (_, contract, evidence, _) = &self.closed[at];
        View { contract, evidence, first: self.first(contract, evidence) }
    }

    /// After the closed periods that stand.
    fn start(&self, now: View<'_>) -> Option<Start> {
        let periods: Vec<Period> = self.closed.iter().map(|(period, ..)| *period).collect();
        let differs = now.differs_from(&self.view(self.closed.len() - 1));
        let ends = self.closed.iter().rev().map(|(.., ends)| Ok::<_, Infallible>(ends.clone()));
        let Ok(start) = Start::find(&periods, differs, ends);
        start
    }
}

/// Settles a world whose facts come in the deliveries of `plan`, before the period of that number
/// is closed; until `amended` another contract is thought to hold.
fn as_it_comes(
    world: &World,
    early: &PlainContract,
    plan: &[usize],
    amended: usize,
) -> Result<(Owed, Balances, Option<Period>), TestCaseError> {
    let (early, agreed) = (parsed(early)?, parsed(&world.contract)?);
    let mut arrivals = Arrivals {
        lens: Lens::of([&early, &agreed]),
        archive: Archive::default(),
        known: BTreeMap::new(),
    };
    let mut closer =
        Closer { closed: Vec::new(), first: None, closing: Balances::default(), owed: Owed::new() };
    let list = open_periods(world);
    for (at, period) in list.iter().enumerate() {
        let last = at + 1 == list.len();
        let due = |delivery: &usize| *delivery == at || last && *delivery > at;
        let rows = entries(world.contract.currency, &world.facts).into_iter().zip(plan);
        arrivals
            .import(rows.filter(|(_, delivery)| due(delivery)).map(|(row, _)| row).collect())?;
        let contract = if at < amended && !last { &early } else { &agreed };
        let evidence = arrivals.archive.evidence(&contract.zone);
        let evidence = evidence.map_err(|why| TestCaseError::fail(why.to_string()))?;
        let evidence = as_arrived(contract, vec![Stage { open: None, evidence }]);
        let mut next = match closer.closed.last() {
            Some((closed, ..)) => closed.next(),
            None => first_period(contract, &evidence).unwrap_or(period.next()),
        };
        while next <= *period {
            closer.close(next, contract, &evidence)?;
            next = next.next();
        }
    }
    let all = arrivals.archive.evidence(&agreed.zone);
    let all = all.map_err(|why| TestCaseError::fail(why.to_string()))?;
    let begins =
        first_period(&agreed, &as_arrived(&agreed, vec![Stage { open: None, evidence: all }]));
    let begins = closer.first.into_iter().chain(begins).min();
    Ok((closer.owed, closer.closing, begins))
}

/// The periods of a world, and one more for what comes after the last.
fn open_periods(world: &World) -> Vec<Period> {
    let spans = periods(world);
    let mut list: Vec<Period> =
        spans.iter().map(|span| span.name().parse().expect("a period")).collect();
    list.extend(list.last().map(|last| last.next()));
    list
}

/// Settles a world in which everything is there in time, from the first period that is settled at
/// all: fees that are due whether or not anything is sold begin with it. It may lie before every
/// fact: a refund that found its original later has left the month that was closed for it.
fn in_time(world: &World, begins: Option<Period>) -> Result<(Owed, Balances), TestCaseError> {
    let contract = parsed(&world.contract)?;
    let (evidence, _) =
        revshare::fact::evidence_of(&contract, entries(world.contract.currency, &world.facts));
    let (mut owed, mut balances) = (Owed::new(), Balances::default());
    let last = open_periods(world).last().copied();
    let all = std::iter::successors(begins, |period| Some(period.next()));
    for period in all.take_while(|period| last.is_some_and(|last| *period <= last)) {
        let settlement = settle(&contract, period, &evidence, &balances)
            .map_err(|list| TestCaseError::fail(format!("{list:#?}")))?;
        add_up(&mut owed, &settlement);
        balances = settlement.closing();
    }
    Ok((owed, balances))
}

/// A world, what was thought to be its contract, and when everything comes.
fn late_world() -> impl Strategy<Value = (World, PlainContract, Vec<usize>, usize)> {
    (world(), random_deals::contract()).prop_flat_map(|(mut world, early)| {
        // The parties stay; one list of names begins with the other.
        let mut early = early;
        if early.parties.len() > world.contract.parties.len() {
            world.contract.parties = early.parties.clone();
        } else {
            early.parties = world.contract.parties.clone();
        }
        let early = PlainContract {
            currency: world.contract.currency,
            quarters: world.contract.quarters,
            netting: world.contract.netting,
            ..early
        };
        let other = World { contract: early.clone(), facts: world.facts.clone() };
        let all = world.clone();
        world.facts.retain(|fact| !unpriceable(&other, fact) && !unpriceable(&all, fact));
        let count = world.facts.len();
        (Just(world), Just(early), prop::collection::vec(0..7_usize, count), 0..7_usize)
    })
}

/// A credit comes before the charge it refers to, so its own month is closed first, with its fee.
/// Then the charge comes, and the credit goes to its day: the closed month keeps its fee, because
/// a book begins with the first period that was closed, though no fact lies in it any more.
#[test]
fn a_fixed_fee_stays_in_a_month_that_its_only_fact_left() {
    let take = OffTheTop::Fee(num("33"));
    let priority = vec![PlainPriority { name: "fee".to_owned(), to: 2, take }];
    let deal = contract(Deal::Shared(Shared { priority, ..half() }));
    let credit = PlainFact::new(What::Credit, "c", "2026-09-29").amount("-10").refers("s");
    let charge = PlainFact::new(What::Charge, "s", "2026-11-12").amount("500");
    let world = World { contract: deal, facts: vec![credit, charge] };
    let (owed, closing, begins) = as_it_comes(&world, &world.contract, &[0, 1], 0).expect("it is");
    assert_eq!(begins, "2026-09".parse().ok());
    let fees = owed.iter().find(|((_, _, to), _)| to == "reseller").map(|(_, amount)| *amount);
    assert_eq!(fees, Some(4 * 33_00), "September to December");
    assert_eq!((owed, closing), in_time(&world, begins).expect("it is"));
}

/// A case settles a world many times over; PROPTEST_CASES asks for more of them.
fn config() -> ProptestConfig {
    let asked = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { asked.cases } else { 96 };
    ProptestConfig { cases, ..asked }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn restatement_equals_arrival_in_time((world, early, plan, amended) in late_world()) {
        let (owed, closing, begins) = as_it_comes(&world, &early, &plan, amended)?;
        prop_assert_eq!((owed, closing), in_time(&world, begins)?);
    }

    /// The same with one contract from the beginning.
    #[test]
    fn late_facts_alone_change_no_total((world, _, plan, _) in late_world()) {
        let (owed, closing, begins) = as_it_comes(&world, &world.contract, &plan, 0)?;
        prop_assert_eq!((owed, closing), in_time(&world, begins)?);
    }
}
