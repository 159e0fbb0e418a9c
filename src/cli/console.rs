//! What is said where: answers on standard output, everything else on standard error, progress
//! only on a terminal.

use std::cell::RefCell;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};

use super::answers::{self, Failed};
use super::args::{Colour, Common, Format};
use super::progress::{Drawn, Line};
use crate::book::BookError;
use crate::export;
use crate::finding::{Finding, Severity};
use crate::intake::Progress;
use crate::statement::pretty;
use crate::store::StoreError;

/// Why a verb did not do what it was asked.
#[derive(Debug)]
pub(super) enum Failure {
    /// Refused or failed, with what is to be said.
    Book(BookError),
    /// Refused, and all has been said already.
    Refused,
    /// The store is damaged, and all has been said already.
    Damaged,
    /// Standard output was closed; nothing is left to say.
    Closed,
    /// Standard output cannot be written.
    Output(std::io::Error),
}

impl<E: Into<BookError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Book(error.into())
    }
}

/// Is it said to who asked for quiet too? What was put aside changes what somebody is paid.
fn is_loud(finding: &Finding) -> bool {
    match finding.code.severity {
        Severity::Error | Severity::Warning => true,
        Severity::Note => false,
    }
}

const REFUSED: u8 = 1;
const MACHINE: u8 = 3;
const LOCKED: u8 = 4;
/// As a shell says it of who was ended by Ctrl-C.
pub(super) const INTERRUPTED: u8 = 130;

/// What the store refuses because of the request is no failure of the machine.
fn of_store(error: &StoreError) -> u8 {
    match error {
        StoreError::Locked { .. } => LOCKED,
        StoreError::Absent(_)
        | StoreError::AlreadyClosed { .. }
        | StoreError::OutOfOrder { .. }
        | StoreError::NoSuchImport { .. }
        | StoreError::NoSuchZone(_) => REFUSED,
        StoreError::Disk { .. }
        | StoreError::NotAJournal { .. }
        | StoreError::Format { .. }
        | StoreError::Damaged { .. }
        | StoreError::DamagedIds { .. }
        | StoreError::Shortened { .. }
        | StoreError::Broken
        | StoreError::Stale { .. } => MACHINE,
    }
}

/// Where the program speaks.
pub(super) struct Console {
    pub(super) format: Format,
    quiet: bool,
    colour: bool,
    /// How far the last import was.
    line: RefCell<Line>,
}

impl Console {
    pub(super) fn new(common: &Common) -> Self {
        let colour = match common.color {
            Colour::Auto => {
                std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
            }
            Colour::Always => true,
            Colour::Never => false,
        };
        let (format, quiet, line) = (common.format, common.quiet, RefCell::default());
        Self { format, quiet, colour, line }
    }

    /// Prints the answer.
    pub(super) fn answer(&self, text: &str) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        let end = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
        let written = write!(out, "{text}{end}").and_then(|()| out.flush());
        written.map_err(|error| match error.kind() {
            std::io::ErrorKind::BrokenPipe => Failure::Closed,
            _ => Failure::Output(error),
        })
    }

    /// Says something beside the answer, unless asked to be quiet.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            eprintln!("{}", text.trim_end());
        }
    }

    /// Shows findings: always warnings and what refuses, mere notes unless asked to be quiet.
    pub(super) fn findings(&self, findings: &[Finding]) {
        let shown: Vec<Finding> =
            findings.iter().filter(|f| !self.quiet || is_loud(f)).cloned().collect();
        if shown.is_empty() {
            return;
        }
        let text = match self.format {
            Format::Text => export::findings::render(&shown, self.colour),
            Format::Json => export::findings::json(&shown),
        };
        eprintln!("{}", text.trim_end());
    }

    /// Says why a verb failed, and gives the exit code for it.
    pub(super) fn fail(&self, failure: &Failure) -> ExitCode {
        let code = match failure {
            Failure::Book(BookError::Findings(findings)) => {
                self.findings(findings);
                REFUSED
            }
            Failure::Book(error @ (BookError::Interrupted | BookError::InterruptedBetween)) => {
                self.interrupted(error)
            }
            Failure::Book(error) => {
                let code = match error {
                    BookError::Store(error) => of_store(error),
                    BookError::Findings(_)
                    | BookError::Interrupted
                    | BookError::InterruptedBetween
                    | BookError::File { .. }
                    | BookError::Intake(_)
                    | BookError::NotTallied(_)
                    | BookError::Record(_) => MACHINE,
                };
                self.error(&error.to_string(), code)
            }
            Failure::Refused => REFUSED,
            Failure::Damaged => MACHINE,
            Failure::Closed => return ExitCode::SUCCESS,
            Failure::Output(error) => self.error(&format!("standard output: {error}"), MACHINE),
        };
        ExitCode::from(code)
    }

    /// Says in one line how far it was, and what to do.
    fn interrupted(&self, error: &BookError) -> u8 {
        let place = self.line.borrow().place().filter(|_| matches!(error, BookError::Interrupted));
        let text = match place {
            Some(place) => {
                error.to_string().replacen("interrupted", &format!("interrupted at {place}"), 1)
            }
            None => error.to_string(),
        };
        match self.format {
            Format::Text => {
                eprintln!("{text}");
                INTERRUPTED
            }
            Format::Json => self.error(&text, INTERRUPTED),
        }
    }

    /// Says on standard error what the machine could not do.
    fn error(&self, error: &str, exit: u8) -> u8 {
        match self.format {
            Format::Text => eprintln!("error: {error}"),
            Format::Json => {
                let (version, error) = (answers::version(), error.to_owned());
                eprintln!("{}", pretty(&Failed { version, error, exit }).trim_end());
            }
        }
        exit
    }

    /// A bar for so many of something, on a terminal only.
    pub(super) fn bar(&self, length: u64, message: &'static str) -> ProgressBar {
        let visible = !self.quiet && std::io::stderr().is_terminal();
        let bar = if visible { ProgressBar::new(length) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:24} {pos}/{len} {eta}") {
            bar.set_style(style);
        }
        bar.with_message(message)
    }

    /// The line of an import: rows, bytes, rate and time left, on a terminal only.
    pub(super) fn progress(&self) -> impl FnMut(Progress<'_>) {
        let drawn = Drawn::new(!self.quiet && std::io::stderr().is_terminal());
        self.line.take();
        move |progress: Progress<'_>| drawn.draw(&mut self.line.borrow_mut(), &progress)
    }

    /// A bar for lines that are written: how many, rate and time left, on a terminal only.
    pub(super) fn lines(&self, all: u64) -> impl FnMut(u64) + use<> {
        let visible = !self.quiet && std::io::stderr().is_terminal();
        let bar = if visible { ProgressBar::new(all) } else { ProgressBar::hidden() };
        if let Ok(style) =
            ProgressStyle::with_template("{bar:24} {human_pos}/{human_len} lines {per_sec} {eta}")
        {
            bar.set_style(style);
        }
        move |done| {
            bar.set_position(done);
            if done >= all {
                bar.finish_and_clear();
            }
        }
    }
}
