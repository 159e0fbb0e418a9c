//! Which marks of a bucket have company: another row with the same id, in this delivery or before.

use super::Placed;
use crate::fact::{Content, Hash};

/// What is known of the ids of a bucket from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Company {
    /// Ids of rows of this delivery that went the ordinary way.
    pub ordinary: Vec<Hash>,
    /// Facts of earlier deliveries.
    pub earlier: Vec<(Hash, Content)>,
    /// Ids that other facts refer to.
    pub wanted: Vec<Hash>,
}

/// What becomes of the rows of one id in one chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They say what an earlier row says.
    Repeat,
    /// The first of them stands, and the others repeat it.
    RepeatFirst,
    /// The ordinary rules decide.
    Ordinary,
}

/// What was found in a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// By chunk and id: rows that do not simply count. Sorted, each once.
    pub verdicts: Vec<(u32, Hash, Verdict)>,
    /// Ids whose marks are void, because all their rows go the ordinary way. Sorted.
    pub void: Vec<Hash>,
    /// The marks of wanted ids that are not void, one for each.
    pub found: Vec<Placed>,
}

/// Finds the company of the marks of a bucket.
pub fn judge(marks: &[Placed], company: &Company) -> Judged {
    let mut table = Table::of(marks);
    let mut troubled = table.fill(marks);
    let others = company.ordinary.iter().chain(company.earlier.iter().map(|(id, _)| id));
    troubled.extend(others.filter(|id| table.find(marks, id).is_some()));
    troubled.sort_unstable();
    troubled.dedup();
    let mut judged = Judged::default();
    let mut groups = grouped(marks, &troubled);
    for (id, group) in troubled.iter().zip(&mut groups) {
        judge_group(id, group, company, &mut judged);
    }
    judged.verdicts.sort_unstable_by_key(|(chunk, id, _)| (*chunk, *id));
    for id in &company.wanted {
        if judged.void.binary_search(id).is_err() {
            judged.found.extend(table.find(marks, id).map(|at| marks[at]));
        }
    }
    judged
}

/// The rows of each of some ids, in the order of the ids.
fn grouped(marks: &[Placed], ids: &[Hash]) -> Vec<Vec<Placed>> {
    let mut groups = vec![Vec::new(); ids.len()];
    if !ids.is_empty() {
        for placed in marks {
            if let Ok(at) = ids.binary_search(&placed.mark.id) {
                groups[at].push(*placed);
            }
        }
    }
    groups
}

fn judge_group(id: &Hash, group: &mut [Placed], company: &Company, judged: &mut Judged) {
    // Stable: rows of one chunk keep their order.
    group.sort_by_key(|placed| placed.chunk);
    let content = group[0].mark.content;
    let earlier = company.earlier.iter().filter(|(other, _)| other == id);
    let known: Vec<Content> = earlier.map(|(_, content)| *content).collect();
    let alike = group.iter().all(|placed| placed.mark.content == content)
        && known.iter().all(|known| *known == content)
        && !company.ordinary.contains(id);
    if !alike {
        judged.void.push(*id);
    }
    let mut first = known.is_empty();
    for rows in group.chunk_by(|a, b| a.chunk == b.chunk) {
        let verdict = match (alike, first) {
            (false, _) => Some(Verdict::Ordinary),
            (true, false) => Some(Verdict::Repeat),
            (true, true) => (rows.len() > 1).then_some(Verdict::RepeatFirst),
        };
        first = false;
        judged.verdicts.extend(verdict.map(|verdict| (rows[0].chunk, *id, verdict)));
    }
}

/// Places of marks by id: half of the slots stay empty, and ids are random as they are.
struct Table {
    slots: Vec<u32>,
    shift: u32,
}

impl Table {
    fn of(marks: &[Placed]) -> Self {
        let slots = (marks.len() * 2).next_power_of_two().max(2);
        Self { slots: vec![0; slots], shift: 64 - slots.trailing_zeros() }
    }

    /// Where to look for an id first. Its first bits are those of the bucket: others tell more.
    fn start(&self, id: &Hash) -> usize {
        let last: [u8; 8] = *id.last_chunk().expect("sixteen bytes hold eight");
        (u64::from_le_bytes(last) >> self.shift) as usize
    }

    /// Puts every mark in; gives back the ids that were there already.
    fn fill(&mut self, marks: &[Placed]) -> Vec<Hash> {
        let mut again = Vec::new();
        for (number, placed) in (1_u32..).zip(marks) {
            let id = &placed.mark.id;
            let mut at = self.start(id);
            loop {
                match self.slots[at] {
                    0 => break self.slots[at] = number,
                    other if marks[other as usize - 1].mark.id == *id => break again.push(*id),
                    _ => at = (at + 1) & (self.slots.len() - 1),
                }
            }
        }
        again
    }

    fn find(&self, marks: &[Placed], id: &Hash) -> Option<usize> {
        let mut at = self.start(id);
        loop {
            match self.slots[at] {
                0 => return None,
                other if marks[other as usize - 1].mark.id == *id => {
                    return Some(other as usize - 1);
                }
                _ => at = (at + 1) & (self.slots.len() - 1),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::bulk::Mark;

    fn placed(chunk: u32, id: u8, content: u8) -> Placed {
        let time = "2026-10-05".parse().unwrap();
        Placed { chunk, mark: Mark { id: [id; 16], content: [content; 8], time, place: 0 } }
    }

    #[test]
    fn rows_with_company_are_found() {
        use Verdict::*;
        let marks = [
            placed(1, 1, 0),
            placed(0, 2, 0),
            placed(0, 2, 0),
            placed(3, 2, 0),
            placed(0, 3, 0),
            placed(2, 3, 1),
            placed(0, 4, 0),
            placed(0, 5, 0),
            placed(0, 6, 0),
            placed(7, 7, 0),
        ];
        let company = Company {
            ordinary: vec![[4; 16], [9; 16]],
            earlier: vec![([5; 16], [0; 8]), ([6; 16], [1; 8]), ([8; 16], [0; 8])],
            wanted: vec![[1; 16], [4; 16], [10; 16]],
        };
        let judged = judge(&marks, &company);
        let due = [
            (0, [2; 16], RepeatFirst),
            (0, [3; 16], Ordinary),
            (0, [4; 16], Ordinary),
            (0, [5; 16], Repeat),
            (0, [6; 16], Ordinary),
            (2, [3; 16], Ordinary),
            (3, [2; 16], Repeat),
        ];
        assert_eq!(judged.verdicts, due);
        assert_eq!(judged.void, [[3; 16], [4; 16], [6; 16]]);
        assert_eq!(judged.found, [marks[0]]);
        assert_eq!(judge(&[], &company), Judged::default());
    }
}
