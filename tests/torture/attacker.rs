//! An attacker who changes an index folder, so that wensou might act on files outside of it, or
//! take too much time or memory.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::world::{World, current_generation, file_entry, read_description, write_description};
use crate::util::{Random, copy_folder};

/// Content of the files outside of the index, which must appear in no output and no index.
pub(super) const SECRET: &str = "SECRET-2c1f9e4b7a";

/// Files of a user, in a folder beside the index.
pub(super) struct Outside {
    pub(super) folder: PathBuf,
    /// A device of zeros, from which a read never reaches an end.
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
        // Make a device like `/dev/zero` (a character device with the numbers 1 and 5) if that is
        // allowed, so that a bug in wensou cannot change `/dev/zero` itself.
        let device = folder.join("zero");
        let made = Command::new("mknod").arg(&device).args(["c", "1", "5"]).output();
        let made = made.is_ok_and(|output| output.status.success());
        let usable = made && fs::File::open(&device).is_ok();
        let zero = if usable { device } else { PathBuf::from("/dev/zero") };
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
            0 | 1 => self.add_file_names(),
            2..=5 => self.replace_files(),
            6 => self.link_generation(),
            7 => self.enlarge_json(),
            8 => self.change_description(),
            _ => self.change_list_of_segments(),
        }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.random.below(bound)
    }

    /// Adds entries to `files` of the description. Their names lead out of the generation, belong
    /// to other files of the index, or are no file names.
    fn add_file_names(&mut self) -> String {
        let generation = current_generation(self.index);
        let mut description = read_description(&generation);
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
            let entry = match self.below(3) {
                // A length and a checksum that do not belong together, so no file has them.
                0 => json!({"bytes": 0, "xxh3": "0000000000000000"}),
                _ => file_entry(&content),
            };
            description["files"][name] = entry;
            added.push(format!("{name:?}"));
        }
        write_description(self.index, &generation, &serde_json::to_vec(&description).unwrap());
        format!("files named {}", added.join(", "))
    }

    /// Replaces one or two files or folders of the index by something else, or adds them if they do
    /// not exist.
    fn replace_files(&mut self) -> String {
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
        let mut files_of_generation: Vec<PathBuf> =
            fs::read_dir(&generation).unwrap().map(|entry| entry.unwrap().path()).collect();
        files_of_generation.sort();
        files.extend(files_of_generation);
        let mut done = Vec::new();
        for _ in 0..1 + self.below(2) {
            let path = files[self.below(files.len())].clone();
            // The folder of the file may have been replaced before.
            if !fs::symlink_metadata(path.parent().unwrap()).is_ok_and(|metadata| metadata.is_dir())
            {
                continue;
            }
            let metadata = fs::symlink_metadata(&path);
            let is_plain = metadata.is_ok_and(|it| it.is_file() && it.len() < 1 << 30);
            let content = if is_plain { fs::read(&path).unwrap() } else { Vec::new() };
            if path.is_dir() {
                let _ = fs::remove_dir_all(&path);
            }
            let _ = fs::remove_file(&path);
            let how = self.put(&path, &content);
            done.push(format!("{} {how}", path.strip_prefix(self.index).unwrap().display()));
        }
        done.join(", ")
    }

    /// Puts something at a path where nothing is, and returns a description. `content` is that of
    /// the plain file that was there; empty if there was none, or one of 1 GiB or more.
    fn put(&mut self, path: &Path, content: &[u8]) -> &'static str {
        match self.below(12) {
            0 => link(path, &self.outside.path("key"), "links to a key"),
            1 => link(path, &self.outside.path("text.txt"), "links to a text"),
            2 => link(path, &self.outside.path("folder"), "links to a folder"),
            3 => link(path, &self.outside.zero, "links to zeros"),
            4 => link(path, &self.outside.path("fifo"), "links to a FIFO"),
            5 => {
                Command::new("mkfifo").arg(path).status().unwrap();
                "is a FIFO"
            }
            6 => {
                make_socket(path);
                "is a socket"
            }
            7 => {
                fs::create_dir(path).unwrap();
                "is a folder"
            }
            8 => {
                fs::File::create(path).unwrap().set_len(10 << 30).unwrap();
                "has 10 GB of holes"
            }
            9 => {
                fs::write(path, content).unwrap();
                fs::File::options().write(true).open(path).unwrap().set_len(10 << 30).unwrap();
                "has 10 GB of holes after its content"
            }
            10 => {
                let copy = self.outside.path("copy");
                fs::write(&copy, content).unwrap();
                link(path, &copy, "links to a copy of itself")
            }
            _ => link(path, Path::new("/nowhere/at/all"), "links to nowhere"),
        }
    }

    /// Copies the generation to a folder outside, and makes the index lead to the copied folder.
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
                // The next build removes a generation with this name, but must not remove the
                // folder that the link leads to.
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

    /// Replaces a JSON file by one that is deeply nested or large.
    fn enlarge_json(&mut self) -> String {
        let generation = current_generation(self.index);
        let (text, how) = match self.below(5) {
            0 => ("[".repeat(200_000), "deep lists"),
            1 => ("{\"a\":".repeat(200_000), "deep objects"),
            2 => (format!("{{\"format\": 5, \"x\": \"{}\"}}", "y".repeat(120 << 20)), "120 MB"),
            3 => {
                let mut description = read_description(&generation);
                let files = description["files"].as_object_mut().unwrap();
                for number in 0..200_000 {
                    files.insert(format!("f{number}"), file_entry(b""));
                }
                (description.to_string(), "200,000 files")
            }
            _ => {
                let mut description = read_description(&generation);
                let skipped = vec![json!({"path": "x", "reason": "empty"}); 100_000];
                description["report"]["skipped"] = Value::from(skipped);
                description["encoding"] = Value::from("x".repeat(1 << 20));
                (description.to_string(), "100,000 skipped files")
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
        let mut description = read_description(generation);
        description["files"][name] = file_entry(content);
        write_description(
            self.index,
            generation,
            &serde_json::to_vec_pretty(&description).unwrap(),
        );
    }

    /// Sets values of the description that name other files, are too large, or are invalid. In the
    /// description, `roots` are absolute paths, and `given` are the same as the user gave them.
    fn change_description(&mut self) -> String {
        let generation = current_generation(self.index);
        let mut description = read_description(&generation);
        let path = |name: &str| Value::from(self.outside.path(name).to_str().unwrap());
        let (fifo, key) = (path("fifo"), path("key"));
        let zero = Value::from(self.outside.zero.to_str().unwrap());
        let huge = Value::from(u64::MAX);
        let (what, values): (&str, Vec<(&str, Value)>) = match self.random.below(12) {
            0 => ("a root that is a FIFO", vec![("roots", json!([fifo]))]),
            1 => ("a root of zeros", vec![("roots", json!([zero])), ("given", json!([zero]))]),
            2 => ("words in a FIFO", vec![("tables.words.path", fifo)]),
            3 => ("endless synonyms", vec![("tables.synonyms.path", zero)]),
            4 => ("words in a key", vec![("tables.words.path", key)]),
            5 => {
                let values = ["report.articles", "report.flashes_distinct"];
                ("too many articles", values.map(|name| (name, huge.clone())).into())
            }
            6 => {
                let deleted = json!([huge, huge]);
                ("too many deleted documents", vec![("base.deleted.documents", deleted)])
            }
            7 => ("a base elsewhere", vec![("base.segment", json!("../../outside/key"))]),
            8 => {
                let given = json!(["\u{1b}[2J\u{202e}", "..", ""]);
                ("invalid roots", vec![("given", given), ("roots", json!([]))])
            }
            9 => {
                let mut files = description["files"].clone();
                for file in files.as_object_mut().unwrap().values_mut() {
                    file["bytes"] = huge.clone();
                }
                ("files of 16 EB", vec![("files", files)])
            }
            10 => ("no files", vec![("files", json!({}))]),
            _ => ("a negative format", vec![("format", json!(-1))]),
        };
        for (keys, value) in values {
            let at = keys.split('.').fold(&mut description, |object, key| &mut object[key]);
            *at = value;
        }
        let bytes = serde_json::to_vec_pretty(&description).unwrap();
        write_description(self.index, &generation, &bytes);
        what.to_owned()
    }

    /// Makes `meta.json`, tantivy's list of segments, invalid or too large.
    fn change_list_of_segments(&mut self) -> String {
        let generation = current_generation(self.index);
        let content = fs::read(generation.join("meta.json")).unwrap();
        let mut list: Value = serde_json::from_slice(&content).unwrap();
        let numbers = [json!(u32::MAX), json!(1_000_000_000), json!(-1), json!(0)];
        let value = numbers[self.below(numbers.len())].clone();
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

/// Makes a symbolic link at `path`, and returns `what`.
fn link(path: &Path, target: &Path, what: &'static str) -> &'static str {
    symlink(target, path).unwrap();
    what
}

/// Makes a socket at `path`, unless `path` is on another file system than the temporary folder.
fn make_socket(path: &Path) {
    // The path that a socket is bound to must be short, so make the socket elsewhere and move it.
    let socket = std::env::temp_dir().join(format!("s{}", std::process::id()));
    let _ = fs::remove_file(&socket);
    drop(UnixListener::bind(&socket).unwrap());
    if fs::rename(&socket, path).is_err() {
        let _ = fs::remove_file(&socket);
    }
}
