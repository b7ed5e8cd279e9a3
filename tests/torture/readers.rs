//! Processes that read an index (searches, `check`, `backup` and others) and processes that update
//! the index at the same time do not disturb each other.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::campaign::{Campaign, Settings};
use super::limits::Ended;
use super::world::{UserTables, World};
use crate::util::{Random, number_from_environment};

/// Number of processes that read at the same time.
const READERS: u64 = 20;

/// What the readers run.
const VERBS: [&[&str]; 6] = [
    &["export"],
    &["check"],
    &["check", "--quick"],
    &["search", "正文", "--format", "ids"],
    &["stats"],
    &["tags"],
];

#[test]
fn readers_and_updates_do_not_disturb_each_other() {
    let seconds = number_from_environment("WENSOU_READER_SECONDS", 3) as u64;
    // This campaign has no rounds: it lasts for some seconds.
    let mut campaign = Campaign::new(&Settings {
        name: "twenty readers",
        rounds_variable: "WENSOU_READER_ROUNDS",
        default_rounds: 1,
        seed: 6,
    });
    let world = World::with_text_pages(8, UserTables::None);
    let index = world.path("index");
    world.set_state(0);
    let built = world.index(&index, &["--quiet"]);
    assert_eq!(built.code, 0, "{built}");
    let shared_campaign = Mutex::new(&mut campaign);
    let updates_ended = AtomicBool::new(false);
    thread::scope(|scope| {
        for reader in 0..READERS {
            let (world, index, updates_ended, shared_campaign) =
                (&world, &index, &updates_ended, &shared_campaign);
            scope.spawn(move || {
                // Each reader has a seed far from those of the others, and none has the seed 0.
                let mut random = Random::new(reader * 7919 + 1);
                let backup = world.path(&format!("copy-{reader}"));
                while !updates_ended.load(Ordering::Relaxed) {
                    if random.below(8) == 0 {
                        let problem = backup_problem(world, index, &backup);
                        let mut campaign = locked(shared_campaign);
                        campaign.count("backups");
                        campaign.expect(problem.is_none(), || problem.unwrap_or_default());
                        continue;
                    }
                    let args = VERBS[random.below(VERBS.len())];
                    let ended = world.run(index, args);
                    let mut campaign = locked(shared_campaign);
                    campaign.count(if args[0] == "check" { "checks" } else { "reads" });
                    if let Some(problem) = answer_problem(world, args, &ended) {
                        campaign.fail(format!("{args:?}: {problem}"));
                    }
                }
            });
        }
        update_index(&world, &index, Duration::from_secs(seconds), &shared_campaign);
        updates_ended.store(true, Ordering::Relaxed);
    });
    let checked = world.run(&index, &["check"]);
    campaign.expect(checked.code == 0 && checked.stdout.is_empty(), || {
        format!("at the end: {checked}\n{}", checked.stdout)
    });
    campaign.finish();
}

/// The campaign, which the threads share. A thread that panicked does not hinder the others.
fn locked<'m, 'c>(campaign: &'m Mutex<&'c mut Campaign>) -> MutexGuard<'m, &'c mut Campaign> {
    campaign.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Changes the state of the archive and updates or rebuilds the index, again and again for a time.
fn update_index(world: &World, index: &Path, time: Duration, campaign: &Mutex<&mut Campaign>) {
    let started = Instant::now();
    let mut state = 0;
    let mut random = Random::new(2);
    while started.elapsed() < time {
        state = 1 - state;
        world.set_state(state);
        let rebuild: &[&str] = if random.below(5) == 0 { &["--rebuild"] } else { &[] };
        let built = world.index(index, rebuild);
        let mut campaign = locked(campaign);
        campaign.count("builds");
        campaign.expect(built.code == 0, || format!("a build beside readers: {built}"));
    }
}

/// Makes a backup during updates, and says what is wrong with the backup; `None` if nothing is.
fn backup_problem(world: &World, index: &Path, to: &Path) -> Option<String> {
    let ended = world.run(index, &["backup", to.to_str()?]);
    if ended.code != 0 {
        return Some(format!("backup: {ended}"));
    }
    let checked = world.run(to, &["check", "--quick"]);
    let state = world.state(to);
    fs::remove_dir_all(to).unwrap();
    match (checked.code, state) {
        (0, Ok(_)) => None,
        (_, state) => Some(format!("a backup: {checked}, {state:?}")),
    }
}

/// Says what is wrong with an answer that was given during updates; `None` if nothing is.
fn answer_problem(world: &World, args: &[&str], ended: &Ended) -> Option<String> {
    let may_be_stale = args[0] == "check" && ended.code == 4;
    if ended.code != 0 && !may_be_stale {
        return Some(format!("{ended}; {}", ended.stdout.trim_end()));
    }
    match args[0] {
        "export" if !world.exports.contains(&ended.stdout) => {
            Some("the records of neither state".to_owned())
        }
        "check" => {
            // The archive may change while `check` compares: then `check` reports changed pages as
            // stale, and a removed page as unreadable.
            let allowed = |line: &str| line.starts_with("stale") || line.starts_with("unreadable");
            ended.stdout.lines().find(|line| !allowed(line)).map(str::to_owned)
        }
        _ => None,
    }
}
