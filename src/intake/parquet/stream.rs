//! The rows of a file as text, some thousand at a time, for one reader.

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use super::course::Course;
use super::sheet::{Form, MOST, guarded};
use crate::intake::express::Buffer;

/// Rows that are written at once.
const BATCH: usize = 2048;

pub(super) struct Stream {
    form: Arc<Form>,
    course: Course,
    /// Rows as text, and how much of it was given away.
    text: Buffer,
    given: usize,
}

impl Stream {
    pub(super) fn new(form: Arc<Form>) -> Self {
        let course = Course::new(Arc::clone(&form));
        Self { form, course, text: Buffer::default(), given: 0 }
    }

    /// Writes the next rows; none are written at the end.
    fn next(&mut self) -> io::Result<()> {
        let Self { course, text, .. } = self;
        text.begin(&[]);
        self.given = 0;
        guarded(|| match course.take(BATCH, MOST)? {
            Some(strip) => strip.put(text).map(drop),
            None => Ok(()),
        })?;
        self.form.tell(self.course.row());
        Ok(())
    }
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Stream {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.given == self.text.text().len() {
            self.next()?;
        }
        Ok(&self.text.text()[self.given..])
    }

    fn consume(&mut self, count: usize) {
        self.given += count;
    }
}
