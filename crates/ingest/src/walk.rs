//! From roots to a list of files in a stable order. Opens nothing: it only looks at names and kinds.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::error::Error;
use crate::fingerprint::Stamp;
use crate::inputs::Form;
use crate::report::{Reason, Skipped};

/// One file to read.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    /// Path below the root with `/` between the parts; what an article's id is made from.
    pub(crate) relative: String,
    pub(crate) form: Form,
    pub(crate) bytes: u64,
    /// When and as which it was last written.
    pub(crate) stamp: Stamp,
}

/// Everything below the roots.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    pub(crate) sources: Vec<Source>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) ignored: Vec<PathBuf>,
    /// Files whose name is not UTF-8.
    pub(crate) odd_names: Vec<PathBuf>,
}

/// Lists the files below `roots`: roots in the order given, folders by name.
pub(crate) fn walk<E>(roots: &[PathBuf]) -> Result<Walk, Error<E>> {
    let mut walk = Walk::default();
    for root in roots {
        let about =
            fs::metadata(root).map_err(|source| Error::Root { path: root.clone(), source })?;
        if about.is_dir() {
            walk.folder(root);
        } else if about.is_file() {
            let name = root.file_name().map_or_else(String::new, |n| n.to_string_lossy().into());
            // A file that the user named is a page whatever it is called.
            let form = Form::of(&name).unwrap_or(Form::PAGE);
            let (bytes, stamp) = (about.len(), Stamp::of(&about));
            walk.source(Source { path: root.clone(), relative: name, form, bytes, stamp });
        } else {
            return Err(Error::NotAFile { path: root.clone() });
        }
    }
    Ok(walk)
}

impl Walk {
    fn folder(&mut self, root: &Path) {
        let mut entries =
            WalkDir::new(root).follow_links(true).min_depth(1).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.fault(root, &error);
                    continue;
                }
            };
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                if entry.file_type().is_dir() {
                    entries.skip_current_dir();
                }
                self.ignored.push(shown(entry.path()));
                continue;
            }
            if entry.file_type().is_dir() {
                continue;
            }
            if !entry.file_type().is_file() {
                self.skip(entry.path(), Reason::Special);
                continue;
            }
            match (Form::of(&entry.file_name().to_string_lossy()), entry.metadata()) {
                (None, _) => self.ignored.push(shown(entry.path())),
                (Some(_), Err(error)) => self.fault(root, &error),
                (Some(form), Ok(about)) => self.source(Source {
                    relative: relative(root, entry.path()),
                    path: entry.into_path(),
                    form,
                    bytes: about.len(),
                    stamp: Stamp::of(&about),
                }),
            }
        }
    }

    fn source(&mut self, source: Source) {
        if source.path.to_str().is_none() {
            self.odd_names.push(shown(&source.path));
        }
        self.sources.push(source);
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

/// The same on every system, so that ids do not depend on the separator of paths.
fn relative(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// A path as the report has it: text, so that it can be stored and printed.
pub(crate) fn shown(path: &Path) -> PathBuf {
    path.to_string_lossy().into_owned().into()
}
