//! An index folder that an attacker has changed: the verbs that read or write an index refuse the
//! folder or use it, have no effect outside of it, and do not hang, fill the memory or panic.

use std::fs;
use std::path::{Path, PathBuf};

use super::attacker::{Attacker, Outside, SECRET};
use super::campaign::{Campaign, Settings};
use super::limits::{Ended, run_limited};
use super::preload::Faults;
use super::snapshot::Snapshot;
use super::world::{UserTables, World};
use crate::util::{Random, copy_folder, files_below};

#[test]
fn a_hostile_index_has_no_effect_outside_of_itself() {
    let mut campaign = Campaign::new(&Settings {
        name: "hostile indexes",
        rounds_variable: "WENSOU_HOSTILE",
        default_rounds: 8,
        seed: 2,
    });
    let world = World::with_text_pages(2, UserTables::WordsAndSynonyms);
    let intact = world.path("intact");
    let built = world.index(&intact, &["--quiet"]);
    assert_eq!(built.code, 0, "{built}");
    // An update from state 1 of the archive, in which `World` leaves it, to state 0, so that the
    // index has two segments.
    world.set_state(0);
    let built = world.index(&intact, &["--quiet"]);
    assert_eq!(built.code, 0, "{built}");
    let id = world.dir.run(&["search", "正文", "--format", "ids", "--index", "intact"]).stdout;
    let id = id.lines().next().unwrap().to_owned();
    for (round, mut random) in campaign.rounds() {
        let outside = Outside::new(&world);
        let index = world.path("index");
        let _ = fs::remove_dir_all(&index);
        copy_folder(&intact, &index);
        let attacker = Attacker { index: &index, outside: &outside, random: &mut random };
        let what = format!("round {round}: {}", attacker.change_index());
        let (world, outside) = (&world, &outside);
        let hostile = HostileIndex { world, outside, index: &index, id: &id, what };
        hostile.run_verbs(&mut campaign, &mut random);
        campaign.count("indexes");
    }
    campaign.finish();
}

/// An index that an attacker has changed.
struct HostileIndex<'a> {
    world: &'a World,
    outside: &'a Outside,
    index: &'a Path,
    /// The id of a document.
    id: &'a str,
    /// The round and what the attacker has changed, for messages.
    what: String,
}

impl HostileIndex<'_> {
    /// Runs the verbs on the index: first the verbs that read, then those that write. Stops after a
    /// run that exceeded a limit.
    fn run_verbs(&self, campaign: &mut Campaign, random: &mut Random) {
        let before = Snapshot::of(&self.outside.folder);
        let _ = fs::remove_file(self.opened_log());
        let backup = self.world.path("backup");
        let _ = fs::remove_dir_all(&backup);
        let archive = self.world.archive();
        let archive = archive.to_str().unwrap();
        let readers: [&[&str]; 12] = [
            &["search", "正文"],
            &["search", "護城河", "--format", "jsonl"],
            &["show", self.id],
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
        // Start the verbs that write with a random one. Each verb gets the index as the verbs
        // before it have left it.
        let first = random.below(writers.len());
        writers.rotate_left(first);
        for args in readers.iter().copied().chain(writers) {
            let ended = self.run_verb(campaign, args, &before);
            if ended.exceeded_limit.is_some() {
                // The other verbs read the same files, and the campaign should not take hours.
                break;
            }
        }
        for folder in [self.index, &backup] {
            if let Some(path) = file_with_secret(folder) {
                let path = path.display();
                campaign.fail(format!("{}: {path} has content from outside", self.what));
            }
        }
    }

    /// Runs a verb and checks that it has no effect outside of the index, where everything should
    /// be as in `before`.
    fn run_verb(&self, campaign: &mut Campaign, args: &[&str], before: &Snapshot) -> Ended {
        let what = &self.what;
        let mut command = self.world.command(self.index, args);
        if Faults::are_available() {
            let mut faults = Faults::default();
            faults.log_openings(&self.outside.folder);
            faults.apply(self.world.dir.path(), &mut command);
        }
        let ended = run_limited(&mut command);
        campaign.count("runs");
        campaign.raise_to("MB at most", (ended.memory >> 20) as usize);
        campaign.raise_to("ms at most", ended.took.as_millis() as usize);
        if let Some(problem) = ended.problem() {
            campaign.fail(format!("{what}: {args:?}: {problem}"));
        }
        campaign.expect(!ended.stdout.contains(SECRET) && !ended.stderr.contains(SECRET), || {
            format!("{what}: {args:?} shows content from outside")
        });
        if let Some(difference) = before.differences(&self.outside.folder).first() {
            campaign.fail(format!("{what}: {args:?}: {difference}"));
        }
        if let Some(path) = self.opened_outside() {
            campaign.fail(format!("{what}: {args:?} opened {path}"));
        }
        ended
    }

    /// The file in which the preloaded library logs what a verb opens in [`Outside::folder`], see
    /// [`Faults`].
    fn opened_log(&self) -> PathBuf {
        self.world.path("opened")
    }

    /// The first path in [`Outside::folder`] that the last run has opened but should not have.
    /// Removes the log, so that the next run begins a new one.
    fn opened_outside(&self) -> Option<String> {
        let log = fs::read_to_string(self.opened_log()).ok()?;
        fs::remove_file(self.opened_log()).unwrap();
        // Roots and tables of the user may be anywhere, so wensou may open those that the attacker
        // has named. These words are in the descriptions of such changes in `attacker.rs`.
        let words = ["words in", "synonyms", "root"];
        let names_roots_or_tables = words.iter().any(|word| self.what.contains(word));
        log.lines().next().filter(|_| !names_roots_or_tables).map(str::to_owned)
    }
}

/// A plain file below a folder with [`SECRET`] in its content, if there is one. Only files of less
/// than 4 MiB are searched.
fn file_with_secret(folder: &Path) -> Option<PathBuf> {
    files_below(folder).into_iter().find(|path| {
        let metadata = fs::symlink_metadata(path).unwrap();
        let is_small = metadata.is_file() && metadata.len() < 4 << 20;
        is_small && fs::read(path).unwrap().windows(SECRET.len()).any(|it| it == SECRET.as_bytes())
    })
}
