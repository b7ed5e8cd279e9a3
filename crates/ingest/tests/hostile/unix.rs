//! What only Unix has: names that are not UTF-8, access rights, links, pipes and devices.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use wensou_ingest::{Span, original};

use super::*;

/// Makes a pipe. Opening it would block until another process writes to it.
fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn files_whose_names_are_not_utf8_are_read_and_reported() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join(OsStr::from_bytes(b"\xa5\xbf"));
    // Some file systems refuse such names.
    if fs::create_dir(&folder).is_err() {
        eprintln!("skipped: the file system takes only UTF-8");
        return;
    }
    fs::write(folder.join(OsStr::from_bytes(b"\xff.txt")), "正文。").unwrap();
    fs::write(folder.join(OsStr::from_bytes(b"\xfe.txt")), "正文。").unwrap();
    fs::write(folder.join(OsStr::from_bytes(b"\xff.png")), "x").unwrap();
    fs::write(folder.join(OsStr::from_bytes(b"\xfd.txt")), "").unwrap();
    let (records, report) = read_with(dir.path(), &Options::default(), &Silent);
    assert_eq!(records.len(), 2);
    // The empty file is skipped, and the image is ignored. The names of ignored files are not
    // reported.
    assert_eq!(
        (report.non_utf8_names.len(), report.skipped.len(), report.ignored.len()),
        (3, 1, 1)
    );
    assert!(first(&records).path.ends_with("/\u{fffd}.txt"));
    let ids: Vec<_> =
        records.iter().map(|r| if let Record::Article(a) = r { &a.id } else { "" }).collect();
    assert_ne!(ids[0], ids[1]);
    // The report is stored with the index.
    let stored = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&stored).unwrap(), report);
}

#[test]
fn the_original_of_a_file_is_found_by_a_name_that_is_not_utf8() {
    let dir = tempfile::tempdir().unwrap();
    let file =
        |ending: &[u8]| dir.path().join(OsStr::from_bytes(&[b"\xff".as_slice(), ending].concat()));
    let (pdf, image, page) = (file(b".pdf"), file(b".png"), file(b".txt"));
    // Some file systems refuse such names.
    if fs::write(&pdf, "%PDF-1.7\n").is_err() {
        eprintln!("skipped: the file system takes only UTF-8");
        return;
    }
    fs::write(&image, b"\x89PNG\r\n\x1a\n\0").unwrap();
    fs::write(&page, "正文。很長").unwrap();
    let (member, span) = (None, Span { start: 0, end: 9 });
    assert_eq!(original(&pdf, member, span).unwrap(), b"%PDF-1.7\n");
    assert_eq!(original(&image, member, span).unwrap(), b"\x89PNG\r\n\x1a\n\0");
    assert_eq!(original(&page, member, span).unwrap(), "正文。".as_bytes());
}

#[test]
fn pipes_and_devices_are_never_opened() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    make_pipe(&at("pipe.txt"));
    make_pipe(&at("pipe.jsonl"));
    make_pipe(&at("pipe.zip"));
    symlink(at("pipe.txt"), at("to-pipe.txt")).unwrap();
    symlink("/dev/zero", at("zero.txt")).unwrap();
    symlink("/dev/zero", at("zero.jsonl.gz")).unwrap();
    symlink("/dev/tty", at("tty.txt")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(at("socket.txt")).unwrap();
    let (records, report) = read_with(dir.path(), &Options::default(), &Silent);
    assert!(records.is_empty());
    assert_eq!(report.skipped.len(), 8);
    assert!(report.skipped.iter().all(|s| s.reason == Reason::Special), "{report:?}");
}

#[test]
fn a_pipe_or_device_as_a_root_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe.txt");
    make_pipe(&pipe);
    let zero = dir.path().join("zero.txt");
    symlink("/dev/zero", &zero).unwrap();
    for root in [pipe, zero, PathBuf::from("/dev/null")] {
        let sink = &mut |_| Ok::<(), ()>(());
        let result = ingest(std::slice::from_ref(&root), &Options::default(), &Silent, sink);
        assert!(matches!(result, Err(Error::NotAFile { path }) if path == root));
        assert!(wensou_ingest::fingerprint(&[root], &Options::default()).is_err());
    }
}

#[test]
fn a_file_that_becomes_a_pipe_or_a_device_is_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    for name in ["a.txt", "b.txt", "c.tar.gz"] {
        fs::write(at(name), "正文。").unwrap();
    }
    let change = AfterWalk(|| {
        for name in ["a.txt", "b.txt", "c.tar.gz"] {
            fs::remove_file(at(name)).unwrap();
        }
        make_pipe(&at("a.txt"));
        symlink("/dev/zero", at("b.txt")).unwrap();
        make_pipe(&at("c.tar.gz"));
    });
    let (_, report) = read_with(dir.path(), &Options::default(), &change);
    assert_eq!(report.skipped.len(), 3);
    assert!(report.skipped.iter().all(|s| s.reason == Reason::Special));
}

#[test]
fn links_that_lead_nowhere_or_back_are_reported() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::create_dir(at("sub")).unwrap();
    fs::write(at("sub/a.txt"), "正文。").unwrap();
    symlink(dir.path(), at("sub/up")).unwrap();
    symlink(at("sub"), at("sub/self")).unwrap();
    symlink("one.txt", at("two.txt")).unwrap();
    symlink("two.txt", at("one.txt")).unwrap();
    symlink("nowhere", at("gone.txt")).unwrap();
    let (records, report) = read_with(dir.path(), &Options::default(), &Silent);
    assert_eq!(records.len(), 1);
    assert_eq!(reason_of(&report, "sub/up"), Some(Reason::SymlinkLoop));
    assert_eq!(reason_of(&report, "sub/self"), Some(Reason::SymlinkLoop));
    for name in ["one.txt", "two.txt", "gone.txt"] {
        assert!(matches!(reason_of(&report, name), Some(Reason::Unreadable(_))), "{name}");
    }
    assert_eq!(report.skipped.len(), 5);
}

#[test]
fn unreadable_folders_and_files_are_reported() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::create_dir(at("closed")).unwrap();
    fs::write(at("closed/a.txt"), "正文。").unwrap();
    fs::write(at("closed.txt"), "正文。").unwrap();
    fs::write(at("open.txt"), "正文。").unwrap();
    let mode = |name: &str, mode| {
        fs::set_permissions(at(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("closed", 0);
    mode("closed.txt", 0);
    let may_read_everything = fs::read_dir(at("closed")).is_ok();
    let (records, report) = read_with(dir.path(), &Options::default(), &Silent);
    mode("closed", 0o755);
    if may_read_everything {
        eprintln!("skipped: this user may read everything");
        return;
    }
    assert_eq!(records.len(), 1);
    for name in ["closed", "closed.txt"] {
        assert!(matches!(reason_of(&report, name), Some(Reason::Unreadable(_))), "{name}");
    }
}
