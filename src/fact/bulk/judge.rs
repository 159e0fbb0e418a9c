//! Which marks have company: another row with the same id, in this delivery or before.

use super::{Company, Mark, Placed};
use crate::fact::{Content, Hash, fingerprint::word};

/// A row that has to be looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// Where it begins.
    pub at: u64,
    /// What it is known by then.
    pub check: u64,
}

/// What was found in a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Rows that say what an earlier row says, which stands.
    pub repeats: Vec<Spot>,
    /// Rows over which the ordinary rules decide.
    pub ordinary: Vec<Spot>,
    /// Ids whose marks are void, because all their rows go the ordinary way.
    pub void: Vec<Hash>,
    /// The marks of wanted ids that are not void, one for each.
    pub found: Vec<Placed>,
}

impl Mark {
    /// What its row is known by when it is read again.
    pub fn check(&self) -> u64 {
        check_of(&self.id, &self.content)
    }
}

/// The same of a row whose fingerprints are at hand; see [`Mark::check`].
pub fn check_of(id: &Hash, content: &Content) -> u64 {
    let id = *id.last_chunk().expect("twelve bytes hold eight");
    u64::from_le_bytes(id) ^ word(content)
}

impl Judged {
    /// Takes over what was found in another bucket.
    pub fn extend(&mut self, other: Self) {
        let Self { repeats, ordinary, void, found } = other;
        self.repeats.extend(repeats);
        self.ordinary.extend(ordinary);
        self.void.extend(void);
        self.found.extend(found);
    }

    /// Puts all in order: rows as they stand in the files, ids as such.
    pub fn sort(&mut self) {
        // What others have put in order is quickly put together by a stable sort.
        self.repeats.sort();
        self.ordinary.sort();
        self.void.sort();
        self.found.sort_by_key(|placed| placed.mark.id);
    }
}

/// Judges the marks of one id, in the order of their rows. `ordinary`, `earlier` and `wanted` are sorted.
pub(super) fn judge_group(group: &[Placed], company: &Company, judged: &mut Judged) {
    let Some(first) = group.first() else { return };
    let Mark { id, content, .. } = first.mark;
    let known = earlier(&id, &company.earlier);
    let alike = group.iter().all(|placed| placed.mark.content == content)
        && known.iter().all(|(_, known)| *known == content)
        && company.ordinary.binary_search(&id).is_err();
    let spot = |placed: &Placed| Spot { at: placed.at, check: placed.mark.check() };
    if alike {
        let stands = usize::from(known.is_empty());
        judged.repeats.extend(group.iter().skip(stands).map(spot));
        judged.found.extend(company.wanted.binary_search(&id).is_ok().then_some(*first));
    } else {
        judged.ordinary.extend(group.iter().map(spot));
        judged.void.push(id);
    }
}

/// The facts of an id.
fn earlier<'c>(id: &Hash, facts: &'c [(Hash, Content)]) -> &'c [(Hash, Content)] {
    let from = facts.partition_point(|(other, _)| other < id);
    let to = facts.partition_point(|(other, _)| other <= id);
    &facts[from..to]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fact::bulk::{Crowd, Room};

    fn placed(at: u64, id: u8, content: u8) -> Placed {
        let time = "2026-10-05".parse().unwrap();
        Placed { at, mark: Mark { id: [id; 12], content: [content; 6], time, place: 0 } }
    }

    #[test]
    fn rows_with_company_are_found() {
        let marks = vec![
            placed(1, 1, 0),
            placed(3, 2, 0),
            placed(2, 2, 0),
            placed(4, 2, 0),
            placed(5, 3, 0),
            placed(6, 3, 1),
            placed(7, 4, 0),
            placed(8, 5, 0),
            placed(9, 6, 0),
            placed(10, 7, 0),
        ];
        let company = Company {
            ordinary: vec![[4; 12], [9; 12]],
            earlier: vec![([8; 12], [0; 6]), ([5; 12], [0; 6]), ([6; 12], [1; 6])],
            wanted: vec![[1; 12], [4; 12], [10; 12]],
        };
        let mut judged = Crowd::of(&marks, &mut Room::default()).judge(company);
        judged.sort();
        let places = |spots: &[Spot]| spots.iter().map(|spot| spot.at).collect::<Vec<_>>();
        assert_eq!(places(&judged.repeats), [3, 4, 8]);
        assert_eq!(places(&judged.ordinary), [5, 6, 7, 9]);
        assert_eq!(judged.void, [[3; 12], [4; 12], [6; 12]]);
        assert_eq!(judged.found, [marks[0]]);
        assert_eq!(
            Crowd::of(&Vec::new(), &mut Room::default()).judge(Company::default()),
            Judged::default()
        );
    }

    /// Ids that share what they are told by at first sight are different ids all the same.
    #[test]
    fn ids_that_look_alike_are_told_apart() {
        let mut marks = vec![placed(1, 1, 0), placed(2, 1, 1)];
        marks[1].mark.id[11] = 2;
        assert_eq!(
            Crowd::of(&marks, &mut Room::default()).judge(Company::default()),
            Judged::default()
        );
        let company = Company { ordinary: vec![marks[1].mark.id], ..Company::default() };
        let judged = Crowd::of(&marks, &mut Room::default()).judge(company);
        assert_eq!((judged.ordinary.len(), judged.void), (1, vec![marks[1].mark.id]));
    }

    proptest! {
        #[test]
        fn as_many_rows_as_there_are(
            // Of few ids, all rows have company.
            rows in (1_u64..300).prop_flat_map(|ids| prop::collection::vec((0..ids, 0_u8..2), 0..400)),
            earlier in prop::collection::vec((0_u64..600, 0_u8..2), 0..40),
        ) {
            let id = |number: u64| -> Hash { blake3::hash(&number.to_le_bytes()).as_bytes()[..12].try_into().unwrap() };
            let marks: Vec<Placed> = (0..).zip(&rows)
                .map(|(at, (number, content))| {
                    let mut placed = placed(at, 0, *content);
                    placed.mark.id = id(*number);
                    placed
                })
                .collect();
            let known: Vec<_> = earlier.iter().map(|(number, content)| (id(*number), [*content; 6])).collect();
            let company = Company { earlier: known.clone(), ..Company::default() };
            // What another bucket left behind changes nothing.
            let (mut room, before) = (Room::default(), marks[..marks.len() / 2].to_vec());
            Crowd::of(&before, &mut room).judge(company.clone());
            let mut judged = Crowd::of(&marks, &mut room).judge(company);
            judged.sort();
            // Slowly: every row against every other.
            let contents = |of: &Hash| -> Vec<Content> {
                let here = marks.iter().filter(|it| it.mark.id == *of).map(|it| it.mark.content);
                here.chain(known.iter().filter(|it| it.0 == *of).map(|it| it.1)).collect()
            };
            let (mut repeats, mut ordinary) = (Vec::new(), Vec::new());
            for it in &marks {
                let before = marks.iter().any(|other| other.mark.id == it.mark.id && other.at < it.at);
                let known = known.iter().any(|(id, _)| *id == it.mark.id);
                if contents(&it.mark.id).iter().any(|content| *content != it.mark.content) {
                    ordinary.push(it.at);
                } else if before || known {
                    repeats.push(it.at);
                }
            }
            let places = |spots: &[Spot]| spots.iter().map(|spot| spot.at).collect::<Vec<_>>();
            prop_assert_eq!((places(&judged.repeats), places(&judged.ordinary)), (repeats, ordinary));
        }
    }
}
