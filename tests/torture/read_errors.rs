//! A build names each file that it cannot read, and keeps the records that the index has of the
//! file. The first build that can read the file again replaces these records by those of the file.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::campaign::{Campaign, Settings};
use super::limits::{Ended, run_limited};
use super::preload::{EACCES, EIO, EMFILE, ENOENT, Faults};
use super::world::{UserTables, World};
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
    let mut campaign = Campaign::new(&Settings {
        name: "read errors",
        rounds_variable: "WENSOU_READ_ERRORS",
        default_rounds: 6,
        seed: 5,
    });
    if !Faults::are_available() {
        return;
    }
    let world = World::with_text_pages(24, UserTables::None);
    world.dir.write("archive/folder/one.txt", "第一頁\n\n資料夾裡的正文,第一頁。\n");
    world.dir.write("archive/folder/two.txt", "第二頁\n\n資料夾裡的正文,第二頁。\n");
    for (round, mut random) in campaign.rounds() {
        Round { world: &world, round }.run(&mut campaign, &mut random);
    }
    campaign.finish();
}

/// Pages that differ between the two states of the archive, see `set_archive_state`.
const CHANGING_PAGES: [&str; 3] = ["changing.txt", "coming.txt", "going.txt"];

/// Files and folders that cannot be read during some runs of a round.
struct Unreadable {
    /// Their paths, as messages name them.
    paths: Vec<String>,
    /// The system calls that fail for them.
    faults: Faults,
}

/// A round of the campaign: builds of an index while some files cannot be read.
struct Round<'w> {
    world: &'w World,
    round: usize,
}

impl Round<'_> {
    fn index_folder(&self) -> PathBuf {
        self.world.path("index")
    }

    /// Runs the binary on the index while some system calls fail. If the verb is `index`, appends
    /// the path of the archive to `args`.
    fn run_with_faults(&self, faults: &Faults, args: &[&str]) -> Ended {
        let archive = self.world.archive();
        let mut command = self.world.command(&self.index_folder(), args);
        if args[0] == "index" {
            command.arg(archive);
        }
        faults.apply(self.world.dir.path(), &mut command);
        run_limited(&mut command)
    }

    /// Builds an index, updates or rebuilds it while some files cannot be read, and updates it once
    /// more when all files can be read again, with checks after each step.
    fn run(&self, campaign: &mut Campaign, random: &mut Random) {
        let (world, index) = (self.world, self.index_folder());
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
        let unreadable = self.pick_unreadable(random);
        if !changes {
            self.check_index(campaign, &unreadable);
        }
        self.build_index(campaign, random, &unreadable);
        let after = world.export(&index).unwrap_or_default();
        let lost = Self::lost_records(&before, &after, changes);
        campaign.add("records", before.lines().count());
        campaign.expect(lost.is_empty(), || {
            let examples: Vec<&String> = lost.iter().take(3).collect();
            let what = self.describe(&unreadable);
            format!("{what}: {} records lost, among them {examples:?}", lost.len())
        });
        if !changes && after != before && lost.is_empty() {
            campaign.count("exports that differ in ids or in order");
        }
        let checked = world.run(&index, &["check"]);
        campaign.expect(checked.code == 0, || {
            format!("{}: `check` after the build: {checked}", self.describe(&unreadable))
        });
        self.expect_same_as_rebuild(campaign, &unreadable);
    }

    /// The round and its unreadable paths, for messages.
    fn describe(&self, unreadable: &Unreadable) -> String {
        let paths = &unreadable.paths;
        format!("round {}: {} paths, first {}", self.round, paths.len(), paths[0])
    }

    /// Checks the index, which is intact and up to date, while some files cannot be read.
    fn check_index(&self, campaign: &mut Campaign, unreadable: &Unreadable) {
        for args in [&["check"][..], &["check", "--quick"]] {
            let checked = self.run_with_faults(&unreadable.faults, args);
            let output = format!("{}{}", checked.stdout, checked.stderr);
            let damaged = output.lines().any(|line| line.starts_with("damage"));
            campaign.count("checks under errors");
            campaign.expect(checked.code == 0 && !damaged, || {
                format!("{}: {args:?}: {checked}\n{output}", self.describe(unreadable))
            });
        }
    }

    /// Updates or rebuilds the index while some files cannot be read. The build must name these
    /// files, unless it finds the archive unchanged.
    fn build_index(&self, campaign: &mut Campaign, random: &mut Random, unreadable: &Unreadable) {
        let args: &[&str] = if random.below(3) == 0 { &["index", "--rebuild"] } else { &["index"] };
        let built = self.run_with_faults(&unreadable.faults, args);
        let what = self.describe(unreadable);
        campaign.count("builds under errors");
        campaign.expect(built.code == 0, || format!("{what}: {args:?}: {built}"));
        let is_unnamed = |path: &&String| !built.stderr.contains(path.as_str());
        let unnamed = unreadable.paths.iter().filter(is_unnamed).count();
        campaign.add("paths that could not be read", unreadable.paths.len());
        // A build that finds the archive unchanged reads no file, so it names none.
        let up_to_date = built.stderr.contains("the index is up to date");
        campaign.expect(unnamed == 0 || up_to_date, || {
            format!("{what}: {unnamed} are not named: {}", built.last_messages())
        });
    }

    /// Updates the index once all files can be read again. The updated index must have the same
    /// export as a new one.
    fn expect_same_as_rebuild(&self, campaign: &mut Campaign, unreadable: &Unreadable) {
        let (world, index, what) = (self.world, self.index_folder(), self.describe(unreadable));
        let built = world.index(&index, &["--quiet"]);
        campaign.expect(built.code == 0, || format!("{what}: the next build: {built}"));
        let updated = world.export(&index).unwrap_or_default();
        let fresh = world.path("fresh");
        let built = world.index(&fresh, &["--quiet"]);
        assert_eq!(built.code, 0, "{built}");
        let rebuilt = world.export(&fresh).unwrap();
        campaign.expect(rebuilt == updated, || {
            let lines_missing_in = |other: &str, export: &str| -> Vec<String> {
                let missing =
                    export.lines().filter(|line| !other.lines().any(|known| known == *line));
                missing.take(2).map(str::to_owned).collect()
            };
            let found = lines_missing_in(&rebuilt, &updated);
            let wanted = lines_missing_in(&updated, &rebuilt);
            let line = updated.lines().zip(rebuilt.lines()).position(|(one, other)| one != other);
            format!(
                "{what}: the next build finds {found:?} where a rebuild finds {wanted:?}; line {line:?}"
            )
        });
        fs::remove_dir_all(fresh).unwrap();
    }

    /// The kinds and texts of records that the export `before` has and `after` lacks. If the
    /// state of the archive has changed between the exports, records of [`CHANGING_PAGES`] do not
    /// count.
    fn lost_records(before: &str, after: &str, changed: bool) -> BTreeSet<String> {
        let counts =
            |line: &&str| !changed || !CHANGING_PAGES.iter().any(|page| line.contains(page));
        let before: BTreeSet<String> = before.lines().filter(counts).map(kind_and_text).collect();
        let after: BTreeSet<String> = after.lines().map(kind_and_text).collect();
        before.difference(&after).cloned().collect()
    }

    /// Picks some files or a whole folder, and the errors that reading them gives.
    fn pick_unreadable(&self, random: &mut Random) -> Unreadable {
        let mut faults = Faults::default();
        let archive = self.world.archive();
        let name_in_messages = |path: &PathBuf| {
            path.strip_prefix(self.world.dir.path()).unwrap().to_str().unwrap().to_owned()
        };
        if random.below(4) == 0 {
            let folder = archive.join(["folder", "000"][random.below(2)]);
            match random.below(3) {
                0 => faults.add("list", EIO, &folder),
                1 => faults.add("open", EACCES, &folder),
                _ => faults.add("list", EACCES, &folder),
            }
            return Unreadable { paths: vec![name_in_messages(&folder)], faults };
        }
        let mut files = files_below(&archive);
        files.retain(|path| !CHANGING_PAGES.contains(&path.file_name().unwrap().to_str().unwrap()));
        let mut paths = Vec::new();
        for _ in 0..1 + random.below(files.len() / 2) {
            let path = files.swap_remove(random.below(files.len()));
            let (call, error) = ERRORS[random.below(ERRORS.len())];
            faults.add(call, error, &path);
            paths.push(name_in_messages(&path));
        }
        Unreadable { paths, faults }
    }
}

/// The kind and the text of an exported record. The id is left out: the id of a flash item is that
/// of the variant that is read first, so it changes if the page with this variant cannot be read.
fn kind_and_text(line: &str) -> String {
    let record: serde_json::Value = serde_json::from_str(line).unwrap();
    let keys = ["kind", "title", "text", "paragraphs"];
    keys.map(|key| record.get(key).map(ToString::to_string).unwrap_or_default()).join(" ")
}
