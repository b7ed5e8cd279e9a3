//! Damaged files, and system calls that fail: the index stays intact, and a message says what is
//! wrong.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use super::{current_file, current_generation, indexed};
use crate::util::{Dir, Ran, Random, compiled_fault_library};

/// A folder with an index whose document store is so large that each page of it is verified when it
/// is read, instead of the whole file when it is opened.
fn with_large_store() -> Dir {
    let dir = Dir::new();
    let mut dump = String::new();
    let mut random = Random::new(10);
    for number in 0..3000 {
        // Incompressible text, because files of up to 1 MiB are verified as a whole.
        let letter = |_| char::from_u32(0x4e00 + random.below(20_000) as u32).unwrap();
        let text: String = (0..500).map(letter).collect();
        dump.push_str(&format!("{{\"id\": \"r{number}\", \"text\": \"{text}\"}}\n"));
    }
    dir.write("archive/dump.jsonl", dump);
    dir.index();
    dir
}

#[test]
fn a_damaged_length_is_reported_as_damage_before_it_allocates_memory() {
    let dir = with_large_store();
    let store = current_file(&dir, "index", ".store");
    let mut bytes = fs::read(&store).unwrap();
    // The file ends with tantivy's footer: JSON, the length of the JSON and a magic number, each of
    // these two in 4 bytes. The 28 bytes before that are the footer of the store, in which bytes
    // `4..12` are the offset of the skip index.
    let end = bytes.len() - 8;
    let footer = u32::from_le_bytes(bytes[end..end + 4].try_into().unwrap()) as usize;
    let store_footer = end - footer - 28;
    let offset: [u8; 8] = bytes[store_footer + 4..store_footer + 12].try_into().unwrap();
    let skip_index = u64::from_le_bytes(offset) as usize;
    // The skip index begins with the number of its layers, as a varint whose last byte has the
    // highest bit: this one is 2^49 - 1.
    bytes[skip_index..skip_index + 7].copy_from_slice(&[0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0xff]);
    fs::write(&store, bytes).unwrap();
    for args in [&["export"][..], &["search", "r7", "-n", "1"], &["check"]] {
        let ran = dir.run(args);
        assert_eq!(ran.code, 3, "{args:?}: {}", ran.stderr);
        let output = ran.stdout + &ran.stderr;
        assert!(output.contains("checksum mismatch"), "{args:?}: {output}");
        assert!(output.contains("check --repair"), "{args:?}: {output}");
    }
    let repaired = dir.run(&["check", "--repair"]);
    assert_eq!(repaired.code, 0, "{}{}", repaired.stdout, repaired.stderr);
    assert_eq!(dir.ok(&["export"]).lines().count(), 3000);
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_that_is_cut_short_under_a_reader_is_named() {
    let dir = with_large_store();
    let store = current_file(&dir, "index", ".store");
    assert!(fs::metadata(&store).unwrap().len() > 2 << 20);
    let mut export = dir.command(&["export"]);
    let mut export = export.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut records = BufReader::new(export.stdout.take().unwrap());
    let mut first = String::new();
    records.read_line(&mut first).unwrap();
    // The pipe is full, so the process waits until we read more of its output.
    fs::File::options().write(true).open(&store).unwrap().set_len(4096).unwrap();
    let read = records.lines().map_while(Result::ok).count();
    let ended = export.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
    // All 3,000 records but the first.
    assert!(read < 2999, "the file was read before it was cut short");
    assert_eq!(ended.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains(".store was cut short while it was read"), "{stderr}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_failed_last_sync_is_a_warning_and_keeps_the_old_generation() {
    let dir = indexed();
    let Some(library) = compiled_fault_library(&dir, "fault") else { return };
    let before = dir.ok(&["export"]);
    // Builds the index anew. The sync with the number `at` fails; with `0`, none fails.
    let build = |at: &str| {
        let mut command = dir.command(&["index", "archive", "--rebuild"]);
        command.env("LD_PRELOAD", &library).env("FAULT_DIR", dir.path().join("index"));
        command.env("FAULT_ONLY", "sync").env("FAULT_KIND", "io").env("FAULT_AT", at);
        Ran::from(command.env("FAULT_COUNT", dir.path().join("count")).output().unwrap())
    };
    assert_eq!(build("0").code, 0);
    let syncs = fs::read_to_string(dir.path().join("count")).unwrap();
    let old = current_generation(&dir, "index");
    dir.write("archive/four.txt", "標題丁卯\n\n正文說的是丁卯,說一件事。\n");
    let built = build(syncs.trim());
    assert_eq!(built.code, 0, "{}", built.stderr);
    assert!(built.stderr.contains("may not survive a power cut"), "{}", built.stderr);
    assert!(old.is_dir(), "after a power cut, it may be the generation in use");
    assert_eq!(dir.ids(&["丁卯"]).len(), 1);
    assert_eq!(dir.run(&["check", "--quick"]).code, 0);
    dir.ok(&["index", "archive", "--rebuild", "--quiet"]);
    assert!(!old.exists());
    fs::remove_file(dir.path().join("archive/four.txt")).unwrap();
    dir.index();
    assert_eq!(dir.ok(&["export"]), before);
}

#[test]
#[cfg(target_os = "linux")]
fn index_search_and_check_do_not_panic_if_threads_cannot_be_created() {
    let dir = indexed();
    let Some(library) = compiled_fault_library(&dir, "threads") else { return };
    for threads in 0..12 {
        for args in [
            &["check"][..],
            &["index", "archive", "--rebuild"],
            &["search", "正文"],
            &["check", "--quick"],
        ] {
            let mut command = dir.command(args);
            command.env("LD_PRELOAD", &library).env("FAULT_THREADS", threads.to_string());
            let output = command.output().unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            let code = output.status.code();
            assert!(
                matches!(code, Some(0 | 2 | 4)),
                "{args:?}, {threads} threads: {code:?} {stderr}"
            );
            assert!(!stderr.contains("bug in wensou"), "{args:?}, {threads} threads: {stderr}");
        }
        assert!(matches!(dir.run(&["check"]).code, 0 | 4));
    }
}

#[test]
#[cfg(unix)]
fn too_many_open_files_are_named_and_leave_the_index_whole() {
    let dir = indexed();
    let program = env!("CARGO_BIN_EXE_wensou");
    let mut refused = 0;
    for limit in 6..32 {
        let line = format!("ulimit -n {limit} && exec {program} index archive --rebuild");
        let output = dir.shell(&line).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.code() {
            Some(0) => {}
            Some(2) => {
                assert!(stderr.contains("Too many open files"), "{limit}: {stderr}");
                refused += 1;
            }
            // With too few files, the system cannot even load the program.
            other => assert!(limit < 10, "{limit}: {other:?} {stderr}"),
        }
        assert_eq!(dir.run(&["check"]).code, 0, "{limit}");
    }
    assert!(refused > 3);
    // A build that can open no folder may leave files. The next build removes them.
    dir.ok(&["index", "archive", "--rebuild", "--quiet"]);
    assert_eq!(dir.run(&["check"]).stdout, "");
}
