//! An archive that can be in two states (see `set_archive_state`), the export of each state, and
//! helpers for the files of an index.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use super::limits::{Ended, run_limited};
use super::preload::without_syncs;
use crate::util::{Dir, files_below, sample_archive, set_archive_state};

/// Whether the indexes of a [`World`] have tables of the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UserTables {
    None,
    WordsAndSynonyms,
}

/// A temporary folder with `archive/`, some pages of which differ between two states.
pub(super) struct World {
    pub(super) dir: Dir,
    /// What `wensou export` prints for an index of each state.
    pub(super) exports: [String; 2],
    /// The arguments that name the user's tables, for every build.
    table_args: Vec<String>,
}

impl World {
    /// An archive with `pages` text pages of the sample archive, and an eighth as many (rounded
    /// down) of its other files, such as dumps. The archive is left in state 1.
    pub(super) fn with_text_pages(pages: usize, tables: UserTables) -> Self {
        let dir = Dir::new();
        let files = files_below(&sample_archive());
        let (text_pages, others): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|path| path.extension().is_some_and(|it| it == "txt"));
        for path in text_pages.iter().take(pages).chain(others.iter().take(pages / 8)) {
            let name = path.strip_prefix(sample_archive()).unwrap().to_str().unwrap().to_owned();
            dir.write(&format!("archive/{name}"), fs::read(path).unwrap());
        }
        let mut world = Self { dir, exports: Default::default(), table_args: Vec::new() };
        if tables == UserTables::WordsAndSynonyms {
            let words = world.dir.write("tables/words.tsv", "護城河\n開源大模型\n");
            let synonyms = world.dir.write("tables/synonyms.tsv", "正文,本文\n");
            for (flag, path) in [("--words", words), ("--synonyms", synonyms)] {
                world.table_args.extend([flag.to_owned(), path.to_str().unwrap().to_owned()]);
            }
        }
        for state in [0, 1] {
            world.set_state(state);
            let fresh = world.path("fresh");
            let built = world.index(&fresh, &["--rebuild"]);
            assert_eq!(built.code, 0, "{built}");
            world.exports[state] = world.export(&fresh).unwrap();
            fs::remove_dir_all(fresh).unwrap();
        }
        assert_ne!(world.exports[0], world.exports[1]);
        world
    }

    /// An empty temporary folder, without an archive.
    pub(super) fn empty() -> Self {
        Self { dir: Dir::new(), exports: Default::default(), table_args: Vec::new() }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(super) fn archive(&self) -> PathBuf {
        self.path("archive")
    }

    /// Puts the archive into a state.
    pub(super) fn set_state(&self, state: usize) {
        set_archive_state(&self.archive(), state);
    }

    /// A command with `--index INDEX`, which skips syncs.
    pub(super) fn command(&self, index: &Path, args: &[&str]) -> Command {
        let mut command = self.dir.command(args);
        command.arg("--index").arg(index);
        without_syncs(&mut command);
        command
    }

    /// Runs the binary with `--index INDEX`.
    pub(super) fn run(&self, index: &Path, args: &[&str]) -> Ended {
        run_limited(&mut self.command(index, args))
    }

    /// A command that indexes the archive. `args` are further arguments.
    pub(super) fn index_command(&self, index: &Path, args: &[&str]) -> Command {
        let mut command = self.command(index, &["index"]);
        command.args(args).args(&self.table_args).arg(self.archive());
        command
    }

    /// Indexes the archive. `args` are further arguments.
    pub(super) fn index(&self, index: &Path, args: &[&str]) -> Ended {
        run_limited(&mut self.index_command(index, args))
    }

    /// What `wensou export` prints for an index, or the failed run.
    pub(super) fn export(&self, index: &Path) -> Result<String, Ended> {
        let ended = self.run(index, &["export"]);
        if ended.code == 0 { Ok(ended.stdout) } else { Err(ended) }
    }

    /// The state of the archive (0 or 1) whose records an index has, or a message that says what
    /// the index has instead.
    pub(super) fn state(&self, index: &Path) -> Result<usize, String> {
        let export = self.export(index).map_err(|ended| ended.to_string())?;
        let state = self.exports.iter().position(|known| *known == export);
        state.ok_or_else(|| format!("neither state, but {} records", export.lines().count()))
    }

    /// The records that an export of an index prints before it ends or fails, without those that
    /// the archive has in neither state.
    pub(super) fn readable_records(&self, index: &Path) -> BTreeSet<String> {
        let stdout = self.run(index, &["export"]).stdout;
        let known =
            |line: &&str| self.exports.iter().any(|export| export.lines().any(|it| it == *line));
        stdout.lines().filter(known).map(str::to_owned).collect()
    }
}

/// The files of an index, in an order that does not depend on the random names of its segments.
pub(super) fn index_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = files_below(folder);
    let extension = |path: &Path| path.extension().map(std::ffi::OsStr::to_os_string);
    let length = |path: &Path| fs::metadata(path).map_or(0, |metadata| metadata.len());
    files.sort_by_key(|path| (extension(path), length(path)));
    files
}

/// The folders of generations that have a description, in order of their names.
pub(super) fn generations(index: &Path) -> Vec<PathBuf> {
    let Ok(list) = fs::read_dir(index) else { return Vec::new() };
    let paths = list.map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = paths.filter(|path| path.join("wensou.json").is_file()).collect();
    found.sort();
    found
}

/// The generation that `CURRENT` names.
pub(super) fn current_generation(index: &Path) -> PathBuf {
    let line = fs::read_to_string(index.join("CURRENT")).unwrap();
    let name = line.split_whitespace().find(|word| word.starts_with("gen-")).unwrap();
    index.join(name)
}

/// Makes `CURRENT` name this generation, with the right checksum. The new line begins with `wensou`
/// if `line_of_current`, the line that a build has written into a `CURRENT`, begins with it.
pub(super) fn make_current(index: &Path, generation: &Path, line_of_current: &str) {
    let sum = xxh3_64(&fs::read(generation.join("wensou.json")).unwrap_or_default());
    let name = generation.file_name().unwrap().to_str().unwrap();
    let prefix = if line_of_current.starts_with("wensou ") { "wensou " } else { "" };
    fs::write(index.join("CURRENT"), format!("{prefix}{name} {sum:016x}\n")).unwrap();
}

/// The description of a generation.
pub(super) fn read_description(generation: &Path) -> Value {
    serde_json::from_slice(&fs::read(generation.join("wensou.json")).unwrap()).unwrap()
}

/// Writes the description of a generation, and makes this generation the current one, with the
/// right checksum, as an attacker would.
pub(super) fn write_description(index: &Path, generation: &Path, description: &[u8]) {
    fs::write(generation.join("wensou.json"), description).unwrap();
    let line_of_current = fs::read_to_string(index.join("CURRENT")).unwrap_or_default();
    make_current(index, generation, &line_of_current);
    // `SEAL` has the same line as `CURRENT`.
    if generation.join("SEAL").exists() {
        fs::copy(index.join("CURRENT"), generation.join("SEAL")).unwrap();
    }
}

/// The length and checksum of a file with this content, as in `files` of a description.
pub(super) fn file_entry(content: &[u8]) -> Value {
    serde_json::json!({"bytes": content.len(), "xxh3": format!("{:016x}", xxh3_64(content))})
}
