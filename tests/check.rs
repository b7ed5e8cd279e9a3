//! `wensou check` finds, names and repairs damage. On a damaged index, no verb panics, and `export`
//! prints no wrong record.

use std::fs;
use std::path::{Path, PathBuf};

use crate::util::{Dir, Ran, Random, files_below, number_from_environment, sample_archive};

/// A folder with two pages of the sample archive and their index.
fn indexed() -> Dir {
    let dir = Dir::new();
    for name in ["0001_c5a48cc89211cdcb.txt", "0002_c174a7f7ed733477.txt"] {
        let page = fs::read(sample_archive().join("000").join(name)).unwrap();
        dir.write(&format!("archive/{name}"), page);
    }
    dir.index();
    dir
}

/// Every file of the index except the lock, in order.
fn index_files(dir: &Dir) -> Vec<PathBuf> {
    let mut files = files_below(&dir.path().join("index"));
    files.retain(|path| !path.to_string_lossy().to_lowercase().ends_with("lock"));
    files
}

#[test]
fn an_intact_index_is_reported_as_intact() {
    let dir = indexed();
    let ran = dir.run(&["check"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("intact: "), "{}", ran.stderr);
    assert!(ran.stderr.trim_end().ends_with("compared with the archive"), "{}", ran.stderr);
    let object: serde_json::Value =
        serde_json::from_str(&dir.ok(&["check", "--quick", "--format", "json"])).unwrap();
    assert_eq!(object["sound"], true);
    assert_eq!(object["archive_compared"], false);
}

#[test]
fn reading_verbs_neither_add_nor_remove_files_in_the_index_folder() {
    let dir = indexed();
    let listing = || {
        let mut names: Vec<PathBuf> = Vec::new();
        for folder in ["index", "index/gen-000001"] {
            let entries = fs::read_dir(dir.path().join(folder)).unwrap();
            names.extend(entries.map(|entry| entry.unwrap().path()));
        }
        names.sort();
        names
    };
    let before = listing();
    dir.ok(&["search", "開源"]);
    dir.ok(&["stats"]);
    dir.ok(&["check"]);
    // Readers write nothing, neither a lock nor a cache, so a read-only index can be searched.
    assert_eq!(listing(), before);
}

#[test]
fn every_damaged_file_is_named_and_a_repair_restores_all_records() {
    let dir = indexed();
    let before = dir.ok(&["export"]);
    for path in index_files(&dir) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let bytes = fs::read(&path).unwrap();
        let mut damaged = bytes.clone();
        if let Some(byte) = damaged.first_mut() {
            *byte ^= 1;
        }
        for damage in [Some(damaged), Some(bytes[..bytes.len() / 2].to_vec()), None] {
            match damage {
                Some(damaged) if damaged != bytes => fs::write(&path, damaged).unwrap(),
                // The file is empty, so the damage has not changed it.
                Some(_) => continue,
                // Without `CURRENT` there is no index.
                None if name == "CURRENT" => continue,
                None => fs::remove_file(&path).unwrap(),
            }
            let ran = dir.run(&["check"]);
            assert_eq!(ran.code, 3, "{name}: {}{}", ran.stdout, ran.stderr);
            assert!(ran.stdout.contains(&name), "{name}: {}", ran.stdout);
            assert!(ran.stdout.contains("to fix: `wensou check --repair`"), "{}", ran.stdout);
            fs::write(&path, &bytes).unwrap();
        }
        assert_eq!(dir.run(&["check", "--quick"]).code, 0, "{name}");
    }
    let mut files = index_files(&dir).into_iter();
    let store = files.find(|path| path.to_string_lossy().ends_with(".store"));
    fs::write(store.unwrap(), "").unwrap();
    let repaired = dir.run(&["check", "--repair"]);
    assert_eq!(repaired.code, 0, "{}", repaired.stderr);
    assert_eq!(dir.ok(&["export"]), before);
}

#[test]
fn the_exit_status_of_check_tells_that_an_index_is_outdated() {
    let dir = indexed();
    assert_eq!(dir.run(&["check"]).code, 0);
    dir.write("archive/new.txt", "標題\n\n正文在此,講一件事。\n");
    assert_eq!(dir.run(&["check"]).code, 4);
    dir.index();
    assert_eq!(dir.run(&["check"]).code, 0);
}

#[cfg(unix)]
#[test]
fn an_index_without_permission_is_not_called_damaged() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    /// The user id of `nobody`.
    const NOBODY: u32 = 65_534;

    let dir = indexed();
    let set_mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    set_mode(dir.path(), 0o755);
    for name in ["CURRENT", "WENSOU", "SEAL", "wensou.json", ".store", ".post"] {
        let has_ending = |path: &PathBuf| path.to_string_lossy().ends_with(name);
        let path = index_files(&dir).into_iter().find(has_ending).unwrap();
        set_mode(&path, 0o000);
        let verbs = [&["check"][..], &["check", "--quick"], &["check", "--repair"]];
        // A search does not need the markers.
        let search = (!["WENSOU", "SEAL"].contains(&name)).then_some(&["search", "開源"][..]);
        for args in verbs.into_iter().chain(search) {
            let mut command = dir.command(args);
            // The superuser may read everything.
            if fs::read(&path).is_ok() {
                command.uid(NOBODY);
            }
            let Ok(output) = command.output() else {
                crate::util::report_skipped("another user may not run the binary");
                return;
            };
            let ran = Ran::from(output);
            assert_eq!(ran.code, 3, "{name} {args:?}: {ran:?}");
            assert!(ran.stderr.contains("ermission denied"), "{name} {args:?}: {ran:?}");
            assert!(!format!("{ran:?}").contains("repair"), "{name} {args:?}: {ran:?}");
        }
        set_mode(&path, 0o644);
    }
}

#[test]
fn changes_of_the_archive_and_litter_are_named() {
    let dir = indexed();
    dir.write("index/gen-000099/GENERATION", "wensou generation gen-000099\n");
    // This folder has no marker, so wensou has not made it, and `check` must not name it.
    fs::create_dir(dir.path().join("index/gen-000098")).unwrap();
    dir.write("archive/new.txt", "標題\n\n正文在此,講一件事。\n");
    let ran = dir.run(&["check"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stdout.contains("litter   gen-000099 was left"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("gen-000098"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("stale    1 records of the archive are not stored"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("to fix: `wensou index`"), "{}", ran.stdout);
    dir.index();
    assert_eq!(dir.run(&["check"]).stdout, "");
    // An index whose archive is missing does not count as out of date.
    fs::remove_dir_all(dir.path().join("archive")).unwrap();
    let ran = dir.run(&["check"]);
    assert!(ran.stdout.contains("the archive is not where it was"), "{}", ran.stdout);
    assert_eq!(ran.code, 0);
}

/// Flips bits of an index one at a time. `check` finds each of them. No other verb panics, and
/// `export` prints no wrong record.
#[test]
fn a_flipped_bit_is_found_and_gives_no_wrong_record() {
    let flips = number_from_environment("WENSOU_FLIPS", 40);
    let dir = indexed();
    // The lines of `export` for the intact index.
    let truth: Vec<String> = dir.ok(&["export"]).lines().map(str::to_owned).collect();
    let files = index_files(&dir);
    let mut random = Random::new(2026);
    let (mut found_flips, mut exported_lines) = (0, 0);
    for flip in 0..flips {
        let path = pick_file(&files, flip, &mut random);
        let bytes = fs::read(path).unwrap();
        if bytes.is_empty() {
            continue;
        }
        let (byte, bit) = (random.below(bytes.len()), random.below(8));
        let mut damaged = bytes.clone();
        damaged[byte] ^= 1 << bit;
        fs::write(path, &damaged).unwrap();
        let location = format!("bit {bit} of byte {byte} of {}", path.display());
        let check = dir.run(&["check", "--quick"]);
        assert_eq!(check.code, 3, "{location}: {}{}", check.stdout, check.stderr);
        found_flips += 1;
        exported_lines += assert_no_panic_and_no_wrong_record(&dir, &truth, &location);
        fs::write(path, &bytes).unwrap();
    }
    assert!(found_flips > 0 && exported_lines > 0);
    assert_eq!(dir.run(&["check"]).code, 0);
}

/// A random file for a flip. If the number of the flip is even, each byte of the index has the same
/// chance; if it is odd, each file, because small files matter as much as large ones.
fn pick_file<'f>(files: &'f [PathBuf], flip: usize, random: &mut Random) -> &'f PathBuf {
    let lengths = files.iter().map(|path| fs::metadata(path).unwrap().len());
    let mut offset = random.below(lengths.clone().sum::<u64>() as usize) as u64;
    let any_file = &files[random.below(files.len())];
    if flip % 2 == 1 {
        return any_file;
    }
    for (path, length) in files.iter().zip(lengths) {
        if offset < length {
            return path;
        }
        offset -= length;
    }
    any_file
}

/// Runs verbs on a damaged index. None may panic, and `export` may print only lines of `truth`.
/// Returns how many lines it has printed.
#[track_caller]
fn assert_no_panic_and_no_wrong_record(dir: &Dir, truth: &[String], location: &str) -> usize {
    let mut exported = 0;
    for args in [
        &["search", "開源大模型", "--format", "jsonl"][..],
        &["search", "\"護城河\" date:2023", "--sort", "newest"],
        &["search", "tag:GPT OR zzqx"],
        &["export"],
        &["tags"],
        &["stats"],
    ] {
        let ran = dir.run(args);
        assert!((0..=3).contains(&ran.code), "{location}: {args:?}: {}\n{}", ran.code, ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{location}: {args:?}: {}", ran.stderr);
        if args == ["export"] {
            for line in ran.stdout.lines() {
                assert!(truth.iter().any(|known| known == line), "{location}: {line}");
                exported += 1;
            }
        }
    }
    exported
}
