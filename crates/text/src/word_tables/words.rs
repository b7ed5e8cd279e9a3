//! Extra words for the dictionary: those of the archive's subject, from `data/tables/words.tsv`,
//! and the user's own.

use super::editable::{self, TableError};
use super::precomputed;
use crate::fold::fold;
use crate::tables::class::is_han;
use crate::tables::embedded::WORDS;

/// The words of `data/tables/words.tsv` and the names of `data/tables/names.tsv`, precomputed in
/// the order in which they are added to the dictionary: folded word, frequency, and the frequency
/// that it had before it was added. Computing this table and that of the synonyms at start would
/// take up to a sixth of the time of a query in a new process.
const PRECOMPUTED: &str = include_str!("../../data/words.tsv");

/// The longest name of a part of speech in jieba's tables, in letters.
const MAX_PART_OF_SPEECH_LETTERS: usize = 3;

/// A word with its frequency. Without a frequency, a word gets just enough to be kept as one word.
pub type Word = (String, Option<u32>);

/// The words of the table, with their frequencies where it gives them.
pub(crate) fn words() -> impl Iterator<Item = Word> {
    editable::lines(WORDS).map(|(_, line)| match line.split_once('\t') {
        Some((word, freq)) => (word.to_owned(), freq.trim().parse().ok()),
        None => (line.to_owned(), None),
    })
}

/// The lines of the precomputed table: the word, its frequency, and the frequency that it had
/// before it was added. `None` if the table is out of date.
pub(crate) fn precomputed_words() -> Option<impl Iterator<Item = (&'static str, u64, u64)>> {
    let (_, lines) = precomputed::contents_if_current(PRECOMPUTED)?;
    Some(lines.lines().filter_map(|line| {
        let mut fields = line.split('\t');
        let (word, freq, before) = (fields.next()?, fields.next()?, fields.next()?);
        Some((word, freq.parse().ok()?, before.parse().ok()?))
    }))
}

/// Parses a table of the user's own words: one a line, optionally followed by a space or tab and a
/// frequency. A line that starts with `#` is a comment. jieba's tables have this form, too; the
/// parts of speech at the ends of their lines are ignored.
///
/// # Errors
///
/// The first invalid line: its word has other than Chinese characters, or something other than a
/// frequency and a part of speech follows the word.
pub fn parse_words(table: &str) -> Result<Vec<Word>, TableError> {
    editable::lines(table)
        .map(|(number, line)| {
            let mut fields = line.split_whitespace();
            let word = fields.next().unwrap_or_default();
            let is_letters = |field: &str| field.bytes().all(|b| b.is_ascii_alphabetic());
            let freq = match fields.next() {
                None => None,
                // jieba's tables need no frequency before a part of speech.
                Some(part_of_speech)
                    if is_letters(part_of_speech)
                        && part_of_speech.len() <= MAX_PART_OF_SPEECH_LETTERS
                        && fields.next().is_none() =>
                {
                    None
                }
                Some(freq) => {
                    let reason = "the frequency must be a whole number";
                    let freq = freq.parse().map_err(|_| TableError { line: number, reason })?;
                    if fields.any(|field| !is_letters(field)) {
                        let reason = "only a frequency and a part of speech may follow a word";
                        return Err(TableError { line: number, reason });
                    }
                    Some(freq)
                }
            };
            if !fold(word).chars().all(is_han) {
                let reason = "a word may contain only Chinese characters";
                return Err(TableError { line: number, reason });
            }
            Ok((word.to_owned(), freq))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_line_is_a_word_of_han_characters() {
        let words: Vec<String> = words().map(|(word, _)| word).collect();
        assert!(words.len() > 50);
        for two in words.windows(2) {
            assert!(two[0] < two[1], "{} must come before {}", two[1], two[0]);
        }
        for word in words {
            assert!(fold(&word).chars().all(is_han), "{word}");
        }
        for line in WORDS.lines().filter(|line| line.contains('\t') && !line.starts_with('#')) {
            let (_, freq) = line.split_once('\t').unwrap();
            assert!(freq.trim().parse::<u32>().is_ok(), "{line}: the frequency is a whole number");
        }
    }

    #[test]
    fn the_precomputed_table_has_what_adding_the_words_gives() {
        let mut lines = String::new();
        crate::Segmenter::new().add_words(crate::segment::builtin_words(), |word, freq, before| {
            lines += &format!("{}\t{freq}\t{before}\n", word.iter().collect::<String>());
        });
        if precomputed::assert_precomputed("words.tsv", PRECOMPUTED, "", &lines) {
            assert_eq!(precomputed_words().unwrap().count(), lines.lines().count());
        }
    }

    #[test]
    fn a_users_table_is_parsed_or_its_first_invalid_line_reported() {
        let words = parse_words("# mine\n護城河\n 链圈 \t 20\n").unwrap();
        assert_eq!(words, [("護城河".to_owned(), None), ("链圈".to_owned(), Some(20))]);
        let jieba = parse_words("護城河 100 n\n链圈 3\n公鏈 nz\n幣\t5\tnz\n").unwrap();
        let freqs: Vec<Option<u32>> = jieba.iter().map(|(_, freq)| *freq).collect();
        assert_eq!(freqs, [Some(100), Some(3), None, Some(5)]);
        assert_eq!(parse_words("護城河 100 200\n").unwrap_err().line, 1);
        assert_eq!(parse_words("護城河\nGPT四\n").unwrap_err().line, 2);
        assert_eq!(parse_words("護城河\tmany\n").unwrap_err().line, 1);
    }
}
