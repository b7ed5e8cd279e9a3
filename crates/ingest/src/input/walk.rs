//! Walks from the roots to their files, in a stable order. Reads names, metadata and ignore files
//! (`.wensouignore`); opens no other file.

use std::fs::{self, Metadata};
use std::io;
use std::ops::ControlFlow;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use crate::error::Error;
use crate::file_table::FileStamp;
use crate::input::FileFormat;
use crate::input::file_list::SourceFile;
use crate::input::folder_filter::{Exclusions, FolderFilter};
use crate::input::folder_walk::{WalkEntry, lossy_path, walk_folder};
use crate::options::Options;
use crate::options::selection::Selection;
use crate::report::{Reason, Skipped};
use crate::spawn::spawn;

/// What a walk found besides files to read.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) ignored: Vec<PathBuf>,
    /// Files with a non-UTF-8 name.
    pub(crate) non_utf8_names: Vec<PathBuf>,
    /// Files and folders that the system refused to access, each with its position in the walk: the
    /// number of files that were found before it. An unreadable root has position 0, because roots
    /// are checked before the walk.
    pub(crate) refused: Vec<(usize, PathBuf)>,
    /// The number of files that were found so far.
    files: usize,
}

/// A callback for each file, with the number of its root.
pub(crate) type VisitFile<'v, E> =
    &'v mut dyn FnMut(usize, SourceFile, &Metadata) -> Result<(), Error<E>>;

/// How to treat an unreadable root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RootPolicy {
    /// An unreadable root is an error, which ends the walk.
    MustBeReadable,
    /// An unreadable root is reported, like any other folder.
    MayBeUnreadable,
}

/// Passes the files below `roots` to `visit`: roots in the given order, files sorted by name. Keeps
/// no list of them.
pub(crate) fn walk<E>(
    roots: &[PathBuf],
    options: &Options,
    policy: RootPolicy,
    visit: VisitFile<'_, E>,
) -> Result<Walk, Error<E>> {
    let mut walk = Walk::default();
    let exclusions = Exclusions::of(options);
    let (mut found, mut canonical) = (Vec::new(), Vec::new());
    for (root_number, root) in roots.iter().enumerate() {
        let metadata_and_target =
            fs::metadata(root).and_then(|metadata| Ok((metadata, fs::canonicalize(root)?)));
        match metadata_and_target {
            Ok((metadata, target)) => {
                exclusions.check_root(root, &target)?;
                found.push((root_number, root, metadata));
                canonical.push(target);
            }
            Err(error) if policy == RootPolicy::MayBeUnreadable => walk.refuse(root, &error),
            Err(source) => return Err(Error::Root { path: root.clone(), source }),
        }
    }
    for (root_number, root, metadata) in found {
        if metadata.is_dir() {
            let new_filter = || FolderFilter::new(&exclusions, &canonical, options.pre.as_ref());
            walk.walk_root(
                (root_number, root),
                &options.selection,
                (&exclusions, &new_filter),
                visit,
            )?;
        } else if metadata.is_file() {
            let name = root.file_name().map_or_else(String::new, |n| n.to_string_lossy().into());
            // A file that is named explicitly is opened, whatever its name says.
            let format = FileFormat::named(&name);
            let stamp = FileStamp::of(&metadata);
            let source =
                SourceFile { path: root.clone(), relative: name, format, stamp, is_root: true };
            walk.files += 1;
            walk.note_non_utf8_name(&source);
            visit(root_number, source, &metadata)?;
        } else {
            return Err(Error::NotAFile { path: root.clone() });
        }
    }
    Ok(walk)
}

impl Walk {
    /// Walks one root, which is a folder: a second thread lists the names while this one reads
    /// metadata. `new_filter` makes the filter for the thread that lists the names.
    fn walk_root<'f, E>(
        &mut self,
        (root_number, root): (usize, &Path),
        selection: &Selection,
        (exclusions, new_filter): (&Exclusions, &(dyn Fn() -> FolderFilter<'f> + Sync)),
        visit: VisitFile<'_, E>,
    ) -> Result<(), Error<E>> {
        let mut visit_entry = |found| self.visit_entry(root_number, root, exclusions, found, visit);
        let (sender, found) = sync_channel(QUEUE);
        thread::scope(|scope| {
            let thread_number = 0;
            let listing = spawn(scope, thread_number, move || {
                let mut out = Batches { sender, batch: Vec::with_capacity(BATCH) };
                let mut emit = |found| out.emit(found);
                if walk_folder(root, selection, &new_filter(), &mut emit).is_continue() {
                    // If the receiver has gone, there is nothing left to do.
                    let _ = out.flush();
                }
            });
            if listing.is_ok() {
                // If this loop ends early, the next send of the other thread fails, and that thread
                // ends.
                return found.into_iter().flatten().try_for_each(visit_entry);
            }
            // The system refused to create a thread, so this thread lists the names, too.
            let mut outcome = Ok(());
            let _ = walk_folder(root, selection, &new_filter(), &mut |found| {
                outcome = visit_entry(found);
                if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            outcome
        })
    }

    /// Examines an entry, and passes it to `visit` if it is a file to read.
    fn visit_entry<E>(
        &mut self,
        root_number: usize,
        root: &Path,
        exclusions: &Exclusions,
        found: WalkEntry,
        visit: VisitFile<'_, E>,
    ) -> Result<(), Error<E>> {
        match found {
            WalkEntry::Ignored(path) => self.ignored.push(path),
            WalkEntry::Special(path) => self.skip(&path, Reason::Special),
            WalkEntry::SymlinkOutsideRoots(path) => self.skip(&path, Reason::SymlinkOutsideRoots),
            WalkEntry::BadPattern(path, what) => self.skip(&path, Reason::BadPattern(what)),
            WalkEntry::Fault(error, folder) => {
                self.report_error(folder.as_deref().unwrap_or(root), &error);
            }
            WalkEntry::File(entry, format) => match entry.metadata() {
                Err(error) => self.report_error(root, &error),
                Ok(metadata) if exclusions.lists(entry.path(), &metadata) => {
                    self.ignored.push(lossy_path(entry.path()));
                }
                Ok(metadata) => {
                    let relative = relative(root, entry.path());
                    let path = entry.into_path();
                    let stamp = FileStamp::of(&metadata);
                    let source = SourceFile { path, relative, format, stamp, is_root: false };
                    self.files += 1;
                    self.note_non_utf8_name(&source);
                    visit(root_number, source, &metadata)?;
                }
            },
        }
        Ok(())
    }

    /// Notes the file if its name is not UTF-8.
    fn note_non_utf8_name(&mut self, source: &SourceFile) {
        if source.path.to_str().is_none() {
            self.non_utf8_names.push(lossy_path(&source.path));
        }
    }

    /// Reports an error. `folder` is where it happened if the error names no path.
    fn report_error(&mut self, folder: &Path, error: &walkdir::Error) {
        let path = error.path().unwrap_or(folder);
        match (error.loop_ancestor(), error.io_error()) {
            (Some(_), _) => self.skip(path, Reason::SymlinkLoop),
            (None, Some(cause)) => self.refuse(path, cause),
            (None, None) => self.skip(path, Reason::Unreadable(error.to_string())),
        }
    }

    /// Notes that the system refused access to a file or folder.
    fn refuse(&mut self, path: &Path, cause: &io::Error) {
        self.skip(path, Reason::Unreadable(cause.to_string()));
        self.refused.push((self.files, path.to_owned()));
    }

    /// Reports that a file or folder is not read.
    pub(crate) fn skip(&mut self, path: &Path, reason: Reason) {
        self.skipped.push(Skipped { path: lossy_path(path), line: None, reason });
    }
}

/// Number of entries that are sent together, because waking the other thread takes as long as
/// examining ten files. With batches of 32 entries, a scan takes twice as long.
const BATCH: usize = 256;
/// Maximum number of batches that wait in the queue.
const QUEUE: usize = 4;

/// Sends entries in batches.
struct Batches {
    sender: SyncSender<Vec<WalkEntry>>,
    batch: Vec<WalkEntry>,
}

impl Batches {
    /// Breaks when the receiver has gone.
    fn emit(&mut self, found: WalkEntry) -> ControlFlow<()> {
        self.batch.push(found);
        if self.batch.len() < BATCH { ControlFlow::Continue(()) } else { self.flush() }
    }

    fn flush(&mut self) -> ControlFlow<()> {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        match self.sender.send(batch) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

/// The path relative to its root, with `/` on every system, so that ids do not depend on the
/// separator.
fn relative(root: &Path, path: &Path) -> String {
    // The common case: the path begins with the root exactly as given.
    if MAIN_SEPARATOR == '/'
        && let (Some(root), Some(path)) = (root.to_str(), path.to_str())
        && let Some(below) = path.strip_prefix(root)
        && let Some(below) = below.strip_prefix('/')
    {
        return below.to_owned();
    }
    let below = path.strip_prefix(root).unwrap_or(path);
    if MAIN_SEPARATOR == '/'
        && let Some(text) = below.to_str()
    {
        return text.to_owned();
    }
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    #[cfg(unix)]
    fn the_position_of_a_refused_file_counts_the_roots_before_it_that_are_files() {
        let dir = tempfile::tempdir().unwrap();
        let (file, folder) = (dir.path().join("a.txt"), dir.path().join("b"));
        fs::write(&file, "正文。").unwrap();
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("1.txt"), "正文。").unwrap();
        // A link without a target: reading its metadata fails, so it counts as refused.
        let dangling = folder.join("2.txt");
        std::os::unix::fs::symlink("nowhere", &dangling).unwrap();
        let (roots, options) = ([file, folder], Options::default());
        let policy = RootPolicy::MustBeReadable;
        let found = walk::<Infallible>(&roots, &options, policy, &mut |_, _, _| Ok(())).unwrap();
        // Two files come before it: `a.txt` and `b/1.txt`.
        assert_eq!(found.refused, [(2, dangling)]);
    }

    #[test]
    fn relative_paths_do_not_depend_on_the_spelling_of_the_root() {
        for root in ["a", "a/", "a/.", ".", "./a", "..", "/", "/a//b", "a/../b", "甲/"] {
            for name in ["b", "甲.txt", "a/b", "b/甲/a.txt"] {
                let root = Path::new(root);
                assert_eq!(relative(root, &root.join(name)), name, "{}", root.display());
            }
        }
    }
}
