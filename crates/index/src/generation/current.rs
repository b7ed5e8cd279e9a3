//! `CURRENT`: one line that names the generation in use and the hash of its description.

use std::io;
use std::path::Path;

use crate::error::{Error, permitted};
use crate::files::{CURRENT, DESCRIPTION, DESCRIPTION_LIMIT, EntryKind, Folder, generation_number};
use crate::meta::format_of;

/// The maximum length of the file, in bytes. The line has about 35 bytes.
const LIMIT: u64 = 256;

/// The name of a generation and the checksum of its description (XXH3, 64 bits).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Current {
    pub(crate) name: String,
    pub(crate) checksum: u64,
}

impl Current {
    /// The line in `CURRENT`.
    pub(crate) fn line(&self) -> String {
        format!("wensou {} {:016x}\n", self.name, self.checksum)
    }

    /// Reads the line; `None` if it is not exactly what [`Current::line`] returns, so that no bit
    /// can change unnoticed.
    pub(crate) fn parse(line: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?;
        let (name, checksum) = text.strip_prefix("wensou ")?.split_once(' ')?;
        let checksum = u64::from_str_radix(checksum.trim_end(), 16).ok()?;
        let current = Self { name: name.to_owned(), checksum };
        (generation_number(name).is_some() && current.line() == text).then_some(current)
    }
}

/// The content of `CURRENT`.
#[derive(Debug)]
pub(crate) enum Pointer {
    /// No such file.
    Absent,
    /// It names this generation.
    Names(Current),
    /// It names this generation in the form of formats 1 to 4.
    Legacy(String),
    /// It can be read and names no generation, because it is damaged or foreign.
    Unknown,
    /// It cannot be read, for this reason.
    Unreadable(io::Error),
}

/// Reads `CURRENT`.
pub(crate) fn pointer(folder: &Folder) -> Pointer {
    match folder.read(CURRENT, LIMIT) {
        Ok(line) => match (Current::parse(&line), legacy_name(&line)) {
            (Some(current), _) => Pointer::Names(current),
            (None, Some(name)) => Pointer::Legacy(name),
            (None, None) => Pointer::Unknown,
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Pointer::Absent,
        Err(error) => Pointer::Unreadable(error),
    }
}

/// The name of the generation in a `CURRENT` of formats 1 to 4: `gen-000001`, with or without a
/// hash after it.
fn legacy_name(line: &[u8]) -> Option<String> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let name = match line.split_once(' ') {
        None => line,
        Some((name, hash)) => {
            let hexadecimal = hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit());
            hexadecimal.then_some(name)?
        }
    };
    generation_number(name).map(|_| name.to_owned())
}

/// The generation in use.
///
/// # Errors
///
/// [`Error::Missing`] if there is no `CURRENT`, [`Error::Format`] if it names a generation of
/// formats 1 to 4 that has a description, [`Error::Denied`] if this user may not read `CURRENT` or
/// that description, and [`Error::Unreadable`] otherwise.
pub(crate) fn current(folder: &Folder) -> Result<Current, Error> {
    let dir = folder.path();
    match pointer(folder) {
        Pointer::Names(current) => Ok(current),
        Pointer::Absent => Err(Error::Missing { dir: dir.to_path_buf() }),
        Pointer::Legacy(name) => {
            let generation = folder.folder(&name);
            let description =
                generation.and_then(|generation| generation.read(DESCRIPTION, DESCRIPTION_LIMIT));
            let description = permitted(dir, &format!("{name}/{DESCRIPTION}"), description)?;
            Err(match description.ok().and_then(|bytes| format_of(&bytes)) {
                Some(found) => Error::format(dir, found),
                None => {
                    let what = format!("the description of {name} is missing or damaged");
                    Error::unreadable(dir, what)
                }
            })
        }
        Pointer::Unknown => {
            Err(Error::unreadable(dir, format!("{CURRENT} does not name a generation")))
        }
        Pointer::Unreadable(source) => Err(Error::unopened(dir, CURRENT, &source)),
    }
}

/// Whether `CURRENT` may be replaced: it is missing or a regular file. Anything else of this name,
/// such as a folder or a link, was not made by wensou.
pub(crate) fn is_replaceable(folder: &Folder) -> bool {
    matches!(folder.kind(CURRENT), None | Some(EntryKind::File))
}

/// The name of the generation in use in an index folder; `None` if `CURRENT` is missing, damaged or
/// of an older format. No link is followed.
#[must_use]
pub fn current_generation(dir: &Path) -> Option<String> {
    let folder = Folder::open(dir).ok()?;
    current(&folder).ok().map(|current| current.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_line_names_a_generation() {
        let current = Current { name: "gen-000007".to_owned(), checksum: 0x0123_4567_89ab_cdef };
        assert_eq!(current.line(), "wensou gen-000007 0123456789abcdef\n");
        assert_eq!(Current::parse(current.line().as_bytes()), Some(current));
        for line in [
            "wensou ../elsewhere 0123456789abcdef\n",
            "wensou gen-000007\n",
            "gen-000007 xyz\n",
            "",
            "wensou gen-000007 0123456789abcdef",
            "wensou gen-000007 0123456789ABCDEF\n",
            "wensou gen-7 0123456789abcdef\n",
            "Wensou gen-000007 0123456789abcdef\n",
        ] {
            assert_eq!(Current::parse(line.as_bytes()), None, "{line}");
        }
        assert_eq!(legacy_name(b"gen-000007 0123456789abcdef\n").as_deref(), Some("gen-000007"));
        assert_eq!(legacy_name(b"gen-000001\n").as_deref(), Some("gen-000001"));
        assert_eq!(legacy_name(b"gen-000001 notes\n"), None);
    }
}
