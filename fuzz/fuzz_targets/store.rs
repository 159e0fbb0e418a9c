//! Whatever bytes are the journal and a file of ids, opening and verifying them never panics, and
//! what opens can be asked. So that the bytes get behind the checksums, records are also sealed
//! here, as docs/reliability.md says they are.
#![no_main]

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use libfuzzer_sys::fuzz_target;
use revshare::store::{Medium, Store, verify_on};

#[derive(Default)]
struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

impl Memory {
    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<String, Vec<u8>>) -> T) -> T {
        act(&mut self.0.lock().expect("nobody panics with it"))
    }
}

impl Medium for Memory {
    fn size(&self, name: &str) -> io::Result<Option<u64>> {
        Ok(self.with(|files| files.get(name).map(|bytes| bytes.len() as u64)))
    }

    fn read(&self, name: &str, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.with(|files| {
            let from = usize::try_from(offset).map_err(io::Error::other)?;
            let bytes = files.get(name).ok_or(io::ErrorKind::NotFound)?;
            let end = from.checked_add(buffer.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
            buffer.copy_from_slice(bytes.get(from..end).ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        })
    }

    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.with(|files| files.entry(name.to_owned()).or_default().extend_from_slice(bytes));
        Ok(())
    }

    fn sync(&self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn truncate(&self, name: &str, size: u64) -> io::Result<()> {
        self.with(|files| files.entry(name.to_owned()).or_default().truncate(size as usize));
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.with(|files| {
            let bytes = files.remove(from).ok_or(io::ErrorKind::NotFound)?;
            files.insert(to.to_owned(), bytes);
            Ok(())
        })
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.with(|files| files.remove(name));
        Ok(())
    }

    fn make_folder(&self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let names = |files: &mut BTreeMap<String, Vec<u8>>| {
            files
                .keys()
                .filter_map(|name| name.strip_prefix(folder)?.strip_prefix('/'))
                .map(str::to_owned)
                .collect()
        };
        Ok(self.with(names))
    }

    fn sync_folder(&self, _: &str) -> io::Result<()> {
        Ok(())
    }
}

fn preamble() -> Vec<u8> {
    let mut bytes = b"\xF5revshare\r\n\x1A".to_vec();
    bytes.extend(1_u32.to_le_bytes());
    let check = blake3::hash(&bytes);
    bytes.extend(&check.as_bytes()[..8]);
    bytes
}

/// A record under its checksums, whatever it says.
fn seal(kind: u8, number: u64, payload: &[u8], journal: &mut Vec<u8>, chain: &mut blake3::Hash) {
    let mut head = vec![0xF5, b'R', kind, 0];
    head.extend((payload.len() as u32).to_le_bytes());
    head.extend(number.to_le_bytes());
    head.extend(&blake3::hash(payload).as_bytes()[..16]);
    let check = blake3::hash(&head);
    head.extend(&check.as_bytes()[..8]);
    let mut hasher = blake3::Hasher::new();
    *chain = hasher.update(chain.as_bytes()).update(&head).update(payload).finalize();
    journal.extend(head);
    journal.extend(payload);
    journal.extend(chain.as_bytes());
}

/// Lines of the input as records: `i...` an import, `c...` a close.
fn sealed(text: &[u8]) -> Vec<u8> {
    let mut journal = preamble();
    let mut chain = blake3::hash(&journal);
    for (at, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        let Some((kind, payload)) = line.split_first() else { continue };
        seal(if *kind == b'c' { 2 } else { 1 }, at, payload, &mut journal, &mut chain);
    }
    journal
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, rest)) = bytes.split_first() else { return };
    let memory = Arc::new(Memory::default());
    let put = |name: &str, bytes: &[u8]| {
        memory.with(|files| files.insert(name.to_owned(), bytes.to_vec()))
    };
    match choice % 4 {
        0 => drop(put("journal", rest)),
        1 => drop(put("journal", &[&preamble(), rest].concat())),
        2 => drop(put("journal", &sealed(rest))),
        _ => {
            // A store that is whole but for one file of ids.
            let named = format!(
                "i{{\"ids\":{{\"import\":1,\"count\":{},\"digest\":\"{}\"}},\"delivery\":{}}}",
                u64::from(choice >> 2),
                blake3::hash(rest),
                serde_json::to_string(&revshare::fact::Delivery::default()).expect("JSON"),
            );
            put("journal", &sealed(named.as_bytes()));
            put("ids/00000001.ids", rest);
        }
    }
    let _ = verify_on(&*memory);
    let Ok(store) = Store::on(memory) else { return };
    let _ = store.known().find(&[7; 16]);
    let _ = store.known().find(&[0; 16]);
    let heads: Vec<_> = store.closings().cloned().collect();
    for head in heads {
        let _ = store.closing(&head.contract, head.period);
        let _ = store.archive_at(head.watermark);
    }
});
