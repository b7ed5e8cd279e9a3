//! An archive that is in one of two states, what the index of each says, and the files of an index.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use super::fault::without_syncs;
use super::watch::{Ended, watch};
use crate::util::{Dir, sample};

/// A temporary folder with `archive/`, some pages of which differ between two states.
pub(super) struct World {
    pub(super) dir: Dir,
    /// The `export` of each state.
    pub(super) exports: [String; 2],
    /// More arguments of each build: the user's tables.
    tables: Vec<String>,
}

impl World {
    /// An archive with so many pages of the sample. If asked for, its index has tables of the
    /// user's.
    pub(super) fn new(pages: usize, tables: bool) -> Self {
        let dir = Dir::new();
        let mut files = Vec::new();
        walk(&sample(), &mut files);
        // A dump of records and the front page are of another kind than pages.
        let (pages_first, others): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|path| path.extension().is_some_and(|it| it == "txt"));
        for path in pages_first.iter().take(pages).chain(others.iter().take(pages / 8)) {
            let name = path.strip_prefix(sample()).unwrap().to_str().unwrap().to_owned();
            dir.write(&format!("archive/{name}"), fs::read(path).unwrap());
        }
        let mut world = Self { dir, exports: Default::default(), tables: Vec::new() };
        if tables {
            let words = world.dir.write("tables/words.tsv", "護城河\n開源大模型\n");
            let synonyms = world.dir.write("tables/synonyms.tsv", "正文,本文\n");
            for (flag, path) in [("--words", words), ("--synonyms", synonyms)] {
                world.tables.extend([flag.to_owned(), path.to_str().unwrap().to_owned()]);
            }
        }
        for state in [0, 1] {
            world.set(state);
            let fresh = world.path("fresh");
            let built = world.index(&fresh, &["--rebuild"]);
            assert_eq!(built.code, 0, "{built}");
            world.exports[state] = world.export(&fresh).unwrap();
            fs::remove_dir_all(fresh).unwrap();
        }
        assert_ne!(world.exports[0], world.exports[1]);
        world
    }

    /// A temporary folder with nothing in it, and no states.
    pub(super) fn without_index() -> Self {
        Self { dir: Dir::new(), exports: Default::default(), tables: Vec::new() }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(super) fn archive(&self) -> PathBuf {
        self.path("archive")
    }

    /// Changes one page, takes another away and adds a third.
    pub(super) fn set(&self, state: usize) {
        let folder = self.archive();
        let text = ["第一個狀態的正文,說一件事。", "第二個狀態的正文,說另一件事。"][state];
        fs::write(folder.join("changing.txt"), format!("變化的標題\n\n{text}\n")).unwrap();
        let (one, other) = (folder.join("coming.txt"), folder.join("going.txt"));
        let (there, removed) = if state == 0 { (one, other) } else { (other, one) };
        fs::write(there, "來去的標題\n\n來去的正文,在這裡。\n").unwrap();
        let _ = fs::remove_file(removed);
    }

    /// A run of the binary with `--index INDEX`.
    pub(super) fn command(&self, index: &Path, args: &[&str]) -> Command {
        let mut command = self.dir.command(args);
        command.arg("--index").arg(index);
        without_syncs(&mut command);
        command
    }

    pub(super) fn run(&self, index: &Path, args: &[&str]) -> Ended {
        watch(&mut self.command(index, args))
    }

    /// A run of `index` over the archive, which must be waited for.
    pub(super) fn index_command(&self, index: &Path, args: &[&str]) -> Command {
        let mut command = self.command(index, &["index"]);
        command.args(args).args(&self.tables).arg(self.archive());
        command
    }

    pub(super) fn index(&self, index: &Path, args: &[&str]) -> Ended {
        watch(&mut self.index_command(index, args))
    }

    /// Every record of an index, or why they cannot be had.
    pub(super) fn export(&self, index: &Path) -> Result<String, Ended> {
        let ended = self.run(index, &["export"]);
        if ended.code == 0 { Ok(ended.stdout) } else { Err(ended) }
    }

    /// Whether the program can make a copy of an index.
    pub(super) fn has_backup(&self) -> bool {
        self.dir.run(&["backup", "--help"]).code == 0
    }

    /// Which state an index has.
    pub(super) fn state(&self, index: &Path) -> Result<usize, String> {
        let export = self.export(index).map_err(|ended| ended.to_string())?;
        let state = self.exports.iter().position(|known| *known == export);
        state.ok_or_else(|| format!("neither state, but {} records", export.lines().count()))
    }

    /// Records of an index that can be read, even if some cannot.
    pub(super) fn readable(&self, index: &Path) -> BTreeSet<String> {
        let stdout = self.run(index, &["export"]).stdout;
        let known =
            |line: &&str| self.exports.iter().any(|export| export.lines().any(|it| it == *line));
        stdout.lines().filter(known).map(str::to_owned).collect()
    }
}

/// Every file below a folder, in order.
pub(super) fn walk(folder: &Path, to: &mut Vec<PathBuf>) {
    let list = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = list.collect();
    paths.sort();
    for path in paths {
        if fs::symlink_metadata(&path).unwrap().is_dir() { walk(&path, to) } else { to.push(path) }
    }
}

/// The files of an index, in an order that does not depend on the random names of its segments.
pub(super) fn index_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    walk(folder, &mut files);
    let extension = |path: &Path| path.extension().map(std::ffi::OsStr::to_os_string);
    files.sort_by_key(|path| (extension(path), fs::metadata(path).map_or(0, |about| about.len())));
    files
}

/// Copies a folder of plain files.
pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let here = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &here),
            false => drop(fs::copy(entry.path(), here).unwrap()),
        }
    }
}

/// Generation folders, in order of their names.
pub(super) fn generations(index: &Path) -> Vec<PathBuf> {
    let Ok(list) = fs::read_dir(index) else { return Vec::new() };
    let paths = list.map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = paths.filter(|path| path.join("wensou.json").is_file()).collect();
    found.sort();
    found
}

/// The generation that `CURRENT` names.
pub(super) fn current(index: &Path) -> PathBuf {
    let line = fs::read_to_string(index.join("CURRENT")).unwrap();
    let name = line.split_whitespace().find(|word| word.starts_with("gen-")).unwrap();
    index.join(name)
}

/// Makes `CURRENT` name this generation, in the format of the line that `model` is.
pub(super) fn point(index: &Path, generation: &Path, model: &str) {
    let sum = xxh3_64(&fs::read(generation.join("wensou.json")).unwrap_or_default());
    let name = generation.file_name().unwrap().to_str().unwrap();
    let prefix = if model.starts_with("wensou ") { "wensou " } else { "" };
    fs::write(index.join("CURRENT"), format!("{prefix}{name} {sum:016x}\n")).unwrap();
}

/// A description of a generation, to be changed.
pub(super) fn description(generation: &Path) -> Value {
    serde_json::from_slice(&fs::read(generation.join("wensou.json")).unwrap()).unwrap()
}

/// Writes a description, and a `CURRENT` with its sum: what a stranger would do.
pub(super) fn seal(index: &Path, generation: &Path, description: &[u8]) {
    fs::write(generation.join("wensou.json"), description).unwrap();
    let model = fs::read_to_string(index.join("CURRENT")).unwrap_or_default();
    point(index, generation, &model);
    // The same line stands in the generation.
    if generation.join("SEAL").exists() {
        fs::copy(index.join("CURRENT"), generation.join("SEAL")).unwrap();
    }
}

/// What a description says of a file with this content.
pub(super) fn sum(content: &[u8]) -> Value {
    serde_json::json!({"bytes": content.len(), "xxh3": format!("{:016x}", xxh3_64(content))})
}
