//! A file of marks as it is asked: each question reads only what it needs.

use std::io;
use std::sync::OnceLock;

use super::NamedMarks;
use super::block::{Marks, SLACK};
use super::directory::{self, FOOT, Foot, Place, ROW, Row, Section, damaged};
use super::filter::may_hold;
use crate::fact::bulk::{Placed, bucket_of};
use crate::fact::{Content, Hash, IdEntry};
use crate::store::medium::Medium;

/// A whole file of marks.
pub(in crate::store) struct MarksFile {
    file: String,
    named: NamedMarks,
    end: OnceLock<(Foot, Vec<Place>)>,
}

/// Reads the foot of a file.
pub(super) fn foot(medium: &dyn Medium, file: &str, named: &NamedMarks) -> io::Result<Foot> {
    let not_it = || damaged(file, "its foot is not what was written");
    let at = named.size.checked_sub(FOOT as u64).ok_or_else(not_it)?;
    let mut bytes = [0; FOOT];
    medium.read(file, at, &mut bytes)?;
    Foot::decode(&bytes, named.size, &named.digest).ok_or_else(not_it)
}

impl Foot {
    /// Reads the list of a bucket.
    fn section(&self, medium: &dyn Medium, file: &str, bucket: u32) -> io::Result<Section> {
        let mut bytes = [0; ROW];
        medium.read(file, self.rows + u64::from(bucket) * ROW as u64, &mut bytes)?;
        let row = Row::decode(bucket, &bytes)
            .ok_or_else(|| damaged(file, "the row of a bucket is not what was written"))?;
        row.section(medium, file, bucket)
    }
}

impl MarksFile {
    pub(in crate::store) fn new(named: &NamedMarks) -> Self {
        let file = super::file(named.import);
        Self { file, named: named.clone(), end: OnceLock::new() }
    }

    /// The import whose marks they are.
    pub(in crate::store) fn import(&self) -> u64 {
        self.named.import
    }

    /// Facts that its marks stand for.
    pub(in crate::store) fn facts(&self) -> u64 {
        self.named.facts
    }

    fn end(&self, medium: &dyn Medium) -> io::Result<&(Foot, Vec<Place>)> {
        if let Some(end) = self.end.get() {
            return Ok(end);
        }
        let foot = foot(medium, &self.file, &self.named)?;
        let places = foot.places(medium, &self.file)?;
        Ok(self.end.get_or_init(|| (foot, places)))
    }

    /// The fact of an id, if a mark stands for it.
    pub(in crate::store) fn find(
        &self,
        medium: &dyn Medium,
        id: &Hash,
    ) -> io::Result<Option<IdEntry>> {
        let (foot, places) = self.end(medium)?;
        let bucket = bucket_of(id, foot.bits) as u32;
        let section = foot.section(medium, &self.file, bucket)?;
        if section.void.binary_search(id).is_ok() {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        for block in section.blocks.iter().filter(|block| may_hold(&block.filter, id)) {
            bytes.resize(usize::from(block.length) + SLACK, 0);
            block.read(medium, &self.file, &mut bytes)?;
            if let Some(found) = self.marks(&bytes, bucket, foot)?.of_id(id) {
                return self.entry(&found, places).map(Some);
            }
        }
        Ok(None)
    }

    fn marks<'a>(&self, bytes: &'a [u8], bucket: u32, foot: &Foot) -> io::Result<Marks<'a>> {
        Marks::of(bytes, directory::first_byte(bucket, foot.bits))
            .ok_or_else(|| damaged(&self.file, "it holds what is no block"))
    }

    fn entry(&self, found: &Placed, places: &[Place]) -> io::Result<IdEntry> {
        let mark = &found.mark;
        let place = places.get(mark.place as usize);
        let (kind, product) = *place
            .ok_or_else(|| damaged(&self.file, "a mark stands at a place that is not there"))?;
        let (id, content, time) = (mark.id, mark.content, mark.time);
        Ok(IdEntry { id, content, time, kind, charged: None, product })
    }

    /// Gives every fact whose id lies between two.
    pub(in crate::store) fn between(
        &self,
        medium: &dyn Medium,
        first: &Hash,
        last: &Hash,
        take: &mut dyn FnMut(&Hash, &Content),
    ) -> io::Result<()> {
        let (foot, _) = self.end(medium)?;
        let buckets = bucket_of(first, foot.bits) as u32..=bucket_of(last, foot.bits) as u32;
        let mut bytes = Vec::new();
        for bucket in buckets {
            let section = foot.section(medium, &self.file, bucket)?;
            for block in &section.blocks {
                bytes.resize(usize::from(block.length) + SLACK, 0);
                block.read(medium, &self.file, &mut bytes)?;
                let marks = self.marks(&bytes, bucket, foot)?.map(|placed| placed.mark);
                marks
                    .filter(|mark| (first..=last).contains(&&mark.id))
                    .filter(|mark| section.void.binary_search(&mark.id).is_err())
                    .for_each(|mark| take(&mark.id, &mark.content));
            }
        }
        Ok(())
    }
}
