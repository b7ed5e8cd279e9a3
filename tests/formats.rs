//! Indexes of all released formats can be opened, or are refused with the command that helps.

use std::fs;
use std::path::Path;

use crate::util::{Dir, copy_folder};

/// A folder with a copy of a fixture in `index`, and the export of its records. A fixture is an
/// index of 302 records whose archive does not exist.
fn fixture(name: &str) -> (Dir, String) {
    let dir = Dir::new();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    copy_folder(&fixtures.join(name), &dir.path().join("index"));
    (dir, fs::read_to_string(fixtures.join("records.jsonl")).unwrap())
}

/// Checks that an index has the records of the fixtures, and that searches find them.
fn assert_has_fixture_records(dir: &Dir, records: &str) {
    // The indexes were built from `/tmp/fx/archive`, but `records.jsonl` has relative paths.
    assert_eq!(dir.ok(&["export"]).replace("/tmp/fx/archive", "archive"), records);
    assert_eq!(dir.ids(&["\"比特币减半\""]).len(), 1);
    assert_eq!(dir.ids(&["護城河"]).len(), 1);
    assert_eq!(dir.ids(&["tag:eth", "kind:flash"]), ["r-1"]);
    assert_eq!(dir.ids(&["path:one.txt", "kind:flash"]), ["f3005a830ae42"]);
    // Queries that read posting lists with full blocks of 128 documents.
    let count = |query: &str| dir.ids(&[query]).len();
    assert_eq!(
        (count("質押收益率"), count("\"更多,收益率\""), count("\"又一條\"")),
        (300, 100, 150)
    );
    assert_eq!(dir.ids(&["\"第 299 條\""]), ["r-299"]);
    assert_eq!(dir.run(&["check", "--quick"]).code, 0);
}

#[test]
fn format_8_is_read() {
    let (dir, records) = fixture("format-8");
    assert_has_fixture_records(&dir, &records);
}

#[test]
fn an_index_of_an_older_format_is_rebuilt_and_keeps_the_records_of_a_missing_archive() {
    for format in [4, 5, 6, 7] {
        let (dir, records) = fixture(&format!("format-{format}"));
        let refused = dir.run(&["search", "質押"]);
        assert_eq!(refused.code, 3);
        assert!(refused.stderr.contains(&format!("has format {format}")), "{}", refused.stderr);
        // An update would lose the records, so it fails and changes nothing.
        let refused = dir.run(&["index"]);
        assert_eq!(refused.code, 2, "{}", refused.stderr);
        let repaired = dir.run(&["check", "--repair"]);
        assert_eq!(repaired.code, 0, "{}", repaired.stderr);
        assert!(repaired.stderr.contains("302 old records kept"), "{}", repaired.stderr);
        assert_has_fixture_records(&dir, &records);
        // The generation of the fixtures of formats 4, 5, 6 and 7 has the number 1, 2, 3 and 4.
        assert!(!dir.path().join(format!("index/gen-00000{}", format - 3)).exists());
    }
}

#[test]
fn an_index_of_a_format_that_cannot_be_read_is_refused_and_then_rebuilt() {
    for format in [1, 2, 3] {
        let dir = Dir::new();
        // `CURRENT` as format 1 wrote it, without a checksum.
        dir.write("index/CURRENT", "gen-000001\n");
        dir.write("index/gen-000001/wensou.json", format!("{{\"format\": {format}}}\n"));
        dir.write("archive/page.txt", "標題\n\n正文在此,說一件事。\n");
        let ran = dir.run(&["search", "正文"]);
        assert_eq!(ran.code, 3);
        assert!(ran.stderr.contains("`wensou index"), "{}", ran.stderr);
        // An index that cannot be read is rebuilt.
        dir.index();
        assert_eq!(dir.ids(&["正文"]).len(), 1);
        assert!(!dir.path().join("index/gen-000001").exists());
    }
}
