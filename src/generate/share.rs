//! Which part of the lines: `1%`, `0.02%`, `1/50`.

use std::fmt;
use std::str::FromStr;

use num_traits::ToPrimitive;

use crate::money::Ratio;

/// A part of all lines, from none to all.
///
/// ```
/// use revshare::generate::Share;
/// let share: Share = "0.5%".parse().unwrap();
/// assert_eq!(share.to_string(), "0.5%");
/// assert!("150%".parse::<Share>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share(Ratio);

/// A text that is no part of a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a part of all lines: write 0% to 100%, such as 0.5%")]
pub struct NotAShare(pub String);

impl Share {
    /// None of them.
    pub fn none() -> Self {
        Self(Ratio::zero())
    }

    /// How many of 2³² equally likely draws it takes.
    pub(super) fn draws(&self) -> u64 {
        let draws = self.0.clone() * Ratio::whole(1_u64 << 32);
        draws.trunc().to_u64().expect("at most 1, so at most 2^32")
    }
}

impl FromStr for Share {
    type Err = NotAShare;

    fn from_str(text: &str) -> Result<Self, NotAShare> {
        let refuse = || NotAShare(text.to_owned());
        let ratio: Ratio = text.parse().map_err(|_| refuse())?;
        let rest = Ratio::one() - ratio.clone();
        if ratio.is_negative() || rest.is_negative() { Err(refuse()) } else { Ok(Self(ratio)) }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
