//! Looking at every byte of a file of marks.

use std::io::{self, ErrorKind};

use super::NamedMarks;
use super::block::{Marks, SLACK};
use super::directory::{self, Block, FOOT, Foot, HEAD, ROW, Row};
use super::file::foot;
use crate::store::medium::Medium;

/// Bytes read at once.
const CHUNK: usize = 1 << 20;

/// What is wrong with a file, if anything.
pub(in crate::store) fn wrong(
    medium: &dyn Medium,
    file: &str,
    named: &NamedMarks,
) -> io::Result<Option<&'static str>> {
    match medium.size(file)? {
        None => return Ok(Some("it is missing")),
        Some(size) if size != named.size => {
            return Ok(Some("it does not have the size that it was written with"));
        }
        Some(_) => {}
    }
    let Some(foot) = unless_damaged(foot(medium, file, named))? else {
        return Ok(Some("its foot is not what was written"));
    };
    if digest(medium, file, &foot, named.size)? != foot.directory {
        return Ok(Some("its directory is not what was written"));
    }
    let Some(mut blocks) = unless_damaged(blocks(medium, file, &foot))? else {
        return Ok(Some("its directory is not one"));
    };
    blocks.sort_unstable_by_key(|block| block.offset);
    let mut at = HEAD as u64;
    for block in &blocks {
        if block.offset != at || unless_damaged(check(medium, file, block, &foot))? != Some(true) {
            return Ok(Some("a block is not what was written"));
        }
        at += u64::from(block.length);
    }
    Ok((at != foot.sections).then_some("it holds what its directory does not list"))
}

fn unless_damaged<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == ErrorKind::InvalidData => Ok(None),
        result => result.map(Some),
    }
}

fn digest(medium: &dyn Medium, file: &str, foot: &Foot, size: u64) -> io::Result<[u8; 32]> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; CHUNK];
    for (mut at, to) in [(0, HEAD as u64), (foot.sections, size - FOOT as u64)] {
        while at < to {
            let length = usize::try_from(to - at).map_or(CHUNK, |left| left.min(CHUNK));
            medium.read(file, at, &mut buffer[..length])?;
            hasher.update(&buffer[..length]);
            at += length as u64;
        }
    }
    Ok(*hasher.finalize().as_bytes())
}

fn blocks(medium: &dyn Medium, file: &str, foot: &Foot) -> io::Result<Vec<Block>> {
    let mut rows = vec![0; ROW << foot.bits];
    medium.read(file, foot.rows, &mut rows)?;
    let mut blocks = Vec::new();
    for (bucket, bytes) in (0..).zip(rows.as_chunks().0) {
        let row = Row::decode(bucket, bytes).ok_or(ErrorKind::InvalidData)?;
        let section = row.section(medium, file, bucket)?;
        blocks.extend(section.blocks.iter().map(|listed| listed.block));
    }
    Ok(blocks)
}

/// Is it whole, and a block?
fn check(medium: &dyn Medium, file: &str, block: &Block, foot: &Foot) -> io::Result<bool> {
    let mut bytes = vec![0; usize::from(block.length) + SLACK];
    block.read(medium, file, &mut bytes)?;
    Ok(Marks::of(&bytes, directory::first_byte(block.bucket, foot.bits)).is_some())
}
