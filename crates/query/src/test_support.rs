//! What the unit tests of several modules share: the index of the sample archive, and queries.

use std::path::Path;

use wensou_index::{BuildOptions, Index, build};
use wensou_ingest::Silent;

/// Queries with words, phrases, words near each other, prefixes, exact texts with symbols, dates,
/// filters, paths, operators, a question, words that no document has, and the empty query.
pub(crate) const QUERIES: [&str; 15] = [
    "比特幣",
    "比特币 减半 价格",
    "\"比特幣\"",
    "\"比特幣 價格\"~30",
    "bit*",
    "bitcoin OR (以太坊 -NFT)",
    "比特幣是什麼？",
    "title:比特幣 kind:flash",
    "tag:btc* date:2020.. has:tags",
    "比特幣 5.4億 2023年 path:00*",
    "id:a12* date:any",
    "火星 比特幣 龘靐 以太坊",
    "\"3.5%\" C++ 2.0.1 -$100",
    "\"C++ 減半\"~9 第三季",
    "",
];

/// The index of the sample archive.
pub(crate) fn sample_index() -> Index {
    // The folder is removed, but the index keeps its files open.
    sample_index_in(tempfile::tempdir().unwrap().path())
}

/// The index of the sample archive, built in `folder`.
pub(crate) fn sample_index_in(folder: &Path) -> Index {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/archive");
    let dir = folder.join("index");
    build(&dir, &[archive], &BuildOptions::default(), &Silent).unwrap();
    Index::open(&dir).unwrap()
}
