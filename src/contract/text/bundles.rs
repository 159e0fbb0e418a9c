//! `[[bundle]]`: `product = "suite"`, `parts = { aria-1 = "80", aria-mini = "20" }`.
//!
//! Refuses a product that is bundled twice, and a bundle within a bundle: a sale is spread once.

use super::keys;
use super::reader::Reader;
use super::tree::{Node, Value};
use crate::contract::{Bundle, codes};
use crate::money::Exact;

const PARTS: &str = "parts = { aria-1 = \"80\", aria-mini = \"20\" }";

/// Reads the bundles.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Bundle>> {
    let elements = reader.list(node, "[[bundle]] blocks, each in double brackets")?;
    let mut bundles: Vec<Bundle> = Vec::new();
    for element in elements {
        let Some(bundle) = bundle(reader, element) else { continue };
        let at = element.field("product").map_or(&element.at, |product| &product.at);
        if let Some(earlier) = bundles.iter().find(|earlier| earlier.product == bundle.product) {
            let message = format!("{:?} is a bundle of line {} too", bundle.product, earlier.line);
            reader.complain(&codes::DUPLICATE, at, message, "write all its parts in one block");
        }
        bundles.push(bundle);
    }
    nested(reader, elements, &bundles);
    (bundles.len() == elements.len()).then_some(bundles)
}

fn bundle(reader: &mut Reader<'_>, node: &Node) -> Option<Bundle> {
    let block = reader.block(node, "this bundle", keys::BUNDLE)?;
    let product = block.need(reader, "product", "product = \"suite\"");
    let product = product.and_then(|node| reader.name(node));
    let parts = block.need(reader, "parts", PARTS).and_then(|node| parts(reader, node));
    Some(Bundle { product: product?, parts: parts?, line: reader.line(&node.at) })
}

fn parts(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<(String, Exact)>> {
    let Value::Table(fields) = &node.value else {
        reader.mistyped(node, "a table of products and their prices", PARTS);
        return None;
    };
    if fields.is_empty() {
        reader.nothing_in(node, PARTS);
        return None;
    }
    let part = |reader: &mut Reader<'_>, field: &Node| {
        let usable = reader.usable(&field.name, &field.key_at);
        let price = reader.price(field)?;
        if price.is_zero() {
            let message = format!("{:?} costs nothing alone", field.name);
            let help = "leave it out: no part of a sale falls on what is free";
            reader.complain(&codes::OUT_OF_RANGE, &field.at, message, help);
        }
        usable.then(|| (field.name.clone(), price))
    };
    let read: Vec<_> = fields.iter().map(|field| part(reader, field)).collect();
    read.into_iter().collect()
}

fn nested(reader: &mut Reader<'_>, elements: &[Node], bundles: &[Bundle]) {
    for element in elements {
        let Some(parts) = element.field("parts") else { continue };
        for part in parts.fields() {
            if bundles.iter().any(|bundle| bundle.product == part.name) {
                let message = format!("{:?}, a part of this bundle, is a bundle", part.name);
                let help = "write the single products that are sold, with their prices";
                reader.complain(&codes::NESTED_BUNDLE, &part.key_at, message, help);
            }
        }
    }
}
