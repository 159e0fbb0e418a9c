//! `forget`: ids that are needed no more.

use clap::Args;

use super::answers::{Forget, ForgottenImport};
use super::args::{BookArgs, Format};
use super::console::{Console, Failure};
use crate::book::{Book, Forgetting};
use crate::calendar::Period;
use crate::statement::pretty;

pub(super) const AFTER: &str = "\
An import can be forgotten when all that it brought lies in periods which are final for every
contract of the book: `finality` months back from the open period, or more. From then on a row of
that time which is not remembered is refused, and a refund of a forgotten sale counts on its own
day. With --before, what happened in that period or later is kept: as long as refunds may come.
See docs/reliability.md.";

#[derive(Debug, Args)]
pub(super) struct ForgetArgs {
    #[command(flatten)]
    pub(super) book: BookArgs,
    /// Keep what happened in this period or later, even if it is final
    #[arg(long, value_name = "PERIOD")]
    pub(super) before: Option<Period>,
    /// Say what would be forgotten, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

pub(super) fn forget(console: &Console, args: &ForgetArgs) -> Result<(), Failure> {
    let mut book = Book::open(&args.book.dir, args.book.store.as_deref())?;
    console.findings(book.store().notes());
    let forgetting =
        if args.dry_run { book.forgettable(args.before) } else { book.forget(args.before)? };
    console.findings(&forgetting.findings);
    match console.format {
        Format::Text => console.answer(&text(&forgetting, args.dry_run)),
        Format::Json => console.answer(&pretty(&answer(&forgetting, args.dry_run))),
    }
}

fn text(forgetting: &Forgetting, dry: bool) -> String {
    if forgetting.imports.is_empty() {
        return "nothing to forget\n".to_owned();
    }
    let ids: u64 = forgetting.imports.iter().map(|import| import.ids).sum();
    let verb = if dry { "would forget" } else { "forgot" };
    let mut text = format!("{verb} {ids} ids, {} bytes, of what happened", forgetting.bytes());
    let days = forgetting.before.iter().map(|(zone, day)| format!(" before {day} ({zone})"));
    text.push_str(&days.collect::<Vec<_>>().join(" and"));
    text.push('\n');
    for import in &forgetting.imports {
        text.push_str(&format!("  import {}: {}\n", import.import, import.files.join(", ")));
    }
    text
}

fn answer(forgetting: &Forgetting, dry: bool) -> Forget {
    let before = forgetting.before.iter().map(|(zone, day)| (zone.clone(), day.to_string()));
    let imports = forgetting.imports.iter().map(|import| ForgottenImport {
        import: import.import,
        files: import.files.clone(),
        ids: import.ids,
        bytes: import.bytes,
    });
    Forget {
        version: super::answers::version(),
        done: !dry,
        before: before.collect(),
        imports: imports.collect(),
    }
}
