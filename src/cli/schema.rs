//! `schema` and `completions`: what programs and shells need to know.

use clap::CommandFactory;
use schemars::schema_for;

use super::answers;
use super::args::{Arguments, CompletionsArgs, SchemaArgs, SchemaKind};
use super::console::{Console, Failure};
use crate::export;
use crate::statement::pretty;

pub(super) fn schema(console: &Console, args: &SchemaArgs) -> Result<(), Failure> {
    console.answer(&match args.kind {
        SchemaKind::Statement => export::schema::statement(),
        SchemaKind::Run => export::schema::run(),
        SchemaKind::Import => export::schema::import(),
        SchemaKind::Check => pretty(&schema_for!(answers::Check)),
        SchemaKind::Explain => pretty(&schema_for!(answers::Explain)),
        SchemaKind::Diff => pretty(&schema_for!(answers::Diff)),
        SchemaKind::Stress => export::schema::stress(),
        SchemaKind::Verify => pretty(&schema_for!(answers::Verify)),
        SchemaKind::Forget => pretty(&schema_for!(answers::Forget)),
        SchemaKind::Findings => export::schema::findings(),
        SchemaKind::Error => pretty(&schema_for!(answers::Failed)),
    })
}

pub(super) fn completions(console: &Console, args: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    clap_complete::generate(args.shell, &mut command, "revshare", &mut script);
    console.answer(&String::from_utf8_lossy(&script))
}
