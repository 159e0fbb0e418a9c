//! Asking a long import to stop.
//!
//! The law: an import that was asked ends with [`IntakeError::Interrupted`], and nothing of it is kept; one
//! that was asked too late ends as if it had not been.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::IntakeError;

/// A wish to stop, which any thread or signal can utter.
///
/// ```
/// use revshare::intake::Interrupt;
/// let interrupt = Interrupt::default();
/// let elsewhere = interrupt.clone();
/// assert!(interrupt.check().is_ok());
/// elsewhere.ask();
/// assert!(interrupt.check().is_err());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Asks to stop.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Goes on, unless it was asked to stop.
    ///
    /// # Errors
    /// [`IntakeError::Interrupted`].
    #[inline]
    pub fn check(&self) -> Result<(), IntakeError> {
        if self.0.load(Ordering::Relaxed) { Err(IntakeError::Interrupted) } else { Ok(()) }
    }

    /// What a signal's handler sets.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}
