//! What a power cut may leave of a folder, computed from a record of the changes to it.
//!
//! `tests/fault/record.c` makes the record. The content of a file is on the disk as of the last
//! sync of the file, the entries of a folder as of the last sync of the folder. Later changes may
//! be on the disk or not, in any order.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::util::Random;

/// The number of an object on the disk. Unlike an inode number, it is never reused.
type Object = usize;

/// One recorded change.
#[derive(Debug, Clone)]
enum Change {
    Create { inode: u64, path: PathBuf },
    Resize { inode: u64, length: usize },
    Write { inode: u64, at: usize, bytes: Vec<u8> },
    Rename { from: PathBuf, to: PathBuf },
    Link { inode: u64, path: PathBuf },
    Remove { path: PathBuf },
    MakeFolder { inode: u64, path: PathBuf },
    Sync { inode: u64, path: PathBuf },
    SyncAll,
}

/// A record of changes, in order.
#[derive(Debug, Clone)]
pub(super) struct Record(Vec<Change>);

impl Record {
    /// Reads a record.
    ///
    /// # Panics
    ///
    /// If the record has a call whose effect is unknown.
    pub(super) fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap_or_default();
        let mut remainder = bytes.as_slice();
        let mut changes = Vec::new();
        while !remainder.is_empty() {
            let (head, tail) = remainder.split_at(32);
            let short = |at: usize| u32::from_ne_bytes(head[at..at + 4].try_into().unwrap());
            let long = |at: usize| u64::from_ne_bytes(head[at..at + 8].try_into().unwrap());
            let (kind, first, second) = (short(0), short(4) as usize, short(8) as usize);
            let (inode, at) = (long(16), long(24) as usize);
            let (first, tail) = tail.split_at(first);
            let (second, tail) = tail.split_at(second);
            remainder = tail;
            let path = || PathBuf::from(String::from_utf8(first.to_vec()).unwrap());
            changes.push(match kind {
                1 => Change::Create { inode, path: path() },
                2 => Change::Resize { inode, length: at },
                3 => Change::Write { inode, at, bytes: first.to_vec() },
                4 => {
                    let to = PathBuf::from(String::from_utf8(second.to_vec()).unwrap());
                    Change::Rename { from: path(), to }
                }
                5 => Change::Link { inode, path: path() },
                6 | 8 => Change::Remove { path: path() },
                7 => Change::MakeFolder { inode, path: path() },
                9 => Change::Sync { inode, path: path() },
                10 => Change::SyncAll,
                _ => panic!("the recorder cannot record {}", path().display()),
            });
        }
        Self(changes)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether something other than the content of a file changes at `at`.
    pub(super) fn is_step(&self, at: usize) -> bool {
        !matches!(self.0[at], Change::Write { .. } | Change::Resize { .. })
    }

    /// A description of the change at `at`, for messages.
    pub(super) fn describe(&self, at: usize) -> String {
        let name = |path: &Path| path.file_name().unwrap_or_default().display().to_string();
        match &self.0[at] {
            Change::Create { path, .. } => format!("create {}", name(path)),
            Change::Resize { length, .. } => format!("resize to {length}"),
            Change::Write { bytes, .. } => format!("write {} bytes", bytes.len()),
            Change::Rename { from, to } => format!("rename {} to {}", name(from), name(to)),
            Change::Link { path, .. } => format!("link {}", name(path)),
            Change::Remove { path } => format!("remove {}", name(path)),
            Change::MakeFolder { path, .. } => format!("make folder {}", name(path)),
            Change::Sync { path, .. } => format!("sync {}", name(path)),
            Change::SyncAll => "sync all".to_owned(),
        }
    }

    /// Number of changes that rename something to this name.
    pub(super) fn renames_to(&self, name: &str) -> usize {
        let to =
            |change: &&Change| matches!(change, Change::Rename { to, .. } if to.ends_with(name));
        self.0.iter().filter(to).count()
    }
}

/// What a cut does to unsynced changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// None of them are on the disk.
    Strict,
    /// All of them are on the disk, as after a kill.
    All,
    /// Changes of folders up to a random one are; changes of content at random.
    Prefix,
    /// Each change of a folder entry is or is not; changes of content at random.
    Any,
}

/// The entries of a folder or the content of a file, with their history since the last sync.
#[derive(Debug, Clone)]
enum Node {
    /// For each name, its objects: the synced one, then each later one with the number of its
    /// change.
    Folder(BTreeMap<String, Vec<(usize, Option<Object>)>>),
    File {
        synced: Vec<u8>,
        now: Vec<u8>,
        changes: Vec<Change>,
    },
}

/// A folder to which recorded changes are applied.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    root: PathBuf,
    nodes: Vec<Node>,
    inodes: HashMap<u64, Object>,
}

impl Disk {
    /// The folder in its present state, which counts as synced.
    pub(super) fn of(root: &Path) -> Self {
        let root = fs::canonicalize(root).unwrap();
        let mut disk = Self { root: root.clone(), nodes: Vec::new(), inodes: HashMap::new() };
        disk.load(&root);
        disk
    }

    fn load(&mut self, path: &Path) -> Object {
        let about = fs::symlink_metadata(path).unwrap();
        if let Some(known) = self.inodes.get(&about.ino()) {
            return *known;
        }
        let object = self.nodes.len();
        self.inodes.insert(about.ino(), object);
        if about.is_dir() {
            self.nodes.push(Node::Folder(BTreeMap::new()));
            for entry in fs::read_dir(path).unwrap() {
                let entry = entry.unwrap();
                let inside = self.load(&entry.path());
                let name = entry.file_name().into_string().unwrap();
                self.entries(object).insert(name, vec![(0, Some(inside))]);
            }
        } else {
            let now = fs::read(path).unwrap();
            self.nodes.push(Node::File { synced: now.clone(), now, changes: Vec::new() });
        }
        object
    }

    fn entries(&mut self, folder: Object) -> &mut BTreeMap<String, Vec<(usize, Option<Object>)>> {
        match &mut self.nodes[folder] {
            Node::Folder(entries) => entries,
            Node::File { .. } => panic!("a file is no folder"),
        }
    }

    /// The object at a path after all changes.
    fn at(&mut self, path: &Path) -> Option<Object> {
        let below = path.strip_prefix(&self.root).unwrap().to_path_buf();
        // The folder itself was loaded first.
        let mut object = 0;
        for name in &below {
            object = self.entries(object).get(name.to_str().unwrap())?.last()?.1?;
        }
        Some(object)
    }

    fn put(&mut self, number: usize, path: &Path, object: Option<Object>) {
        // A removed folder has no entries in any case.
        let Some(folder) = self.at(path.parent().unwrap()) else { return };
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let history = self.entries(folder).entry(name).or_insert_with(|| vec![(0, None)]);
        history.push((number, object));
    }

    fn make(&mut self, inode: u64, node: Node) -> Object {
        self.nodes.push(node);
        self.inodes.insert(inode, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// Applies the changes up to number `end`; the first is number 1.
    pub(super) fn apply(&mut self, record: &Record, range: std::ops::Range<usize>) {
        for number in range {
            self.change(number + 1, &record.0[number]);
        }
    }

    fn change(&mut self, number: usize, change: &Change) {
        match change {
            Change::Create { inode, path } => {
                let (synced, now, changes) = Default::default();
                let object = self.make(*inode, Node::File { synced, now, changes });
                if path != Path::new("") {
                    self.put(number, path, Some(object));
                }
            }
            Change::MakeFolder { inode, path } => {
                let object = self.make(*inode, Node::Folder(BTreeMap::new()));
                self.put(number, path, Some(object));
            }
            Change::Link { inode, path } => {
                let object = self.inodes[inode];
                self.put(number, path, Some(object));
            }
            Change::Rename { from, to } => {
                let object = self.at(from);
                assert!(object.is_some(), "{} is renamed and unknown", from.display());
                self.put(number, from, None);
                self.put(number, to, object);
            }
            Change::Remove { path } => self.put(number, path, None),
            Change::Write { inode, .. } | Change::Resize { inode, .. } => {
                let object = self.inodes[inode];
                let Node::File { now, changes, .. } = &mut self.nodes[object] else {
                    panic!("a folder is no file");
                };
                do_to(now, change);
                changes.push(change.clone());
            }
            Change::Sync { inode, path } => {
                let object = self.inodes.get(inode).copied();
                let object = object.unwrap_or_else(|| panic!("{} is unknown", path.display()));
                self.sync(object);
            }
            Change::SyncAll => (0..self.nodes.len()).for_each(|object| self.sync(object)),
        }
    }

    fn sync(&mut self, object: Object) {
        match &mut self.nodes[object] {
            Node::Folder(entries) => {
                for history in entries.values_mut() {
                    history.drain(..history.len() - 1);
                }
            }
            Node::File { synced, now, changes } => {
                synced.clone_from(now);
                changes.clear();
            }
        }
    }

    /// Writes a folder with what a cut leaves.
    pub(super) fn cut(&self, cut: Cut, last: usize, random: &mut Random, to: &Path) {
        let until = random.below(last + 2);
        let mut contents = HashMap::new();
        self.write(0, cut, until, random, &mut contents, to);
    }

    fn write(
        &self,
        object: Object,
        cut: Cut,
        until: usize,
        random: &mut Random,
        contents: &mut HashMap<Object, Vec<u8>>,
        to: &Path,
    ) {
        match &self.nodes[object] {
            Node::Folder(entries) => {
                fs::create_dir(to).unwrap();
                for (name, history) in entries {
                    let chosen = match cut {
                        Cut::Strict => history.first(),
                        Cut::All => history.last(),
                        Cut::Prefix => {
                            let synced = history.first();
                            history.iter().rev().find(|(number, _)| *number <= until).or(synced)
                        }
                        Cut::Any => history.get(random.below(history.len())),
                    };
                    if let Some((_, Some(inside))) = chosen {
                        self.write(*inside, cut, until, random, contents, &to.join(name));
                    }
                }
            }
            Node::File { synced, now, changes } => {
                // The same file, also under another name.
                let content = contents.entry(object).or_insert_with(|| match cut {
                    Cut::Strict => synced.clone(),
                    Cut::All => now.clone(),
                    Cut::Prefix | Cut::Any => torn(synced, now, changes, random),
                });
                fs::write(to, content).unwrap();
            }
        }
    }
}

fn do_to(content: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Resize { length, .. } => content.resize(*length, 0),
        Change::Write { at, bytes, .. } => {
            let end = at + bytes.len();
            content.resize(content.len().max(end), 0);
            content[*at..end].copy_from_slice(bytes);
        }
        _ => {}
    }
}

/// Random content of a file that was changed after its last sync.
fn torn(synced: &[u8], now: &[u8], changes: &[Change], random: &mut Random) -> Vec<u8> {
    if changes.is_empty() {
        return synced.to_vec();
    }
    match random.below(6) {
        0 => synced.to_vec(),
        1 => now.to_vec(),
        // Only the length is on the disk.
        2 => vec![0; now.len()],
        3 => now[..random.below(now.len() + 1)].to_vec(),
        // The content is on the disk up to some block, then zeros.
        4 => {
            let mut content = now.to_vec();
            let from = random.below(now.len() + 1) & !511;
            content[from..].fill(0);
            content
        }
        _ => {
            let mut content = synced.to_vec();
            for change in changes {
                if random.below(2) == 0 {
                    do_to(&mut content, change);
                }
            }
            content
        }
    }
}
