//! A file as a stream of plain bytes: decompresses, counts and digests on the way.
//!
//! The law: the digest is BLAKE3 of the bytes as they lie on the disk (compressed if they are),
//! and covers the file to its end even if reading the rows stopped before. Bytes that come behind an
//! end that was reached are no part of the file: they would count as read, and nobody read them.

use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::IntakeError;
use super::digest::{Digest, Part};

pub(super) const CHUNK: usize = 128 * 1024;

/// The file itself, and how far it was read.
struct Meter {
    file: File,
    bytes: u64,
    /// Its end was reached.
    ended: bool,
}

/// A file that is read from its beginning to its end, perhaps by several threads in turn.
#[derive(Clone)]
pub(super) struct Tap(Arc<(Mutex<Meter>, Mutex<Digest>)>);

impl Tap {
    fn meter(&self) -> MutexGuard<'_, Meter> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn digest(&self) -> MutexGuard<'_, Digest> {
        self.0.1.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file, for a reader that takes the digest of the bytes by itself.
    pub(super) fn undigested(&self) -> Undigested {
        Undigested(self.clone())
    }

    /// Reads on as far as a place, for the digest alone; `room` lends its memory.
    pub(super) fn read_to(&self, place: u64, room: &mut [u8]) -> io::Result<()> {
        let mut tap = self.clone();
        while self.meter().bytes < place && tap.read(room)? > 0 {}
        Ok(())
    }

    /// Some bytes were read, and this is their part of the digest.
    pub(super) fn digested(&self, part: Part) {
        self.digest().put(part);
    }
}

/// The plain bytes of a file.
pub(super) type Input = Box<dyn BufRead + Send>;

impl Read for Tap {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (at, count) = self.meter().read(buffer)?;
        self.digested(Part::of(at, &buffer[..count]));
        Ok(count)
    }
}

impl Meter {
    /// Reads until the buffer is full or the file ends, so that parts of the digest are whole trees; says
    /// where that was, and how many bytes.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<(u64, usize)> {
        let count = fill(&mut self.file, buffer)?;
        let at = self.bytes;
        self.bytes += count as u64;
        self.ended |= count < buffer.len();
        Ok((at, count))
    }
}

/// Reads until the buffer is full or the input ends.
pub(super) fn fill(input: &mut (impl Read + ?Sized), buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// A file whose digest is taken by who reads it.
pub(super) struct Undigested(Tap);

impl Read for Undigested {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.meter().read(buffer).map(|(_, count)| count)
    }
}

/// An open file of facts, apart from the reader of its plain bytes.
pub(super) struct Source {
    tap: Tap,
    /// The bytes of its rows are those that lie on the disk.
    plain: bool,
}

impl Source {
    /// Opens a plain, `.gz` or `.zst` file; the end of its name decides.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Input)> {
        let meter = Meter { file: File::open(path)?, bytes: 0, ended: false };
        let tap = Tap(Arc::new((Mutex::new(meter), Mutex::default())));
        let raw = BufReader::with_capacity(CHUNK, tap.clone());
        let packing = path.extension().and_then(|end| end.to_str());
        let reader: Input = match packing {
            Some("gz") => {
                Box::new(BufReader::with_capacity(CHUNK, flate2::bufread::MultiGzDecoder::new(raw)))
            }
            Some("zst") => {
                let decoder = zstd::stream::read::Decoder::with_buffer(raw)?;
                Box::new(BufReader::with_capacity(CHUNK, decoder))
            }
            Some(_) | None => Box::new(raw),
        };
        let plain = !matches!(packing, Some("gz" | "zst"));
        Ok((Self { tap, plain }, reader))
    }

    /// The file itself, if its rows are read from its bytes as they lie on the disk.
    pub(super) fn plain(&self) -> Option<&Tap> {
        self.plain.then_some(&self.tap)
    }

    /// How many bytes of the file have been read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.tap.meter().bytes
    }

    /// What the file system says of the open file.
    pub(super) fn metadata(&self) -> io::Result<Metadata> {
        self.tap.meter().file.metadata()
    }

    /// Reads what is left and says the digest in hex and the size; none if the file has grown since its
    /// end was reached.
    pub(super) fn finish(mut self) -> io::Result<Option<(String, u64)>> {
        let ended = self.tap.meter().ended;
        let (mut buffer, mut left) = (vec![0; CHUNK], 0);
        loop {
            match self.tap.read(&mut buffer)? {
                0 => break,
                count => left += count,
            }
        }
        let digest = std::mem::take(&mut *self.tap.digest()).finish();
        let bytes = self.tap.meter().bytes;
        Ok((!ended || left == 0).then(|| (digest.to_hex().to_string(), bytes)))
    }
}

/// BLAKE3 of a file's bytes in hex, as long as it is wanted: told after each part how many bytes were read.
///
/// # Errors
/// If the file cannot be read, or if it is asked to stop.
pub fn digest_while(
    path: &Path,
    mut go_on: impl FnMut(u64) -> Result<(), IntakeError>,
) -> Result<String, IntakeError> {
    let fail = |source| IntakeError::Read { path: path.to_owned(), source };
    let (mut file, mut hasher) = (File::open(path).map_err(fail)?, blake3::Hasher::new());
    let (mut buffer, mut bytes) = (vec![0; 8 * CHUNK], 0);
    loop {
        go_on(bytes)?;
        let count = file.read(&mut buffer).map_err(fail)?;
        if count == 0 {
            return Ok(hasher.finalize().to_hex().to_string());
        }
        hasher.update(&buffer[..count]);
        bytes += count as u64;
    }
}

/// BLAKE3 of a file's bytes, in hex: what a delivery remembers of the file.
///
/// # Errors
/// If the file cannot be read.
pub fn digest_of(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn packed_files_read_as_plain_ones_and_are_digested_as_they_lie() {
        let folder = tempfile::tempdir().unwrap();
        let text = b"id,time\n".repeat(5000);
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(&text[..8]).unwrap();
        let mut members = gz.finish().unwrap();
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(&text[8..]).unwrap();
        members.extend(gz.finish().unwrap());
        let packed = [
            ("a.csv", text.clone()),
            ("a.csv.gz", members),
            ("a.csv.zst", zstd::encode_all(&text[..], 1).unwrap()),
        ];
        for (name, bytes) in packed {
            let path = folder.path().join(name);
            std::fs::write(&path, &bytes).unwrap();
            let (source, mut reader) = Source::open(&path).unwrap();
            let mut read = Vec::new();
            reader.read_to_end(&mut read).unwrap();
            assert_eq!(read, text, "{name}");
            let (digest, size) = source.finish().unwrap().unwrap();
            assert_eq!(digest, digest_of(&path).unwrap());
            assert_eq!(digest, digest_while(&path, |_| Ok(())).unwrap());
            assert_eq!((digest, size), (blake3::hash(&bytes).to_string(), bytes.len() as u64));
        }
    }

    #[test]
    fn what_is_appended_behind_the_end_is_not_taken_for_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        for (to_the_end, appended) in [(true, true), (true, false), (false, true)] {
            std::fs::write(&path, "id,time\n").unwrap();
            let (source, mut reader) = Source::open(&path).unwrap();
            if to_the_end {
                reader.read_to_end(&mut Vec::new()).unwrap();
            }
            let mut file = File::options().append(true).open(&path).unwrap();
            file.write_all(if appended { b"s-1,2026-10-05\n" } else { b"" }).unwrap();
            assert_eq!(source.finish().unwrap().is_none(), to_the_end && appended);
        }
    }

    #[test]
    fn a_cut_off_archive_is_an_error_and_not_a_short_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv.zst");
        let whole = zstd::encode_all(&b"id,time\n".repeat(5000)[..], 1).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 3]).unwrap();
        let (_, mut reader) = Source::open(&path).unwrap();
        assert!(reader.read_to_end(&mut Vec::new()).is_err());
    }
}
