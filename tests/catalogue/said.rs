//! What the program says of one fixture, and how the page shows it.

use std::fs;
use std::path::Path;

use revshare::export::findings::render;
use revshare::finding::Finding;
use revshare::origin::Origin;

/// What is said of a fixture.
pub(crate) struct Said {
    /// All of it, as `expected.txt` has it.
    pub(crate) text: String,
    /// For the page: each finding's code with what a person sees.
    pub(crate) examples: Vec<Example>,
}

/// One finding as the page shows it.
pub(crate) struct Example {
    pub(crate) code: String,
    /// The file it is about.
    pub(crate) input: Option<Input>,
    /// What the program prints.
    pub(crate) output: String,
}

/// As much of a file as it takes to see what is wrong with it.
#[derive(Clone)]
pub(crate) struct Input {
    pub(crate) file: String,
    /// For the page: `toml` or `text`.
    pub(crate) language: &'static str,
    pub(crate) text: String,
}

/// Findings as the program prints them, each with its input.
pub(crate) fn shown(folder: &Path, findings: &[Finding]) -> Vec<Example> {
    let example = |finding: &Finding| Example {
        code: finding.code.id.to_owned(),
        input: finding.origin.as_ref().and_then(|origin| input(folder, origin)),
        output: render(std::slice::from_ref(finding), false),
    };
    findings.iter().map(example).collect()
}

fn input(folder: &Path, origin: &Origin) -> Option<Input> {
    if origin.file.ends_with(".gz") {
        return None;
    }
    let bytes = fs::read(folder.join(origin.file.as_ref())).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    if lines.is_empty() {
        return None;
    }
    let line = usize::try_from(origin.line).unwrap().clamp(1, lines.len());
    let language = if origin.file.ends_with(".toml") { "toml" } else { "text" };
    let text = if language == "toml" { around(&lines, line) } else { rows(&lines, line) };
    Some(Input { file: origin.file.to_string(), language, text })
}

/// The lines before the one in question, and two after it.
fn around(lines: &[&str], line: usize) -> String {
    let to = (line + 2).min(lines.len());
    let from = line.saturating_sub(5);
    let shown = lines[from..to].iter().map(|line| line.trim_end());
    shown.collect::<Vec<_>>().join("\n").trim_matches('\n').to_owned()
}

/// The header, the row in question, and the rows between if they are few.
fn rows(lines: &[&str], line: usize) -> String {
    let mut shown: Vec<String> = Vec::new();
    let near = line <= 4;
    for (at, text) in lines.iter().enumerate() {
        if at == 0 || at + 1 == line || (near && at < 4) {
            shown.push(cut(text));
        } else if at + 2 == line {
            shown.push("...".to_owned());
        }
    }
    shown.join("\n")
}

/// Long rows are told by their beginning.
fn cut(line: &str) -> String {
    const WIDE: usize = 160;
    match line.char_indices().nth(WIDE) {
        Some((at, _)) => format!("{} ...", &line[..at]),
        None => line.to_owned(),
    }
}
