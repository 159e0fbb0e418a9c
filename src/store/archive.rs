//! Stand-in.
use crate::fact::Delivery;
/// All.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive(Vec<Delivery>);
impl Archive {
    /// Applies.
    pub fn apply(&mut self, delivery: &Delivery) {
        self.0.push(delivery.clone());
    }
}
