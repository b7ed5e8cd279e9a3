//! Front matter: the lines between delimiters at the top of a Markdown file that state its title,
//! date and tags, as YAML (`---`) or TOML (`+++`).

/// Maximum length of front matter in bytes; a longer text between two delimiters belongs to the
/// article.
const MAX_BYTES: usize = 64 << 10;

/// Front matter found in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FrontMatter<'a> {
    /// What stands between the delimiters.
    pub(crate) text: &'a str,
    pub(crate) is_toml: bool,
    /// The byte of the file where the text after the front matter begins.
    pub(crate) end: usize,
}

impl<'a> FrontMatter<'a> {
    /// The front matter of a file, if it has any.
    pub(crate) fn of(file: &'a str) -> Option<Self> {
        let start = file.trim_start_matches('\u{feff}').trim_start();
        let delimiter = start.get(..3).filter(|delimiter| matches!(*delimiter, "---" | "+++"))?;
        let text_start = start.find('\n')? + 1;
        if start[..text_start].trim_end() != delimiter {
            return None;
        }
        let mut at = text_start;
        for line in start[text_start..].split_inclusive('\n') {
            let bare = line.trim_end();
            if bare == delimiter || delimiter == "---" && bare == "..." {
                let end = file.len() - start.len() + at + line.len();
                let text = &start[text_start..at];
                return Some(Self { text, is_toml: delimiter == "+++", end });
            }
            at += line.len();
            if at > MAX_BYTES {
                return None;
            }
        }
        None
    }
}
