//! Random deliveries bring the same on both ways.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use revshare::intake::Bulk;

use super::random::delivery;
use super::rows::packed_of;
use super::ways::{MAPS, compare_by};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn both_ways_bring_the_same(
        deliveries in proptest::collection::vec(delivery(), 1..4),
        threads in 1_usize..6,
        chunk in prop_oneof![Just(40_usize), Just(300), Just(Bulk::CHUNK)],
        map in prop_oneof![2 => Just(MAPS[0]), 1 => Just(MAPS[1]), 1 => Just(MAPS[2]), 1 => Just(MAPS[3])],
        forgotten in prop_oneof![Just(None), Just(Some("2026-10-29")), Just(Some("2026-11-01"))],
    ) {
        let folders: Vec<_> = deliveries.iter().map(|_| tempfile::tempdir().unwrap()).collect();
        for (folder, files) in folders.iter().zip(&deliveries) {
            for (number, (text, packed)) in files.iter().enumerate() {
                let (name, bytes) = match packed {
                    true => (format!("sales-{number}.csv.zst"), packed_of(text.as_bytes())),
                    false => (format!("sales-{number}.csv"), text.clone().into_bytes()),
                };
                fs::write(folder.path().join(name), bytes).unwrap();
            }
        }
        let paths: Vec<&Path> = folders.iter().map(|folder| folder.path()).collect();
        compare_by(map, &paths, (threads, chunk), forgotten)?;
    }
}
