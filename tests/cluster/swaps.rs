//! Searches and other verbs while one copy replaces another.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use super::changing_archive::Archive;
use super::{QUICK_COPY, cluster, run_on};
use crate::util::Ran;

/// The number of queries in the batch: [`QUERIES`] again and again.
const QUERY_COUNT: usize = 1_000;

/// The pause after each copy. Without one, the copies take most of the time of the processor, and
/// the batch lasts minutes.
const PAUSE_BETWEEN_COPIES: Duration = Duration::from_secs(2);

/// Different queries. The answers to most of them depend on the state of the archive.
const QUERIES: [&str; 8] = [
    "標題 正文",
    "來去 OR 變化",
    "\"變化的標題\"",
    "狀態 NOT 來去",
    "title:來去",
    "第二個",
    "kind:article",
    "正文 -第一個",
];

/// Commands with other verbs than `search`. Their output depends on the state of the archive.
const COMMANDS: [&[&str]; 3] = [
    &["tags", "正文", "-f", "json"],
    &["timeline", "-f", "json"],
    &["explain", "來去", "-f", "json"],
];

#[test]
fn every_answer_is_from_one_copy_while_copies_replace_each_other() {
    let Some(cluster) = cluster() else { return };
    let archive = Archive::new();
    let address = cluster.address("swaps");
    // Copied to the address in turn: `other` of state 0 of the archive, and `index` of state 1.
    archive.dir.ok(&["backup", "--index", "index", "other", "--quiet"]);
    archive.update_to_state(1);
    archive.copy(&address);
    let lines: Vec<&str> = QUERIES.into_iter().cycle().take(QUERY_COUNT).collect();
    archive.dir.write("queries.txt", lines.join("\n"));
    let batch = ["search", "--batch", "queries.txt", "-f", "ids"];
    // The right answers, from each index in its folder.
    let outputs = ["index", "other"].map(|index| run_on(&archive.dir, index, &batch).stdout);
    assert_ne!(outputs[0], outputs[1]);
    let mut command = archive.dir.command(&[&batch[..], &["--index", &address]].concat());
    let running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let finished = AtomicBool::new(false);
    let command_outputs = COMMANDS
        .map(|args| ["index", "other"].map(|index| run_on(&archive.dir, index, args).stdout));
    let (answered, copies) = std::thread::scope(|scope| {
        let copying = scope.spawn(|| {
            let mut count = 0;
            while !finished.load(SeqCst) {
                let folder = ["other", "index"][count % 2];
                let copy = ["copy", "--index", folder, "--to", &address, "--quiet"];
                archive.dir.ok(&[&copy[..], &QUICK_COPY].concat());
                count += 1;
                std::thread::sleep(PAUSE_BETWEEN_COPIES);
            }
            count
        });
        let running_commands = scope.spawn(|| {
            while !finished.load(SeqCst) {
                for (args, right) in COMMANDS.iter().zip(&command_outputs) {
                    let ran = run_on(&archive.dir, &address, args);
                    assert!(right.contains(&ran.stdout), "{args:?}: {ran:?}");
                }
                let checked = run_on(&archive.dir, &address, &["check", "--all"]);
                assert_eq!(checked.code, 0, "{checked:?}");
                // The batch needs the processor, too.
                std::thread::sleep(Duration::from_secs(1));
            }
        });
        let answered = Ran::from(running.wait_with_output().unwrap());
        finished.store(true, SeqCst);
        running_commands.join().unwrap();
        (answered, copying.join().unwrap())
    });
    // If the batch has failed (2), answers are missing, and the next check shows why.
    assert!(answered.code == 0 || answered.code == 2, "{}", answered.stderr);
    let right = outputs.each_ref().map(|output| output.lines().collect::<Vec<_>>());
    let answers: Vec<&str> = answered.stdout.lines().collect();
    assert_eq!(answers.len(), QUERY_COUNT, "{}", answered.stderr);
    let wrong: Vec<_> = (0..QUERY_COUNT)
        .filter(|&at| answers[at] != right[0][at] && answers[at] != right[1][at])
        .map(|at| lines[at])
        .collect();
    assert!(wrong.is_empty(), "{} wrong answers: {wrong:#?}", wrong.len());
    assert!(copies > 1, "only {copies} copies during the queries");
}
