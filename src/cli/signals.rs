//! Ctrl-C and its like. The first asks the work at hand to stop, which then leaves everything as it
//! was; a second ends the process at once, which loses no more than a kill does.

use std::sync::Arc;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::console::INTERRUPTED;
use crate::intake::Interrupt;

/// From now on signals ask to stop.
pub(super) fn listen() -> Interrupt {
    let interrupt = Interrupt::default();
    for signal in [SIGINT, SIGTERM] {
        let flag = interrupt.flag();
        // In this order: the flag that ends the process is looked at before it is set. Where there are
        // no such signals, they end the process as ever, and the store bears it.
        let _heard =
            flag::register_conditional_shutdown(signal, i32::from(INTERRUPTED), Arc::clone(&flag))
                .and_then(|_| flag::register(signal, flag));
    }
    interrupt
}
