//! How far an import is, in one line: what it is at, how much of it, how fast, and how much time is
//! left. Pure but for the drawing: the time and the width come from outside.

use std::time::{Duration, Instant};

use indicatif::{DecimalBytes, HumanCount, ProgressBar, ProgressStyle};

use crate::intake::{Progress, Step};

/// The line of an import, from its first step to its last.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// The step at hand, and when it began.
    at: Option<(Step, Duration)>,
    /// How much of the step is done, in hundredths.
    percent: Option<u64>,
}

impl Line {
    /// Notes how far it is at a time since the import began; gives back when its step began.
    fn note(&mut self, progress: &Progress<'_>, now: Duration) -> Duration {
        let began = match self.at {
            Some((step, began)) if step == progress.step => began,
            Some(_) | None => now,
        };
        self.at = Some((progress.step, began));
        self.percent = percent(progress);
        began
    }

    /// The line at a time since the import began, in so many columns.
    pub(super) fn text(&mut self, progress: &Progress<'_>, now: Duration, width: usize) -> String {
        let began = self.note(progress, now);
        fitted(&parts(progress, self.percent, now.saturating_sub(began)), width)
    }

    /// Where it was, for who asks why it ended: `61%`.
    pub(super) fn place(&self) -> Option<String> {
        let (step, _) = self.at?;
        let percent = self.percent.map(|percent| format!("{percent}%"));
        match step {
            Step::Reading => percent,
            Step::Recognising | Step::Comparing | Step::ReadingAgain | Step::Keeping => {
                let percent = percent.map(|percent| format!(", {percent}")).unwrap_or_default();
                Some(format!("{}{percent}", verb(step)))
            }
        }
    }
}

fn verb(step: Step) -> &'static str {
    match step {
        Step::Recognising => "looking for files that are known",
        Step::Reading => "reading",
        Step::Comparing => "comparing ids",
        Step::ReadingAgain => "reading contradictions again",
        Step::Keeping => "writing the store",
    }
}

fn percent(progress: &Progress<'_>) -> Option<u64> {
    let Progress { done, total, .. } = *progress;
    let hundredths = u128::from(done) * 100 / u128::from(total.max(1));
    (total > 0).then(|| u64::try_from(hundredths).unwrap_or(100).min(100))
}

/// A part of the line, and how gladly it is left out.
type Part = (u8, String);

fn parts(progress: &Progress<'_>, percent: Option<u64>, spent: Duration) -> Vec<Part> {
    let Progress { step, file, rows, done, total } = *progress;
    let mut parts = vec![(0, verb(step).to_owned())];
    if !file.is_empty() {
        parts.push((2, shortened(file)));
    }
    parts.extend(percent.map(|percent| (0, format!("{percent:>3}%"))));
    if rows > 0 {
        parts.push((3, format!("{} rows", HumanCount(rows))));
    }
    let in_bytes = match step {
        Step::Recognising | Step::Reading => true,
        Step::Comparing | Step::ReadingAgain | Step::Keeping => false,
    };
    let rate = rate(done, spent);
    if in_bytes {
        // The whole goes first: the percentage tells as much.
        parts.push((6, format!("{} of {}", DecimalBytes(done), DecimalBytes(total))));
        parts.push((4, DecimalBytes(done).to_string()));
        parts.extend(rate.map(|rate| (5, format!("{}/s", DecimalBytes(rate)))));
    }
    let left = rate.filter(|_| total > done).map(|rate| (total - done).div_ceil(rate.max(1)));
    parts.extend(left.map(|left| (1, format!("{} left", clock(left)))));
    parts
}

/// `0:04`, `12:30`, `1:02:03`.
fn clock(seconds: u64) -> String {
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes}:{seconds:02}"),
        (hours, minutes) => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// So much a second; none before there is anything to tell it by.
fn rate(done: u64, spent: Duration) -> Option<u64> {
    let rate = u128::from(done) * 1000 / spent.as_millis().max(1);
    let known = done > 0 && spent >= Duration::from_millis(500);
    u64::try_from(rate).ok().filter(|rate| known && *rate > 0)
}

/// The end of a long name tells more than its beginning.
fn shortened(file: &str) -> String {
    const MOST: usize = 24;
    let length = file.chars().count();
    if length <= MOST {
        return file.to_owned();
    }
    format!("…{}", file.chars().skip(length - MOST + 1).collect::<String>())
}

/// As many parts as fit; those that are left out most gladly go first.
fn fitted(parts: &[Part], width: usize) -> String {
    let line = |least: u8| {
        // What is told with the whole need not be told without.
        let kept = parts.iter().filter(|(rank, _)| *rank <= least && (least < 6 || *rank != 4));
        kept.map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("  ")
    };
    let all = (0..=6).rev().map(line).find(|line| line.chars().count() <= width);
    all.unwrap_or_else(|| line(0).chars().take(width).collect())
}

/// A line on a terminal; it goes when the import ends.
pub(super) struct Drawn {
    bar: ProgressBar,
    began: Instant,
}

impl Drawn {
    /// Nothing is drawn if it is not visible.
    pub(super) fn new(visible: bool) -> Self {
        let bar = if visible { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        Self { bar, began: Instant::now() }
    }

    /// Draws the next line; one that nobody would see is not made.
    pub(super) fn draw(&self, line: &mut Line, progress: &Progress<'_>) {
        if self.bar.is_hidden() {
            line.note(progress, self.began.elapsed());
            return;
        }
        let width = usize::from(::console::Term::stderr().size().1);
        self.bar.set_message(line.text(progress, self.began.elapsed(), width));
    }
}

impl Drop for Drawn {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(rows: u64, done: u64) -> Progress<'static> {
        let file = "deliveries/2026-12-01/sales-2026-11.csv";
        Progress { step: Step::Reading, file, rows, done, total: 1_190_000_000 }
    }

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn a_line_says_how_much_how_fast_and_how_long() {
        let mut line = Line::default();
        line.text(&reading(0, 0), seconds(1.0), 200);
        let text = line.text(&reading(6_120_000, 727_400_000), seconds(6.0), 200);
        let due = "reading  …12-01/sales-2026-11.csv   61%  6,120,000 rows  727.40 MB of 1.19 GB  \
                   145.48 MB/s  0:04 left";
        assert_eq!(text, due);
        assert_eq!(line.place().as_deref(), Some("61%"));
    }

    #[test]
    fn a_narrow_terminal_keeps_what_matters() {
        let mut line = Line::default();
        line.text(&Progress { file: "sales.csv", ..reading(0, 0) }, seconds(0.0), 80);
        for (width, due) in [
            (80, "reading  sales.csv   61%  6,120,000 rows  727.40 MB  145.48 MB/s  0:04 left"),
            (70, "reading  sales.csv   61%  6,120,000 rows  727.40 MB  0:04 left"),
            (60, "reading  sales.csv   61%  6,120,000 rows  0:04 left"),
            (40, "reading  sales.csv   61%  0:04 left"),
            (30, "reading   61%  0:04 left"),
            (20, "reading   61%"),
            (9, "reading  "),
        ] {
            let progress = reading(6_120_000, 727_400_000);
            let progress = Progress { file: "sales.csv", ..progress };
            assert_eq!(line.text(&progress, seconds(5.0), width), due, "{width}");
        }
    }

    #[test]
    fn each_step_has_its_own_time() {
        let mut line = Line::default();
        line.text(&reading(10_000_000, 1_190_000_000), seconds(10.0), 200);
        let of = |step, done, total| Progress { step, file: "", rows: 10_000_000, done, total };
        let mut text = |progress: Progress<'_>, at| line.text(&progress, seconds(at), 200);
        let comparing = |done| of(Step::Comparing, done, 1024);
        assert_eq!(text(comparing(0), 10.0), "comparing ids    0%  10,000,000 rows");
        assert_eq!(text(comparing(256), 11.0), "comparing ids   25%  10,000,000 rows  0:03 left");
        let keeping = of(Step::Keeping, 0, 0);
        assert_eq!(text(keeping, 12.0), "writing the store  10,000,000 rows");
        assert_eq!(line.place().as_deref(), Some("writing the store"));
        assert_eq!([4, 750, 3723].map(clock), ["0:04", "12:30", "1:02:03"]);
    }
}
