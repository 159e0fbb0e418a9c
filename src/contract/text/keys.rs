//! Which keys stand where.

/// At the top of the file.
pub(super) static TOP: &[&str] = &[
    "id",
    "currency",
    "timezone",
    "period",
    "rounding",
    "remainder",
    "late",
    "finality",
    "netting",
    "parties",
    "schedule",
    "shared-cost",
    "availability",
    "bundle",
    "fx",
    "deal",
    "audit",
    "audits",
    "withholding",
    "late-interest",
    "on-account",
    "minimum-payment",
    "overpayment",
    "payment",
    "floor",
    "most-favoured",
    "guarantee",
    "advance",
    "reserve",
    "cap",
];
/// In `[[schedule]]`.
pub(super) static SCHEDULE: &[&str] =
    &["id", "scope", "seller", "bearer", "provider", "ends", "proration", "terms"];
/// In a scope.
pub(super) static SCOPE: &[&str] = &["product", "channel", "region", "customer"];
/// In the scope of a shared-cost rule.
pub(super) static OVER: &[&str] = &["product", "channel"];
/// In `[[schedule.terms]]` of any basis.
pub(super) static TERMS: &[&str] = &[
    "effective",
    "basis",
    "recognition",
    "rates",
    "deductions",
    "cost",
    "losses",
    "priority",
    "split",
    "payer",
    "payee",
];
/// Of those, for gross profit.
pub(super) static GROSS_PROFIT: &[&str] = &[
    "effective",
    "basis",
    "recognition",
    "rates",
    "deductions",
    "cost",
    "losses",
    "priority",
    "split",
];
/// Of those, for net sales.
pub(super) static NET_SALES: &[&str] =
    &["effective", "basis", "recognition", "rates", "deductions", "losses", "priority", "split"];
/// Of those, for a usage fee.
pub(super) static USAGE_FEE: &[&str] = &["effective", "basis", "payer", "payee", "rates"];
/// Of those, for what is excluded.
pub(super) static EXCLUDED: &[&str] = &["effective", "basis"];
/// In a rate.
pub(super) static RATE: &[&str] = &[
    "unit",
    "product",
    "price",
    "per",
    "tiers",
    "mode",
    "included",
    "window",
    "anniversary",
    "flat",
    "cap",
];
/// In a tier of a rate.
pub(super) static RATE_TIER: &[&str] = &["from", "price"];
/// In an entry of `deductions`.
pub(super) static DEDUCTION: &[&str] =
    &["name", "kind", "category", "rate", "any", "of", "cap", "excess"];
/// In an entry of `any` within a deduction.
pub(super) static PART: &[&str] = &["kind", "category", "rate"];
/// In `cost`.
pub(super) static COST: &[&str] = &["deduct", "rates", "uplift", "ceiling", "excess", "settled"];
/// In an excess that is carried.
pub(super) static CARRY: &[&str] = &["carry", "cap", "interest"];
/// In losses that are carried.
pub(super) static LOSSES: &[&str] = &["carry", "cap", "interest", "at-most"];
/// In a budget.
pub(super) static BUDGET: &[&str] = &["budget", "tolerance"];
/// In a split with tiers.
pub(super) static TIERED: &[&str] =
    &["measure", "window", "anniversary", "mode", "by", "over", "tiers"];
/// In a window of a split with tiers that trails.
pub(super) static TRAILING: &[&str] = &["trailing"];
/// In a split by the value of deals.
pub(super) static BY_DEAL: &[&str] = &["window", "tiers", "renewal", "otherwise"];
/// In a measure that is a quantity.
pub(super) static MEASURE: &[&str] = &["unit"];
/// In a group of a split.
pub(super) static GROUP: &[&str] = &["share", "split"];
/// In an entry of `priority`.
pub(super) static PRIORITY: &[&str] =
    &["name", "to", "fee", "rate", "of", "above", "window", "anniversary"];
/// In `[[deal]]`.
pub(super) static DEAL: &[&str] = &["id", "value", "renewal"];
/// In `[[shared-cost]]`.
pub(super) static SHARED_COST: &[&str] = &["category", "driver", "over"];
/// In `[[availability]]`.
pub(super) static AVAILABILITY: &[&str] = &["product", "suspended"];
/// In `suspended`.
pub(super) static WINDOW: &[&str] = &["from", "to"];
/// In `[[audit]]`.
pub(super) static AUDIT: &[&str] = &[
    "name",
    "period",
    "effective",
    "from",
    "to",
    "due",
    "paid",
    "cost",
    "threshold",
    "accord",
    "interest",
];
/// In `[audits]`.
pub(super) static AUDITS: &[&str] = &["threshold", "accord", "interest", "look-back"];
/// In `interest` of an audit.
pub(super) static INTEREST: &[&str] = &["since", "rate", "base", "margin", "day-count"];
/// In `interest` of what is carried.
pub(super) static CARRIED_INTEREST: &[&str] =
    &["rate", "base", "margin", "day-count", "compounding"];
/// In `interest` that is carried with what bears it.
pub(super) static PLAIN_INTEREST: &[&str] = &["rate", "base", "margin", "day-count"];
/// In `[[withholding]]`.
pub(super) static WITHHOLDING: &[&str] = &["name", "from", "to", "rate", "gross-up"];
/// In `[late-interest]`.
pub(super) static LATE_INTEREST: &[&str] =
    &["effective", "rate", "base", "margin", "day-count", "compounding"];
/// In `[[on-account]]`.
pub(super) static ON_ACCOUNT: &[&str] = &["from", "to", "window", "since"];
/// In `[[minimum-payment]]`.
pub(super) static MINIMUM_PAYMENT: &[&str] =
    &["amount", "from", "to", "hold", "until", "window", "since"];
/// In `[overpayment]`.
pub(super) static OVERPAYMENT: &[&str] = &["effective", "expires"];
/// In `[payment]`.
pub(super) static PAYMENT: &[&str] = &["days", "count", "calendar", "holidays", "roll"];
/// In `[[floor]]`.
pub(super) static FLOOR: &[&str] =
    &["name", "party", "from", "at-least", "of", "window", "starts", "ends", "unused", "schedules"];
/// In `[[most-favoured]]`.
pub(super) static MOST_FAVOURED: &[&str] = &["name", "party", "from", "grants", "schedules"];
/// In an entry of `grants`.
pub(super) static GRANT: &[&str] = &["from", "until", "rate"];
/// In `[[guarantee]]`.
pub(super) static GUARANTEE: &[&str] = &[
    "name",
    "party",
    "from",
    "amount",
    "window",
    "cumulative",
    "starts",
    "ends",
    "prorate",
    "year",
    "escalator",
    "on",
    "per-period",
    "schedules",
];
/// In `[[advance]]`.
pub(super) static ADVANCE: &[&str] = &[
    "name",
    "to",
    "by",
    "amount",
    "rate",
    "starts",
    "ends",
    "interest",
    "unrecouped",
    "schedules",
];
/// In `[[reserve]]`.
pub(super) static RESERVE: &[&str] =
    &["name", "party", "by", "rate", "rates", "release", "net-of", "starts", "ends", "schedules"];
/// In `[[cap]]`.
pub(super) static AGGREGATE_CAP: &[&str] =
    &["name", "from", "to", "amount", "currency", "paid", "window", "starts", "ends", "schedules"];

/// In `[[bundle]]`.
pub(super) static BUNDLE: &[&str] = &["product", "parts"];
/// In `[fx]`.
pub(super) static FX: &[&str] = &["policy", "within"];

/// Where a key stands that was written in the wrong block: the first home in the order of the file.
pub(super) fn home(key: &str) -> Option<&'static str> {
    [
        (TOP, "stands at the top of the file, before the first [table]"),
        (SCHEDULE, "stands in [[schedule]]"),
        (SCOPE, "stands in a scope"),
        (TERMS, "stands in [[schedule.terms]]"),
        (COST, "stands in cost = { ... } of [[schedule.terms]]"),
        (RATE, "stands in an entry of rates"),
        (TIERED, "stands in split = { ... } of [[schedule.terms]], beside tiers"),
    ]
    .into_iter()
    .find(|(keys, _)| keys.contains(&key))
    .map(|(_, place)| place)
}
