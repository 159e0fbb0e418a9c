//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::calendar::Period;
use crate::generate::Share;

const AFTER: &str = "\
Exit codes:
  0  done
  1  refused: something is wrong with a contract, a fact or the request; nothing was half done
  2  the command line cannot be read
  3  the machine failed: a file, the disk, a damaged store
  4  another process holds the store
  130  interrupted by Ctrl-C or a request to terminate; the store is whole, run the command again

A book is a directory with contract.toml (or contracts/*.toml) and files named sales*, costs*,
usage*, fx*, payments*, grants*, audits* (.csv or .jsonl, plain, .gz or .zst). What comes later may
lie in folders of deliveries/, taken in the order of their names. Start with `revshare init DIR`.";

const DELIVERIES: &str = "\
Deliveries:
  The files of the book itself come first, then those of each folder of deliveries/, in the order
  of their names, such as deliveries/2026-12-01. Before a folder comes, every period that has a
  fact is closed. A contract.toml in a folder replaces the one before it from then on. With
  --through, no folder comes after that period is closed.
  Running again goes on where it was, and changes nothing when all is done.";

const WAREHOUSE: &str = "\
The rows have revshare's own columns, as texts, decimals and dates; of a timestamp make a text with
--set. Run the script where the table is and put the file it writes into the book under a name that
begins with tally-sales, tally-costs or tally-usage: import takes it in place of the lines. The same
period again replaces what was there. See docs/scale.md.";

/// Settles what a marketplace sold: gross profit after infrastructure cost, split by contract.
#[derive(Debug, Parser)]
#[command(name = "revshare", version, after_help = AFTER, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) verb: Verb,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Common {
    /// What to print: text for people, json for programs
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// Say nothing but the answer, warnings and errors
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    /// Colour in messages
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto)]
    pub(super) color: Colour,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Aligned text
    Text,
    /// Versioned JSON; see `revshare schema`
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Do a whole book: import what is new, close each period in order, print the statements
    #[command(after_help = DELIVERIES)]
    Run(RunArgs),
    /// Write a small book to start from
    Init(InitArgs),
    /// Check contracts: print what is wrong with them, or what they say in plain language
    Check(CheckArgs),
    /// Import the files of a book that are new; if none are, the next folder of deliveries/
    Import(ImportArgs),
    /// Settle a period as a draft; nothing is written
    Settle(PeriodArgs),
    /// Close a period for good: statement, postings and balances in one chained record
    Close(PeriodArgs),
    /// Print a closed statement as it was closed
    Statement(StatementArgs),
    /// Show how any number of a statement came about, down to the input rows
    Explain(ExplainArgs),
    /// Show what changed between two statements, or since a period was settled
    Diff(DiffArgs),
    /// Throw random months at a contract: what the parties should see before they sign
    Stress(StressArgs),
    /// Make up a month of sale lines from a seed, with what it must add up to
    Generate(Box<GenerateArgs>),
    /// Print the SQL that makes a tally where the lines are; `import` takes the result
    #[command(after_help = WAREHOUSE)]
    Sql(Box<SqlArgs>),
    /// Check every record of a store; change nothing
    Verify(BookArgs),
    /// Forget ids that can no longer be needed, so that the store does not grow for ever
    #[command(after_help = super::forget::AFTER)]
    Forget(super::forget::ForgetArgs),
    /// Make the index of a store anew from its journal
    Rebuild(BookArgs),
    /// Print the JSON Schema of what --format json prints
    Schema(SchemaArgs),
    /// Print shell completions
    Completions(CompletionsArgs),
}

#[derive(Debug, Args)]
pub(super) struct BookArgs {
    /// The directory of the book
    pub(super) dir: PathBuf,
    /// Where the store lies [default: .revshare inside the book]
    #[arg(long, value_name = "DIR")]
    pub(super) store: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) book: BookArgs,
    /// The last period to close [default: the last one with a fact]
    #[arg(long, value_name = "PERIOD")]
    pub(super) through: Option<Period>,
    /// Fail (exit code 1) if any row was rejected
    #[arg(long)]
    pub(super) strict: bool,
    /// Threads that read large files; no number depends on them [default: one for each core]
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<std::num::NonZeroUsize>,
}

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// A directory that is empty or does not exist yet
    pub(super) dir: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Contract files, or directories of books
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    #[command(flatten)]
    pub(super) book: BookArgs,
    /// Import these files only [default: every file of the book]
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Fail (exit code 1) if any row was rejected
    #[arg(long)]
    pub(super) strict: bool,
    /// Threads that read large files; no number depends on them [default: one for each core]
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<std::num::NonZeroUsize>,
}

#[derive(Debug, Args)]
pub(super) struct PeriodArgs {
    #[command(flatten)]
    pub(super) book: BookArgs,
    /// The period: a month such as 2026-10, a quarter such as 2026-Q4
    pub(super) period: Period,
    /// Which contract [default: every contract of the book]
    #[arg(long, value_name = "ID")]
    pub(super) contract: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct StatementArgs {
    #[command(flatten)]
    pub(super) period: PeriodArgs,
    /// The period with all that was known when another one was closed, instead of as it was closed
    #[arg(long, value_name = "PERIOD", conflicts_with = "form")]
    pub(super) as_known_at: Option<Period>,
    /// Print another form of it
    #[arg(long = "as", value_enum, value_name = "FORM")]
    pub(super) form: Option<Form>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// The lines as CSV
    Csv,
    /// The double-entry postings as CSV
    Postings,
    /// The postings as a plain-text ledger journal
    Ledger,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    #[command(flatten)]
    pub(super) period: PeriodArgs,
    /// Which number, such as marketplace/cost/opus-4, payable/platform/vendor, balance/loss/SCHEDULE
    /// [default: lists what can be asked for]
    pub(super) line: Option<String>,
    /// Down to the input rows, read again from their files
    #[arg(long)]
    pub(super) rows: bool,
}

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    #[command(flatten)]
    pub(super) book: BookArgs,
    /// The period to start from
    pub(super) from: Period,
    /// The period to compare it with [default: the same one, as it is known now]
    pub(super) to: Option<Period>,
    /// Which contract [default: every contract of the book]
    #[arg(long, value_name = "ID")]
    pub(super) contract: Option<String>,
    /// Down to the input rows, read again from their files
    #[arg(long)]
    pub(super) rows: bool,
}

#[derive(Debug, Args)]
pub(super) struct StressArgs {
    /// The contract file
    pub(super) file: PathBuf,
    /// The same seed gives the same report
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// How many random stretches of months [default: 200]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) worlds: Option<u32>,
    /// How many periods in each [default: 4, or a year if the contract measures by the year]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=240))]
    pub(super) months: Option<u32>,
    /// The most that a period's sales may come to, in major units [default: 1000000]
    #[arg(long, value_name = "AMOUNT", value_parser = clap::value_parser!(u64).range(1..=MOST))]
    pub(super) volume: Option<u64>,
    /// The most that a period's quantities may come to, of units that the contract does not price
    /// [default: 1000000000]
    #[arg(long, value_name = "UNITS", value_parser = clap::value_parser!(u64).range(1..=MOST))]
    pub(super) quantity: Option<u64>,
    /// Write every example as a book below this directory, for `run`
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Fail (exit code 1) if anything was found
    #[arg(long)]
    pub(super) strict: bool,
    /// How many threads; the report is the same for any [default: one for each core]
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<usize>,
}

/// Volumes are whole numbers up to a thousand million million.
const MOST: u64 = 1_000_000_000_000_000;

#[derive(Debug, Args)]
pub(super) struct GenerateArgs {
    /// How many lines
    #[arg(long, default_value_t = 1_000_000)]
    pub(super) lines: u64,
    /// The same seed gives the same lines
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// A directory that is empty or does not exist yet
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Which month
    #[arg(long, value_name = "MONTH", default_value = "2026-10")]
    pub(super) period: Period,
    /// Over how many files the lines are spread
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=9999))]
    pub(super) files: u64,
    /// A further column, ref: refunds name their originals
    #[arg(long)]
    pub(super) refs: bool,
    /// None of the following, unless said otherwise
    #[arg(long)]
    pub(super) clean: bool,
    /// Refunds and credits of earlier charges [default: 2%]
    #[arg(long, value_name = "SHARE")]
    pub(super) refunds: Option<Share>,
    /// Earlier charges once more [default: 1%]
    #[arg(long, value_name = "SHARE")]
    pub(super) duplicates: Option<Share>,
    /// Ids of earlier charges with another content [default: 0.01%]
    #[arg(long, value_name = "SHARE")]
    pub(super) conflicts: Option<Share>,
    /// Charges of the last ten days of the month before [default: 0.5%]
    #[arg(long, value_name = "SHARE")]
    pub(super) late: Option<Share>,
    /// Lines that are rejected, for one of eight reasons each [default: 0.02%]
    #[arg(long, value_name = "SHARE")]
    pub(super) bad: Option<Share>,
}

#[derive(Debug, Args)]
pub(super) struct SqlArgs {
    /// The directory of the book: its contracts say what has to be kept apart
    pub(super) dir: PathBuf,
    /// Whose SQL
    #[arg(long, value_enum)]
    pub(super) dialect: Engine,
    /// What the rows are
    #[arg(long, default_value = "sales", value_parser = ["sales", "costs", "usage"])]
    pub(super) of: String,
    /// The table, or anything else that can stand after FROM [default: sales, costs or usage]
    #[arg(long, value_name = "NAME")]
    pub(super) table: Option<String>,
    /// The feed; ids are unique within it
    #[arg(long, value_name = "NAME", default_value = "own")]
    pub(super) source: String,
    /// Only what happened in this period, by the day in UTC [default: the whole table]
    #[arg(long, value_name = "PERIOD")]
    pub(super) period: Option<Period>,
    /// The columns that the table has [default: every field of its rows]
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    pub(super) columns: Vec<String>,
    /// A field that comes from another column or an expression, such as amount=net_amount
    #[arg(long, value_name = "FIELD=SQL", value_parser = super::sql::setting)]
    pub(super) set: Vec<(String, String)>,
    /// Which state of the table this is; kept with the result
    #[arg(long, value_name = "TEXT")]
    pub(super) snapshot: Option<String>,
    /// Where the engine writes the result as CSV, such as tally-sales-2026-10.csv
    /// [default: the last statement selects it]
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Engine {
    /// DuckDB
    Duckdb,
    /// Spark 3.5 or later
    Spark,
    /// Apache DataFusion
    Datafusion,
}

#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Of what
    #[arg(value_enum)]
    pub(super) kind: SchemaKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaKind {
    /// One statement
    Statement,
    /// What run, settle, close and statement print: statements[]
    Run,
    /// What import prints
    Import,
    /// What check prints
    Check,
    /// What explain prints
    Explain,
    /// What diff prints
    Diff,
    /// What stress prints
    Stress,
    /// What verify and rebuild print
    Verify,
    /// What forget prints
    Forget,
    /// What every command says on standard error of the world: a list of findings
    Findings,
    /// What every command says on standard error when the machine fails
    Error,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// For which shell
    pub(super) shell: clap_complete::Shell,
}
