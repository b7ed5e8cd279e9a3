//! A damaged index causes no panic and no signal, and `export` and `search` print no text that no
//! record has.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::campaign::{Campaign, Settings};
use super::limits::{run_limited, wait_limited};
use super::world::{UserTables, World, index_files};
use crate::util::{Random, copy_folder};

#[test]
fn damage_causes_no_panic_and_no_wrong_output() {
    let mut campaign = Campaign::new(&Settings {
        name: "damages",
        rounds_variable: "WENSOU_DAMAGES",
        default_rounds: 30,
        seed: 4,
    });
    let world = World::with_text_pages(6, UserTables::WordsAndSynonyms);
    let intact = world.path("intact");
    for state in [0, 1] {
        world.set_state(state);
        let built = world.index(&intact, &["--quiet"]);
        assert_eq!(built.code, 0, "{built}");
    }
    let truth = Truth::of(&world, &intact);
    for (round, mut random) in campaign.rounds() {
        let index = world.path("index");
        let _ = fs::remove_dir_all(&index);
        copy_folder(&intact, &index);
        let damaged = DamagedIndex { world: &world, index: &index, round, truth: &truth };
        match random.below(8) {
            0 => damaged.truncate_while_read(&mut campaign, &mut random),
            _ => damaged.damage_and_read(&mut campaign, &mut random),
        }
    }
    campaign.finish();
}

/// What `export` and `search` print for the intact index.
struct Truth {
    /// The lines of `export`.
    lines: BTreeSet<String>,
    /// The hits of a search without a query, by id, each as [`without_query_keys`] returns it.
    hits: BTreeMap<String, Value>,
}

impl Truth {
    fn of(world: &World, index: &Path) -> Self {
        let lines = world.export(index).unwrap().lines().map(str::to_owned).collect();
        let found = world.run(index, &["search", "--format", "jsonl", "--limit", "10000"]);
        let hits = found.stdout.lines().map(without_query_keys);
        Self { lines, hits: hits.collect() }
    }

    /// The first line of output that the intact index would not give. Only the output of `export`
    /// and of `search --format jsonl` is compared.
    fn wrong_line<'o>(&self, args: &[&str], stdout: &'o str) -> Option<&'o str> {
        let mut lines = stdout.lines();
        match args {
            ["export"] => lines.find(|line| !self.lines.contains(*line)),
            ["search", .., "jsonl"] => lines.find(|line| {
                let (id, hit) = without_query_keys(line);
                self.hits.get(&id) != Some(&hit)
            }),
            _ => None,
        }
    }
}

/// The id of a hit, and the hit without the keys that depend on the query.
fn without_query_keys(line: &str) -> (String, Value) {
    let mut hit: Value = serde_json::from_str(line).unwrap();
    let object = hit.as_object_mut().unwrap();
    for key in ["score", "snippet", "missing", "backfilled", "near_duplicates"] {
        object.remove(key);
    }
    (hit["id"].as_str().unwrap_or_default().to_owned(), hit)
}

/// Makes one or two random damages, and returns a description. A damage changes one file of the
/// index, or swaps the contents of two.
fn damage_files(index: &Path, random: &mut Random) -> String {
    let mut files = index_files(index);
    files.retain(|path| fs::metadata(path).unwrap().len() > 0 && !path.ends_with("LOCK"));
    let mut descriptions = Vec::new();
    for _ in 0..1 + random.below(2) {
        let path = &files[random.below(files.len())];
        let mut bytes = fs::read(path).unwrap();
        let length = bytes.len();
        let (start, count) = (random.below(length), 1 + random.below(64));
        let end = (start + count).min(length);
        let how = match random.below(8) {
            0 | 1 => {
                bytes[start] ^= 1 << random.below(8);
                format!("bit of byte {start} flipped")
            }
            2 => {
                bytes[start] = [0, 0x7f, 0x80, 0xff][random.below(4)];
                format!("byte {start} set")
            }
            3 => {
                bytes.truncate(start);
                format!("cut to {start} bytes")
            }
            4 => {
                bytes[start..end].fill(0);
                format!("bytes {start} to {end} zeroed")
            }
            5 => {
                bytes[start..end].fill(0xff);
                format!("bytes {start} to {end} all ones")
            }
            6 => {
                // The last bytes of many files are lengths and offsets.
                let at = length - 1 - random.below(length.min(48));
                bytes[at] = random.below(256) as u8;
                format!("byte {at} of {length} set")
            }
            _ => {
                let other = &files[random.below(files.len())];
                let other_bytes = fs::read(other).unwrap();
                fs::write(other, &bytes).unwrap();
                bytes = other_bytes;
                format!("swapped with {}", other.file_name().unwrap().display())
            }
        };
        fs::write(path, bytes).unwrap();
        descriptions.push(format!("{}: {how}", path.file_name().unwrap().display()));
    }
    descriptions.join("; ")
}

/// A copy of the intact index, which a round damages.
struct DamagedIndex<'a> {
    world: &'a World,
    index: &'a Path,
    round: usize,
    truth: &'a Truth,
}

impl DamagedIndex<'_> {
    /// Damages files, and runs some verbs.
    fn damage_and_read(&self, campaign: &mut Campaign, random: &mut Random) {
        let Self { world, index, round, truth } = self;
        let what = format!("round {round}: {}", damage_files(index, random));
        campaign.count("damages");
        let id = truth.hits.keys().nth(random.below(truth.hits.len())).unwrap();
        let verbs: [&[&str]; 12] = [
            &["export"],
            &["search", "開源大模型", "--format", "jsonl"],
            &["search", "\"護城河\" OR 正文", "--sort", "newest", "--format", "jsonl"],
            &["search", "tag:BTC OR zzqx"],
            &["show", id],
            &["explain", "比特幣 減半"],
            &["similar", id],
            &["tags"],
            &["timeline"],
            &["stats"],
            &["check"],
            &["check", "--quick"],
        ];
        let start = random.below(verbs.len());
        let mut chosen: Vec<&[&str]> =
            (0..5).map(|step| verbs[(start + step) % verbs.len()]).collect();
        // `export` reads every record.
        if !chosen.contains(&verbs[0]) {
            chosen.push(verbs[0]);
        }
        if random.below(3) == 0 {
            chosen.push(&["check", "--repair"]);
        }
        for args in chosen {
            let ended = world.run(index, args);
            campaign.count("runs on damaged indexes");
            if let Some(problem) = ended.problem() {
                campaign.fail(format!("{what}: {args:?}: {problem}"));
            }
            campaign.expect(!ended.stderr.contains("panicked"), || {
                format!("{what}: {args:?}: {}", ended.last_messages())
            });
            if let Some(line) = truth.wrong_line(args, &ended.stdout) {
                campaign.fail(format!("{what}: {args:?} shows what no record has: {line}"));
            }
        }
    }

    /// Truncates a file while a process has it mapped.
    fn truncate_while_read(&self, campaign: &mut Campaign, random: &mut Random) {
        let Self { world, index, round, truth } = self;
        let mut files = index_files(index);
        // The file must be longer than each length that it can be truncated to.
        files.retain(|path| fs::metadata(path).unwrap().len() > 4096);
        let path = &files[random.below(files.len())];
        let new_length = [0, 1, 4096][random.below(3)];
        let mut command = world.command(index, &["search", "--batch", "-", "--format", "jsonl"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        let path = path.clone();
        let name = path.file_name().unwrap().display().to_string();
        let writer = thread::spawn(move || {
            // Ignore errors: a process that ends early closes the pipe.
            let _ = writeln!(input, "正文");
            // By then, the process has usually mapped the files.
            thread::sleep(Duration::from_millis(40));
            fs::File::options().write(true).open(&path).unwrap().set_len(new_length).unwrap();
            for query in
                ["開源大模型", "\"護城河\"", "tag:BTC", "比特幣 減半", "date:2023", "", "path:a"]
            {
                let _ = writeln!(input, "{query}");
            }
        });
        let ended = wait_limited(child);
        writer.join().unwrap();
        campaign.count("files cut while mapped");
        let what =
            format!("round {round}: {name} cut to {new_length} bytes under `search --batch`");
        if let Some(problem) = ended.problem() {
            campaign.fail(format!("{what}: {problem}"));
        }
        for line in ended.stdout.lines() {
            let Ok(answer) = serde_json::from_str::<Value>(line) else { continue };
            for hit in answer["hits"].as_array().into_iter().flatten() {
                let (id, hit) = without_query_keys(&hit.to_string());
                campaign
                    .expect(truth.hits.get(&id) == Some(&hit), || format!("{what}: shows {hit}"));
            }
        }
        // `export` reads everything.
        let ended = run_limited(&mut world.command(index, &["export"]));
        if let Some(problem) = ended.problem() {
            campaign.fail(format!("{what}, then `export`: {problem}"));
        }
    }
}
