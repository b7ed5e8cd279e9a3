//! wensou does not delete, truncate, move or change files that it has not made, and does not change
//! their permissions.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::campaign::{Campaign, Settings, pick};
use super::limits::run_limited;
use super::preload::without_syncs;
use super::snapshot::Snapshot;
use super::world::{World, current_generation};
use crate::util::Random;

/// Names that files and folders of an index have, and similar ones.
const NAMES: [&str; 44] = [
    "CURRENT",
    "CURRENT.new",
    "CURRENT.tmp",
    "Current",
    "LOCK",
    "LOCK.txt",
    "WENSOU",
    "WENSOU.new",
    "wensou",
    "GENERATION",
    "SEAL",
    "settings",
    "gen-000001",
    "gen-000002",
    "gen-000003",
    "gen-000007",
    "gen-000001.gone",
    "gen-000002.gone",
    "gen-src",
    "gen-1",
    "gen-",
    "gen-notes.md",
    "gen-0000001",
    "gen-00000２",
    "gen-999999",
    "gen-18446744073709551616",
    "Gen-000001",
    "wensou.json",
    "meta.json",
    ".managed.json",
    ".tantivy-meta.lock",
    ".tantivy-writer.lock",
    ".tmpAbC123",
    "words.tsv",
    "synonyms.tsv",
    "trial",
    "README.md",
    "thesis.txt",
    "文章.txt",
    "notes with spaces.md",
    ".hidden",
    "3d42f4f3a4f54767a27279d8db79bfb8.store",
    "3d42f4f3a4f54767a27279d8db79bfb8.post",
    "ee282211a3874cc9865cd49021e9ad77.fast",
];

/// Contents similar to those of index files, but never the same: a file with the content of an
/// index file counts as made by wensou.
const CONTENTS: [&str; 22] = [
    "",
    "x",
    "正文在此,講一件事。\n",
    "gen-000001\n",
    "gen-000001 0123456789abcde\n",
    "gen-000001 0123456789ABCDEF\n",
    "gen-000001 0123456789abcdef\r\n",
    "wensou gen-000001\n",
    "wensou gen-1 0123456789abcdef\n",
    "wensou\n",
    "wensou index\n",
    "Wensou index folder\n",
    "wensou index folders\n",
    " wensou index folder\n",
    "notes\nwensou index folder\n",
    "wensou generation\n",
    "wensou generation gen-1\n",
    "wensou generation gen-000001 and more\n",
    "wensou lock",
    "{\"format\": 5}\n",
    "{\"format\": 4, \"analysis\": \"\", \"files\": {\"../../x\": {\"bytes\": 0, \"xxh3\": \"0\"}}}\n",
    "[]\n",
];

/// Adds random entries with new names to a folder, and returns their paths. `depth` is how many
/// levels of folders the new entries may have.
fn plant(random: &mut Random, folder: &Path, depth: usize) -> Vec<PathBuf> {
    let mut planted = Vec::new();
    for _ in 0..1 + random.below(7) {
        let name = pick(random, &NAMES);
        let path = folder.join(name);
        if fs::symlink_metadata(&path).is_ok() {
            continue;
        }
        match random.below(10) {
            0 => {
                symlink(pick(random, &["/nowhere", "..", "CURRENT", "thesis.txt"]), &path).unwrap();
            }
            1 => drop(Command::new("mkfifo").arg(&path).status().unwrap()),
            2..=4 if depth > 0 => {
                fs::create_dir(&path).unwrap();
                let inside = plant(random, &path, depth - 1);
                planted.extend(inside);
                let mode = pick(random, &[&0o755, &0o700, &0o777, &0o750]);
                fs::set_permissions(&path, fs::Permissions::from_mode(*mode)).unwrap();
            }
            _ => {
                let mut content = pick(random, &CONTENTS).to_owned();
                if random.below(4) == 0 {
                    content = (0..random.below(40)).map(|_| pick(random, &CONTENTS)).collect();
                    // Begin with a line of our own, because the first line of random contents could
                    // be that of a marker.
                    content.insert_str(0, "-\n");
                }
                fs::write(&path, content).unwrap();
                let mode = pick(random, &[&0o644, &0o600, &0o444, &0o755, &0o640, &0o666]);
                fs::set_permissions(&path, fs::Permissions::from_mode(*mode)).unwrap();
            }
        }
        planted.push(path);
    }
    planted
}

/// Commands to run on a folder that is not an index. None of them may change the folder. The first
/// command is run twice, to see that a refused run has not made the folder ours.
const VERBS: [&[&str]; 8] = [
    &["index", "archive", "--quiet"],
    &["index", "archive", "--quiet"],
    &["index", "archive", "--rebuild"],
    &["check"],
    &["check", "--quick"],
    &["check", "--repair"],
    &["search", "正文"],
    &["export"],
];

#[test]
fn files_of_the_user_stay_in_every_folder() {
    let mut campaign = Campaign::new(&Settings {
        name: "foreign folders",
        rounds_variable: "WENSOU_FOREIGN",
        default_rounds: 8,
        seed: 1,
    });
    for (round, mut random) in campaign.rounds() {
        let world = World::empty();
        world.dir.write("archive/a.txt", "標題\n\n正文在此,說一件事。\n");
        world.dir.write("archive/b.txt", "另一標題\n\n正文也在此,說另一件事。\n");
        match round % 4 {
            0 | 1 => check_foreign_folder(&mut campaign, round, &mut random, &world),
            2 => check_shared_folder(&mut campaign, round, &mut random, &world, "index"),
            _ => check_shared_folder(&mut campaign, round, &mut random, &world, "archive/index"),
        }
    }
    campaign.finish();
}

fn has_only_an_empty_lock(folder: &Path) -> bool {
    let names: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name()).collect();
    let lock = fs::symlink_metadata(folder.join("LOCK"));
    names == ["LOCK"] && lock.is_ok_and(|metadata| metadata.is_file() && metadata.len() == 0)
}

/// A folder that is not empty and has no marker is refused, and nothing in it changes.
fn check_foreign_folder(campaign: &mut Campaign, round: usize, random: &mut Random, world: &World) {
    let is_archive = random.below(4) == 0;
    let folder = world.path(if is_archive { "archive" } else { "foreign" });
    fs::create_dir_all(&folder).unwrap();
    // `plant` adds nothing if all names that it picks are taken. An empty `LOCK` alone is what a
    // first build leaves if it is killed at once, so such a folder is not refused.
    while plant(random, &folder, 2).is_empty() || has_only_an_empty_lock(&folder) {}
    // Build an index elsewhere, to back it up into the folder.
    let real = world.path("real");
    let built = world.index(&real, &["--quiet"]);
    campaign.expect(built.code == 0, || format!("round {round}: a build elsewhere: {built}"));
    // The path of the folder itself or of a link to it.
    let mut index = folder.clone();
    if random.below(5) == 0 {
        index = world.path("link");
        symlink(&folder, &index).unwrap();
    }
    let before = Snapshot::of(world.dir.path());
    let backup: &[&str] = &["backup", folder.to_str().unwrap()];
    for args in VERBS.iter().copied().chain([backup]) {
        // If the folder is the archive, it is sometimes the working folder, too, and both the
        // archive and the index are named `.`.
        let ended = match is_archive && random.below(2) == 0 && args != backup {
            true => {
                let args: Vec<&str> =
                    args.iter().map(|arg| if *arg == "archive" { "." } else { arg }).collect();
                let mut command = world.dir.command(&args);
                command.current_dir(&folder).args(["--index", "."]);
                without_syncs(&mut command);
                run_limited(&mut command)
            }
            false if args == backup => world.run(&real, args),
            false => world.run(&index, args),
        };
        campaign.count("runs on foreign folders");
        if let Some(problem) = ended.problem() {
            campaign.fail(format!("round {round}: {args:?}: {problem}"));
        }
        let writes = args[0] == "index" || args[0] == "backup";
        // Exit status 2 is a refusal. A verb that reads may also end with 3, for an index that is
        // missing or damaged: it may take a folder with a file like our marker for a damaged index.
        let wanted = if writes { 2..=2 } else { 2..=3 };
        let has_message = ended.stderr.contains("error: ") || !writes;
        campaign.expect(wanted.contains(&ended.code) && has_message, || {
            format!("round {round}: {args:?} of a folder without a marker must be refused: {ended}")
        });
        let differences = before.differences(world.dir.path());
        if let Some(first) = differences.first() {
            let more = differences.len() - 1;
            campaign.fail(format!("round {round}: {args:?}: {first} (and {more} more)"));
            return;
        }
    }
    campaign.count("folders refused untouched");
}

/// Runs verbs on an index folder that has foreign files. Returns whether the foreign files stay as
/// they are; after the first verb that changes some of them, the other verbs are left out. `what`
/// is the round and step, for messages.
fn foreign_files_stay(
    foreign: &Snapshot,
    campaign: &mut Campaign,
    world: &World,
    index: &Path,
    what: &str,
) -> bool {
    let verbs: [&[&str]; 6] = [
        &["index", "--quiet", "archive"],
        &["check"],
        &["check", "--repair"],
        &["search", "正文"],
        &["index", "--rebuild", "--quiet", "archive"],
        &["backup", "copy"],
    ];
    for args in verbs {
        let ended = world.run(index, args);
        campaign.count("runs beside foreign files");
        if let Some(problem) = ended.problem() {
            campaign.fail(format!("{what}: {args:?}: {problem}"));
        }
        campaign
            .expect(ended.code == 0, || format!("{what}: {args:?} beside foreign files: {ended}"));
        let changes = foreign.changes();
        if let Some(first) = changes.first() {
            let more = changes.len() - 1;
            campaign.fail(format!("{what}: {args:?}: {first} (and {more} more)"));
            return false;
        }
    }
    true
}

/// Foreign files in an index folder and in its generations stay as they are, and the index works.
fn check_shared_folder(
    campaign: &mut Campaign,
    round: usize,
    random: &mut Random,
    world: &World,
    index: &str,
) {
    let index = world.path(index);
    let built = world.index(&index, &["--quiet"]);
    campaign.expect(built.code == 0, || format!("round {round}: the first build: {built}"));
    if built.code != 0 {
        return;
    }
    // The files of the archive are foreign as well, except the index folder, if that is inside.
    let mut foreign = Snapshot::of(&world.archive());
    foreign.retain(|path| !path.starts_with(&index) && path != world.archive());
    for step in 0..4 {
        // Plant files before each step except the last, which sees those of the steps before.
        if step < 3 {
            let generation = current_generation(&index);
            let mut planted = plant(random, &index, 2);
            planted.extend(plant(random, &generation, 1));
            for path in planted {
                foreign.extend(Snapshot::of(&path));
            }
        }
        let change = format!("標題 {step}\n\n正文在此,說第 {step} 件事。\n");
        world.dir.write("archive/a.txt", change);
        // The test itself has changed this page.
        foreign.retain(|path| path != world.archive().join("a.txt"));
        let what = format!("round {round}, step {step}");
        if !foreign_files_stay(&foreign, campaign, world, &index, &what) {
            return;
        }
        let _ = fs::remove_dir_all(world.path("copy"));
        // Files in the index folder are not part of the archive.
        let export = world.export(&index).unwrap_or_default();
        campaign.expect(export.lines().count() == 2, || {
            format!("round {round}: {} records of two pages", export.lines().count())
        });
    }
    campaign.count("shared folders whose foreign files stayed");
}
