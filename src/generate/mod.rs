//! A month of sale lines from a seed, with what it must add up to: for whoever wants to repeat a
//! figure, or to check the engine against totals that were not made by it.
//!
//! The lines have what real months have: customers of very different size, refunds, duplicates
//! within and across files, contradictions, late lines, and a pinch of lines that cannot be read.
//!
//! The law: the bytes depend on the plan alone, and line `i` on the seed, the month and the shares
//! alone: a longer month begins with the lines of a shorter one.
//!
//! ```
//! use revshare::generate::{Plan, generate};
//! let dir = tempfile::tempdir().unwrap();
//! let plan = Plan { lines: 1000, ..Plan::new("2026-10".parse().unwrap()) };
//! let files = generate(&plan, dir.path(), &mut |_| ()).unwrap();
//! assert_eq!(files[0].path, "sales.csv");
//! let text = std::fs::read_to_string(dir.path().join("sales.csv")).unwrap();
//! assert_eq!(text.lines().count(), 1001);
//! ```

mod book;
mod chance;
mod expected;
mod fault;
mod format;
mod line;
mod share;
mod sink;
mod totals;
mod world;

use std::fs;
use std::io;
use std::ops::Range;
use std::path::Path;

pub use share::{NotAShare, Share};
pub use sink::Written;

use self::fault::Spoilt;
use self::format::{COLUMNS, Style};
use self::line::{Drawn, Month, Role};
use self::sink::Sink;
use self::totals::Totals;
use self::world::Days;
use crate::calendar::{Period, PeriodLength};

/// What to generate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many sale lines.
    pub lines: u64,
    /// The same seed gives the same lines.
    pub seed: u64,
    /// The month that they are of, from the year 2000 on.
    pub month: Period,
    /// Over how many files they are spread, in their order.
    pub files: u64,
    /// Do refunds name their originals, in an eleventh column `ref`?
    pub refs: bool,
    /// How many lines are out of the ordinary.
    pub shares: Shares,
}

/// How many lines are out of the ordinary; the rest are charges of the month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shares {
    /// Refunds of earlier charges; every fourth is a credit.
    pub refunds: Share,
    /// Earlier charges once more.
    pub duplicates: Share,
    /// Ids of earlier charges with another content.
    pub conflicts: Share,
    /// Charges of the last ten days of the month before.
    pub late: Share,
    /// Lines that are rejected.
    pub bad: Share,
}

/// Why nothing, or not all, was generated.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The period is no month, or too long ago.
    #[error("{0} cannot be generated: name a month from 2000-01 on, such as 2026-10")]
    Month(Period),
    /// Lines cannot be spread over no file.
    #[error("lines need a file: ask for one at least")]
    NoFile,
    /// More lines out of the ordinary than lines.
    #[error("the parts add up to more than all lines: make them add up to 100% at most")]
    Shares,
    /// A file could not be written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
}

impl Plan {
    /// A million lines of a month, in one file, with the usual shares.
    pub fn new(month: Period) -> Self {
        Self { lines: 1_000_000, seed: 1, month, files: 1, refs: false, shares: Shares::usual() }
    }

    fn check(&self) -> Result<(), GenerateError> {
        let month = self.month.length() == PeriodLength::Month;
        if !month || self.month.first_day().year() < 2000 {
            return Err(GenerateError::Month(self.month));
        }
        if self.files == 0 {
            return Err(GenerateError::NoFile);
        }
        let draws: u64 = self.shares.draws().iter().map(|(draws, _)| draws).sum();
        if draws > 1 << 32 { Err(GenerateError::Shares) } else { Ok(()) }
    }

    /// The lines of one file.
    fn range(&self, file: u64) -> Range<u64> {
        let bound = |file: u64| {
            let before = u128::from(self.lines) * u128::from(file) / u128::from(self.files);
            u64::try_from(before).expect("at most all lines")
        };
        bound(file)..bound(file + 1)
    }

    fn file_name(&self, file: u64) -> String {
        let width = self.files.to_string().len();
        match self.files {
            1 => "sales.csv".to_owned(),
            files => format!("sales-{:0width$}-of-{files}.csv", file + 1),
        }
    }
}

impl Shares {
    /// 2% refunds, 1% duplicates, 0.01% conflicts, 0.5% late, 0.02% bad.
    pub fn usual() -> Self {
        let share = |text: &str| text.parse().expect("a part of a whole");
        Self {
            refunds: share("2%"),
            duplicates: share("1%"),
            conflicts: share("0.01%"),
            late: share("0.5%"),
            bad: share("0.02%"),
        }
    }

    /// Nothing but charges of the month.
    pub fn clean() -> Self {
        let none = Share::none;
        Self { refunds: none(), duplicates: none(), conflicts: none(), late: none(), bad: none() }
    }

    fn list(&self) -> [(&'static str, &Share); 5] {
        [
            ("refunds", &self.refunds),
            ("duplicates", &self.duplicates),
            ("conflicts", &self.conflicts),
            ("late", &self.late),
            ("bad", &self.bad),
        ]
    }

    fn draws(&self) -> [(u64, Role); 5] {
        [
            (self.refunds.draws(), Role::Refund),
            (self.duplicates.draws(), Role::Duplicate),
            (self.conflicts.draws(), Role::Conflict),
            (self.late.draws(), Role::Late),
            (self.bad.draws(), Role::Bad),
        ]
    }
}

/// Writes a book into a directory: the sale files, `contract.toml`, `costs.csv`, `fx.csv`, and what
/// the import of the sale files must come to, `expected.json` and `expected-tally.csv`. Tells how
/// many lines are done, from time to time and at the end. Says which sale files were written.
///
/// # Errors
/// If the plan cannot be followed, or a file exists or cannot be written.
pub fn generate(
    plan: &Plan,
    dir: &Path,
    progress: &mut dyn FnMut(u64),
) -> Result<Vec<Written>, GenerateError> {
    plan.check()?;
    let days = Days::of(plan.month);
    let files = usize::try_from(plan.files).map_err(|_| GenerateError::NoFile)?;
    let totals = Totals::new(files, days.all.len(), plan.refs);
    let month = Month::new(plan.seed, days, plan.shares.draws());
    let mut run = Run { plan, month: &month, totals };
    let mut written = Vec::new();
    for file in 0..plan.files {
        written.push(run.file(file, dir, progress)?);
    }
    let Run { totals, .. } = run;
    for (name, text) in [
        ("contract.toml", book::contract(plan.month)),
        ("costs.csv", book::costs(&totals, &month.days)),
        ("fx.csv", book::rates(plan.seed, plan.month)),
        ("expected.json", expected::json(plan, &totals, &written)),
        ("expected-tally.csv", expected::tally(&totals, &month.days)),
    ] {
        fs::write(dir.join(name), text).map_err(failed(dir, name))?;
    }
    Ok(written)
}

fn failed(dir: &Path, name: &str) -> impl Fn(io::Error) -> GenerateError + use<> {
    let path = dir.join(name).display().to_string();
    move |source| GenerateError::File { path: path.clone(), source }
}

struct Run<'a> {
    plan: &'a Plan,
    month: &'a Month,
    totals: Totals,
}

impl Run<'_> {
    fn file(
        &mut self,
        file: u64,
        dir: &Path,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Written, GenerateError> {
        let name = self.plan.file_name(file);
        let fail = failed(dir, &name);
        let mut sink = Sink::create(dir, name).map_err(&fail)?;
        let reference = if self.plan.refs { ",ref" } else { "" };
        sink.ahead.extend_from_slice(format!("{COLUMNS}{reference}\n").as_bytes());
        let style = Style { days: &self.month.days, refs: self.plan.refs };
        let range = self.plan.range(file);
        for index in range.clone() {
            self.line(file, index, &style, &mut sink.ahead);
            if sink.is_full() {
                sink.flush().map_err(&fail)?;
                progress(index);
            }
        }
        progress(range.end);
        sink.finish().map_err(&fail)
    }

    fn line(&mut self, file: u64, index: u64, style: &Style<'_>, out: &mut Vec<u8>) {
        let (month, totals, place) = (self.month, &mut self.totals, file as usize);
        match month.draw(index) {
            Drawn::New(line) => {
                style.write(out, &line, false);
                totals.accept(place, &line);
            }
            Drawn::Duplicate(line, wordy) => {
                style.write(out, &line, wordy);
                totals.duplicate(place, &line);
            }
            Drawn::Conflict { line, at } => {
                style.write(out, &line, false);
                let charge = month.charge_at(at);
                if line.second > charge.second {
                    totals.conflict(place, &line);
                } else {
                    let of = (0..=file).find(|file| self.plan.range(*file).contains(&at));
                    let of = of.expect("an earlier line is in this file or one before");
                    totals.overrule(place, &line, (at, of as usize), &charge);
                }
            }
            Drawn::Bad(line, draw) => {
                let start = out.len();
                style.write(out, &line, false);
                let text = String::from_utf8_lossy(&out[start..out.len() - 1]);
                let spoilt = Spoilt::of(&line, &text, draw);
                out.truncate(start);
                out.extend_from_slice(spoilt.text.as_bytes());
                out.push(b'\n');
                totals.reject(place, &line, &spoilt);
            }
        }
    }
}
