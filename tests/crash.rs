//! After a kill at any time and after any error of the file system, the index opens and has either
//! the old or the new state.
//!
//! `cargo test` runs a few rounds of each test, `just torture` hundreds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use wensou_index::{Error, Index, build, check_files};
use wensou_ingest::Silent;

use crate::util::{
    Dir, Random, build_options, compiled_fault_library, copy_folder, number_from_environment,
    sample_archive, set_archive_state,
};

/// An archive that can be in two states, and the records of each state.
struct Archive {
    dir: Dir,
    records: [String; 2],
    random: Random,
}

impl Archive {
    /// The sample archive, with the random generator of a test.
    fn with_seed(seed: u64) -> Self {
        let dir = Dir::new();
        copy_folder(&sample_archive(), &dir.path().join("archive"));
        let mut archive = Self { dir, records: Default::default(), random: Random::new(seed) };
        for state in [0, 1] {
            archive.set_state(state);
            let fresh = archive.dir.path().join(format!("fresh-{state}"));
            let mut options = build_options();
            options.anew = true;
            let roots = [archive.dir.path().join("archive")];
            build(&fresh, &roots, &options, &Silent).unwrap();
            archive.records[state] = records_of(&fresh).unwrap();
        }
        assert_ne!(archive.records[0], archive.records[1]);
        archive
    }

    /// Puts the archive into a state.
    fn set_state(&self, state: usize) {
        set_archive_state(&self.dir.path().join("archive"), state);
    }

    fn index_folder(&self) -> PathBuf {
        self.dir.path().join("index")
    }

    /// The state of the archive, 0 or 1, whose records the index has. The index must be intact.
    /// `what` describes the round, for messages.
    #[track_caller]
    fn state_of_index(&self, what: &str) -> usize {
        let index = self.index_folder();
        let checked = check_files(&index).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(!checked.is_damaged(), "{what}: {:?}", checked.findings);
        let records = records_of(&index).unwrap_or_else(|error| panic!("{what}: {error}"));
        let state = self.records.iter().position(|state| *state == records);
        state.unwrap_or_else(|| panic!("{what}: the index has neither state"))
    }

    /// Puts the archive into the state that the index does not have; the index has `state`. Returns
    /// a command that indexes the archive, and its kind, which is random: `update` or `rebuild`.
    fn index_command(&mut self, state: usize) -> (Command, &'static str) {
        self.set_state(1 - state);
        let archive = self.dir.path().join("archive");
        let mut command = self.dir.command(&["index", "--quiet", "--index"]);
        command.arg(self.index_folder()).arg(archive).stdout(Stdio::null()).stderr(Stdio::piped());
        match self.random.below(2) {
            0 => (command, "update"),
            _ => {
                command.arg("--rebuild");
                (command, "rebuild")
            }
        }
    }
}

/// Every record of an index as JSON.
fn records_of(index: &Path) -> Result<String, Error> {
    let index = Index::open(index)?;
    let records = index.in_walk_order()?.into_iter().map(|address| index.record(address));
    let lines = records.map(|record| Ok(serde_json::to_string(&record?).unwrap()));
    Ok(lines.collect::<Result<Vec<_>, Error>>()?.join("\n"))
}

fn exit_code_and_stderr(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_killed_build_leaves_the_index_intact() {
    let mut archive = Archive::with_seed(1);
    archive.set_state(0);
    archive.dir.ok(&["index", "--quiet", archive.dir.path().join("archive").to_str().unwrap()]);
    let mut state = archive.state_of_index("at first");
    let started = Instant::now();
    let (mut command, _) = archive.index_command(state);
    assert_eq!(command.status().unwrap().code(), Some(0));
    let build_time = started.elapsed();
    state = archive.state_of_index("after an undisturbed build");
    // How many of the killed builds had not yet published the new index, and how many had.
    let (mut unpublished, mut published) = (0, 0);
    for kill in 0..number_from_environment("WENSOU_KILLS", 24) {
        let (mut command, how) = archive.index_command(state);
        let mut child = command.spawn().unwrap();
        // Kill after up to 1.5 times the duration of a build: a slow build must reach its last
        // steps, too, because these are the critical ones.
        let permille = archive.random.below(1500) as u32;
        std::thread::sleep(build_time * permille / 1000);
        child.kill().unwrap();
        let _ = exit_code_and_stderr(child);
        let new_state = archive.state_of_index(&format!("kill {kill} of {how} after {permille} ‰"));
        *if new_state == state { &mut unpublished } else { &mut published } += 1;
        state = new_state;
    }
    let killed = unpublished + published;
    println!("killed {killed} builds: {unpublished} before they published, {published} after it");
    // The next build removes what the killed builds left.
    let (mut command, _) = archive.index_command(state);
    assert_eq!(command.status().unwrap().code(), Some(0));
    assert_eq!(check_files(&archive.index_folder()).unwrap().findings, []);
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_system_that_fails_leaves_the_index_intact() {
    let mut archive = Archive::with_seed(2);
    if compiled_fault_library(&archive.dir, "fault").is_none() {
        return;
    }
    archive.set_state(0);
    archive.dir.ok(&["index", "--quiet", archive.dir.path().join("archive").to_str().unwrap()]);
    let mut state = archive.state_of_index("at first");
    let spawn_with_fault = |command: &mut Command, kind: &str, at: usize, dir: &Path| -> Child {
        command.env("LD_PRELOAD", dir.join("fault.so")).env("FAULT_DIR", dir.join("index"));
        command.env("FAULT_COUNT", dir.join("count"));
        command.env("FAULT_KIND", kind).env("FAULT_AT", at.to_string()).spawn().unwrap()
    };
    let dir = archive.dir.path().to_path_buf();
    let (mut failed, mut succeeded) = (0, 0);
    let rounds = number_from_environment("WENSOU_FAULTS", 32);
    // The number of calls of the first build that can be made to fail.
    let mut calls = 0;
    for round in 0..rounds {
        let (mut command, how) = archive.index_command(state);
        // In the first round, no call fails: the library only counts the calls. The kinds are
        // explained in tests/fault/fault.c.
        let kind =
            ["none", "full", "io", "short", "readonly"][if round == 0 { 0 } else { 1 + round % 4 }];
        let at = if round == 0 { 0 } else { 1 + archive.random.below(calls) };
        let (code, stderr) = exit_code_and_stderr(spawn_with_fault(&mut command, kind, at, &dir));
        if round == 0 {
            calls = fs::read_to_string(dir.join("count")).unwrap().trim().parse().unwrap();
            assert!(calls > 20, "{calls} calls were counted");
        }
        let what = format!("{how}, {kind} at call {at} of {calls}: {code:?} {stderr}");
        let new_state = archive.state_of_index(&what);
        match code {
            Some(0) => {
                assert_ne!(new_state, state, "{what}");
                succeeded += 1;
            }
            Some(2) => {
                assert_eq!(new_state, state, "an error, and the index has changed: {what}");
                assert!(stderr.contains("error: ") && !stderr.contains("bug in wensou"), "{what}");
                // That a file system is full or read-only must be named as the cause.
                if kind != "io" && kind != "short" {
                    let cause =
                        if kind == "full" { "No space left" } else { "Read-only file system" };
                    assert!(stderr.contains(cause), "{what}");
                }
                failed += 1;
            }
            _ => panic!("{what}"),
        }
        state = new_state;
    }
    println!("{rounds} builds, faults among {calls} calls: {failed} failed, {succeeded} succeeded");
    // A quarter is a low limit: a build may succeed after a fault of the kind `short`, or if it
    // makes fewer calls than `at`.
    assert!(failed > rounds / 4);
    let (mut command, _) = archive.index_command(state);
    assert_eq!(command.status().unwrap().code(), Some(0));
    assert_eq!(check_files(&archive.index_folder()).unwrap().findings, []);
}

#[test]
#[cfg(unix)]
fn a_build_that_a_signal_ends_leaves_no_litter() {
    let archive = Archive::with_seed(3);
    archive.set_state(0);
    archive.dir.ok(&["index", "--quiet", archive.dir.path().join("archive").to_str().unwrap()]);
    let state = archive.state_of_index("at first");
    let log = archive.dir.path().join("log");
    for (signal, number) in [("-INT", 2), ("-TERM", 15), ("-HUP", 1)] {
        archive.set_state(1 - state);
        let mut command = archive.dir.command(&["index", "--rebuild", "--log"]);
        command
            .arg(&log)
            .arg("--index")
            .arg(archive.index_folder())
            .arg(archive.dir.path().join("archive"));
        let child = command.stderr(Stdio::piped()).spawn().unwrap();
        // Wait until the log says that the survey has begun.
        let deadline = Instant::now() + Duration::from_secs(20);
        while !fs::read_to_string(&log)
            .is_ok_and(|log| log.lines().any(|line| line.ends_with("survey")))
        {
            assert!(Instant::now() < deadline);
            std::thread::sleep(Duration::from_millis(1));
        }
        let id = child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let (code, stderr) = exit_code_and_stderr(child);
        // The build may have ended before the signal.
        if code != Some(0) {
            assert_eq!(code, Some(128 + number), "{stderr}");
            assert_eq!(archive.state_of_index(signal), state);
            let logged = fs::read_to_string(&log).unwrap();
            assert!(logged.trim_end().ends_with("the old index was kept"), "{logged}");
        }
        assert_eq!(check_files(&archive.index_folder()).unwrap().findings, [], "{signal}");
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
fn a_reader_gets_all_records_of_one_generation_while_the_index_is_built() {
    let archive = Archive::with_seed(4);
    archive.set_state(0);
    let roots = [archive.dir.path().join("archive")];
    let index = archive.index_folder();
    build(&index, &roots, &build_options(), &Silent).unwrap();
    std::thread::scope(|scope| {
        let builder = scope.spawn(|| {
            for round in 0..12 {
                archive.set_state(round % 2);
                let mut options = build_options();
                options.anew = round % 3 == 0;
                build(&index, &roots, &options, &Silent).unwrap();
            }
        });
        let mut reads = 0;
        while !builder.is_finished() {
            // The generation may be removed while its records are read.
            let records = records_of(&index).unwrap();
            assert!(archive.records.contains(&records), "the records of neither state");
            reads += 1;
        }
        assert!(reads > 3);
    });
}
