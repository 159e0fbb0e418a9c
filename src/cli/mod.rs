//! The roof: one file per verb, and nothing here that the library does not do.

mod answers;
mod args;
mod check;
mod close;
mod console;
mod diff;
mod explain;
mod forget;
mod generate;
mod import;
mod init;
mod progress;
mod run;
mod schema;
mod settle;
mod signals;
mod sql;
mod statement;
mod stress;
mod upkeep;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Verb};
use console::{Console, Failure};

/// Reads the arguments of the process, does what they say, and says how it went.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let console = Console::new(&arguments.common);
    match dispatch(&console, arguments.verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => console.fail(&failure),
    }
}

fn dispatch(console: &Console, verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::Run(args) => run::run(console, &args),
        Verb::Init(args) => init::init(console, &args),
        Verb::Check(args) => check::check(console, &args),
        Verb::Import(args) => import::import(console, &args),
        Verb::Settle(args) => settle::settle(console, &args),
        Verb::Close(args) => close::close(console, &args),
        Verb::Statement(args) => statement::statement(console, &args),
        Verb::Diff(args) => diff::diff(console, &args),
        Verb::Explain(args) => explain::explain(console, &args),
        Verb::Stress(args) => stress::stress(console, &args),
        Verb::Generate(args) => generate::generate(console, &args),
        Verb::Sql(args) => sql::sql(console, &args),
        Verb::Verify(args) => upkeep::verify(console, &args),
        Verb::Forget(args) => forget::forget(console, &args),
        Verb::Rebuild(args) => upkeep::rebuild(console, &args),
        Verb::Schema(args) => schema::schema(console, &args),
        Verb::Completions(args) => schema::completions(console, &args),
    }
}
