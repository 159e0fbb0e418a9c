//! `schema` and `completions`: what programs and shells need to know.

use clap::CommandFactory;

use super::args::{Arguments, CompletionsArgs, SchemaArgs, SchemaKind};
use super::console::{Console, Failure};
use crate::export;

pub(super) fn schema(console: &Console, args: &SchemaArgs) -> Result<(), Failure> {
    console.answer(&match args.kind {
        SchemaKind::Statement => export::schema::statement(),
        SchemaKind::Run => export::schema::run(),
        SchemaKind::Stress => export::schema::stress(),
    })
}

pub(super) fn completions(console: &Console, args: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    clap_complete::generate(args.shell, &mut command, "revshare", &mut script);
    console.answer(&String::from_utf8_lossy(&script))
}
