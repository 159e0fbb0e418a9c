//! `scope = { channel = "marketplace", product = ["opus-*", "haiku-*"] }`.

use super::reader::Reader;
use super::tree::Node;
use super::value::or_default;
use crate::contract::Scope;

/// Reads a scope of some dimensions; those left out are open.
pub(super) fn read(
    reader: &mut Reader<'_>,
    node: &Node,
    what: &'static str,
    dimensions: &'static [&'static str],
) -> Option<Scope> {
    let block = reader.block(node, what, dimensions)?;
    let mut dimension = |key| or_default(block.get(key), Vec::new(), |node| reader.patterns(node));
    let (product, channel) = (dimension("product"), dimension("channel"));
    let (region, customer) = (dimension("region"), dimension("customer"));
    Some(Scope { product: product?, channel: channel?, region: region?, customer: customer? })
}
