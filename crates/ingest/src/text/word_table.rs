//! A table of words and their meanings, matched at the beginning or the end of a text whatever its
//! script, width and case.

use foldhash::{HashMap, HashSet};
use wensou_text::fold_char;

/// A word's first folded character, and the second if there is one.
type Start = (char, Option<char>);

/// Words with meanings.
#[derive(Debug, Clone)]
pub(crate) struct WordTable<T> {
    /// The folded words with the same start, the longest first.
    by_start: HashMap<Start, Vec<(Vec<char>, T)>>,
    /// The first folded characters of all words.
    first_chars: HashSet<char>,
}

impl<T> Default for WordTable<T> {
    fn default() -> Self {
        Self { by_start: HashMap::default(), first_chars: HashSet::default() }
    }
}

impl<T: Copy> WordTable<T> {
    /// Adds a word. If the table has it already, the earlier meaning stays.
    pub(crate) fn add(&mut self, word: &str, meaning: T) {
        let folded: Vec<char> = word.chars().flat_map(fold_char).collect();
        let Some(first) = folded.first() else { return };
        self.first_chars.insert(*first);
        let words = self.by_start.entry((*first, folded.get(1).copied())).or_default();
        if words.iter().any(|(known, _)| *known == folded) {
            return;
        }
        // The longest word comes first, so that the first match is the longest.
        let at = words.partition_point(|(known, _)| known.len() >= folded.len());
        words.insert(at, (folded, meaning));
    }

    /// Whether a word of the table begins with this character.
    pub(crate) fn may_begin(&self, first: char) -> bool {
        fold_one(first).next().is_some_and(|first| self.first_chars.contains(&first))
    }

    /// The longest word at the beginning of `text`: its meaning, and its length in `text` in bytes.
    pub(crate) fn longest_at(&self, text: &str) -> Option<(T, usize)> {
        self.words_at(text).next()
    }

    /// The meaning of `text`, if the whole text is a word of the table.
    pub(crate) fn meaning_of(&self, text: &str) -> Option<T> {
        self.words_at(text).find(|(_, bytes)| *bytes == text.len()).map(|(meaning, _)| meaning)
    }

    /// All words at the beginning of `text`, the longest first: their meanings, and their lengths
    /// in `text` in bytes.
    pub(crate) fn words_at<'a>(
        &'a self,
        text: &'a str,
    ) -> impl Iterator<Item = (T, usize)> + use<'a, T> {
        let mut folded = text.chars().flat_map(fold_one);
        let first = folded.next().filter(|first| self.first_chars.contains(first));
        let second = first.and_then(|_| folded.next());
        let longer = first.zip(second).and_then(|(a, b)| self.by_start.get(&(a, Some(b))));
        let one_char = first.and_then(|first| self.by_start.get(&(first, None)));
        longer.into_iter().chain(one_char).flatten().filter_map(|(word, meaning)| {
            let bytes = match_length(word, text)?;
            // A Latin word does not end inside another: `Mar` is not a part of `Market`.
            let is_latin = word.last().is_some_and(char::is_ascii_alphabetic);
            let is_part = is_latin && text[bytes..].starts_with(|c: char| c.is_ascii_alphabetic());
            (!is_part).then_some((*meaning, bytes))
        })
    }

    /// The longest word of at most `max_chars` characters at the end of `text`: its meaning, and
    /// the byte where it begins.
    pub(crate) fn longest_ending(&self, text: &str, max_chars: usize) -> Option<(T, usize)> {
        let starts = text.char_indices().rev().take(max_chars);
        let words = starts.filter_map(|(at, _)| Some((self.meaning_of(&text[at..])?, at)));
        words.last()
    }
}

/// The fold of a character. ASCII needs no table.
fn fold_one(c: char) -> impl Iterator<Item = char> {
    let ascii = c.is_ascii().then(|| c.to_ascii_lowercase());
    let other = ascii.is_none().then(|| fold_char(c));
    ascii.into_iter().chain(other.into_iter().flatten())
}

/// The length in bytes of the beginning of `text` that folds to `word`.
fn match_length(word: &[char], text: &str) -> Option<usize> {
    let mut wanted = word.iter();
    for (at, c) in text.char_indices() {
        if wanted.len() == 0 {
            return Some(at);
        }
        for folded in fold_one(c) {
            if wanted.next() != Some(&folded) {
                return None;
            }
        }
    }
    (wanted.len() == 0).then_some(text.len())
}

/// The rows of a table of words (a file of `data/tables`, or one of the user), without blank lines
/// and comments (`#`): the number of each line, from 1, and its tab-separated fields.
pub(crate) fn rows(table: &str) -> impl Iterator<Item = (usize, Vec<&str>)> {
    let lines = (1..).zip(table.lines().map(|line| line.trim_matches(['\r', ' '])));
    lines
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|(number, line)| (number, line.split('\t').map(str::trim).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_match_whatever_their_script_width_and_case() {
        let mut table = WordTable::default();
        table.add("發布", 1);
        table.add("發布時間", 2);
        table.add("Mar", 3);
        // Folds to the same text as the first word, whose meaning stays.
        table.add("發佈", 4);
        assert_eq!(table.longest_at("发布时间:2024"), Some((2, "发布时间".len())));
        assert_eq!(table.longest_at("發佈於"), Some((1, "發佈".len())));
        assert_eq!(table.longest_at("ＭＡＲ 4"), Some((3, "ＭＡＲ".len())));
        assert_eq!(table.longest_at("Market"), None);
        assert_eq!(table.longest_at(""), None);
        assert_eq!(table.meaning_of("發布時"), None);
        assert_eq!(table.longest_ending("本站發布時間", 8), Some((2, "本站".len())));
    }

    #[test]
    fn rows_skip_blank_lines_and_comments() {
        let read: Vec<_> = rows("# a\n\nb\tc \r\n  d\n").collect();
        assert_eq!(read, [(3, vec!["b", "c"]), (4, vec!["d"])]);
    }
}
