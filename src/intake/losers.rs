//! Rows that lost against another one of their id: refused as soon as that is decided, while others may still be
//! looked at again.

use std::collections::BTreeMap;

use super::codes;
use super::import::{CORRECT, Run};
use super::read::Reader;
use super::reject::Refusal;
use super::second::Passes;
use super::{IntakeError, SourceFile};

impl Run<'_> {
    /// Tells of the rows that lost, file by file.
    pub(super) fn tell_losers(
        &mut self,
        large: Option<Passes<'_>>,
        reader: &Reader<'_>,
        files: &[SourceFile],
    ) -> Result<(), IntakeError> {
        for (number, file) in files.iter().enumerate() {
            let losers = self.losers_of(number);
            if losers.is_empty() {
                continue;
            }
            let mut tell = |line: u64, text: &str| match losers.get(&line) {
                Some(id) => self.refuse(conflict(id), &file.name, line, text),
                None => Ok(()),
            };
            let lines = losers.keys().copied().collect();
            match large.filter(|passes| passes.has(number)) {
                Some(passes) => passes.lines(number, reader, file, &lines, &mut tell)?,
                None => {
                    reader.open(file)?.each_on(lines, &mut |row| tell(row.line, &row.text()))?;
                }
            }
        }
        Ok(())
    }

    /// The rows of a file that lost, and the ids that they lost.
    fn losers_of(&self, number: usize) -> BTreeMap<u64, String> {
        let of = self.gather.losers().iter().filter(|loser| loser.file == number);
        of.map(|loser| (loser.row, loser.id.clone())).collect()
    }
}

fn conflict(id: &str) -> Refusal {
    let message = format!(
        "{id:?} stands in this delivery with other content as well, and the other one counts"
    );
    Refusal::new(&codes::CONFLICT, message).help(CORRECT)
}
