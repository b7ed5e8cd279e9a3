//! Tests of an open index whose folder is removed, and of an address that is not in the index.

use tempfile::TempDir;
use wensou_ingest::Silent;

use super::*;
use crate::{BuildOptions, RootTotals, build};

/// An archive with one page, and its index.
struct OnePage {
    folder: TempDir,
}

impl OnePage {
    fn indexed() -> Self {
        let page = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        std::fs::create_dir(page.archive()).expect("a new folder");
        let text = "比特币突破历史高点\n\n市场反应热烈，交易量大增。\n";
        std::fs::write(page.path(), text).expect("a new file");
        build(&page.index(), &[page.archive()], &BuildOptions::default(), &Silent)
            .expect("a build");
        page
    }

    fn archive(&self) -> PathBuf {
        self.folder.path().join("archive")
    }

    /// The file of the page.
    fn path(&self) -> PathBuf {
        self.archive().join("page.txt")
    }

    fn index(&self) -> PathBuf {
        self.folder.path().join("index")
    }
}

#[test]
fn an_open_index_stays_readable_when_its_generation_is_removed() {
    let page = OnePage::indexed();
    let index = Index::open(&page.index()).unwrap();
    std::fs::remove_dir_all(page.index()).unwrap();
    let address = index.in_walk_order().unwrap()[0];
    assert!(index.record(address).is_ok());
    assert!(index.near_duplicates(address).unwrap().is_empty());
    assert!(index.file_entry(page.path().to_str().unwrap()).is_some());
    let totals = index.root_totals(&page.archive());
    assert_eq!(totals, Some(RootTotals { files: 1, records: 1 }));
}

#[test]
fn a_segment_that_does_not_exist_is_not_called_a_damaged_record() {
    let page = OnePage::indexed();
    let index = Index::open(&page.index()).unwrap();
    let address = DocAddress::new(7, 0);
    let expected = "the index has no segment 7";
    for error in [index.record(address).unwrap_err(), index.id(address).unwrap_err()] {
        assert!(matches!(error, Error::NoSegment { .. }), "{error}");
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}
