//! `docs/errors.md`: each code with what a person sees of it, taken from the fixtures.

use std::fmt::Write as _;

use revshare::finding::Code;

use crate::said::{Example, Input, Said};

const OPENING: &str = "\
# Every message

Made from `fixtures/errors` by `UPDATE_EXPECTED=1 cargo test --test catalogue`: nothing here is
written by hand, and what is shown is what the program prints.

A message has a number that never changes its meaning, a place where there is one, and a remedy
after `help:`. Messages go to standard error; with `--format json` they are a JSON list with `code`,
`severity`, `message`, `file`, `line`, `column`, `excerpt` and `help`, for a program to match.

- **error**: something was refused: a contract, a row, a command. Refused rows are counted, kept in
  the rejects file with their reason, and do not stop the others.
- **warning**: the command did its work, and there is something to look at.
- **note**: worth knowing; nothing was refused.

The exit code is 0 when the command did its work (with `--strict`, only if no row was refused), 1
when it was refused, 2 when the command line cannot be read, 3 when the machine failed (a file, the
disk, a damaged store), and 4 when another process holds the store.

What concerns a whole book is shown by commands in a copy of `fixtures/errors/small-book`: `$` begins
a command, `#` says what was done to the files before the next. `damage` changes a byte; `forge`
rewrites a record of the journal, as one who knows its format could, and makes all checksums fit.
";

/// The page.
pub(crate) fn page(parts: &[(&str, Vec<&'static Code>)], all: &[(String, Said)]) -> String {
    let mut page = OPENING.to_owned();
    for (part, codes) in parts {
        writeln!(page, "\n## {part}\n").unwrap();
        for code in codes {
            writeln!(page, "- [{}](#{}) {}", code.id, code.id.to_lowercase(), code.title).unwrap();
        }
        codes.iter().for_each(|code| entry(&mut page, code, all));
    }
    page
}

fn entry(page: &mut String, code: &Code, all: &[(String, Said)]) {
    let Code { id, title, severity } = code;
    writeln!(page, "\n### {id}\n\n**{severity}**: {title}.").unwrap();
    for (folder, said) in all.iter().filter(|(folder, _)| folder.starts_with(id)) {
        let example = said.examples.iter().find(|example| example.code == *id);
        let example = example.expect("a fixture shows its code");
        let file = example.input.as_ref().map_or(String::new(), |input| format!("/{}", input.file));
        writeln!(page, "\n`fixtures/errors/{folder}{file}`:").unwrap();
        blocks(page, example);
    }
}

fn blocks(page: &mut String, example: &Example) {
    if let Some(Input { language, text, .. }) = &example.input {
        writeln!(page, "\n```{language}\n{text}\n```").unwrap();
    }
    writeln!(page, "\n```text\n{}\n```", example.output.trim_end()).unwrap();
}
