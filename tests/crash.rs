//! Whatever is killed when, and whatever the file system refuses: the index opens, has the state of
//! before or of after, and no other.
//!
//! `just torture` does it hundreds of times; here a few of each.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use wensou_index::{BuildOptions, Error, Index, build, check_files};
use wensou_ingest::Silent;

use crate::util::{Dir, Random, sample};

fn times(name: &str, few: usize) -> usize {
    std::env::var(name).map_or(few, |times| times.parse().unwrap())
}

/// An archive that is in one of two states, and what the index of each says.
struct Archive {
    dir: Dir,
    says: [String; 2],
    random: Random,
}

impl Archive {
    fn new(seed: u64) -> Self {
        let dir = Dir::new();
        for entry in walkdir(&sample()) {
            let name = entry.strip_prefix(sample()).unwrap().to_str().unwrap().to_owned();
            dir.write(&format!("archive/{name}"), fs::read(entry).unwrap());
        }
        let mut archive = Self { dir, says: Default::default(), random: Random::new(seed) };
        for state in [0, 1] {
            archive.set(state);
            let fresh = archive.dir.path().join(format!("fresh-{state}"));
            let mut options = BuildOptions::default();
            options.anew = true;
            let roots = [archive.dir.path().join("archive")];
            build(&fresh, &roots, &options, &Silent).unwrap();
            archive.says[state] = said(&fresh).unwrap();
        }
        assert_ne!(archive.says[0], archive.says[1]);
        archive
    }

    /// Changes one page, takes another away, and adds a third.
    fn set(&self, state: usize) {
        let folder = self.dir.path().join("archive");
        let text = ["第一個狀態的正文,說一件事。", "第二個狀態的正文,說另一件事。"][state];
        fs::write(folder.join("changing.txt"), format!("變化的標題\n\n{text}\n")).unwrap();
        let (one, other) = (folder.join("coming.txt"), folder.join("going.txt"));
        let (there, removed) = if state == 0 { (one, other) } else { (other, one) };
        fs::write(there, "來去的標題\n\n來去的正文,在這裡。\n").unwrap();
        let _ = fs::remove_file(removed);
    }

    fn index(&self) -> PathBuf {
        self.dir.path().join("index")
    }

    /// Which state the index has. It must have one, whole.
    #[track_caller]
    fn state(&self, what: &str) -> usize {
        let checked = check_files(&self.index()).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(!checked.is_damaged(), "{what}: {:?}", checked.findings);
        let said = said(&self.index()).unwrap_or_else(|error| panic!("{what}: {error}"));
        let state = self.says.iter().position(|state| *state == said);
        state.unwrap_or_else(|| panic!("{what}: the index has neither state"))
    }

    /// An indexer of the state that the index does not have; every other one from scratch.
    fn indexer(&mut self, now: usize) -> (Command, &'static str) {
        self.set(1 - now);
        let archive = self.dir.path().join("archive");
        let mut command = self.dir.command(&["index", "--quiet", "--index"]);
        command.arg(self.index()).arg(archive).stdout(Stdio::null()).stderr(Stdio::piped());
        match self.random.below(2) {
            0 => (command, "update"),
            _ => {
                command.arg("--rebuild");
                (command, "rebuild")
            }
        }
    }
}

fn walkdir(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walkdir(&path)) } else { found.push(path) }
    }
    found
}

/// Every record of an index, as it was stored.
fn said(index: &Path) -> Result<String, Error> {
    let index = Index::open(index)?;
    let records = index.in_order()?.into_iter().map(|address| index.record(address));
    let lines = records.map(|record| Ok(serde_json::to_string(&record?).unwrap()));
    Ok(lines.collect::<Result<Vec<_>, Error>>()?.join("\n"))
}

fn left(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_killed_build_leaves_the_index_whole() {
    let mut archive = Archive::new(1);
    archive.set(0);
    archive.dir.ok(&["index", "--quiet", archive.dir.path().join("archive").to_str().unwrap()]);
    let mut now = archive.state("at first");
    let started = Instant::now();
    let (mut command, _) = archive.indexer(now);
    assert_eq!(command.status().unwrap().code(), Some(0));
    let whole = started.elapsed();
    now = archive.state("after a whole build");
    let (mut before, mut after) = (0, 0);
    for kill in 0..times("WENSOU_KILLS", 24) {
        let (mut command, how) = archive.indexer(now);
        let mut child = command.spawn().unwrap();
        // Longer than a build takes: the last steps are the ones that matter.
        let share = archive.random.below(1500) as u32;
        std::thread::sleep(whole * share / 1000);
        child.kill().unwrap();
        let _ = left(child);
        let then = archive.state(&format!("kill {kill} of {how} after {share} ‰"));
        *if then == now { &mut before } else { &mut after } += 1;
        now = then;
    }
    println!("killed {} builds: {before} before the swap, {after} after it", before + after);
    // What they left is collected by the next.
    let (mut command, _) = archive.indexer(now);
    assert_eq!(command.status().unwrap().code(), Some(0));
    assert_eq!(check_files(&archive.index()).unwrap().findings, []);
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_system_that_fails_leaves_the_index_whole() {
    let mut archive = Archive::new(2);
    let library = archive.dir.path().join("fault.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fault/fault.c");
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).args([source, "-ldl"]);
    if !cc.status().is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: no C compiler");
        return;
    }
    archive.set(0);
    archive.dir.ok(&["index", "--quiet", archive.dir.path().join("archive").to_str().unwrap()]);
    let mut now = archive.state("at first");
    let faulty = |command: &mut Command, kind: &str, at: usize, dir: &Path| -> Child {
        command.env("LD_PRELOAD", dir.join("fault.so")).env("FAULT_DIR", dir.join("index"));
        command.env("FAULT_COUNT", dir.join("count"));
        command.env("FAULT_KIND", kind).env("FAULT_AT", at.to_string()).spawn().unwrap()
    };
    let dir = archive.dir.path().to_path_buf();
    let (mut failed, mut done) = (0, 0);
    let faults = times("WENSOU_FAULTS", 32);
    let mut calls = 0;
    for round in 0..faults {
        let (mut command, how) = archive.indexer(now);
        // The first one only counts how many calls there are to fail.
        let kind =
            ["none", "full", "io", "short", "readonly"][if round == 0 { 0 } else { 1 + round % 4 }];
        let at = if round == 0 { 0 } else { 1 + archive.random.below(calls) };
        let (code, said) = left(faulty(&mut command, kind, at, &dir));
        if round == 0 {
            calls = fs::read_to_string(dir.join("count")).unwrap().trim().parse().unwrap();
            assert!(calls > 20, "{calls} calls were counted");
        }
        let what = format!("{how}, {kind} at call {at} of {calls}: {code:?} {said}");
        let then = archive.state(&what);
        match code {
            Some(0) => {
                assert_ne!(then, now, "{what}");
                done += 1;
            }
            Some(2) => {
                assert_eq!(then, now, "an error, and the index has changed: {what}");
                assert!(said.contains("error: ") && !said.contains("bug in wensou"), "{what}");
                if kind != "io" && kind != "short" {
                    let cause =
                        if kind == "full" { "No space left" } else { "Read-only file system" };
                    assert!(said.contains(cause), "{what}");
                }
                failed += 1;
            }
            _ => panic!("{what}"),
        }
        now = then;
    }
    println!(
        "{faults} faults in builds of up to {calls} calls: {failed} failed, {done} went through"
    );
    assert!(failed > faults / 4);
    let (mut command, _) = archive.indexer(now);
    assert_eq!(command.status().unwrap().code(), Some(0));
    assert_eq!(check_files(&archive.index()).unwrap().findings, []);
}

#[test]
#[cfg(unix)]
fn a_signal_ends_a_build_without_litter() {
    let archive = Archive::new(3);
    archive.set(0);
    archive.dir.ok(&["index", "--quiet", archive.dir.path().join("archive").to_str().unwrap()]);
    let now = archive.state("at first");
    let log = archive.dir.path().join("log");
    for (signal, number) in [("-INT", 2), ("-TERM", 15), ("-HUP", 1)] {
        archive.set(1 - now);
        let mut command = archive.dir.command(&["index", "--rebuild", "--log"]);
        command
            .arg(&log)
            .arg("--index")
            .arg(archive.index())
            .arg(archive.dir.path().join("archive"));
        let child = command.stderr(Stdio::piped()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while !fs::read_to_string(&log).is_ok_and(|log| log.lines().any(|l| l.ends_with("survey")))
        {
            assert!(Instant::now() < deadline);
            std::thread::sleep(Duration::from_millis(1));
        }
        let id = child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let (code, said) = left(child);
        // It may have been done by then.
        if code != Some(0) {
            assert_eq!(code, Some(128 + number), "{said}");
            assert_eq!(archive.state(signal), now);
            let logged = fs::read_to_string(&log).unwrap();
            assert!(logged.trim_end().ends_with("the old index was kept"), "{logged}");
        }
        assert_eq!(check_files(&archive.index()).unwrap().findings, [], "{signal}");
        fs::remove_file(&log).unwrap();
    }
}

#[test]
fn a_second_build_names_the_first_or_waits() {
    let dir = Dir::new();
    dir.write("archive/page.txt", "標題\n\n正文在此,說一件事。\n");
    dir.index();
    let lock = fs::File::options().write(true).open(dir.path().join("index/LOCK")).unwrap();
    lock.lock().unwrap();
    fs::write(dir.path().join("index/LOCK"), "4711\n").unwrap();
    let refused = dir.run(&["index", "archive", "--rebuild"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("(pid 4711)"), "{}", refused.stderr);
    assert_eq!(dir.run(&["search", "正文", "--format", "ids"]).code, 0, "readers do not wait");
    let mut waiting = dir.command(&["index", "archive", "--rebuild", "--wait", "--quiet"]);
    let mut waiting = waiting.spawn().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert!(waiting.try_wait().unwrap().is_none());
    drop(lock);
    assert_eq!(waiting.wait().unwrap().code(), Some(0));
}

#[test]
fn a_search_while_the_index_is_built_again_and_again_has_one_whole_index() {
    let archive = Archive::new(4);
    archive.set(0);
    let roots = [archive.dir.path().join("archive")];
    let index = archive.index();
    build(&index, &roots, &BuildOptions::default(), &Silent).unwrap();
    std::thread::scope(|scope| {
        let builder = scope.spawn(|| {
            for round in 0..12 {
                archive.set(round % 2);
                let mut options = BuildOptions::default();
                options.anew = round % 3 == 0;
                build(&index, &roots, &options, &Silent).unwrap();
            }
        });
        let mut reads = 0;
        while !builder.is_finished() {
            // Every record of one generation, whatever becomes of its files meanwhile.
            let said = said(&index).unwrap();
            assert!(archive.says.contains(&said));
            reads += 1;
        }
        assert!(reads > 3);
    });
}
