//! What is not read although it is below a root: the index, excluded files, and folders outside the
//! archive that a link leads to.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::convert::Infallible;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use wensou_ingest::{Error, Options, Reason, Record, Report, Silent, fingerprint, ingest, scan};

fn write(path: PathBuf) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "正文。").unwrap();
}

/// The names of the pages below the root, and the report.
fn read(root: &Path, options: &Options) -> (Vec<String>, Report) {
    let mut names = Vec::new();
    let report = ingest(&[root.to_owned()], options, &Silent, &mut |record| {
        if let Record::Article(article) = record {
            let name = Path::new(&article.path).strip_prefix(root).unwrap();
            names.push(name.to_str().unwrap().to_owned());
        }
        Ok::<(), Infallible>(())
    });
    (names, report.unwrap())
}

/// What [`Options::exclude_folder`] calls to recognise an index.
fn is_index(folder: &Path) -> bool {
    folder.join("WENSOU").exists()
}

#[test]
fn an_index_and_excluded_files_below_a_root_are_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    for name in
        ["a.txt", "sub/b.txt", "index/CURRENT", "index/LOCK", "index/gen-1/x.txt", "own.txt"]
    {
        write(at(name));
    }
    symlink(at("index"), at("to-index")).unwrap();
    symlink(at("index/gen-1"), at("to-gen")).unwrap();
    symlink(at("index/gen-1/x.txt"), at("to-file.txt")).unwrap();
    symlink("../own.txt", at("sub/to-own.txt")).unwrap();
    let mut options = Options::default();
    let all = read(dir.path(), &options).0;
    // Links to files and folders that are read anyway add no pages.
    assert_eq!(all.len(), 6, "{all:?}");
    // The path of the archive relative to the working directory.
    let cwd = std::env::current_dir().unwrap();
    let up = "../".repeat(cwd.components().count() - 1);
    let relative = Path::new(&up).join(dir.path().strip_prefix("/").unwrap());
    for index in [at("index"), at("./sub/../index/."), at("to-index"), relative.join("index")] {
        // That nothing exists at an excluded path is no mistake.
        options.exclude = vec![index.clone(), at("own.txt"), at("nothing")];
        options.exclude_folder = None;
        let (names, report) = read(dir.path(), &options);
        assert_eq!(names, ["a.txt", "sub/b.txt"], "{}", index.display());
        let ignored = ["index", "own.txt", "sub/to-own.txt", "to-file.txt", "to-gen", "to-index"];
        let mut found = report.ignored;
        found.sort();
        assert_eq!(found, ignored.map(at));
        assert!(report.skipped.is_empty());
    }
    // The index is recognised by its content.
    write(at("index/WENSOU"));
    options.exclude = Vec::new();
    options.exclude_folder = Some(is_index);
    let (names, _) = read(dir.path(), &options);
    assert_eq!(names, ["a.txt", "own.txt", "sub/b.txt"]);
    // Changes inside the index do not change the fingerprint of the archive.
    let roots = [dir.path().to_owned()];
    let before = fingerprint(&roots, &options).unwrap();
    assert_eq!(scan::<Infallible>(&roots, &options).unwrap().fingerprint(), before);
    write(at("index/gen-2/y.txt"));
    assert_eq!(fingerprint(&roots, &options).unwrap(), before);
}

#[test]
fn an_index_cannot_be_its_own_archive() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    write(at("index/gen-1/x.txt"));
    write(at("index/WENSOU"));
    symlink(at("index/gen-1"), at("link")).unwrap();
    let mut by_name = Options::default();
    by_name.exclude = vec![at("index")];
    let mut by_content = Options::default();
    by_content.exclude_folder = Some(is_index);
    for options in [by_name, by_content] {
        for root in ["index", "index/gen-1", "index/gen-1/x.txt", "link", "index/../link/."] {
            let root = at(root);
            let error = scan::<Infallible>(std::slice::from_ref(&root), &options).err().unwrap();
            let text = error.to_string();
            assert!(matches!(error, Error::RootExcluded { path } if path == root));
            assert!(text.contains("an index cannot be its own archive"), "{text}");
            assert!(fingerprint(&[root], &options).is_err());
        }
        assert!(scan::<Infallible>(&[dir.path().to_owned()], &options).is_ok());
    }
}

#[test]
fn a_root_that_is_an_excluded_file_is_not_called_an_index() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("log.txt");
    write(file.clone());
    let mut options = Options::default();
    options.exclude = vec![file.clone()];
    let error = scan::<Infallible>(std::slice::from_ref(&file), &options).err().unwrap();
    let text = error.to_string();
    assert!(matches!(error, Error::FileExcluded { path } if path == file));
    assert!(!text.contains("index folder"), "{text}");
}

#[test]
fn links_to_folders_outside_the_archive_are_reported_and_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    write(at("in/sub/a.txt"));
    write(at("out/b.txt"));
    symlink(at("out"), at("in/out")).unwrap();
    symlink("../../out", at("in/sub/relative")).unwrap();
    symlink(dir.path(), at("in/above")).unwrap();
    symlink(at("in/sub"), at("in/same")).unwrap();
    symlink(at("in"), at("in/sub/up")).unwrap();
    symlink(at("out/b.txt"), at("in/file.txt")).unwrap();
    let (names, report) = read(&at("in"), &Options::default());
    // Links to files outside are followed. Folders inside the archive are read once.
    assert_eq!(names, ["file.txt", "sub/a.txt"]);
    let skipped_for = |reason: &Reason| -> Vec<PathBuf> {
        let skipped = report.skipped.iter().filter(|skipped| skipped.reason == *reason);
        skipped.map(|skipped| skipped.path.strip_prefix(at("in")).unwrap().to_owned()).collect()
    };
    let outside = ["above", "out", "sub/relative"].map(PathBuf::from);
    assert_eq!(skipped_for(&Reason::SymlinkOutsideRoots), outside);
    assert_eq!(skipped_for(&Reason::SymlinkLoop), ["sub/up"].map(PathBuf::from));
    assert_eq!(
        report.skipped[0].reason.to_string(),
        "a link to a folder outside the archive: add that folder as well if it belongs to it"
    );
    // If the target of a link is a root, too, its files are read once.
    let mut count = 0;
    let roots = [at("in"), at("out")];
    let report = ingest(&roots, &Options::default(), &Silent, &mut |_| {
        count += 1;
        Ok::<(), Infallible>(())
    })
    .unwrap();
    assert_eq!(count, 2);
    assert!(!report.skipped.iter().any(|skipped| skipped.path == at("in/out")));
}
