//! Findings as a person reads them, with the offending line and a caret, or as a program does.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin as Place, Renderer, Snippet};
use schemars::JsonSchema;
use serde::Serialize;

use crate::finding::{Finding, Severity};
use crate::origin::Origin;
use crate::statement::pretty;

/// Every finding with its place and remedy; in colours if the reader sees them.
///
/// ```
/// use revshare::{export::findings, finding::Finding, settlement::codes};
/// let finding = Finding::new(&codes::CURRENCY, "3 facts are in EUR").help("deliver them in USD");
/// let text = findings::render(&[finding], false);
/// assert_eq!(text, "error[S001]: 3 facts are in EUR\n = help: deliver them in USD\n");
/// ```
pub fn render(findings: &[Finding], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let shown: Vec<String> = findings.iter().map(|each| one(&renderer, each)).collect();
    shown.join("\n")
}

fn one(renderer: &Renderer, finding: &Finding) -> String {
    let level = match finding.code.severity {
        Severity::Note => Level::NOTE,
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    };
    let title = level.primary_title(finding.message.as_str()).id(finding.code.id);
    let mut group = Group::with_title(title);
    if let Some(origin) = &finding.origin {
        group = place(group, origin);
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let text = renderer.render(&[group]);
    if finding.origin.is_some() { text + "\n" } else { without_gutter(&text) }
}

/// Without the empty margin that leads to a line of text, where there is no line.
fn without_gutter(text: &str) -> String {
    let empty = |line: &str| {
        let mut parts = line.split('\u{1b}');
        let first = parts.next().unwrap_or_default();
        let shown = parts.filter_map(|part| part.split_once('m')).map(|(_, shown)| shown);
        std::iter::once(first).chain(shown).collect::<String>().trim() == "|"
    };
    text.lines().filter(|line| !empty(line)).map(|line| format!("{line}\n")).collect()
}

/// The line with its caret; only the name of the place if there is no line to show.
fn place<'a>(group: Group<'a>, origin: &'a Origin) -> Group<'a> {
    let line = usize::try_from(origin.line).unwrap_or(usize::MAX);
    if origin.excerpt.trim().is_empty() {
        return group.element(Place::path(origin.file.as_ref()).line(line));
    }
    let snippet = Snippet::source(origin.excerpt.as_str()).line_start(line);
    let caret = AnnotationKind::Primary.span(span(origin));
    group.element(snippet.path(origin.file.as_ref()).annotation(caret))
}

/// The bytes of the excerpt that the place covers; the text of the line if it covers all of it.
fn span(origin: &Origin) -> std::ops::Range<usize> {
    let text = &origin.excerpt;
    if origin.column == 0 {
        let start = text.len() - text.trim_start().len();
        return start..text.trim_end().len();
    }
    let byte = |column: u64| {
        let at = usize::try_from(column).unwrap_or(usize::MAX);
        text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte)
    };
    byte(origin.column - 1)..byte((origin.column - 1).saturating_add(origin.width))
}

/// A finding as programs read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
pub struct Shown {
    /// Its number in the catalogue: `C012`.
    pub code: String,
    /// Does it refuse, warn or note?
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// In which file, if it is about one.
    pub file: Option<String>,
    /// In which line, from 1.
    pub line: Option<u64>,
    /// At which character of the line, from 1.
    pub column: Option<u64>,
    /// The line itself.
    pub excerpt: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

/// Every finding as JSON.
pub fn json(findings: &[Finding]) -> String {
    let shown = |finding: &Finding| {
        let origin = finding.origin.as_ref();
        Shown {
            code: finding.code.id.to_owned(),
            severity: finding.code.severity,
            message: finding.message.clone(),
            file: origin.map(|origin| origin.file.to_string()),
            line: origin.map(|origin| origin.line),
            column: origin.map(|origin| origin.column).filter(|column| *column > 0),
            excerpt: origin.map(|origin| origin.excerpt.clone()),
            help: finding.help.clone(),
        }
    };
    pretty(&findings.iter().map(shown).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settlement::codes;

    fn finding(line: &str, range: std::ops::Range<usize>) -> Finding {
        let file = std::sync::Arc::from("deal.toml");
        let text = format!("id = \"é\"\n{line}\n");
        let start = "id = \"é\"\n".len();
        let origin = Origin::in_text(&file, &text, start + range.start..start + range.end);
        Finding::new(&codes::CURRENCY, "the shares add up to 99%").at(origin).help("add 1%")
    }

    #[test]
    fn the_line_and_a_caret() {
        let text = render(&[finding("  split = { é = \"99%\" }", 2..7)], false);
        let due = "\
error[S001]: the shares add up to 99%
 --> deal.toml:2:3
  |
2 |   split = { é = \"99%\" }
  |   ^^^^^
  |
  = help: add 1%
";
        assert_eq!(text, due);
    }

    #[test]
    fn any_place_is_shown_without_panic() {
        for (line, range) in [("", 0..0), ("é", 0..2), ("\tx", 1..9), ("x", 1..1)] {
            assert!(render(&[finding(line, range)], false).contains("deal.toml"), "{line:?}");
        }
        let mut whole = finding("  price = 5", 2..7);
        if let Some(origin) = &mut whole.origin {
            origin.column = 0;
        }
        assert!(render(&[whole.clone()], false).contains("^^^^^^^^^"));
        assert!(json(&[whole]).contains("\"S001\""));
    }
}
