//! Tests of how generations are published, removed and found again. Most of these generations have
//! a marker, a description and a seal, and no other file.

use std::fs;

use super::*;
use crate::error::Error;
use crate::files::{CURRENT, Folder, GENERATION_MARKER, LOCK, Sum, Sums};

fn current_of(dir: &std::path::Path) -> Result<String, Error> {
    current(&Folder::open(dir).unwrap()).map(|current| current.name)
}

/// A description that can be read. It lists no files, so the generation needs none besides its
/// marker and seal.
fn description() -> Vec<u8> {
    crate::meta::tests::meta_without_documents().to_bytes().unwrap()
}

#[test]
fn a_draft_becomes_the_index_only_when_published() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(current_of(dir.path()), Err(Error::Missing { .. })));

    let draft = Draft::create(dir.path(), WhenBusy::Fail).unwrap();
    let folder = draft.folder().path().to_path_buf();
    drop(draft);
    assert!(!folder.exists(), "a draft that is dropped leaves no litter");

    let draft = Draft::create(dir.path(), WhenBusy::Fail).unwrap();
    fs::write(folder.join(GENERATION_MARKER), "wensou gen").unwrap();
    drop(draft);
    assert!(!folder.exists(), "nor does one whose marker could not be written whole");

    let draft = Draft::create(dir.path(), WhenBusy::Fail).unwrap();
    let first = draft.folder().path().to_path_buf();
    draft.publish(&description(), KeepComplete::No).unwrap();
    assert_eq!(dir.path().join(current_of(dir.path()).unwrap()), first);

    let draft = Draft::create(dir.path(), WhenBusy::Fail).unwrap();
    let second = draft.folder().path().to_path_buf();
    let named = dir.path().join(current_of(dir.path()).unwrap());
    assert_eq!(named, first, "readers see the old generation until the new one is published");
    draft.publish(&description(), KeepComplete::No).unwrap();
    assert_eq!(dir.path().join(current_of(dir.path()).unwrap()), second);
    assert!(!first.exists());
}

#[test]
fn a_second_draft_is_refused_while_the_first_has_the_lock() {
    let dir = tempfile::tempdir().unwrap();
    let _draft = Draft::create(dir.path(), WhenBusy::Fail).unwrap();
    let this = Some(std::process::id());
    let refused = Draft::create(dir.path(), WhenBusy::Fail);
    assert!(matches!(refused, Err(Error::Busy { holder, .. }) if holder == this));
}

#[test]
fn the_generation_of_a_killed_build_is_removed_and_foreign_files_stay() {
    let dir = tempfile::tempdir().unwrap();
    let draft = Draft::create(dir.path(), WhenBusy::Fail).unwrap();
    fs::write(draft.folder().path().join("mine.txt"), "not wensou's").unwrap();
    std::mem::forget(draft);
    // A kill leaves the generation, as forgetting the draft does. It would also release the lock,
    // but this process still holds the lock on the file. So remove the file: the next build locks a
    // new one.
    fs::remove_file(dir.path().join(LOCK)).unwrap();
    fs::create_dir(dir.path().join("gen-000041")).unwrap();
    fs::create_dir(dir.path().join("gen-src")).unwrap();
    fs::write(dir.path().join("gen-src/thesis.txt"), "x").unwrap();
    fs::write(dir.path().join("CURRENT.new"), "gen-0").unwrap();
    let folder = Folder::open(dir.path()).unwrap();
    assert_eq!(litter(&folder).unwrap(), ["gen-000001"]);
    Draft::create(dir.path(), WhenBusy::Fail)
        .unwrap()
        .publish(&description(), KeepComplete::No)
        .unwrap();
    assert_eq!(litter(&folder).unwrap(), Vec::<String>::new());
    // The next number is above all names of generations, ours or not.
    assert_eq!(current_of(dir.path()).unwrap(), "gen-000042");
    for stays in ["CURRENT.new", "gen-src/thesis.txt", "gen-000001/mine.txt", "gen-000041"] {
        assert!(dir.path().join(stays).exists(), "{stays}");
    }
    assert!(!dir.path().join("gen-000001/GENERATION").exists());
}

#[test]
fn the_folder_of_a_build_that_was_killed_before_it_wrote_a_marker_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    Draft::create(dir.path(), WhenBusy::Fail)
        .unwrap()
        .publish(&description(), KeepComplete::No)
        .unwrap();
    fs::create_dir(dir.path().join("gen-000002")).unwrap();
    fs::create_dir(dir.path().join("gen-000003")).unwrap();
    for (name, marker) in [("gen-000004", "wensou generation gen-0"), ("gen-000005", "my notes")] {
        fs::create_dir(dir.path().join(name)).unwrap();
        fs::write(dir.path().join(name).join(GENERATION_MARKER), marker).unwrap();
    }
    let note = "wensou lock\npid 1\n\
                unfinished gen-000002\nunfinished gen-000004\nunfinished gen-000005\n";
    fs::write(dir.path().join(LOCK), note).unwrap();
    remove_litter(dir.path()).unwrap();
    assert!(!dir.path().join("gen-000002").exists());
    assert!(!dir.path().join("gen-000004").exists(), "it has a part of the marker");
    assert!(dir.path().join("gen-000003").exists(), "nothing says that it is ours");
    assert!(dir.path().join("gen-000005/GENERATION").exists(), "the file is not ours");
}

#[test]
fn a_lost_current_file_is_restored_and_complete_generations_stay() {
    let dir = tempfile::tempdir().unwrap();
    Draft::create(dir.path(), WhenBusy::Fail)
        .unwrap()
        .publish(&description(), KeepComplete::No)
        .unwrap();
    // No file, a line that names a missing generation, and a line that is cut off.
    let lost = [None, Some("wensou gen-000009 0123456789abcdef\n"), Some("wensou gen-00")];
    for content in lost {
        match content {
            None => fs::remove_file(dir.path().join(CURRENT)).unwrap(),
            Some(line) => fs::write(dir.path().join(CURRENT), line).unwrap(),
        }
        let folder = Folder::open(dir.path()).unwrap();
        assert_eq!(litter(&folder).unwrap(), Vec::<String>::new(), "{content:?}");
        drop(Draft::create(dir.path(), WhenBusy::Fail).unwrap());
        assert_eq!(current_of(dir.path()).unwrap(), "gen-000001", "{content:?}");
    }
}

#[test]
fn a_foreign_folder_is_refused_and_stays_as_it_is() {
    for name in ["thesis.txt", "CURRENT", "LOCK", "WENSOU", "gen-000001"] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(name), "mine").unwrap();
        let refused = Draft::create(dir.path(), WhenBusy::Fail);
        assert!(matches!(refused, Err(Error::NotAnIndex { .. })), "{name}");
        let names: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(names.len(), 1, "{name}");
        assert_eq!(fs::read(dir.path().join(name)).unwrap(), b"mine", "{name}");
    }
}

#[test]
fn a_reused_file_keeps_its_sum_and_a_file_with_another_sum_is_damaged() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "content").unwrap();
    let from = Folder::open(dir.path()).unwrap();
    let sum = Sum::of(&from, "file").unwrap();
    let mut draft = Draft::create(&dir.path().join("index"), WhenBusy::Fail).unwrap();
    let no_page_sums = None;
    draft.reuse(&from, "file", sum, no_page_sums).unwrap();
    assert_eq!(draft.seal().unwrap()["file"], sum);
    let other_sums = Sums::from([("file".to_owned(), Sum { xxh3: !sum.xxh3, ..sum })]);
    assert_eq!(first_damaged(dir.path(), &from, &other_sums).unwrap(), Some("file"));
}
