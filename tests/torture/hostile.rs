//! An index folder from an attacker is refused or read. It has no effect outside of itself, and no
//! verb hangs, fills the memory or panics.

use std::fs;
use std::path::{Path, PathBuf};

use super::attacker::{Attacker, Outside, SECRET};
use super::campaign::Campaign;
use super::limits::run_limited;
use super::preload::{Faults, deny_library};
use super::snapshot::Snapshot;
use super::world::World;
use crate::util::{Random, copy_folder, files_below};

#[test]
fn a_hostile_index_has_no_effect_outside_of_itself() {
    let mut campaign = Campaign::new("hostile indexes", "WENSOU_HOSTILE", 8, 2);
    let world = World::new(2, true);
    let base = world.path("base");
    let built = world.index(&base, &["--quiet"]);
    assert_eq!(built.code, 0, "{built}");
    // A second generation, so that there are two segments.
    world.set_state(0);
    let built = world.index(&base, &["--quiet"]);
    assert_eq!(built.code, 0, "{built}");
    let id = world.dir.run(&["search", "正文", "--format", "ids", "--index", "base"]).stdout;
    let id = id.lines().next().unwrap().to_owned();
    for (round, mut random) in campaign.rounds() {
        let outside = Outside::new(&world);
        let index = world.path("index");
        let _ = fs::remove_dir_all(&index);
        copy_folder(&base, &index);
        let what =
            Attacker { index: &index, outside: &outside, random: &mut random }.change_index();
        let what = format!("round {round}: {what}");
        run_all(&mut campaign, &world, &outside, &index, &id, &what, &mut random);
        campaign.count("indexes");
    }
    campaign.finish();
}

/// Runs every verb on the index of an attacker.
fn run_all(
    campaign: &mut Campaign,
    world: &World,
    outside: &Outside,
    index: &Path,
    id: &str,
    what: &str,
    random: &mut Random,
) {
    let before = Snapshot::of(&outside.folder);
    let mut watched = Faults::default();
    watched.log_openings(&outside.folder);
    let opened = world.path("opened");
    let _ = fs::remove_file(&opened);
    let backup = world.path("backup");
    let _ = fs::remove_dir_all(&backup);
    let archive = world.archive();
    let archive = archive.to_str().unwrap();
    let readers: [&[&str]; 12] = [
        &["search", "正文"],
        &["search", "護城河", "--format", "jsonl"],
        &["show", id],
        &["explain", "開源大模型"],
        &["export"],
        &["tags"],
        &["timeline"],
        &["stats"],
        &["stats", "--skipped"],
        &["check"],
        &["check", "--quick"],
        &["backup", backup.to_str().unwrap()],
    ];
    let mut writers: [&[&str]; 3] = [
        &["check", "--repair"],
        &["index", "--quiet", archive],
        &["index", "--rebuild", "--quiet", archive],
    ];
    // In random order: only the first verb gets the unchanged index.
    let first = random.below(writers.len());
    writers.rotate_left(first);
    for args in readers.iter().copied().chain(writers) {
        let mut command = world.command(index, args);
        if deny_library().is_some() {
            watched.apply(world.dir.path(), &mut command);
        }
        let ended = run_limited(&mut command);
        campaign.count("runs");
        campaign.maximum("MB at most", (ended.memory >> 20) as usize);
        campaign.maximum("ms at most", ended.took.as_millis() as usize);
        if let Some(problem) = ended.problem() {
            campaign.fail(format!("{what}: {args:?}: {problem}"));
        }
        campaign.expect(!ended.stdout.contains(SECRET) && !ended.stderr.contains(SECRET), || {
            format!("{what}: {args:?} shows what lies outside")
        });
        if let Some(harmed) = before.differences(&outside.folder).first() {
            campaign.fail(format!("{what}: {args:?}: {harmed}"));
        }
        if let Ok(opened_files) = fs::read_to_string(&opened) {
            let first = opened_files.lines().next();
            // The path of a user's table may be anywhere.
            let named = ["words in", "synonyms", "root"].iter().any(|it| what.contains(it));
            if let (Some(first), false) = (first, named) {
                campaign.fail(format!("{what}: {args:?} opened {first}"));
            }
            fs::remove_file(&opened).unwrap();
        }
        if ended.killed.is_some() {
            // The other verbs read the same files, and the campaign should not take hours.
            break;
        }
    }
    for folder in [index, &backup] {
        if let Some(path) = copied(folder) {
            campaign.fail(format!("{what}: {} has what lies outside", path.display()));
        }
    }
}

/// A plain file below a folder that contains the secret.
fn copied(folder: &Path) -> Option<PathBuf> {
    files_below(folder).into_iter().find(|path| {
        let about = fs::symlink_metadata(path).unwrap();
        let small = about.is_file() && about.len() < 4 << 20;
        small && fs::read(path).unwrap().windows(SECRET.len()).any(|it| it == SECRET.as_bytes())
    })
}
