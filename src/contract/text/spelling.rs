//! The nearest allowed word to one that was misspelt.

/// The word of `allowed` that is nearest to `word`, if any is near enough to be meant. Of two
/// equally near ones, the earlier.
pub(super) fn nearest<'a>(
    word: &str,
    allowed: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let reach = 1 + word.chars().count() / 4;
    let near = |&other: &&str| other.chars().count().abs_diff(word.chars().count()) <= reach;
    let rated = allowed.into_iter().filter(near).map(|other| (distance(word, other), other));
    rated.filter(|(far, _)| *far <= reach).min_by_key(|(far, _)| *far).map(|(_, other)| other)
}

/// "did you mean X? " or nothing.
pub(super) fn hint<'a>(word: &str, allowed: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, allowed).map_or(String::new(), |near| format!("did you mean {near:?}? "))
}

/// How many letters must be put in, taken out, replaced, or swapped with their neighbour.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut before = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for i in 1..=one.len() {
        let mut row = vec![i];
        for j in 1..=other.len() {
            let replaced = last[j - 1] + usize::from(one[i - 1] != other[j - 1]);
            let mut least = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                let swapped: &Vec<usize> = &before;
                least = least.min(swapped[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_and_far_ones() {
        let allowed = ["currency", "timezone", "rounding", "late"];
        for (word, due) in [
            ("curency", Some("currency")),
            ("curerncy", Some("currency")),
            ("time-zone", Some("timezone")),
            ("Late", Some("late")),
            ("", None),
            ("tax", None),
            ("interest", None),
        ] {
            assert_eq!(nearest(word, allowed), due, "{word}");
        }
    }
}
