//! A power cut during a build leaves the old index or the new one (or none, if the build is the
//! first). A power cut after a build has ended with exit status 0 leaves the new index.

use std::fs;
use std::path::Path;

use super::campaign::{Campaign, Settings};
use super::limits::run_limited;
use super::preload::record_library;
use super::replay::{ChangeLog, Cut, Disk};
use super::world::{UserTables, World};
use crate::util::{Random, copy_folder, files_below};

/// Maximum number of cuts for a recorded build. After that many cuts, another build of the same
/// kind is recorded.
const MAX_CUTS_OF_BUILD: usize = 50;

#[test]
fn a_power_cut_leaves_the_old_index_or_the_new_one() {
    let mut campaign = Campaign::new(&Settings {
        name: "power cuts",
        rounds_variable: "WENSOU_CUTS",
        default_rounds: 20,
        seed: 3,
    });
    if record_library().is_none() {
        return;
    }
    let world = World::with_text_pages(8, UserTables::None);
    // The recorded builds that further rounds cut, at most one of each kind.
    let mut builds: Vec<Build> = Vec::new();
    for (round, mut random) in campaign.rounds() {
        let kind = BuildKind::of_round(round);
        let is_usable = |build: &Build| build.kind == kind && build.cuts < MAX_CUTS_OF_BUILD;
        let usable = builds.iter().position(is_usable);
        let at = usable.unwrap_or_else(|| {
            builds.retain(|build| build.kind != kind);
            builds.push(Build::run(&world, kind, &mut random));
            builds.len() - 1
        });
        let build = &mut builds[at];
        if build.cuts == 0 {
            campaign.count("builds recorded");
            campaign.add("changes recorded", build.log.len());
            build.check_cuts_after_end(&mut campaign, &world, &mut random, round);
        }
        build.cuts += 1;
        build.check_cut(&mut campaign, &world, &mut random, round);
    }
    campaign.finish();
}

/// The kind of a recorded build.
#[derive(Clone, Copy, PartialEq, Eq)]
struct BuildKind {
    /// Whether this is a first build; otherwise, it is an update.
    is_first: bool,
    /// Whether the system can make hard links.
    has_links: bool,
}

impl BuildKind {
    /// The four kinds take turns.
    fn of_round(round: usize) -> Self {
        Self { is_first: round % 4 < 2, has_links: round.is_multiple_of(2) }
    }

    fn name(self) -> &'static str {
        match (self.is_first, self.has_links) {
            (true, true) => "first build",
            (true, false) => "first build without hard links",
            (false, true) => "update",
            (false, false) => "update without hard links",
        }
    }
}

/// A recorded build.
struct Build {
    kind: BuildKind,
    /// The folder before the build.
    disk: Disk,
    /// The changes of the folder by the build.
    log: ChangeLog,
    /// The state of the archive (0 or 1) from which the index was built before; `None` for a first
    /// build.
    old: Option<usize>,
    /// The state of the archive that the recorded build indexes.
    new: usize,
    /// The path of the index in the recorded folder.
    index: &'static str,
    /// Number of cuts so far.
    cuts: usize,
}

impl Build {
    /// Runs a build of this kind, and records how it changes the folder.
    fn run(world: &World, kind: BuildKind, random: &mut Random) -> Self {
        let name = kind.name();
        // If the folders above the index are new, too, they must be synced as well.
        let index =
            if kind.is_first && random.below(2) == 0 { "some/where/index" } else { "index" };
        let folder = world.path("disk");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        let new = random.below(2);
        let mut old = None;
        if !kind.is_first {
            old = Some(1 - new);
            world.set_state(1 - new);
            let built = world.index(&folder.join(index), &["--quiet"]);
            assert_eq!(built.code, 0, "{built}");
        }
        let disk = Disk::of(&folder);
        let log_file = world.path("log");
        let _ = fs::remove_file(&log_file);
        world.set_state(new);
        let rebuild: &[&str] = if random.below(4) == 0 { &["--rebuild"] } else { &[] };
        let mut command = world.index_command(&folder.join(index), rebuild);
        // `index_command` preloads a library that skips syncs. This preloads the recording one
        // instead, because the log must have the syncs.
        command.env("LD_PRELOAD", record_library().unwrap()).env("RECORD_LOG", &log_file);
        command.env("RECORD_DIR", fs::canonicalize(&folder).unwrap());
        if !kind.has_links {
            command.env("RECORD_NO_LINKS", "1");
        }
        let built = run_limited(&mut command);
        assert_eq!(built.code, 0, "{name}: {built}");
        let log = ChangeLog::read(&log_file);
        assert_eq!(log.renames_to("CURRENT"), 1, "{name}: one rename must replace CURRENT");
        assert_eq!(world.state(&folder.join(index)), Ok(new), "{name}");
        Self { kind, disk, log, old, new, index, cuts: 0 }
    }

    /// Cuts the power after the first `end` changes, and writes what remains to a new folder.
    /// Returns the path of the index there.
    fn index_after_cut(
        &self,
        world: &World,
        end: usize,
        cut: Cut,
        random: &mut Random,
    ) -> std::path::PathBuf {
        let mut disk = self.disk.clone();
        disk.apply(&self.log, end);
        let folder = world.path("cut");
        let _ = fs::remove_dir_all(&folder);
        disk.write_after_cut(cut, end, random, &folder);
        folder.join(self.index)
    }

    /// Checks that a cut after the end of the build leaves the new index, whatever the cut does to
    /// changes that are not synced.
    fn check_cuts_after_end(
        &self,
        campaign: &mut Campaign,
        world: &World,
        random: &mut Random,
        round: usize,
    ) {
        let end = self.log.len();
        for cut in [
            Cut::NoneUnsynced,
            Cut::AllUnsynced,
            // Twice, because the changes that this cut keeps are random.
            Cut::AnyUnsynced,
            Cut::AnyUnsynced,
            Cut::JournalPrefix,
        ] {
            let index = self.index_after_cut(world, end, cut, random);
            let state = world.state(&index);
            let checked = world.run(&index, &["check", "--quick"]);
            campaign.count("cuts after exit status 0");
            campaign.expect(state == Ok(self.new) && checked.code == 0, || {
                let name = self.kind.name();
                format!(
                    "round {round}: {name} has ended, then a cut ({cut:?}): {checked}, {state:?}"
                )
            });
        }
    }

    /// Checks that a cut after a random change leaves the old index or the new one. [`Cut`] says
    /// what each kind of cut does to the changes that were not synced.
    fn check_cut(&self, campaign: &mut Campaign, world: &World, random: &mut Random, round: usize) {
        let cut = [
            Cut::NoneUnsynced,
            Cut::AllUnsynced,
            Cut::JournalPrefix,
            Cut::AnyUnsynced,
            Cut::AnyUnsynced,
        ][random.below(5)];
        // Most changes only write content. In two thirds of the rounds, move the cut to the next
        // change of another kind, such as a rename or a sync.
        let mut end = random.below(self.log.len() + 1);
        if random.below(3) > 0 {
            while end < self.log.len() && !self.log.is_entry_change_or_sync(end) {
                end += 1;
            }
        }
        // In a quarter of the rounds, cut after one of the last 40 changes of the build instead.
        if random.below(4) == 0 {
            end = self.log.len() - random.below(self.log.len().min(40));
        }
        let index = self.index_after_cut(world, end, cut, random);
        // A copy of what the cut has left, for messages, because `index` below changes the folder.
        let kept = world.path("kept");
        let _ = fs::remove_dir_all(&kept);
        if index.exists() {
            copy_folder(&index, &kept);
        }
        let location = || {
            let last = if end == 0 { "nothing".to_owned() } else { self.log.describe(end - 1) };
            format!("round {round}: {} cut after change {end} ({last}), {cut:?}", self.kind.name())
        };
        let ended = world.run(&index, &["export"]);
        let state = world.exports.iter().position(|known| *known == ended.stdout);
        match (ended.code, state) {
            (0, Some(state)) if state == self.new => campaign.count("new states"),
            (0, Some(state)) if Some(state) == self.old => campaign.count("old states"),
            (3, _) if self.old.is_none() && ended.stdout.is_empty() => {
                campaign.count("no index yet");
            }
            _ => campaign.fail(format!("{}: {ended}; {}", location(), listing(&kept))),
        }
        let checked = world.run(&index, &["check", "--quick"]);
        // Without an index, `check` finds none (3) or refuses the folder (2).
        let wanted = if ended.code == 3 && self.old.is_none() { 2..=3 } else { 0..=0 };
        campaign.expect(wanted.contains(&checked.code), || format!("{}: {checked}", location()));
        // Whatever the cut has left, the next build makes the new index.
        world.set_state(self.new);
        let built = world.index(&index, &["--quiet"]);
        let state = world.state(&index);
        campaign.expect(built.code == 0 && state == Ok(self.new), || {
            format!("{}, then `index`: {built} {state:?}; {}", location(), listing(&kept))
        });
    }
}

/// The files below a folder with their lengths, for messages.
fn listing(folder: &Path) -> String {
    let files = files_below(folder);
    let files = files.iter().map(|path| {
        let name = path.strip_prefix(folder).unwrap().display();
        format!("{name}={}", fs::metadata(path).map_or(0, |metadata| metadata.len()))
    });
    files.collect::<Vec<_>>().join(" ")
}
