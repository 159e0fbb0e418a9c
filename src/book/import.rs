//! Bringing in what is new: read, tallied, made durable in one record.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};

use super::rejects::Rejects;
use super::{Book, BookError, codes};
use crate::fact::{Control, Count, FileTally, Pending, Table};
use crate::finding::Finding;
use crate::intake::{
    self, Bulk, Feeds, Import, Progress, Request, SourceFile, Step as At, Tallied,
};
use crate::statement::FileControl;
use crate::store::{Marked, MarksShelf, Stamp};

/// From so many bytes on a delivery is large.
const LARGE: u64 = 4 << 20;
/// Bytes of a row, roughly.
const ROW: u64 = 100;

/// What an import is doing.
pub type Step<'p> = &'p mut dyn FnMut(Progress<'_>);

/// What an import did.
#[derive(Debug, Default)]
pub struct ImportReport {
    /// The files that were new, with what became of their rows.
    pub files: Vec<FileTally>,
    /// Files whose bytes were imported before; nothing changed for them.
    pub unchanged: Vec<String>,
    /// What was refused or noted, the first of each kind per file.
    pub findings: Vec<Finding>,
    /// What a feed adds up to in its own terms.
    pub feeds: Feeds,
    /// Where the refused rows are, if there are any.
    pub rejects: Option<PathBuf>,
}

impl Book {
    /// Imports every file of the book whose bytes the store has not seen, as one delivery; those of
    /// folders in `deliveries` only if these have come (see [`next_delivery`](Self::next_delivery)).
    ///
    /// # Errors
    /// What the machine refused; bad rows are no error, they are in the report.
    pub fn import(&mut self, step: Step<'_>) -> Result<ImportReport, BookError> {
        self.import_files(self.files()?, step)
    }

    /// Imports the given files, as one delivery; those whose bytes the store has seen are left out.
    ///
    /// # Errors
    /// What the machine refused; bad rows are no error, they are in the report.
    pub fn import_files(
        &mut self,
        files: Vec<SourceFile>,
        step: Step<'_>,
    ) -> Result<ImportReport, BookError> {
        let mut report = ImportReport::default();
        let (fresh, unchanged) = self.sorted_out(files, step)?;
        report.unchanged = unchanged;
        if fresh.is_empty() {
            return Ok(report);
        }
        let (tallies, fresh): (Vec<_>, Vec<_>) = fresh.into_iter().partition(SourceFile::is_tally);
        let tallies = self.read_tallies(&tallies)?;
        let stamps: Vec<Option<Stamp>> = fresh.iter().map(|file| Stamp::of(&file.path)).collect();
        let mut rejects = Rejects::new(&self.store_dir, self.store.imports() + 1);
        let shelf = self.shelf(&fresh)?;
        let mut import = intake::import(Request {
            files: &fresh,
            mapping: &self.mapping,
            contracts: &self.contracts,
            lens: &self.lens(),
            archive: self.store.archive(),
            known: self.store.known(),
            rejects: Some(&mut rejects),
            progress: &mut *step,
            interrupt: Some(&self.interrupt),
            bulk: shelf.as_ref().map(|shelf| Bulk {
                shelf,
                threads: self.threads(),
                chunk: Bulk::CHUNK,
            }),
        })?;
        self.add_tallies(&mut import, tallies)?;
        // From here on it is seen through.
        self.interrupt.check()?;
        let rows = import.gathered.delivery.files.iter().flat_map(|file| &file.controls);
        let rows = rows.map(|control| control.read.rows).sum();
        step(Progress { step: At::Keeping, file: "", rows, done: 0, total: 0 });
        let Import { gathered, findings, feeds, marked } = import;
        let (places, void) = (&gathered.places, &marked.void);
        let marked = shelf.map(|shelf| Marked { shelf, facts: marked.facts, places, void });
        let delivery = &gathered.delivery;
        report.rejects = std::thread::scope(|scope| {
            if self.settles {
                scope.spawn(|| delivery.make_keys());
            }
            // Nothing is acknowledged before both are on the disk.
            let rejects = scope.spawn(move || rejects.keep());
            let kept = self.store.keep(delivery, &gathered.ids, marked);
            let rejects = rejects.join().unwrap_or_else(|it| resume_unwind(it))?;
            self.store.record(delivery, kept?)?;
            Ok::<_, BookError>(rejects)
        })?;
        for (file, stamp) in fresh.iter().zip(stamps) {
            let mut named = delivery.files.iter().filter(|read| read.path == file.name);
            if let (Some(read), None) = (named.next(), named.next()) {
                self.store.saw(&file.path, stamp, &read.digest);
            }
        }
        report.files = gathered.delivery.files;
        report.findings = findings;
        report.feeds = feeds;
        Ok(report)
    }

    /// Reads the tallies of a delivery, with all that is wrong with any of them.
    fn read_tallies(&self, files: &[SourceFile]) -> Result<Vec<Tallied>, BookError> {
        let (mut tallies, mut findings) = (Vec::new(), Vec::new());
        for file in files {
            match intake::read_tally(file, &self.lens())? {
                Ok(tally) => tallies.push(tally),
                Err(more) => findings.extend(more),
            }
        }
        if findings.is_empty() { Ok(tallies) } else { Err(findings.into()) }
    }

    /// Adds tallies to what the lines of the same delivery brought.
    fn add_tallies(&self, import: &mut Import, tallies: Vec<Tallied>) -> Result<(), BookError> {
        let archive = self.store.archive();
        let delivery = &mut import.gathered.delivery;
        for Tallied { file, waiting, findings } in tallies {
            let place = (archive.files().len() + delivery.files.len()) as u64;
            let here = waiting.into_iter().map(|pending| Pending { file: place, ..pending });
            delivery.pending.extend(here);
            delivery.files.push(file);
            import.findings.extend(findings);
        }
        delivery.pending.sort();
        let overlaps = intake::overlaps(archive, &delivery.files);
        if overlaps.is_empty() { Ok(()) } else { Err(overlaps.into()) }
    }

    /// Which files are new, and the names of those whose bytes were imported before. A copy under
    /// another name is the same file, whether it comes now or later.
    fn sorted_out(
        &mut self,
        files: Vec<SourceFile>,
        step: Step<'_>,
    ) -> Result<(Vec<SourceFile>, Vec<String>), BookError> {
        let (mut fresh, mut unchanged) = (Vec::new(), Vec::new());
        let size = |file: &SourceFile| file.path.metadata().map_or(0, |data| data.len());
        let sizes: Vec<(Table, u64)> = files.iter().map(|file| (file.table, size(file))).collect();
        let mut seen = BTreeSet::new();
        for (file, of) in files.into_iter().zip(&sizes) {
            // Only files of one size can be the same: others need not be read for that.
            let alike = sizes.iter().filter(|other| *other == of).count() > 1;
            let known = if alike || self.store.archive().has_size(of.0, of.1) {
                let digest = self.recognised(&file, of.1, step)?;
                let known = self.store.archive().has_file(file.table, &digest);
                known || !seen.insert((file.table, digest))
            } else {
                false
            };
            if known { unchanged.push(file.name) } else { fresh.push(file) }
        }
        Ok((fresh, unchanged))
    }

    /// The digest of a file's bytes, which are read unless the file lies as it lay before.
    fn recognised(
        &mut self,
        file: &SourceFile,
        total: u64,
        step: Step<'_>,
    ) -> Result<String, BookError> {
        if let Some(digest) = self.store.digest_seen(&file.path) {
            return Ok(digest.to_owned());
        }
        let (name, before) = (&file.name, Stamp::of(&file.path));
        let digest = intake::digest_while(&file.path, |done| {
            step(Progress { step: At::Recognising, file: name, rows: 0, done, total });
            self.interrupt.check()
        })?;
        self.store.saw(&file.path, before, &digest);
        Ok(digest)
    }

    fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().ok();
        self.threads.or_else(cores).map_or(1, NonZeroUsize::get)
    }

    /// Room for the marks of a large delivery; none for a small one.
    fn shelf(&self, files: &[SourceFile]) -> Result<Option<MarksShelf>, BookError> {
        let bytes: u64 = files.iter().map(SourceFile::plain_size).sum();
        let shelf = || self.store.shelf(bytes / ROW);
        Ok((bytes >= LARGE).then(shelf).transpose()?)
    }
}

impl Book {
    /// A file to import by its path; its name says which table it holds.
    ///
    /// # Errors
    /// A finding if the name does not.
    pub fn source_file(&self, path: &Path) -> Result<SourceFile, BookError> {
        let named = SourceFile::named(path, &self.mapping);
        let within = |file: SourceFile| SourceFile { name: self.name_of(path), ..file };
        named.map(within).ok_or_else(|| {
            let message = format!("the name {} does not say what the file holds", path.display());
            let help = "name it sales*, costs*, usage*, fx*, payments*, grants* or audits*, with .csv or \
                        .jsonl (and .gz or .zst if packed), or say its table in a [[map]] of revshare.toml";
            Finding::new(&codes::FILE_NAME, message).help(help).into()
        })
    }
}

impl Book {
    /// What statements and findings call a file: its path below the book if it lies inside.
    fn name_of(&self, path: &Path) -> String {
        let inside = || {
            let (dir, path) = (self.dir.canonicalize().ok()?, path.canonicalize().ok()?);
            let parts = path.strip_prefix(dir).ok()?.iter().map(|part| part.to_str());
            Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
        };
        let name = || path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        inside().unwrap_or_else(|| name().to_owned())
    }
}

impl ImportReport {
    /// The control totals of the files that were new.
    pub fn controls(&self) -> Vec<FileControl> {
        let of = |file: &FileTally| {
            let control = |control: &Control| FileControl::of(file, control, Count::default());
            file.controls.iter().map(control).collect::<Vec<_>>()
        };
        self.files.iter().flat_map(of).collect()
    }

    /// How many rows were rejected.
    pub fn rejected(&self) -> u64 {
        let controls = self.files.iter().flat_map(|file| &file.controls);
        controls.map(|control| control.rejected.rows).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_map_says_the_table_where_the_name_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
        put("contract.toml", include_str!("../cli/starter/contract.toml"));
        let map = "[[map]]\nfiles = \"trace*.csv\"\ntable = \"sales\"\nformat = \"own\"\n";
        put("revshare.toml", map);
        let head = "id,time,kind,product,channel,amount,currency";
        put("trace-1.csv", &format!("{head}\ns-1,2026-10-05,charge,aria-1,marketplace,5.00,USD\n"));
        put("trace-2.csv", &format!("{head}\ns-2,2026-10-05,charge,aria-1,marketplace,6.00,USD\n"));
        put("notes.csv", "anything\n");

        let mut book = Book::open(dir.path(), None).unwrap();
        let one = book.source_file(&dir.path().join("trace-1.csv")).unwrap();
        assert_eq!(book.import_files(vec![one], &mut |_| ()).unwrap().files.len(), 1);
        let report = book.import(&mut |_| ()).unwrap();
        assert_eq!((report.files.len(), report.unchanged.len()), (1, 1), "{:?}", report.findings);
        assert!(book.source_file(&dir.path().join("notes.csv")).is_err());
    }
}
