//! Tests of an index that is open while its folder changes.

use wensou_ingest::Silent;

use super::*;
use crate::{BuildOptions, build};

#[test]
fn an_open_index_stays_readable_when_its_generation_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    std::fs::create_dir(&archive).unwrap();
    let page = archive.join("page.txt");
    let text = "比特币突破历史高点\n\n市场反应热烈，交易量大增。\n";
    std::fs::write(&page, text).unwrap();
    let dir = folder.path().join("index");
    build(&dir, std::slice::from_ref(&archive), &BuildOptions::default(), &Silent).unwrap();
    let index = Index::open(&dir).unwrap();
    std::fs::remove_dir_all(&dir).unwrap();
    let address = index.in_walk_order().unwrap()[0];
    assert!(index.record(address).is_ok());
    assert!(index.near_duplicates(address).unwrap().is_empty());
    assert!(index.file_entry(page.to_str().unwrap()).is_some());
    assert_eq!(index.root_totals(&archive), Some(RootTotals { files: 1, records: 1 }));
}
