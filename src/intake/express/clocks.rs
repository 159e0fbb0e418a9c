//! A column of instants, found for many rows at once where there are wide words.

use fearless_simd::{Level, dispatch};

use super::batch::{Frame, ROWS};
use super::wide::{self, INSTANT, Instant};

/// The instants of rows. Behind the last row stands what stood there before.
pub(super) struct Clocks {
    /// What they are read from.
    dates: [u64; ROWS],
    clocks: [u64; ROWS],
    ends: [u64; ROWS],
    /// Was an instant found that is late enough?
    pub(super) found: [bool; ROWS],
    /// Days since 1970, and seconds of the day.
    pub(super) days: [u32; ROWS],
    pub(super) seconds: [u32; ROWS],
}

impl Default for Clocks {
    fn default() -> Self {
        Self {
            dates: [0; ROWS],
            clocks: [0; ROWS],
            ends: [0; ROWS],
            found: [false; ROWS],
            days: [0; ROWS],
            seconds: [0; ROWS],
        }
    }
}

impl Clocks {
    /// Finds the instants that are not before some half second, and puts down their half seconds.
    pub(super) fn find(
        &mut self,
        frame: &Frame<'_>,
        column: usize,
        from: i64,
        half_seconds: &mut [i64; ROWS],
    ) {
        let instants = frame.text(0, Some(column)).len() == INSTANT;
        match wide::level().filter(|_| instants) {
            Some(level) => self.at_once(level, frame, column, from, half_seconds),
            None => self.found.fill(false),
        }
    }

    fn at_once(
        &mut self,
        level: Level,
        frame: &Frame<'_>,
        column: usize,
        from: i64,
        half_seconds: &mut [i64; ROWS],
    ) {
        self.read(frame, column);
        dispatch!(level, _ => self.understand(frame.rows, from, half_seconds));
    }

    fn read(&mut self, frame: &Frame<'_>, column: usize) {
        frame.each(column, |row, from, to| {
            let text = frame.text.get(from..to).unwrap_or_default();
            let words = text.try_into().map_or([0; 3], wide::instant_words);
            [self.dates[row], self.clocks[row], self.ends[row]] = words;
        });
    }

    #[inline(always)]
    fn understand(&mut self, rows: usize, from: i64, half_seconds: &mut [i64; ROWS]) {
        let steps = rows.next_multiple_of(wide::STEP).min(ROWS);
        for (row, half_seconds) in half_seconds[..steps].iter_mut().enumerate() {
            let instant = Instant::of([self.dates[row], self.clocks[row], self.ends[row]]);
            let seconds = instant.day.wrapping_mul(86_400).wrapping_add(instant.second);
            let at = seconds.wrapping_mul(2).cast_signed();
            self.days[row] = instant.day as u32;
            self.seconds[row] = instant.second as u32;
            self.found[row] = instant.fits & (at >= from);
            *half_seconds = at;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::batch::tests::framed;
    use super::super::parse::{self, Time};
    use super::super::signs::tests::levels;
    use super::*;
    use crate::calendar::Day;

    /// Are the instants found that the slow way reads, and none but those?
    fn is_right(texts: &[String], at: usize, from: i64) {
        let (text, places) = framed(texts, at, 3);
        let frame = Frame::of(text.as_bytes(), &places, 3);
        let (mut clocks, mut times) = (Clocks::default(), [0; ROWS]);
        for level in levels() {
            clocks.at_once(level, &frame, at, from, &mut times);
            for (row, text) in texts.iter().enumerate() {
                let due = match parse::time(text.as_bytes()) {
                    Some(Time::At(seconds)) => Some(seconds).filter(|it| 2 * it >= from),
                    Some(Time::On(_)) | None => None,
                };
                assert_eq!(clocks.found[row], due.is_some(), "{text:?}");
                if let Some(seconds) = due {
                    let (day, second) = (clocks.days[row], clocks.seconds[row]);
                    assert_eq!(i64::from(day) * 86_400 + i64::from(second), seconds, "{text:?}");
                    assert_eq!(times[row], 2 * seconds);
                }
            }
        }
    }

    #[test]
    fn every_day_is_found_and_no_other() {
        for year in 1960..2210 {
            let days =
                |month| (0..34).map(move |day| format!("{year}-{month:02}-{day:02}T23:59:59Z"));
            let days: Vec<_> = (0..14).flat_map(days).collect();
            days.chunks(ROWS).for_each(|days| is_right(days, 1, i64::MIN));
        }
    }

    proptest! {
        #[test]
        fn instants_of_many_rows_are_those_of_one(
            rows in proptest::collection::vec(
                (0_i64..84_006, 0_i64..86_400, 0_usize..25, 0_u8..128, any::<bool>()), 1..ROWS),
            at in 0_usize..3,
            from in 0_i64..100_000,
        ) {
            let texts = rows.iter().map(|(days, second, place, byte, plain)| {
                let day = Day::EPOCH.plus(*days).to_string();
                let (hour, minute) = (second / 3600, second / 60 % 60);
                let mut text = format!("{day}T{hour:02}:{minute:02}:{:02}Z", second % 60).into_bytes();
                // One other byte, most often; or one too few; or a plain date.
                match text.get_mut(*place).filter(|_| !matches!(byte, b',' | b'\n' | b'\r')) {
                    Some(other) => *other = *byte,
                    None => text.truncate(if *plain { 10 } else { INSTANT }),
                }
                String::from_utf8(text).unwrap()
            });
            is_right(&texts.collect::<Vec<_>>(), at, from * 2 * 86_400);
        }
    }
}
