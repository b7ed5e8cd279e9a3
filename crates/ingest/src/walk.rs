//! From roots to a list of files in a stable order. Opens nothing: it only looks at names and kinds.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::error::Error;
use crate::report::{Reason, Skipped};

/// What kind of input a file is, by its name. Its content has the last word about HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Page,
    Dump,
}

/// One file to read.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    /// Path below the root with `/` between the parts; what an article's id is made from.
    pub(crate) relative: String,
    pub(crate) kind: Kind,
    pub(crate) bytes: u64,
}

/// Everything below the roots.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    pub(crate) sources: Vec<Source>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) ignored: Vec<PathBuf>,
}

const PAGES: [&str; 6] = ["txt", "text", "html", "htm", "xhtml", "shtml"];
const DUMPS: [&str; 2] = ["jsonl", "ndjson"];

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
            let kind = kind(root).unwrap_or(Kind::Page);
            walk.sources.push(Source {
                path: root.clone(),
                relative: name,
                kind,
                bytes: about.len(),
            });
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
                self.ignored.push(entry.into_path());
                continue;
            }
            if entry.file_type().is_dir() {
                continue;
            }
            if !entry.file_type().is_file() {
                self.skip(entry.path(), Reason::Special);
                continue;
            }
            match (kind(entry.path()), entry.metadata()) {
                (None, _) => self.ignored.push(entry.into_path()),
                (Some(_), Err(error)) => self.fault(root, &error),
                (Some(kind), Ok(about)) => self.sources.push(Source {
                    relative: relative(root, entry.path()),
                    path: entry.into_path(),
                    kind,
                    bytes: about.len(),
                }),
            }
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
        self.skipped.push(Skipped { path: path.to_owned(), line: None, reason });
    }
}

fn kind(path: &Path) -> Option<Kind> {
    let Some(extension) = path.extension() else { return Some(Kind::Page) };
    let extension = extension.to_str()?.to_ascii_lowercase();
    if PAGES.contains(&extension.as_str()) {
        Some(Kind::Page)
    } else if DUMPS.contains(&extension.as_str()) {
        Some(Kind::Dump)
    } else {
        None
    }
}

/// The same on every system, so that ids do not depend on the separator of paths.
fn relative(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}
