//! Names of members, which are untrusted text. They never name a file to write, but ids derive from
//! them and people read them, so only paths that stay inside the container are accepted.

use std::collections::HashSet;

use encoding_rs::UTF_8;
use xxhash_rust::xxh3::xxh3_64;

use crate::encoding::detect::detect;
use crate::report::Reason;

/// Maximum length of a name in bytes: the longest path that Linux accepts (`PATH_MAX`).
const MAX_BYTES: usize = 4096;

/// A member's name as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) text: String,
    /// Whether the name is not UTF-8, so that its encoding, and thereby `text`, is a guess.
    pub(super) is_guessed: bool,
}

impl Name {
    /// Decodes a name. A name that is not UTF-8 is taken for a legacy encoding such as Big5 or GBK,
    /// because old programs write names in zip archives in the system's encoding.
    pub(super) fn of(raw: &[u8]) -> Self {
        // One byte more than the maximum, so that `SeenNames::claim` refuses a longer name.
        let raw = &raw[..raw.len().min(MAX_BYTES + 1)];
        match std::str::from_utf8(raw) {
            Ok(text) => Self { text: text.to_owned(), is_guessed: false },
            Err(_) => {
                let hint = None;
                let encoding = detect(raw, hint);
                let encoding = if encoding.is_ascii_compatible() { encoding } else { UTF_8 };
                let (text, _) = encoding.decode_without_bom_handling(raw);
                Self { text: text.into_owned(), is_guessed: true }
            }
        }
    }
}

/// Hashes of the names that a container has had so far.
#[derive(Debug, Default)]
pub(super) struct SeenNames(HashSet<u64>);

impl SeenNames {
    /// Returns the normalised path inside the container, with `/` as separator. Fails if the path
    /// is unsafe, or if an earlier member has the same path.
    pub(super) fn claim(&mut self, name: &str) -> Result<String, Reason> {
        let path = normalised(name).ok_or(Reason::UnsafeName)?;
        if self.0.insert(xxh3_64(path.as_bytes())) { Ok(path) } else { Err(Reason::DuplicateName) }
    }
}

/// Normalises the path of a member; `None` if it leads out of the container.
fn normalised(name: &str) -> Option<String> {
    // Some Windows programs separate folders by `\`.
    let separator = if name.contains('/') { '/' } else { '\\' };
    let has_drive =
        name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
    if name.len() > MAX_BYTES || name.starts_with(separator) || has_drive || name.contains('\0') {
        return None;
    }
    let parts: Vec<&str> =
        name.split(separator).filter(|part| !part.is_empty() && *part != ".").collect();
    let is_safe = !parts.is_empty() && !parts.contains(&"..");
    is_safe.then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{BIG5, GB18030};

    #[test]
    fn only_paths_inside_the_container_are_accepted() {
        let mut names = SeenNames::default();
        assert_eq!(names.claim("./a//b.txt"), Ok("a/b.txt".to_owned()));
        assert_eq!(names.claim("a/b.txt"), Err(Reason::DuplicateName));
        assert_eq!(names.claim("甲\\乙.txt"), Ok("甲/乙.txt".to_owned()));
        assert_eq!(names.claim("..a/b..txt"), Ok("..a/b..txt".to_owned()));
        let long = "a".repeat(MAX_BYTES + 1);
        for bad in [
            "/etc/passwd",
            "a/../../b",
            "..",
            "",
            ".",
            "C:\\a.txt",
            "c:/a",
            "\\\\host\\a",
            "a\0",
            &long,
        ] {
            assert_eq!(names.claim(bad), Err(Reason::UnsafeName), "{bad:?}");
        }
    }

    #[test]
    fn names_in_old_encodings_are_read() {
        let text = "最近的新聞/第一頁.txt";
        for encoding in [BIG5, GB18030] {
            let name = Name::of(&encoding.encode(text).0);
            assert_eq!(
                name,
                Name { text: text.to_owned(), is_guessed: true },
                "{}",
                encoding.name()
            );
        }
        assert!(!Name::of(text.as_bytes()).is_guessed);
        assert!(Name::of(b"a\xff.txt").text.ends_with(".txt"));
    }
}
