//! An attacker who changes an index folder, so that it acts outside of itself or takes too much.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::world::{World, current_generation, file_entry, read_description, write_description};
use crate::util::{Random, copy_folder};

/// Content of a file outside of the index, which must not appear anywhere.
pub(super) const SECRET: &str = "SECRET-2c1f9e4b7a";

/// Files of a user, in a folder beside the index.
pub(super) struct Outside {
    pub(super) folder: PathBuf,
    /// Endless: a device of zeros.
    zero: PathBuf,
}

impl Outside {
    pub(super) fn new(world: &World) -> Self {
        let folder = world.path("outside");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("folder")).unwrap();
        for (name, mode) in [("key", 0o600), ("text.txt", 0o644), ("folder/page.txt", 0o640)] {
            fs::write(folder.join(name), format!("標題 {SECRET}\n\n正文 {SECRET}。\n")).unwrap();
            fs::set_permissions(folder.join(name), fs::Permissions::from_mode(mode)).unwrap();
        }
        Command::new("mkfifo").arg(folder.join("fifo")).status().unwrap();
        // Make an own device if that is allowed, so that the one of the system is not at risk.
        let zero = folder.join("zero");
        let made = Command::new("mknod").arg(&zero).args(["c", "1", "5"]).output();
        let made =
            made.is_ok_and(|output| output.status.success()) && fs::File::open(&zero).is_ok();
        let zero = if made { zero } else { PathBuf::from("/dev/zero") };
        Self { folder, zero }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// Makes an index hostile.
pub(super) struct Attacker<'a> {
    pub(super) index: &'a Path,
    pub(super) outside: &'a Outside,
    pub(super) random: &'a mut Random,
}

impl Attacker<'_> {
    /// Changes the index in a random way, and returns a description.
    pub(super) fn change_index(mut self) -> String {
        match self.random.below(10) {
            0 | 1 => self.name_files(),
            2..=5 => self.replace(),
            6 => self.link_generation(),
            7 => self.enlarge_json(),
            8 => self.change_description(),
            _ => self.change_list_of_segments(),
        }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.random.below(bound)
    }

    /// Keys of `files` that are not plain names.
    fn name_files(&mut self) -> String {
        let generation = current_generation(self.index);
        let mut about = read_description(&generation);
        let absolute = self.outside.path("key").to_str().unwrap().to_owned();
        let long = "x".repeat(300);
        let escape = "\u{1b}]0;x\u{7}\u{202e}";
        let fifo = self.outside.path("fifo").to_str().unwrap().to_owned();
        let zero = self.outside.zero.to_str().unwrap().to_owned();
        let names = [
            "../../outside/key",
            "../../outside/text.txt",
            "../../outside/folder",
            "../../outside/fifo",
            "../CURRENT",
            "../LOCK",
            "../WENSOU",
            absolute.as_str(),
            fifo.as_str(),
            zero.as_str(),
            "a\0b",
            ".",
            "..",
            "",
            "/",
            "./meta.json",
            "folder/file",
            "wensou.json",
            "GENERATION",
            "CURRENT",
            "a\\b",
            long.as_str(),
            escape,
        ];
        let mut added = Vec::new();
        for _ in 0..1 + self.below(3) {
            let name = names[self.below(names.len())];
            let content = fs::read(self.outside.path("key")).unwrap();
            let sum = match self.below(3) {
                0 => json!({"bytes": 0, "xxh3": "0000000000000000"}),
                _ => file_entry(&content),
            };
            about["files"][name] = sum;
            added.push(format!("{name:?}"));
        }
        write_description(self.index, &generation, &serde_json::to_vec(&about).unwrap());
        format!("files named {}", added.join(", "))
    }

    /// Replaces a file by something else.
    fn replace(&mut self) -> String {
        let generation = current_generation(self.index);
        let mut files: Vec<PathBuf> = ["CURRENT", "LOCK", "WENSOU", "CURRENT.new", "README.md"]
            .iter()
            .map(|name| self.index.join(name))
            .collect();
        for name in [
            "GENERATION",
            "wensou.json",
            "words.tsv",
            "synonyms.tsv",
            "meta.json",
            "SEAL",
            "settings",
        ] {
            files.push(generation.join(name));
        }
        files.push(generation.join(".managed.json"));
        files.push(generation.join("CURRENT"));
        files.push(self.index.join(format!("gen-{:06}", 1 + self.random.below(4))));
        let mut list: Vec<PathBuf> =
            fs::read_dir(&generation).unwrap().map(|entry| entry.unwrap().path()).collect();
        list.sort();
        files.extend(list);
        let mut done = Vec::new();
        for _ in 0..1 + self.below(2) {
            let path = files[self.below(files.len())].clone();
            // The content, for links to a copy of it.
            let plain = fs::symlink_metadata(&path);
            let plain = plain.is_ok_and(|about| about.is_file() && about.len() < 1 << 30);
            let content = if plain { fs::read(&path).unwrap() } else { Vec::new() };
            if path.is_dir() {
                let _ = fs::remove_dir_all(&path);
            }
            let _ = fs::remove_file(&path);
            let how = self.put(&path, &content);
            done.push(format!("{} {how}", path.strip_prefix(self.index).unwrap().display()));
        }
        done.join(", ")
    }

    fn put(&mut self, path: &Path, content: &[u8]) -> &'static str {
        match self.below(12) {
            0 => {
                symlink(self.outside.path("key"), path).unwrap();
                "links to a key"
            }
            1 => {
                symlink(self.outside.path("text.txt"), path).unwrap();
                "links to a text"
            }
            2 => {
                symlink(self.outside.path("folder"), path).unwrap();
                "links to a folder"
            }
            3 => {
                symlink(&self.outside.zero, path).unwrap();
                "links to zeros"
            }
            4 => {
                symlink(self.outside.path("fifo"), path).unwrap();
                "links to a FIFO"
            }
            5 => {
                Command::new("mkfifo").arg(path).status().unwrap();
                "is a FIFO"
            }
            6 => {
                // The path of a socket must be short, so make it elsewhere and move it.
                let socket = std::env::temp_dir().join(format!("s{}", std::process::id()));
                let _ = fs::remove_file(&socket);
                drop(UnixListener::bind(&socket).unwrap());
                if fs::rename(&socket, path).is_err() {
                    let _ = fs::remove_file(&socket);
                }
                "is a socket"
            }
            7 => {
                fs::create_dir(path).unwrap();
                "is a folder"
            }
            8 => {
                let file = fs::File::create(path).unwrap();
                file.set_len(10 << 30).unwrap();
                "has 10 GB of holes"
            }
            9 => {
                fs::write(path, content).unwrap();
                fs::File::options().write(true).open(path).unwrap().set_len(10 << 30).unwrap();
                "has 10 GB of holes behind it"
            }
            10 => {
                let copy = self.outside.path("copy");
                fs::write(&copy, content).unwrap();
                symlink(copy, path).unwrap();
                "links to a copy of itself"
            }
            _ => {
                symlink("/nowhere/at/all", path).unwrap();
                "links to nowhere"
            }
        }
    }

    /// Moves the generation elsewhere.
    fn link_generation(&mut self) -> String {
        let generation = current_generation(self.index);
        let elsewhere = self.outside.path("generation");
        match self.below(3) {
            0 => {
                copy_folder(&generation, &elsewhere);
                fs::remove_dir_all(&generation).unwrap();
                symlink(&elsewhere, &generation).unwrap();
                "the generation links to another folder".to_owned()
            }
            1 => {
                // A generation that the next build removes.
                copy_folder(&generation, &elsewhere);
                symlink(&elsewhere, self.index.join("gen-000099")).unwrap();
                "another generation links to another folder".to_owned()
            }
            _ => {
                let line = fs::read_to_string(self.index.join("CURRENT")).unwrap();
                let name = generation.file_name().unwrap().to_str().unwrap();
                copy_folder(&generation, &elsewhere);
                let other = ["../outside/generation", elsewhere.to_str().unwrap()][self.below(2)];
                fs::write(self.index.join("CURRENT"), line.replace(name, other)).unwrap();
                "CURRENT names another folder".to_owned()
            }
        }
    }

    /// Deeply nested or large JSON.
    fn enlarge_json(&mut self) -> String {
        let generation = current_generation(self.index);
        let (text, how) = match self.below(5) {
            0 => ("[".repeat(200_000), "deep lists"),
            1 => ("{\"a\":".repeat(200_000), "deep objects"),
            2 => (format!("{{\"format\": 5, \"x\": \"{}\"}}", "y".repeat(120 << 20)), "120 MB"),
            3 => {
                let mut about = read_description(&generation);
                let files = about["files"].as_object_mut().unwrap();
                for number in 0..200_000 {
                    files.insert(format!("f{number}"), file_entry(b""));
                }
                (about.to_string(), "200,000 files")
            }
            _ => {
                let mut about = read_description(&generation);
                let skipped = vec![json!({"path": "x", "reason": "empty"}); 100_000];
                about["report"]["skipped"] = Value::from(skipped);
                about["encoding"] = Value::from("x".repeat(1 << 20));
                (about.to_string(), "100,000 skipped files")
            }
        };
        let name = ["wensou.json", "meta.json", ".managed.json"][self.below(3)];
        self.rewrite(&generation, name, text.as_bytes());
        format!("{name} has {how}")
    }

    /// Writes a file of a generation, with correct checksums.
    fn rewrite(&mut self, generation: &Path, name: &str, content: &[u8]) {
        if name == "wensou.json" {
            return write_description(self.index, generation, content);
        }
        fs::write(generation.join(name), content).unwrap();
        let mut about = read_description(generation);
        about["files"][name] = file_entry(content);
        write_description(self.index, generation, &serde_json::to_vec_pretty(&about).unwrap());
    }

    /// Values of the description that name other files or are too large.
    fn change_description(&mut self) -> String {
        let generation = current_generation(self.index);
        let mut about = read_description(&generation);
        let path = |name: &str| Value::from(self.outside.path(name).to_str().unwrap());
        let (fifo, key) = (path("fifo"), path("key"));
        let zero = Value::from(self.outside.zero.to_str().unwrap());
        let huge = Value::from(u64::MAX);
        let what = match self.random.below(12) {
            0 => {
                about["roots"] = json!([fifo]);
                "a root that is a FIFO"
            }
            1 => {
                about["roots"] = json!([zero]);
                about["given"] = json!([zero]);
                "a root of zeros"
            }
            2 => {
                about["tables"]["words"]["path"] = fifo;
                "words in a FIFO"
            }
            3 => {
                about["tables"]["synonyms"]["path"] = zero;
                "endless synonyms"
            }
            4 => {
                about["tables"]["words"]["path"] = key;
                "words in a key"
            }
            5 => {
                about["report"]["articles"] = huge.clone();
                about["report"]["flashes_distinct"] = huge;
                "too many articles"
            }
            6 => {
                about["base"]["deleted"]["documents"] = json!([huge, huge]);
                "too many deleted documents"
            }
            7 => {
                about["base"]["segment"] = Value::from("../../outside/key");
                "a base elsewhere"
            }
            8 => {
                about["given"] = json!(["\u{1b}[2J\u{202e}", "..", ""]);
                about["roots"] = json!([]);
                "roots that are none"
            }
            9 => {
                let files = about["files"].as_object_mut().unwrap();
                let names: Vec<String> = files.keys().cloned().collect();
                for name in names {
                    files[&name]["bytes"] = huge.clone();
                }
                "files of 16 EB"
            }
            10 => {
                about["files"] = json!({});
                "no files"
            }
            _ => {
                about["format"] = json!(-1);
                "a negative format"
            }
        };
        write_description(self.index, &generation, &serde_json::to_vec_pretty(&about).unwrap());
        what.to_owned()
    }

    /// Values of tantivy's list of segments.
    fn change_list_of_segments(&mut self) -> String {
        let generation = current_generation(self.index);
        let content = fs::read(generation.join("meta.json")).unwrap();
        let mut list: Value = serde_json::from_slice(&content).unwrap();
        let large = [json!(u32::MAX), json!(1_000_000_000), json!(-1), json!(0)];
        let value = large[self.below(large.len())].clone();
        let segments = list["segments"].as_array_mut().unwrap();
        let which = self.random.below(segments.len());
        let what = match self.random.below(5) {
            0 => {
                segments[which]["max_doc"] = value;
                "a number of documents"
            }
            1 => {
                segments[which]["deletes"] = json!({"num_deleted_docs": value, "opstamp": 1});
                "a number of deleted documents"
            }
            2 => {
                segments[which]["segment_id"] = Value::from("../../../outside/key");
                "a segment elsewhere"
            }
            3 => {
                let segment = segments[which].clone();
                *segments = vec![segment; 3000];
                "3,000 segments"
            }
            _ => {
                list["schema"] = json!([]);
                "no fields"
            }
        };
        self.rewrite(&generation, "meta.json", &serde_json::to_vec(&list).unwrap());
        format!("meta.json has {what}")
    }
}
