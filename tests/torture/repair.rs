//! `check --repair` repairs a damaged index if the archive can be read. If the archive cannot be
//! read, the repair loses no record that can still be read from the index.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::campaign::{Campaign, Settings};
use super::limits::{Ended, run_limited};
use super::preload::{EACCES, EIO, Faults};
use super::world::{UserTables, World, current_generation, generations, index_files, make_current};
use crate::util::{Random, copy_folder, files_below};

#[test]
fn a_repair_keeps_what_can_be_read() {
    let mut campaign = Campaign::new(&Settings {
        name: "repairs",
        rounds_variable: "WENSOU_REPAIRS",
        default_rounds: 16,
        seed: 7,
    });
    let world = World::with_text_pages(6, UserTables::None);
    // The folders `old` and `new` are copies of the index folder, after the build of state 0 and
    // after the update to state 1.
    let index = world.path("index");
    for state in [0, 1] {
        world.set_state(state);
        let built = world.index(&index, &["--quiet"]);
        assert_eq!(built.code, 0, "{built}");
        copy_folder(&index, &world.path(["old", "new"][state]));
    }
    for (round, mut random) in campaign.rounds() {
        world.set_state(1);
        Round { world: &world, round }.run(&mut campaign, &mut random);
    }
    campaign.finish();
}

/// In what condition the archive is during the repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ArchiveCondition {
    Complete,
    /// The folder is there, without any file.
    Empty,
    /// The folder is gone.
    Missing,
    /// Some files cannot be read.
    Failing,
}

/// How an index folder was damaged.
struct Damage {
    /// What was done, for messages.
    what: String,
    /// Whether no generation with a readable description (`wensou.json`) is left. The repair may
    /// then not know the roots, and must tell the user to name them to `wensou index`.
    description_lost: bool,
}

impl Damage {
    /// A damage after which some generation still has a readable description.
    fn sparing_description(what: &str) -> Self {
        Self { what: what.to_owned(), description_lost: false }
    }
}

/// A round of the campaign: a damage and its repair.
struct Round<'w> {
    world: &'w World,
    round: usize,
}

impl Round<'_> {
    /// Damages an index, repairs it in some condition of the archive, and checks that no record is
    /// lost and that the index is cured once the archive is complete.
    fn run(&self, campaign: &mut Campaign, random: &mut Random) {
        let world = self.world;
        let index = world.path("index");
        let _ = fs::remove_dir_all(&index);
        let damage = self.damage(&index, random);
        let archive = match random.below(6) {
            0 => ArchiveCondition::Empty,
            1 => ArchiveCondition::Missing,
            2 if Faults::are_available() => ArchiveCondition::Failing,
            _ => ArchiveCondition::Complete,
        };
        let Damage { what, description_lost } = damage;
        let what = format!("round {}: {what}; archive {archive:?}", self.round);
        let before = self.recoverable_records(&index);
        let ended = self.repair(&index, archive, random);
        campaign.count("repairs");
        if let Some(problem) = ended.problem() {
            campaign.fail(format!("{what}: {problem}"));
        }
        let after = self.recoverable_records(&index);
        // If the archive is complete, the repair may remove records that the archive does not have.
        if archive == ArchiveCondition::Complete {
            self.expect_cured(campaign, &index, &what, &ended, description_lost);
            return;
        }
        let lost = before.difference(&after).count();
        campaign.add("recoverable records without the archive", before.len());
        campaign.expect(lost == 0, || {
            format!("{what}: {lost} of {} recoverable records lost: {ended}", before.len())
        });
        // Once the archive is back, a second repair cures the index.
        let again = self.repair(&index, ArchiveCondition::Complete, random);
        self.expect_cured(
            campaign,
            &index,
            &format!("{what}, then with the archive"),
            &again,
            description_lost,
        );
    }

    /// Checks that the index is intact and has the records of state 1, in which the archive is. If
    /// the records differ, runs `index` first, but only if `check` calls the index stale, or if the
    /// description was lost and the messages of the repair advise the user to run `index`. `ended`
    /// is the run of the repair.
    fn expect_cured(
        &self,
        campaign: &mut Campaign,
        index: &Path,
        what: &str,
        ended: &Ended,
        description_lost: bool,
    ) {
        let world = self.world;
        let mut state = world.state(index);
        let mut checked = world.run(index, &["check"]);
        let mut figure = "cured by `check --repair`";
        // An index that is intact but out of date needs `index`. If the roots are not known, the
        // repair must tell the user to run `index` with them.
        let stale = checked.code == 4 && checked.stdout.contains("stale");
        let advised = description_lost && ended.stderr.contains("wensou index");
        if state != Ok(1) && (stale || advised) {
            figure =
                if stale { "cured and updated by `index`" } else { "cured by `index`, as advised" };
            let built = world.index(index, if stale { &[] } else { &["--rebuild"] });
            campaign.expect(built.code == 0, || format!("{what}: {ended}, then {built}"));
            state = world.state(index);
            checked = world.run(index, &["check"]);
        }
        let intact = checked.code == 0 && !checked.stdout.contains("damage");
        if intact && state == Ok(1) {
            campaign.count(figure);
        } else {
            campaign.fail(format!("{what}: not cured: {ended}; then {checked}; {state:?}"));
        }
    }

    /// Runs the repair with the archive in the given condition, and then restores the archive.
    fn repair(&self, index: &Path, archive: ArchiveCondition, random: &mut Random) -> Ended {
        let world = self.world;
        let (folder, away) = (world.archive(), world.path("away"));
        let mut command = world.command(index, &["check", "--repair"]);
        match archive {
            ArchiveCondition::Complete => {}
            ArchiveCondition::Missing => fs::rename(&folder, &away).unwrap(),
            ArchiveCondition::Empty => {
                fs::rename(&folder, &away).unwrap();
                fs::create_dir(&folder).unwrap();
            }
            ArchiveCondition::Failing => {
                let mut faults = Faults::default();
                let mut files = files_below(&folder);
                for _ in 0..1 + random.below(files.len()) {
                    let path = files.swap_remove(random.below(files.len()));
                    let (call, error) = [("read", EIO), ("open", EACCES)][random.below(2)];
                    faults.add(call, error, &path);
                }
                faults.apply(world.dir.path(), &mut command);
            }
        }
        let ended = run_limited(&mut command);
        if away.exists() {
            let _ = fs::remove_dir(&folder);
            fs::rename(&away, &folder).unwrap();
        }
        ended
    }

    /// Records that can still be read from an index folder: from the current generation, and from
    /// each generation that has a description, which is made the current one in a copy of the
    /// folder.
    fn recoverable_records(&self, index: &Path) -> BTreeSet<String> {
        let world = self.world;
        let mut records = world.readable_records(index);
        let trial = world.path("trial");
        for generation in generations(index) {
            let _ = fs::remove_dir_all(&trial);
            copy_folder(index, &trial);
            let line_of_current = fs::read_to_string(world.path("new").join("CURRENT")).unwrap();
            let generation = trial.join(generation.file_name().unwrap());
            make_current(&trial, &generation, &line_of_current);
            let intact = world.run(&trial, &["check", "--quick"]).code == 0;
            let readable = world.readable_records(&trial);
            // A damaged generation counts only if it has more records than were found so far.
            if intact || readable.len() > records.len() {
                records.extend(readable);
            }
        }
        let _ = fs::remove_dir_all(&trial);
        records
    }

    /// Makes a damaged index folder from `old` and `new`.
    fn damage(&self, index: &Path, random: &mut Random) -> Damage {
        let (old, new) = (self.world.path("old"), self.world.path("new"));
        let kind = random.below(9);
        copy_folder(if kind == 1 { &old } else { &new }, index);
        match kind {
            // A backup by copying files: first CURRENT, then, after an update of the index, the
            // generations.
            0 => {
                fs::copy(old.join("CURRENT"), index.join("CURRENT")).unwrap();
                Damage::sparing_description("a torn backup: an older CURRENT")
            }
            // A backup by copying files: first the generations, then, after an update of the index,
            // CURRENT.
            1 => {
                fs::copy(new.join("CURRENT"), index.join("CURRENT")).unwrap();
                Damage::sparing_description("a torn backup: a newer CURRENT")
            }
            2 => {
                fs::remove_file(index.join("CURRENT")).unwrap();
                Damage::sparing_description("no CURRENT")
            }
            3 => {
                fs::remove_dir_all(current_generation(index)).unwrap();
                let older = random.below(2) == 0;
                if older {
                    self.add_older_generation(index);
                }
                let what = format!("the current generation removed, an older one: {older}");
                Damage { what, description_lost: !older }
            }
            4 => {
                let how = self.damage_description(&current_generation(index), random);
                let older = random.below(2) == 0;
                if older {
                    self.add_older_generation(index);
                }
                let what = format!("{how}, an older generation: {older}");
                Damage { what, description_lost: !older }
            }
            5 => {
                self.add_older_generation(index);
                remove_files(&current_generation(index), random);
                Damage::sparing_description(
                    "some files of the generation removed, an older one beside it",
                )
            }
            6 => {
                break_current(index, random);
                Damage::sparing_description("a CURRENT that is cut, empty or zeros")
            }
            _ => Damage::sparing_description(&damage_files(&current_generation(index), random)),
        }
    }

    /// Adds the generation of `old` to an index folder.
    fn add_older_generation(&self, index: &Path) {
        let generation = current_generation(&self.world.path("old"));
        copy_folder(&generation, &index.join(generation.file_name().unwrap()));
    }

    /// Damages `wensou.json`. Returns what was done.
    fn damage_description(&self, generation: &Path, random: &mut Random) -> String {
        let path = generation.join("wensou.json");
        let bytes = fs::read(&path).unwrap();
        match random.below(4) {
            0 => {
                fs::remove_file(path).unwrap();
                "no description".to_owned()
            }
            1 => {
                fs::write(path, &bytes[..random.below(bytes.len())]).unwrap();
                "a description that is cut".to_owned()
            }
            2 => {
                fs::write(path, vec![0; bytes.len()]).unwrap();
                "a description of zeros".to_owned()
            }
            _ => {
                let mut bytes = bytes;
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
                fs::write(path, bytes).unwrap();
                format!("byte {at} of the description flipped")
            }
        }
    }
}

/// Removes some files of a generation, but not all.
fn remove_files(generation: &Path, random: &mut Random) {
    let mut files = index_files(generation);
    for _ in 0..1 + random.below(files.len() - 1) {
        fs::remove_file(files.swap_remove(random.below(files.len()))).unwrap();
    }
}

/// Makes `CURRENT` empty, zeros, or the beginning of its line.
fn break_current(index: &Path, random: &mut Random) {
    let line = fs::read(index.join("CURRENT")).unwrap();
    let broken = match random.below(3) {
        0 => Vec::new(),
        1 => vec![0; line.len()],
        _ => line[..random.below(line.len())].to_vec(),
    };
    fs::write(index.join("CURRENT"), broken).unwrap();
}

/// Makes one or two random damages to files of a generation, but not to its description. Returns
/// what was done.
fn damage_files(generation: &Path, random: &mut Random) -> String {
    let mut files = index_files(generation);
    files.retain(|path| !path.ends_with("wensou.json"));
    let mut done = Vec::new();
    for _ in 0..1 + random.below(2) {
        let path = &files[random.below(files.len())];
        done.push(damage_file(path, random));
    }
    done.join(", ")
}

/// Damages a file. Returns what was done.
fn damage_file(path: &Path, random: &mut Random) -> String {
    let name = path.file_name().unwrap().display().to_string();
    let Ok(mut bytes) = fs::read(path) else { return format!("{name} is gone already") };
    let how = match random.below(4) {
        0 => {
            fs::remove_file(path).unwrap();
            return format!("{name} gone");
        }
        1 => {
            bytes.truncate(random.below(bytes.len().max(1)));
            "cut"
        }
        2 => {
            let at = random.below(bytes.len());
            let end = (at + 512).min(bytes.len());
            bytes[at..end].fill(0);
            "zeroed in part"
        }
        _ => {
            if let Some(at) = bytes.len().checked_sub(1).map(|last| random.below(last + 1)) {
                bytes[at] ^= 1 << random.below(8);
            }
            "flipped"
        }
    };
    fs::write(path, bytes).unwrap();
    format!("{name} {how}")
}
