//! The rules for names of indexes and aliases: those of OpenSearch, and some of our own.

use thiserror::Error;

/// The most bytes that OpenSearch allows in a name.
pub(crate) const MAX_NAME_BYTES: usize = 255;

/// Why a name cannot be that of an index. The message ends with the cure.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NameError {
    /// There is no name.
    #[error(
        "the name of the index is missing: write it after the hosts, as in https://host:9200/news"
    )]
    Empty,
    /// The name has a character that no name may have.
    #[error(r#"the index name {name:?} contains {character:?}: leave out blanks and \ / * ? " < > | , # : % @"#)]
    Character {
        /// The name.
        name: String,
        /// The first such character.
        character: char,
    },
    /// The name has upper-case letters.
    #[error("the index name {name:?} has upper-case letters: write {:?}", .name.to_lowercase())]
    UpperCase {
        /// The name.
        name: String,
    },
    /// The name begins with a character that OpenSearch keeps for itself, or has only dots.
    #[error(
        "the index name {name:?} begins with `-`, `_` or `+`, or has only dots: begin it with a letter or a digit"
    )]
    Start {
        /// The name.
        name: String,
    },
    /// The name is too long.
    #[error("the index name has {bytes} bytes: use at most {limit}")]
    Long {
        /// The length of the name in bytes.
        bytes: usize,
        /// The greatest length that is allowed, in bytes.
        limit: usize,
    },
}

/// Checks the name of an index or an alias: it has at most `limit` bytes, and keeps the rules of
/// OpenSearch. White space of any kind, control characters, `%` and `@` are refused, too.
///
/// # Errors
///
/// The first rule that the name breaks.
///
/// ```
/// use wensou_cluster::check_index_name;
///
/// assert!(check_index_name("新闻-2026", 255).is_ok());
/// assert!(check_index_name("News", 255).is_err());
/// assert!(check_index_name("_all", 255).is_err());
/// ```
pub fn check_index_name(name: &str, limit: usize) -> Result<(), NameError> {
    let owned = || name.to_owned();
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    // Check the length first: a message about a character would repeat the whole name.
    if name.len() > limit {
        return Err(NameError::Long { bytes: name.len(), limit });
    }
    let forbidden = |c: &char| {
        c.is_control() || c.is_whitespace() || r#"\/*?"<>|,#:%"#.contains(*c) || *c == '@'
    };
    if let Some(character) = name.chars().find(forbidden) {
        return Err(NameError::Character { name: owned(), character });
    }
    if name.to_lowercase() != name {
        return Err(NameError::UpperCase { name: owned() });
    }
    if name.starts_with(['-', '_', '+']) || name.chars().all(|c| c == '.') {
        return Err(NameError::Start { name: owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_keep_the_rules_pass() {
        for name in ["news", "news-2026.01", "a_b+c", "新闻", "0", ".hidden", &"x".repeat(255)] {
            assert_eq!(check_index_name(name, MAX_NAME_BYTES), Ok(()), "{name}");
        }
    }

    #[test]
    fn names_that_break_a_rule_are_refused() {
        let long = "x".repeat(256);
        for name in [
            "",
            "News",
            "Ä",
            "-a",
            "_a",
            "+a",
            ".",
            "..",
            "a b",
            "a\u{3000}b",
            "a\tb",
            "a\0",
            "a/b",
            "a\\b",
            "a*",
            "a?",
            "a\"",
            "a<",
            "a>",
            "a|b",
            "a,b",
            "a#b",
            "a:b",
            &long,
        ] {
            assert!(check_index_name(name, MAX_NAME_BYTES).is_err(), "{name}");
        }
    }
}
