//! A file of marks as it is asked: each question reads only what it needs.

use std::io;
use std::sync::OnceLock;

use super::block::{Marks, SLACK};
use super::directory::{
    self, Block, FOOT, Foot, Listed, Place, ROW, Row, Section, bucket_of_key, buckets_of, damaged,
};
use super::filter::may_hold;
use super::{FEWEST_BITS, NamedMarks};
use crate::fact::bulk::{Crowd, Placed, bucket_of, key_of};
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
        let (key, mut bytes) = (key_of(id), Vec::new());
        for listed in section.blocks.iter().filter(|listed| may_hold(&listed.filter, key)) {
            let block = &listed.block;
            let mut found = self.read(medium, block, foot, &mut bytes)?.those(|other| other == key);
            if let Some(found) = found.find(|placed| placed.mark.id == *id) {
                return self.entry(&found, places).map(Some);
            }
        }
        Ok(None)
    }

    /// Reads a block.
    fn read<'a>(
        &self,
        medium: &dyn Medium,
        block: &Block,
        foot: &Foot,
        bytes: &'a mut Vec<u8>,
    ) -> io::Result<Marks<'a>> {
        bytes.resize(usize::from(block.length) + SLACK, 0);
        block.read(medium, &self.file, bytes)?;
        Marks::of(bytes, directory::first_byte(block.bucket, foot.bits))
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
        let within = &mut |id: &Hash, content: &Content| {
            if (first..=last).contains(&id) {
                take(id, content);
            }
        };
        let all = |_: &Listed| true;
        buckets.into_iter().try_for_each(|bucket| {
            let section = foot.section(medium, &self.file, bucket)?;
            self.each_in(medium, &section, foot, (&all, &|_| true), within)
        })
    }

    /// Gives the facts whose ids begin with a byte and may be in a crowd.
    pub(in crate::store) fn among(
        &self,
        medium: &dyn Medium,
        first: u8,
        crowd: &Crowd<'_>,
        take: &mut dyn FnMut(&Hash, &Content),
    ) -> io::Result<()> {
        let (foot, _) = self.end(medium)?;
        for bucket in buckets_of(first, foot.bits) {
            let section = foot.section(medium, &self.file, bucket)?;
            let here = |key: &u64| bucket_of_key(first, *key, foot.bits) == bucket;
            let few = crowd.keys().len() >> (foot.bits - FEWEST_BITS) <= FEW;
            let keys = if few { crowd.keys() } else { &[] };
            let asked: Vec<u64> = keys.iter().copied().filter(here).collect();
            let asked =
                |listed: &Listed| !few || asked.iter().any(|key| may_hold(&listed.filter, *key));
            let fit = |key| crowd.may_hold(key);
            self.each_in(medium, &section, foot, (&asked, &fit), take)?;
        }
        Ok(())
    }

    /// Gives the facts of a section whose blocks and keys fit.
    fn each_in(
        &self,
        medium: &dyn Medium,
        section: &Section,
        foot: &Foot,
        (block, key): Fit<'_>,
        take: &mut dyn FnMut(&Hash, &Content),
    ) -> io::Result<()> {
        let mut bytes = Vec::new();
        for listed in section.blocks.iter().filter(|it| block(it)) {
            let block = &listed.block;
            for Placed { mark, .. } in self.read(medium, block, foot, &mut bytes)?.those(key) {
                if section.void.binary_search(&mark.id).is_err() {
                    take(&mark.id, &mark.content);
                }
            }
        }
        Ok(())
    }
}

/// Which blocks, and which keys in them.
type Fit<'f> = (&'f dyn Fn(&Listed) -> bool, &'f dyn Fn(u64) -> bool);

/// Ids in a bucket, at most, that are looked for in the blocks that may hold one of them; for more, all of
/// the blocks are read.
const FEW: usize = 24;
