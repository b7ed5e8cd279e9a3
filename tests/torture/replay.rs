//! What a power cut may leave of a folder, computed from a log of the changes to the folder.
//!
//! `tests/fault/record.c` writes the log. What was synced and not changed afterwards is on the
//! disk. Of the changes after the last sync of a file or folder, any may be on the disk and any may
//! be missing: a disk need not keep their order. In a file with such changes, synced content may be
//! cut off or overwritten with zeros, too.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::util::Random;

/// The number of a file or folder of a [`Disk`]: its index in [`Disk::nodes`]. Unlike an inode
/// number, it is never reused.
type Object = usize;

/// The number of the folder whose changes are recorded.
const ROOT: Object = 0;

/// One logged change. `inode` is the inode number of the changed file or folder, `at` the offset in
/// the file at which `bytes` are written, and `length` the new length of the file.
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

/// The logged changes, in order.
#[derive(Debug, Clone)]
pub(super) struct ChangeLog(Vec<Change>);

impl ChangeLog {
    /// Reads a log that `record.c` has written.
    ///
    /// # Panics
    ///
    /// If the log has a call whose effect is unknown.
    pub(super) fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap_or_default();
        let mut remainder = bytes.as_slice();
        let mut changes = Vec::new();
        while !remainder.is_empty() {
            // A `struct entry` of `record.c`, which is followed by its two pieces of data.
            let (head, tail) = remainder.split_at(32);
            let u32_at = |at: usize| u32::from_ne_bytes(head[at..at + 4].try_into().unwrap());
            let u64_at = |at: usize| u64::from_ne_bytes(head[at..at + 8].try_into().unwrap());
            let (kind, first_length, second_length) = (u32_at(0), u32_at(4), u32_at(8));
            let (inode, at) = (u64_at(16), u64_at(24) as usize);
            let (first, tail) = tail.split_at(first_length as usize);
            let (second, tail) = tail.split_at(second_length as usize);
            remainder = tail;
            let path = || PathBuf::from(String::from_utf8(first.to_vec()).unwrap());
            // The numbers of the kinds are those of the enum in `record.c`.
            changes.push(match kind {
                1 => Change::Create { inode, path: path() },
                // The field of the offset has the new length.
                2 => Change::Resize { inode, length: at },
                3 => Change::Write { inode, at, bytes: first.to_vec() },
                4 => {
                    let to = PathBuf::from(String::from_utf8(second.to_vec()).unwrap());
                    Change::Rename { from: path(), to }
                }
                5 => Change::Link { inode, path: path() },
                // A file and a folder.
                6 | 8 => Change::Remove { path: path() },
                7 => Change::MakeFolder { inode, path: path() },
                9 => Change::Sync { inode, path: path() },
                10 => Change::SyncAll,
                _ => panic!("record.c cannot record {}", path().display()),
            });
        }
        Self(changes)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the change at `at` is a sync or changes entries of a folder, instead of the content
    /// or length of a file.
    pub(super) fn is_entry_change_or_sync(&self, at: usize) -> bool {
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
        let is_rename =
            |change: &&Change| matches!(change, Change::Rename { to, .. } if to.ends_with(name));
        self.0.iter().filter(is_rename).count()
    }
}

/// What a cut does to changes that are not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// No such change is on the disk.
    NoneUnsynced,
    /// All such changes are on the disk, as after a kill.
    AllUnsynced,
    /// Changes of folder entries are on the disk up to a random change of the log, as a journal
    /// writes them. Which changes of content are on the disk is random.
    JournalPrefix,
    /// Each name in a folder is as at the last sync of the folder, or as after a random later
    /// change of this name. Which changes of content are on the disk is random.
    AnyUnsynced,
}

/// What a name in a folder leads to after a change.
#[derive(Debug, Clone, Copy)]
struct Version {
    /// The number of the change, from 1; 0 for what was there before all changes.
    change: usize,
    /// `None` if the name is not in the folder.
    object: Option<Object>,
}

/// The names in a folder, each with its history: the synced version, then the versions that later
/// changes made.
type Entries = BTreeMap<String, Vec<Version>>;

/// A folder or a file, with its changes since the last sync.
#[derive(Debug, Clone)]
enum Node {
    Folder(Entries),
    File {
        synced: Vec<u8>,
        now: Vec<u8>,
        /// The changes of the content by which `now` differs from `synced`.
        changes: Vec<Change>,
    },
}

/// A folder in memory, to which logged changes are applied.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    root: PathBuf,
    /// The first node is [`ROOT`].
    nodes: Vec<Node>,
    /// For each inode number, the object that has it, or was the last that had it.
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

    /// Adds the file or folder at a path with everything below it, unless it was added under
    /// another name.
    fn load(&mut self, path: &Path) -> Object {
        let metadata = fs::symlink_metadata(path).unwrap();
        if let Some(known) = self.inodes.get(&metadata.ino()) {
            return *known;
        }
        let object = self.nodes.len();
        self.inodes.insert(metadata.ino(), object);
        if metadata.is_dir() {
            self.nodes.push(Node::Folder(BTreeMap::new()));
            for entry in fs::read_dir(path).unwrap() {
                let entry = entry.unwrap();
                let inside = self.load(&entry.path());
                let name = entry.file_name().into_string().unwrap();
                let version = Version { change: 0, object: Some(inside) };
                self.entries(object).insert(name, vec![version]);
            }
        } else {
            let now = fs::read(path).unwrap();
            self.nodes.push(Node::File { synced: now.clone(), now, changes: Vec::new() });
        }
        object
    }

    fn entries(&mut self, folder: Object) -> &mut Entries {
        match &mut self.nodes[folder] {
            Node::Folder(entries) => entries,
            Node::File { .. } => panic!("a file is no folder"),
        }
    }

    /// The object at a path after all changes.
    fn object_at(&mut self, path: &Path) -> Option<Object> {
        let below = path.strip_prefix(&self.root).unwrap().to_path_buf();
        let mut object = ROOT;
        for name in &below {
            object = self.entries(object).get(name.to_str().unwrap())?.last()?.object?;
        }
        Some(object)
    }

    /// Makes a path lead to an object, or to nothing, by the change with this number.
    fn set_entry(&mut self, number: usize, path: &Path, object: Option<Object>) {
        // If the folder was removed, its entries do not matter.
        let Some(folder) = self.object_at(path.parent().unwrap()) else { return };
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let history = self
            .entries(folder)
            .entry(name)
            .or_insert_with(|| vec![Version { change: 0, object: None }]);
        history.push(Version { change: number, object });
    }

    /// Adds a new object with this inode number.
    fn add_node(&mut self, inode: u64, node: Node) -> Object {
        self.nodes.push(node);
        self.inodes.insert(inode, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// Applies the first `count` changes of a log. The first change has the number 1.
    pub(super) fn apply(&mut self, log: &ChangeLog, count: usize) {
        for (number, change) in (1..).zip(&log.0[..count]) {
            self.apply_change(number, change);
        }
    }

    fn apply_change(&mut self, number: usize, change: &Change) {
        match change {
            Change::Create { inode, path } => {
                let (synced, now, changes) = Default::default();
                let object = self.add_node(*inode, Node::File { synced, now, changes });
                // A temporary file without a name has no path.
                if path != Path::new("") {
                    self.set_entry(number, path, Some(object));
                }
            }
            Change::MakeFolder { inode, path } => {
                let object = self.add_node(*inode, Node::Folder(BTreeMap::new()));
                self.set_entry(number, path, Some(object));
            }
            Change::Link { inode, path } => {
                let object = self.inodes[inode];
                self.set_entry(number, path, Some(object));
            }
            Change::Rename { from, to } => {
                let object = self.object_at(from);
                assert!(object.is_some(), "{} is renamed and unknown", from.display());
                self.set_entry(number, from, None);
                self.set_entry(number, to, object);
            }
            Change::Remove { path } => self.set_entry(number, path, None),
            Change::Write { inode, .. } | Change::Resize { inode, .. } => {
                let object = self.inodes[inode];
                let Node::File { now, changes, .. } = &mut self.nodes[object] else {
                    panic!("a folder is no file");
                };
                change_content(now, change);
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

    /// Writes what a cut leaves into the new folder `to`. `last` is the number of the last change
    /// that was applied.
    pub(super) fn write_after_cut(&self, cut: Cut, last: usize, random: &mut Random, to: &Path) {
        // For `Cut::JournalPrefix`: the number up to which changes of folder entries are on the
        // disk.
        let until = random.below(last + 2);
        let mut contents = HashMap::new();
        self.write(ROOT, cut, until, random, &mut contents, to);
    }

    /// Writes an object and everything below it. `contents` has the contents of the files that were
    /// written before. For `until`, see [`Self::write_after_cut`].
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
                        Cut::NoneUnsynced => history.first(),
                        Cut::AllUnsynced => history.last(),
                        Cut::JournalPrefix => {
                            let synced = history.first();
                            history.iter().rev().find(|version| version.change <= until).or(synced)
                        }
                        Cut::AnyUnsynced => history.get(random.below(history.len())),
                    };
                    if let Some(Version { object: Some(inside), .. }) = chosen {
                        self.write(*inside, cut, until, random, contents, &to.join(name));
                    }
                }
            }
            Node::File { synced, now, changes } => {
                // A file with several names has the same content under each.
                let content = contents.entry(object).or_insert_with(|| match cut {
                    Cut::NoneUnsynced => synced.clone(),
                    Cut::AllUnsynced => now.clone(),
                    Cut::JournalPrefix | Cut::AnyUnsynced => {
                        torn_content(synced, now, changes, random)
                    }
                });
                fs::write(to, content).unwrap();
            }
        }
    }
}

/// Applies a `Resize` or `Write` to the content of a file.
fn change_content(content: &mut Vec<u8>, change: &Change) {
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

/// The content that a cut leaves of a file that was changed after its last sync, at random.
fn torn_content(synced: &[u8], now: &[u8], changes: &[Change], random: &mut Random) -> Vec<u8> {
    if changes.is_empty() {
        return synced.to_vec();
    }
    match random.below(6) {
        0 => synced.to_vec(),
        1 => now.to_vec(),
        // Only the length is on the disk.
        2 => vec![0; now.len()],
        // The end of the content is missing.
        3 => now[..random.below(now.len() + 1)].to_vec(),
        // The content is on the disk up to a multiple of 512 bytes, then zeros.
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
                    change_content(&mut content, change);
                }
            }
            content
        }
    }
}
