//! Indexes of every format that was released can still be opened, or are refused with the cure.

use std::fs;
use std::path::Path;

use crate::util::Dir;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        match from.is_dir() {
            true => copy(&from, &to),
            false => assert!(fs::copy(from, to).is_ok()),
        }
    }
}

/// A copy of an index of 302 records, and these as they were exported. Its archive is gone.
fn fixture(name: &str) -> (Dir, String) {
    let dir = Dir::new();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    copy(&fixtures.join(name), &dir.path().join("index"));
    (dir, fs::read_to_string(fixtures.join("records.jsonl")).unwrap())
}

/// Finds in the index of the fixtures what it must find.
fn finds_what_is_there(dir: &Dir, records: &str) {
    // The archive's folder, as it is spelled from here.
    assert_eq!(dir.ok(&["export"]).replace("/tmp/fx/archive", "archive"), records);
    assert_eq!(dir.ids(&["\"比特币减半\""]).len(), 1);
    assert_eq!(dir.ids(&["護城河"]).len(), 1);
    assert_eq!(dir.ids(&["tag:eth", "kind:flash"]), ["r-1"]);
    assert_eq!(dir.ids(&["path:one.txt", "kind:flash"]), ["f3005a830ae42"]);
    // Of which lists have full blocks: in every document once, in some twice, and in each third.
    let count = |query: &str| dir.ids(&[query]).len();
    assert_eq!(
        (count("質押收益率"), count("\"更多,收益率\""), count("\"又一條\"")),
        (300, 100, 150)
    );
    assert_eq!(dir.ids(&["\"第 299 條\""]), ["r-299"]);
    assert_eq!(dir.run(&["check", "--quick"]).code, 0);
}

#[test]
fn format_5_is_read() {
    let (dir, records) = fixture("format-5");
    finds_what_is_there(&dir, &records);
}

#[test]
fn an_index_of_format_4_is_rebuilt_and_keeps_the_records_of_a_missing_archive() {
    let (dir, records) = fixture("format-4");
    let refused = dir.run(&["search", "質押"]);
    assert_eq!(refused.code, 3);
    assert!(refused.stderr.contains("has format 4"), "{}", refused.stderr);
    // An update would lose its records: it says so and changes nothing.
    let refused = dir.run(&["index"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    let repaired = dir.run(&["check", "--repair"]);
    assert_eq!(repaired.code, 0, "{}", repaired.stderr);
    assert!(repaired.stderr.contains("302 old records kept"), "{}", repaired.stderr);
    finds_what_is_there(&dir, &records);
    assert!(!dir.path().join("index/gen-000001").exists());
}

#[test]
fn an_index_of_another_format_is_refused_with_the_cure() {
    for format in [1, 2, 3] {
        let dir = Dir::new();
        // As format 1 wrote it: the pointer had no checksum.
        dir.write("index/CURRENT", "gen-000001\n");
        dir.write("index/gen-000001/wensou.json", format!("{{\"format\": {format}}}\n"));
        dir.write("archive/page.txt", "標題\n\n正文在此,說一件事。\n");
        let ran = dir.run(&["search", "正文"]);
        assert_eq!(ran.code, 3);
        assert!(ran.stderr.contains("`wensou index"), "{}", ran.stderr);
        // An update of what cannot be read is a whole build.
        dir.index();
        assert_eq!(dir.ids(&["正文"]).len(), 1);
        assert!(!dir.path().join("index/gen-000001").exists());
    }
}
