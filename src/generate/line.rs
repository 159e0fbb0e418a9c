//! Which line stands at which place: a charge of its own, or something that refers to an earlier
//! one.
//!
//! The law: line `i` is a function of the seed, the options and `i`. Neither the number of lines
//! nor the files change it.

use super::chance::{Chance, name};
use super::world::{self, Days, LATE_DAYS};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Charge,
    Refund,
    Credit,
}

pub(super) const KINDS: &[&str] = &["charge", "refund", "credit"];

/// What makes an id: like real ones it begins with the time, and ends with what is unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) millis: u64,
    pub(super) unique: u64,
}

/// One sale line; the small numbers are places in the lists of [`world`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) name: Name,
    pub(super) day: u8,
    /// Of the day.
    pub(super) second: u32,
    pub(super) product: u8,
    pub(super) channel: u8,
    pub(super) customer: u32,
    pub(super) kind: Kind,
    /// None for a credit, which is for nothing metered.
    pub(super) unit: Option<u8>,
    pub(super) quantity: i64,
    pub(super) amount: i64,
    /// The charge that it takes back, and that charge's day.
    pub(super) original: Option<(Name, u8)>,
}

/// What a place holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Charge,
    /// A charge of the month before.
    Late,
    /// A refund or a credit.
    Refund,
    /// An earlier charge once more.
    Duplicate,
    /// The id of an earlier charge with another content.
    Conflict,
    /// A charge that cannot be read.
    Bad,
}

/// A line with what it refers to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Drawn {
    New(Line),
    /// The line, and whether its amount is written with a zero more.
    Duplicate(Line, bool),
    /// A line that contradicts the one at a place; the earlier of the two times stands.
    Conflict {
        line: Line,
        at: u64,
    },
    /// The line, and a number that says what is wrong with it.
    Bad(Line, u64),
}

/// The month that is drawn from.
pub(super) struct Month {
    seed: u64,
    pub(super) days: Days,
    /// Up to which draw of 2³² a line has which role, in the order of the list.
    bounds: [(u64, Role); 5],
}

/// Half of what is repeated or refunded is among so many lines before.
const NEAR: u64 = 20_000;

/// Times of day leave a minute at both ends, so that a contradiction is on the same day.
const MINUTE: u32 = 60;

impl Month {
    /// The shares are in draws of 2³².
    pub(super) fn new(seed: u64, days: Days, shares: [(u64, Role); 5]) -> Self {
        let mut bounds = shares;
        let mut sum = 0;
        for (bound, _) in &mut bounds {
            sum += *bound;
            *bound = sum;
        }
        Self { seed, days, bounds }
    }

    pub(super) fn draw(&self, index: u64) -> Drawn {
        let mut chance = Chance::of(self.seed, index);
        let first = chance.next();
        match self.role(first) {
            Role::Charge => Drawn::New(self.own(index, chance, false)),
            Role::Late => Drawn::New(self.own(index, chance, true)),
            Role::Bad => {
                let fault = chance.next();
                Drawn::Bad(self.own(index, chance, false), fault)
            }
            role @ (Role::Refund | Role::Duplicate | Role::Conflict) => {
                match self.earlier(index, &mut chance, role == Role::Conflict) {
                    Some(at) => self.repeated(role, index, at, chance),
                    None => Drawn::New(self.own(index, chance, false)),
                }
            }
        }
    }

    /// The charge at a place that [`earlier`](Self::earlier) found.
    pub(super) fn charge_at(&self, index: u64) -> Line {
        let mut chance = Chance::of(self.seed, index);
        let late = self.role(chance.next()) == Role::Late;
        self.own(index, chance, late)
    }

    fn role(&self, first: u64) -> Role {
        let draw = first >> 32;
        let found = self.bounds.iter().find(|(bound, _)| draw < *bound);
        found.map_or(Role::Charge, |(_, role)| *role)
    }

    /// The place of an earlier charge. Those that are contradicted are never repeated or refunded,
    /// and the other way round: so it is plain which line of an id stands.
    fn earlier(&self, index: u64, chance: &mut Chance, contradicted: bool) -> Option<u64> {
        (0..64).find_map(|_| {
            let near = chance.next() & 1 == 0;
            let back = chance.below_wide(if near { index.min(NEAR) } else { index });
            let at = index.checked_sub(1 + back)?;
            let first = Chance::of(self.seed, at).next();
            let fits = matches!(self.role(first), Role::Charge | Role::Late)
                && (first & 15 == 0) == contradicted;
            fits.then_some(at)
        })
    }

    fn repeated(&self, role: Role, index: u64, at: u64, mut chance: Chance) -> Drawn {
        let charge = self.charge_at(at);
        match role {
            Role::Refund => Drawn::New(self.refund(index, charge, chance)),
            Role::Conflict => Drawn::Conflict { line: self.contradiction(at, charge), at },
            Role::Duplicate | Role::Charge | Role::Late | Role::Bad => {
                Drawn::Duplicate(charge, chance.below(8) == 0)
            }
        }
    }

    fn own(&self, index: u64, mut chance: Chance, late: bool) -> Line {
        let days = u32::from(self.days.in_month());
        let day = match late {
            true => chance.below(u32::from(LATE_DAYS)),
            false => u32::from(LATE_DAYS) + chance.below(days),
        } as u8;
        // More by day than by night.
        let second = MINUTE + chance.below(43_140) + chance.below(43_140);
        let (product, unit) = world::meter(&mut chance);
        let channel = world::channel(&mut chance);
        let customer = world::customer(&mut chance);
        let (quantity, amount) = world::metered(&mut chance, product, unit);
        Line {
            name: self.name(index, day, second),
            day,
            second,
            product,
            channel,
            customer,
            kind: Kind::Charge,
            unit: Some(unit),
            quantity,
            amount,
            original: None,
        }
    }

    /// All of a charge, a half or a quarter, given back later in the month; one of four is a
    /// credit, which names no charge.
    fn refund(&self, index: u64, charge: Line, mut chance: Chance) -> Line {
        let from = charge.day.max(LATE_DAYS);
        let left = u32::from(LATE_DAYS + self.days.in_month() - from);
        let day = from + chance.below(left) as u8;
        let part = 1 << chance.below(3);
        let line = Line {
            name: self.name(index, day, charge.second),
            day,
            kind: Kind::Refund,
            quantity: -charge.quantity / part,
            amount: -charge.amount / part,
            original: Some((charge.name, charge.day)),
            ..charge
        };
        match chance.below(4) {
            0 => Line { kind: Kind::Credit, unit: None, quantity: 0, original: None, ..line },
            _ => line,
        }
    }

    /// The same id with another amount, up to a minute later, or earlier.
    fn contradiction(&self, at: u64, charge: Line) -> Line {
        let mut chance = Chance::of(!self.seed, at);
        let apart = 1 + chance.below(MINUTE - 1);
        let second = match chance.next() & 1 == 0 {
            true => charge.second + apart,
            false => charge.second - apart,
        };
        Line { second, amount: charge.amount + charge.amount / 100 + 1, ..charge }
    }

    fn name(&self, index: u64, day: u8, second: u32) -> Name {
        let seconds = self.days.epoch + i64::from(day) * 86_400 + i64::from(second);
        let unique = name(self.seed, index);
        Name { millis: seconds as u64 * 1000 + (unique & 511), unique }
    }
}
