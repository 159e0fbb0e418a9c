//! What an import brought, in a form that all ways of reading a file share.
#![allow(dead_code, reason = "each test program uses its own part of this")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use revshare::contract::Contract;
use revshare::fact::bulk::{Mark, MemoryShelf, Shelf};
use revshare::fact::{Archive, Delivery, Gathered, Hash, IdEntry, Lens};
use revshare::finding::Finding;
use revshare::intake::{
    Bulk, Import, IntakeError, Mapping, Progress, Request, SourceFile, discover_with, import,
    silent,
};

/// What an import brought.
#[derive(Debug, PartialEq)]
pub(crate) struct Brought {
    pub(crate) delivery: Delivery,
    pub(crate) ids: BTreeMap<Hash, IdEntry>,
    pub(crate) findings: Vec<String>,
    pub(crate) rejects: Vec<String>,
}

/// What was delivered before.
#[derive(Default)]
pub(crate) struct Before {
    pub(crate) archive: Archive,
    pub(crate) ids: BTreeMap<Hash, IdEntry>,
}

fn contract() -> Contract {
    let text = r#"
        id = "deal"
        currency = "USD"
        timezone = "America/Los_Angeles"
        [parties]
        vendor = "V"
        platform = "P"
        [[schedule]]
        id = "acme"
        scope = { customer = "acme-*" }
        seller = "platform"
        [[schedule.terms]]
        effective = 2020-01-01
        basis = "net-sales"
        split = { vendor = "50%", platform = "50%" }
    "#;
    Contract::parse("contract.toml", text).unwrap()
}

/// How files are imported.
pub(crate) struct Way<'a> {
    /// The contract, if it is not the one that keeps customers apart.
    pub(crate) contract: Option<&'a Contract>,
    /// What `revshare.toml` says.
    pub(crate) map: &'a str,
    pub(crate) before: &'a Before,
    /// Threads that read on the express way, and bytes of a chunk.
    pub(crate) express: Option<(usize, usize)>,
}

impl Way<'_> {
    /// The files of a folder.
    pub(crate) fn files(&self, dir: &Path) -> Vec<SourceFile> {
        discover_with(dir, &self.mapping()).unwrap()
    }

    fn mapping(&self) -> Mapping {
        Mapping::parse("revshare.toml", self.map).unwrap()
    }

    /// Imports files.
    pub(crate) fn import(
        &self,
        files: &[SourceFile],
        shelf: &MemoryShelf,
        rejects: Option<&mut dyn Write>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Import, IntakeError> {
        let contracts = [self.contract.cloned().unwrap_or_else(contract)];
        import(Request {
            files,
            mapping: &self.mapping(),
            contracts: &contracts,
            lens: &Lens::of(&contracts),
            archive: &self.before.archive,
            known: &self.before.ids,
            rejects: rejects.map(|it| it as &mut dyn Write),
            progress,
            bulk: self.express.map(|(threads, chunk)| Bulk { shelf, threads, chunk }),
            interrupt: None,
        })
    }

    /// What the files of a folder bring. Of a finding `said` tells what matters, and `reason` of the
    /// line that tells of a refused row.
    pub(crate) fn brought(
        &self,
        dir: &Path,
        said: fn(&Finding) -> String,
        reason: fn(&str) -> String,
    ) -> Brought {
        let (shelf, mut rejects) = (MemoryShelf::default(), Vec::new());
        let import =
            self.import(&self.files(dir), &shelf, Some(&mut rejects), &mut silent).unwrap();
        let mut findings: Vec<String> = import.findings.iter().map(said).collect();
        findings.sort();
        let text = String::from_utf8(rejects).unwrap();
        let mut rejects: Vec<String> = text.lines().map(reason).collect();
        rejects.sort();
        let ids = self.ids(&shelf, &import);
        Brought { delivery: import.gathered.delivery, ids, findings, rejects }
    }

    /// The facts that came, whichever way they went.
    fn ids(&self, shelf: &MemoryShelf, import: &Import) -> BTreeMap<Hash, IdEntry> {
        let mut ids: BTreeMap<Hash, IdEntry> =
            import.gathered.ids.iter().map(|entry| (entry.id, *entry)).collect();
        for (id, entry) in marked(shelf, &import.gathered, &import.marked.void) {
            // A fact that an earlier delivery brought is marked again, and known from there.
            if !self.before.ids.contains_key(&id) {
                assert_eq!(ids.insert(id, entry), None, "a fact went both ways");
            }
        }
        ids
    }
}

/// The entries of the marks that are not void, one for each id.
pub(crate) fn marked(
    shelf: &MemoryShelf,
    gathered: &Gathered,
    void: &[Hash],
) -> BTreeMap<Hash, IdEntry> {
    let mut placed = Vec::new();
    for first in 0..=u8::MAX {
        let (bucket, mut keys) = (shelf.bucket(first).unwrap(), Vec::new());
        bucket.keys(&mut keys);
        placed.extend((0..keys.len()).map(|number| bucket.mark(number)));
    }
    let standing = placed.iter().filter(|placed| void.binary_search(&placed.mark.id).is_err());
    let entry = |mark: &Mark| {
        let (kind, product) = gathered.places[mark.place as usize];
        let (id, content, time) = (mark.id, mark.content, mark.time);
        (id, IdEntry { id, content, time, kind, charged: None, product })
    };
    standing.map(|placed| entry(&placed.mark)).collect()
}
