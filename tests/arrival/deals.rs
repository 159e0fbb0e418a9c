//! Random contracts: two schedules of sales and one of usage, any clauses that go together.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// What stands in capitals is filled in.
const DEAL: &str = r#"
id = "deal"
currency = "USD"
LATE
TOP
[fx]
policy = "POLICY"
[parties]
vendor = "Model Vendor"
platform = "Cloud Platform"
author = "Data Author"
CLAUSES
[[shared-cost]]
category = ["pool"]
driver = "DRIVER"
[[schedule]]
id = "market"
scope = { channel = "market" }
seller = "platform"
bearer = "vendor"
provider = "platform"
  [[schedule.terms]]
  effective = 2025-10-01
  basis = "gross-profit"
  cost = { CEILING }
  losses = "LOSSES"
  PRIORITY
  split = SPLIT
  AGAIN
[[schedule]]
id = "resale"
scope = { channel = "resale" }
seller = "vendor"
  [[schedule.terms]]
  effective = 2025-10-01
  basis = "net-sales"
  RECOGNITION
  split = { vendor = "1/3", platform = "rest" }
[[schedule]]
id = "own"
scope = { channel = "own" }
  [[schedule.terms]]
  effective = 2025-10-01
  basis = "usage-fee"
  payer = "platform"
  payee = "vendor"
  rates = [ CARD ]
  [[schedule.terms]]
  effective = 2026-02-11
  basis = "usage-fee"
  payer = "platform"
  payee = "vendor"
  rates = [ LATER ]
"#;

/// What may be filled in, by place; the first is nothing special.
const TOP: &[&str] = &["", "netting = false", "rounding = \"up\"", "remainder = \"vendor\""];
const DRIVER: &[&str] = &["sales", "token"];
const CEILING: &[&str] = &[
    "deduct = [\"compute\", \"pool\"]",
    "deduct = [\"compute\", \"pool\"], ceiling = \"70% of net-sales\", excess = \"carry\"",
    "deduct = [\"compute\", \"pool\"], ceiling = \"60% of net-sales\", excess = { carry = 2 }",
    "deduct = [\"compute\"], uplift = \"7.5%\", settled = \"invoiced\"",
];
const LOSSES: &[&str] = &["share", "carry-forward", "absorb"];
const RECOGNITION: &[&str] = &["", "recognition = \"collected\""];
const PRIORITY: &[&str] = &[
    "",
    "priority = [ { name = \"royalty\", to = \"author\", rate = \"3%\", of = \"gross-sales\" } ]",
    "priority = [ { name = \"bonus\", to = \"vendor\", rate = \"5%\", of = \"net-sales\", above = \"700\", window = \"calendar-year\" }, { name = \"access\", to = \"author\", fee = \"50\" } ]",
    "priority = [ { name = \"access\", to = \"author\", fee = \"33.33\" } ]",
];
const SPLIT: &[&str] = &[
    "{ vendor = \"30%\", platform = \"rest\" }",
    "{ measure = \"net-sales\", window = \"calendar-year\", mode = \"marginal\", tiers = [ { from = \"0\", vendor = \"60%\", platform = \"rest\" }, { from = \"500\", vendor = \"1/3\", platform = \"rest\" } ] }",
    "{ measure = \"share-base\", window = \"contract-year\", mode = \"retroactive\", tiers = [ { from = \"0\", vendor = \"20%\", platform = \"rest\" }, { above = \"400\", vendor = \"1/3\", platform = \"rest\" } ] }",
    "{ measure = \"gross-sales\", window = \"lifetime\", over = [\"market\", \"resale\"], mode = \"forward\", tiers = [ { from = \"0\", vendor = \"20%\", platform = \"rest\" }, { from = \"900\", vendor = \"35%\", platform = \"rest\" } ] }",
    SALE_BY_SALE,
    "{ measure = \"net-sales\", window = { trailing = 2 }, mode = \"marginal\", tiers = [ { from = \"0\", vendor = \"20%\", platform = \"rest\" }, { from = \"300\", vendor = \"35%\", platform = \"rest\" } ] }",
];
const SALE_BY_SALE: &str = "{ measure = \"net-sales\", window = \"calendar-year\", mode = \"forward\", by = \"sale\", tiers = [ { from = \"0\", vendor = \"20%\", platform = \"rest\" }, { from = \"300\", vendor = \"35%\", platform = \"rest\" } ] }";
/// The same terms over again, or others, from the middle of a month.
const AGAIN: &[&str] = &[
    "",
    "[[schedule.terms]]\n  effective = 2026-01-20\n  basis = \"gross-profit\"\n  cost = { CEILING }\n  losses = \"LOSSES\"\n  PRIORITY\n  split = SPLIT",
    "[[schedule.terms]]\n  effective = 2026-03-09\n  basis = \"net-sales\"\n  PRIORITY\n  split = { vendor = \"45%\", platform = \"rest\" }",
];
/// Rate cards with and without fees that are due whatever happens.
const CARD: &[&str] = &[
    "{ unit = \"token\", price = \"0.07\" }",
    "{ unit = \"token\", flat = \"77.77\" }",
    "{ unit = \"token\", price = \"0.50\", included = \"120\", flat = \"25.00\", cap = \"110.00\" }",
    "{ unit = \"token\", tiers = [ { from = \"0\", price = \"0.09\" }, { from = \"200\", price = \"0.04\" } ] }",
    "{ unit = \"token\", mode = \"volume\", flat = \"10\", tiers = [ { from = \"0\", price = \"0.09\" }, { from = \"200\", price = \"0.04\" } ] }",
];
/// Clauses over the whole contract; any number of them hold together.
const CLAUSES: &[&str] = &[
    "[[floor]]\nname = \"f\"\nparty = \"vendor\"\nfrom = \"platform\"\nat-least = \"20%\"\nof = \"gross-sales\"\nunused = \"carry\"\nschedules = [\"market\"]\n",
    "[[floor]]\nname = \"y\"\nparty = \"vendor\"\nfrom = \"platform\"\nat-least = \"300\"\nwindow = \"calendar-year\"\n",
    "[[floor]]\nname = \"p\"\nparty = \"vendor\"\nfrom = \"platform\"\nat-least = \"75\"\n",
    "[[most-favoured]]\nname = \"m\"\nparty = \"vendor\"\nfrom = \"platform\"\ngrants = [ { from = 2026-02-10, rate = \"35%\" } ]\n",
    "[[most-favoured]]\nname = \"n\"\nparty = \"platform\"\nfrom = \"vendor\"\nschedules = [\"resale\"]\n",
    "[audits]\nthreshold = \"5%\"\naccord = \"3%\"\ninterest = { rate = \"8%\", day-count = \"30/360\" }\n",
    "[[guarantee]]\nname = \"g\"\nparty = \"vendor\"\nfrom = \"platform\"\namount = \"400\"\nwindow = \"contract-year\"\nstarts = 2025-04-01\nends = 2026-05-31\nprorate = \"days\"\nper-period = \"20\"\n",
    "[[guarantee]]\nname = \"c\"\nparty = \"vendor\"\nfrom = \"platform\"\namount = \"250\"\nwindow = \"calendar-year\"\nstarts = 2025-12-01\nends = 2026-04-30\ncumulative = true\nschedules = [\"own\"]\non = \"usage-fees\"\n",
    "[[advance]]\nname = \"a\"\nto = \"vendor\"\nby = \"platform\"\namount = \"350\"\nrate = \"70%\"\nstarts = 2026-02-15\nends = 2026-04-30\n",
    "[[reserve]]\nname = \"r\"\nparty = \"vendor\"\nby = \"platform\"\nrate = \"10%\"\nrelease = 2\nnet-of = \"chargebacks\"\n",
    "[[reserve]]\nname = \"q\"\nparty = \"platform\"\nby = \"vendor\"\nrates = [\"20%\", \"5%\"]\nstarts = 2026-01-01\nrelease = 1\nschedules = [\"resale\"]\n",
    "[[cap]]\nname = \"k\"\nfrom = \"platform\"\nto = \"vendor\"\namount = \"450\"\nwindow = \"calendar-year\"\n",
    "[[cap]]\nname = \"l\"\nfrom = \"platform\"\nto = \"vendor\"\namount = \"150\"\nschedules = [\"own\"]\n",
    "[[audit]]\nname = \"d\"\nperiod = \"2025-11\"\neffective = 2026-01-20\nfrom = \"platform\"\nto = \"vendor\"\ndue = \"500.00\"\npaid = \"440.00\"\nthreshold = \"5%\"\ncost = \"80.00\"\naccord = \"10%\"\ninterest = { since = 2025-12-31, rate = \"9.5%\" }\n",
    "[[audit]]\nname = \"e\"\nperiod = \"2026-01\"\neffective = 2026-03-05\nfrom = \"vendor\"\nto = \"author\"\ndue = \"100.00\"\npaid = \"140.00\"\n",
    "[[withholding]]\nname = \"w\"\nfrom = \"platform\"\nto = \"vendor\"\nrate = \"15%\"\n",
    "[[withholding]]\nname = \"u\"\nfrom = \"vendor\"\nto = \"platform\"\nrate = \"7%\"\ngross-up = true\n",
    SUSPENDED,
];
/// A model that was suspended for a while.
pub(crate) const SUSPENDED: &str =
    "[[availability]]\nproduct = \"haiku\"\nsuspended = { from = 2026-01-10, to = 2026-02-05 }\n";
const POLICIES: &[&str] = &["daily", "period-average", "period-end"];

/// What stands between owing and paying: it holds from the beginning, because what was called or
/// carried is not computed again.
const CASH: &[&str] = &[
    "[[on-account]]\nfrom = \"platform\"\nto = \"vendor\"\nwindow = \"calendar-year\"\n",
    "[[on-account]]\nfrom = \"vendor\"\nto = \"platform\"\nwindow = \"contract-year\"\nsince = 2025-04-01\n",
    "[[minimum-payment]]\namount = \"90.00\"\n",
    "[payment]\ndays = 20\ncalendar = \"weekends\"\n",
];

fn one_of(list: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    select(list)
}

/// The cash clauses of a world.
pub(crate) fn cash() -> impl Strategy<Value = String> {
    subsequence(CASH, 0..=2).prop_map(|list| list.concat())
}

/// The text of a contract that has these clauses too. `late` says what becomes of late facts.
pub(crate) fn written(text: &str, cash: &str, late: &str) -> String {
    text.replace("LATE", late).replace("CASH", cash)
}

/// A contract that leaves `LATE` and `CASH` to be filled in.
pub(crate) fn deal() -> impl Strategy<Value = String> {
    let clauses = prop_oneof![
        subsequence(CLAUSES, 0..=CLAUSES.len()),
        subsequence(CLAUSES, 0..=3),
        Just(Vec::new()),
    ];
    let sales =
        (one_of(CEILING), one_of(LOSSES), one_of(RECOGNITION), one_of(PRIORITY), one_of(SPLIT));
    let cards = ((one_of(CARD), one_of(CARD)), one_of(AGAIN));
    let top = (one_of(TOP), one_of(POLICIES), one_of(DRIVER));
    (top, sales, cards, clauses)
        .prop_map(|(top, sales, cards, clauses)| filled(top, sales, cards, &clauses.concat()))
}

type Two = (&'static str, &'static str);
type Three = (&'static str, &'static str, &'static str);
type Five = (&'static str, &'static str, &'static str, &'static str, &'static str);

fn filled(
    (top, policy, driver): Three,
    (ceiling, losses, recognition, priority, split): Five,
    ((card, later), again): (Two, &str),
    clauses: &str,
) -> String {
    DEAL.replace("TOP", top)
        .replace("POLICY", policy)
        .replace("DRIVER", driver)
        .replace("CLAUSES", &format!("{clauses}CASH"))
        .replace("AGAIN", again)
        .replace("CEILING", ceiling)
        .replace("LOSSES", losses)
        .replace("PRIORITY", priority)
        .replace("RECOGNITION", recognition)
        .replace("SPLIT", split)
        .replace("CARD", card)
        .replace("LATER", later)
}

/// The one that has nothing special.
pub(crate) fn one_deal() -> String {
    plain(SPLIT[0])
}

/// One whose sales each have the tier that stood when they began.
pub(crate) fn sale_by_sale() -> String {
    plain(SALE_BY_SALE)
}

fn plain(split: &'static str) -> String {
    let sales = (CEILING[0], LOSSES[0], RECOGNITION[0], PRIORITY[0], split);
    let cards = ((CARD[0], CARD[0]), AGAIN[0]);
    filled((TOP[0], POLICIES[0], DRIVER[0]), sales, cards, "")
}
