//! The business behind the files: months, models, customers, prices, and chance made of integers.

/// Money in hundred-millionths of a dollar: whole tokens at whole cents per million fit exactly.
pub(crate) const DOLLAR: i64 = 100_000_000;

/// A month of the deal: its name in files, its days, and how business went, in percent.
pub(crate) struct Month {
    pub(crate) name: &'static str,
    /// The folder that its exports come in; none for the months that the book begins with.
    pub(crate) delivery: &'static str,
    pub(crate) days: u32,
    pub(crate) demand: i64,
    pub(crate) capacity: i64,
    pub(crate) listing_basis_points: i64,
}

#[rustfmt::skip]
pub(crate) const MONTHS: [Month; 5] = [
    Month { name: "2026-10", delivery: "", days: 31, demand: 40, capacity: 118, listing_basis_points: 250 },
    Month { name: "2026-11", delivery: "", days: 30, demand: 75, capacity: 82, listing_basis_points: 250 },
    Month { name: "2026-12", delivery: "", days: 31, demand: 70, capacity: 140, listing_basis_points: 340 },
    Month { name: "2027-01", delivery: "deliveries/2027-02-01", days: 31, demand: 110, capacity: 150, listing_basis_points: 250 },
    Month { name: "2027-02", delivery: "deliveries/2027-03-01", days: 28, demand: 125, capacity: 155, listing_basis_points: 250 },
];

/// A model: cents per million tokens in and out, and the hundredths of an accelerator hour that it
/// needs a day at full capacity.
pub(crate) struct Model {
    pub(crate) id: &'static str,
    pub(crate) cents: [i64; 2],
    pub(crate) hours: i64,
}

pub(crate) const LARGE_1: usize = 0;
pub(crate) const LARGE_2: usize = 1;
pub(crate) const SMALL_1: usize = 2;
pub(crate) const VISION_1: usize = 3;

#[rustfmt::skip]
pub(crate) const MODELS: [Model; 4] = [
    Model { id: "aria-large-1", cents: [1500, 7500], hours: 3_000 },
    Model { id: "aria-large-2", cents: [500, 2500], hours: 1_850 },
    Model { id: "aria-small-1", cents: [80, 400], hours: 620 },
    Model { id: "aria-vision-1", cents: [300, 1500], hours: 950 },
];

pub(crate) const UNITS: [&str; 2] = ["input-token", "output-token"];

/// A customer: where, on which channel, thousands of input tokens a day, and the models it uses.
pub(crate) struct Customer {
    pub(crate) id: &'static str,
    pub(crate) region: &'static str,
    pub(crate) channel: &'static str,
    pub(crate) thousands: i64,
    pub(crate) models: &'static [usize],
}

pub(crate) const MARKET: &str = "marketplace";
pub(crate) const NORDICS: &str = "reseller:nordics";

#[rustfmt::skip]
pub(crate) const CUSTOMERS: [Customer; 7] = [
    Customer { id: "customer-01", region: "us-east", channel: MARKET, thousands: 30_000, models: &[LARGE_1, LARGE_2, SMALL_1] },
    Customer { id: "customer-02", region: "us-west", channel: MARKET, thousands: 24_000, models: &[LARGE_1, LARGE_2, VISION_1] },
    Customer { id: "customer-03", region: "us-east", channel: MARKET, thousands: 41_000, models: &[SMALL_1, VISION_1] },
    Customer { id: "customer-04", region: "eu-west", channel: MARKET, thousands: 17_000, models: &[LARGE_1, LARGE_2] },
    Customer { id: "customer-05", region: "ap-south", channel: MARKET, thousands: 66_000, models: &[SMALL_1] },
    Customer { id: "nordic-01", region: "eu-north", channel: NORDICS, thousands: 9_000, models: &[LARGE_1, LARGE_2] },
    Customer { id: "nordic-02", region: "eu-north", channel: NORDICS, thousands: 28_000, models: &[SMALL_1] },
];

/// The platform's own products: channel, model before and from January, compute hours a day in
/// quarters, and thousands of input tokens a day.
#[rustfmt::skip]
pub(crate) const OWN_USE: [(&str, usize, usize, i64, i64); 4] = [
    ("internal:shopping-assistant", SMALL_1, SMALL_1, 80, 420_000),
    ("internal:coding-tool", LARGE_1, LARGE_2, 118, 104_000),
    ("internal:workplace-assistant", VISION_1, VISION_1, 48, 62_000),
    ("internal:distillation", LARGE_1, LARGE_1, 155, 24_000),
];

/// Knuth's MMIX generator; only its upper bits are used.
pub(crate) struct Lcg(pub(crate) u64);

impl Lcg {
    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let width = u64::try_from(high - low + 1).expect("low is not above high");
        low + i64::try_from((self.0 >> 33) % width).expect("smaller than the width")
    }
}

/// Dollars as text: all digits that are not zero, two at least.
pub(crate) fn money(amount: i64) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let (whole, part) = (amount.abs() / DOLLAR, amount.abs() % DOLLAR);
    let digits = format!("{part:08}");
    let kept = digits.trim_end_matches('0').len().max(2);
    format!("{sign}{whole}.{}", &digits[..kept])
}
