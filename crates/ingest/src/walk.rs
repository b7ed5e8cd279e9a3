//! From roots to their files in a stable order. Opens nothing: it only looks at names and kinds.

use std::fs::{self, Metadata};
use std::ops::ControlFlow;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use walkdir::{DirEntry, WalkDir};

use crate::error::Error;
use crate::inputs::Form;
use crate::report::{Reason, Skipped};
use crate::sources::Source;

/// What there is below the roots beside files to read.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) ignored: Vec<PathBuf>,
    /// Files whose name is not UTF-8.
    pub(crate) odd_names: Vec<PathBuf>,
}

/// Who is told of each file, with the number of the root that it was found in.
pub(crate) type Visit<'v, E> = &'v mut dyn FnMut(usize, Source, &Metadata) -> Result<(), Error<E>>;

/// Tells `visit` of the files below `roots`: roots in the order given, folders by name. Keeps no list of them.
pub(crate) fn walk<E>(roots: &[PathBuf], visit: Visit<'_, E>) -> Result<Walk, Error<E>> {
    let mut walk = Walk::default();
    for (number, root) in roots.iter().enumerate() {
        let about =
            fs::metadata(root).map_err(|source| Error::Root { path: root.clone(), source })?;
        if about.is_dir() {
            walk.folder(number, root, visit)?;
        } else if about.is_file() {
            let name = root.file_name().map_or_else(String::new, |n| n.to_string_lossy().into());
            // A file that the user named is a page whatever it is called.
            let form = Form::of(&name).unwrap_or(Form::PAGE);
            let source = Source { path: root.clone(), relative: name, form, bytes: about.len() };
            walk.note(&source);
            visit(number, source, &about)?;
        } else {
            return Err(Error::NotAFile { path: root.clone() });
        }
    }
    Ok(walk)
}

impl Walk {
    /// One thread reads the names while this one looks at the files.
    fn folder<E>(
        &mut self,
        number: usize,
        root: &Path,
        visit: Visit<'_, E>,
    ) -> Result<(), Error<E>> {
        let (sender, seen) = sync_channel(QUEUE);
        thread::scope(|scope| {
            scope.spawn(move || names(root, Batches { sender, batch: Vec::with_capacity(BATCH) }));
            // Where it ends early nobody takes any more names.
            for seen in seen.into_iter().flatten() {
                match seen {
                    Seen::Ignored(path) => self.ignored.push(path),
                    Seen::Special(path) => self.skip(&path, Reason::Special),
                    Seen::Fault(error) => self.fault(root, &error),
                    Seen::File(entry, form) => match entry.metadata() {
                        Err(error) => self.fault(root, &error),
                        Ok(about) => {
                            let relative = relative(root, entry.path());
                            let path = entry.into_path();
                            let source = Source { path, relative, form, bytes: about.len() };
                            self.note(&source);
                            visit(number, source, &about)?;
                        }
                    },
                }
            }
            Ok(())
        })
    }

    fn note(&mut self, source: &Source) {
        if source.path.to_str().is_none() {
            self.odd_names.push(shown(&source.path));
        }
    }

    fn fault(&mut self, root: &Path, error: &walkdir::Error) {
        let reason = match (error.loop_ancestor(), error.io_error()) {
            (Some(_), _) => Reason::Loop,
            (None, Some(cause)) => Reason::Unreadable(cause.to_string()),
            (None, None) => Reason::Unreadable(error.to_string()),
        };
        self.skip(error.path().unwrap_or(root), reason);
    }

    fn skip(&mut self, path: &Path, reason: Reason) {
        self.skipped.push(Skipped { path: shown(path), line: None, reason });
    }
}

/// What has a name below a root.
enum Seen {
    File(DirEntry, Form),
    Ignored(PathBuf),
    /// Neither a file nor a folder.
    Special(PathBuf),
    Fault(walkdir::Error),
}

/// Names that go together: to wake the other thread costs as much as to look at ten files. With the batches of
/// [`crate::ordered`], an eighth of this, a look at an archive takes twice as long.
const BATCH: usize = 256;
/// Batches that may wait.
const QUEUE: usize = 4;

/// Where names go.
struct Batches {
    sender: SyncSender<Vec<Seen>>,
    batch: Vec<Seen>,
}

impl Batches {
    /// Breaks when nobody wants more.
    fn put(&mut self, seen: Seen) -> ControlFlow<()> {
        self.batch.push(seen);
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

/// Hands on what there is below a root, but for folders and what is hidden in them.
fn names(root: &Path, mut out: Batches) {
    let mut entries =
        WalkDir::new(root).follow_links(true).min_depth(1).sort_by_file_name().into_iter();
    let mut wanted = ControlFlow::Continue(());
    while wanted.is_continue()
        && let Some(entry) = entries.next()
    {
        wanted = match entry {
            Err(error) => out.put(Seen::Fault(error)),
            Ok(entry) if entry.file_name().as_encoded_bytes().starts_with(b".") => {
                if entry.file_type().is_dir() {
                    entries.skip_current_dir();
                }
                out.put(Seen::Ignored(shown(entry.path())))
            }
            Ok(entry) if entry.file_type().is_dir() => continue,
            Ok(entry) if !entry.file_type().is_file() => out.put(Seen::Special(entry.into_path())),
            Ok(entry) => out.put(match Form::of(&entry.file_name().to_string_lossy()) {
                None => Seen::Ignored(shown(entry.path())),
                Some(form) => Seen::File(entry, form),
            }),
        };
    }
    if wanted.is_continue() {
        // Where nobody takes the rest, nobody misses it.
        let _ = out.flush();
    }
}

/// The same on every system, so that ids do not depend on the separator of paths.
fn relative(root: &Path, path: &Path) -> String {
    // Nearly always the root stands there as it was given, before the names that the walk has put behind it.
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

/// A path as the report has it: text, so that it can be stored and printed.
pub(crate) fn shown(path: &Path) -> PathBuf {
    path.to_string_lossy().into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_below_a_root_is_found_however_it_is_given() {
        for root in ["a", "a/", "a/.", ".", "./a", "..", "/", "/a//b", "a/../b", "甲/"] {
            for name in ["b", "甲.txt", "a/b", "b/甲/a.txt"] {
                let root = Path::new(root);
                assert_eq!(relative(root, &root.join(name)), name, "{}", root.display());
            }
        }
    }
}
