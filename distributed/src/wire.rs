//! How a plan travels: Ballista's own codec, and a line for the one node that is ours.

use std::path::Path;
use std::sync::Arc;

use ballista_core::serde::BallistaPhysicalExtensionCodec;
use datafusion::common::{Result, internal_err};
use datafusion::execution::TaskContext;
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};

use crate::keep::KeepExec;

/// What our node begins with; a message of Ballista's begins with a small field number.
const KEEP: &[u8] = b"revshare-keep:";

/// Writes and reads the nodes that DataFusion does not know.
#[derive(Debug, Default)]
pub(crate) struct Wire(BallistaPhysicalExtensionCodec);

impl PhysicalExtensionCodec for Wire {
    fn try_decode(
        &self,
        buf: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        ctx: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(folder) = buf.strip_prefix(KEEP) else {
            return self.0.try_decode(buf, inputs, ctx, converter);
        };
        let (Ok(folder), [input]) = (std::str::from_utf8(folder), inputs) else {
            return internal_err!("a step that is kept came without its input or its folder");
        };
        Ok(Arc::new(KeepExec::new(Arc::clone(input), Path::new(folder))))
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        buf: &mut Vec<u8>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        let Some(keep) = node.downcast_ref::<KeepExec>() else {
            return self.0.try_encode(node, buf, converter);
        };
        let Some(folder) = keep.folder().to_str() else {
            return internal_err!("the name of a folder is no text: {}", keep.folder().display());
        };
        buf.extend_from_slice(KEEP);
        buf.extend_from_slice(folder.as_bytes());
        Ok(())
    }
}
