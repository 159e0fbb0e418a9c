//! Facts for the tests of what facts are known by.

use super::{Exact, Fact, Kind};

/// A fact, and what becomes of it if one of its fields is another.
pub(super) fn one_field_each(base: &Fact) -> Vec<Fact> {
    let text = || "x".to_owned();
    let one = Some(Exact::from(1));
    vec![
        Fact { kind: Kind::Refund, ..base.clone() },
        Fact { id: None, ..base.clone() },
        Fact { product: text(), ..base.clone() },
        Fact { channel: text(), ..base.clone() },
        Fact { region: text(), ..base.clone() },
        Fact { customer: text(), ..base.clone() },
        Fact { deal: text(), ..base.clone() },
        Fact { category: text(), ..base.clone() },
        Fact { resource: text(), ..base.clone() },
        Fact { unit: text(), ..base.clone() },
        Fact { quantity: one, ..base.clone() },
        Fact { amount: one, ..base.clone() },
        Fact { currency: "USD".parse().ok(), ..base.clone() },
        Fact { reference: Some(text()), ..base.clone() },
        Fact { reference: Some(String::new()), ..base.clone() },
        base.clone(),
    ]
}
