//! Days, settlement periods, time zones, and the instants that facts carry.

mod day;
mod moment;
mod period;
mod zone;

pub use day::{Day, NotADay};
pub use moment::{Moment, NotAMoment};
pub use period::{NotAPeriod, Period, PeriodLength};
pub use zone::{UnknownZone, Zone};
