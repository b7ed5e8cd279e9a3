//! A file that cannot be read is named and keeps its records, and the next build reads it again.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::campaign::Campaign;
use super::limits::{Ended, run_limited};
use super::preload::{EACCES, EIO, EMFILE, ENOENT, Faults, deny_library};
use super::world::World;
use crate::util::{Random, files_below};

/// System calls, and the errors that they are made to fail with.
const ERRORS: [(&str, i32); 6] = [
    ("open", EIO),
    ("open", EMFILE),
    ("open", EACCES),
    ("open", ENOENT),
    ("read", EIO),
    ("stat", EIO),
];

#[test]
fn a_read_error_deletes_no_records() {
    let mut campaign = Campaign::new("read errors", "WENSOU_READ_ERRORS", 6, 5);
    if deny_library().is_none() {
        return;
    }
    let world = World::new(24, false);
    world.dir.write("archive/folder/one.txt", "第一頁\n\n資料夾裡的正文,第一頁。\n");
    world.dir.write("archive/folder/two.txt", "第二頁\n\n資料夾裡的正文,第二頁。\n");
    for (round, mut random) in campaign.rounds() {
        Round { world: &world, round }.run(&mut campaign, &mut random);
    }
    campaign.finish();
}

struct Round<'w> {
    world: &'w World,
    round: usize,
}

impl Round<'_> {
    fn index(&self) -> PathBuf {
        self.world.path("index")
    }

    fn run_with_faults(&self, faults: &Faults, args: &[&str]) -> Ended {
        let archive = self.world.archive();
        let mut command = self.world.command(&self.index(), args);
        if args[0] == "index" {
            command.arg(archive);
        }
        faults.apply(self.world.dir.path(), &mut command);
        run_limited(&mut command)
    }

    fn run(&self, campaign: &mut Campaign, random: &mut Random) {
        let (world, round, index) = (self.world, self.round, self.index());
        let _ = fs::remove_dir_all(&index);
        let old = random.below(2);
        world.set_state(old);
        let built = world.index(&index, &["--quiet"]);
        assert_eq!(built.code, 0, "{built}");
        let before = world.export(&index).unwrap();
        // In half of the rounds, other pages change before the next build.
        let changes = random.below(2) == 0;
        if changes {
            world.set_state(1 - old);
        }
        let (faults, paths) = self.pick_faults(random);
        let what = format!("round {round}: {} paths, first {}", paths.len(), paths[0]);
        if !changes {
            // Nothing has changed, but some files cannot be read.
            for args in [&["check"][..], &["check", "--quick"]] {
                let checked = self.run_with_faults(&faults, args);
                let said = format!("{}{}", checked.stdout, checked.stderr);
                let damaged = said.lines().any(|line| line.starts_with("damage"));
                campaign.count("checks under errors");
                campaign.expect(checked.code == 0 && !damaged, || {
                    format!("{what}: {args:?}: {checked}\n{said}")
                });
            }
        }
        let rebuild: &[&str] =
            if random.below(3) == 0 { &["index", "--rebuild"] } else { &["index"] };
        let built = self.run_with_faults(&faults, rebuild);
        campaign.count("builds under errors");
        campaign.expect(built.code == 0, || format!("{what}: {rebuild:?}: {built}"));
        let unnamed = paths.iter().filter(|path| !built.stderr.contains(path.as_str())).count();
        campaign.add("paths that could not be read", paths.len());
        // If no file has changed, nothing is read, so nothing is named.
        let current = built.stderr.contains("the index is up to date");
        campaign.expect(unnamed == 0 || current, || {
            format!("{what}: {unnamed} are not named: {}", built.last_messages())
        });
        let after = world.export(&index).unwrap_or_default();
        let lost = Self::lost(&before, &after, changes);
        campaign.add("records", before.lines().count());
        campaign.expect(lost.is_empty(), || {
            let some: Vec<&String> = lost.iter().take(3).collect();
            format!("{what}: {} records lost, among them {some:?}", lost.len())
        });
        if !changes && after != before && lost.is_empty() {
            campaign.count("exports that differ in ids or in order");
        }
        let checked = world.run(&index, &["check"]);
        campaign.expect(checked.code == 0, || format!("{what}: `check` after it: {checked}"));
        // Without errors, the next build gives the same index as a rebuild.
        let built = world.index(&index, &["--quiet"]);
        campaign.expect(built.code == 0, || format!("{what}: the next build: {built}"));
        let converged = world.export(&index).unwrap_or_default();
        let fresh = world.path("fresh");
        let built = world.index(&fresh, &["--quiet"]);
        assert_eq!(built.code, 0, "{built}");
        let rebuilt = world.export(&fresh).unwrap();
        campaign.expect(rebuilt == converged, || {
            let only = |one: &str, other: &str| -> Vec<String> {
                let mut lines = one.lines().filter(|line| !other.lines().any(|it| it == *line));
                lines.by_ref().take(2).map(str::to_owned).collect()
            };
            let (now, anew) = (only(&converged, &rebuilt), only(&rebuilt, &converged));
            let location = converged.lines().zip(rebuilt.lines()).position(|(one, other)| one != other);
            format!("{what}: the next build finds {now:?} where a rebuild finds {anew:?}; line {location:?}")
        });
        fs::remove_dir_all(fresh).unwrap();
    }

    /// The texts that `before` has and `after` lacks, except those of pages that were changed or
    /// removed.
    fn lost(before: &str, after: &str, changes: bool) -> BTreeSet<String> {
        let touched = ["changing.txt", "coming.txt", "going.txt"];
        let stays = |line: &&str| !changes || !touched.iter().any(|name| line.contains(name));
        let before: BTreeSet<String> = before.lines().filter(stays).map(text).collect();
        let after: BTreeSet<String> = after.lines().map(text).collect();
        before.difference(&after).cloned().collect()
    }

    /// Picks some files or a whole folder, and the errors that reading them gives. Also returns
    /// their paths.
    fn pick_faults(&self, random: &mut Random) -> (Faults, Vec<String>) {
        let mut faults = Faults::default();
        let archive = self.world.archive();
        let name = |path: &PathBuf| {
            path.strip_prefix(self.world.dir.path()).unwrap().to_str().unwrap().to_owned()
        };
        if random.below(4) == 0 {
            let folder = archive.join(["folder", "000"][random.below(2)]);
            match random.below(3) {
                0 => faults.add("list", EIO, &folder),
                1 => faults.add("open", EACCES, &folder),
                _ => faults.add("list", EACCES, &folder),
            }
            return (faults, vec![name(&folder)]);
        }
        let mut files = files_below(&archive);
        // Leave out the files that differ between the states.
        files.retain(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            !["changing.txt", "coming.txt", "going.txt"].contains(&name)
        });
        let mut paths = Vec::new();
        for _ in 0..1 + random.below(files.len() / 2) {
            let path = files.swap_remove(random.below(files.len()));
            let (call, error) = ERRORS[random.below(ERRORS.len())];
            faults.add(call, error, &path);
            paths.push(name(&path));
        }
        (faults, paths)
    }
}

/// What an exported record says, without its id. The id of a flash item is that of the variant that
/// is read first, so it changes if a page cannot be read.
fn text(line: &str) -> String {
    let record: serde_json::Value = serde_json::from_str(line).unwrap();
    let keys = ["kind", "title", "text", "paragraphs"];
    keys.map(|key| record.get(key).map(ToString::to_string).unwrap_or_default()).join(" ")
}
