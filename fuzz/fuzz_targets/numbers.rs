//! What reads as a number, a time or a period prints back to an equal one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use revshare::calendar::{Moment, Period};
use revshare::money::{Exact, Ratio};

fuzz_target!(|text: &str| {
    if let Ok(value) = text.parse::<Exact>() {
        assert_eq!(value.to_string().parse::<Exact>().unwrap(), value);
    }
    if let Ok(value) = text.parse::<Ratio>() {
        assert_eq!(value.to_string().parse::<Ratio>().unwrap(), value);
    }
    if let Ok(value) = text.parse::<Moment>() {
        assert_eq!(value.to_string().parse::<Moment>().unwrap(), value);
    }
    if let Ok(value) = text.parse::<Period>() {
        assert_eq!(value.to_string(), text);
    }
});
