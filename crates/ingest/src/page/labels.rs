//! The labels of bylines, from `data/tables/labels.tsv` and the user's own table, and what
//! separates them from their values.

use std::sync::OnceLock;

use wensou_text::TableError;
use xxhash_rust::xxh3::xxh3_64;

use crate::text::punctuation::{is_bar, is_colon, is_comma, is_sentence_end, is_space};
use crate::text::word_table::{WordTable, rows};

const TABLE: &str = include_str!("../../../../data/tables/labels.tsv");

/// The meaning of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    Author,
    /// As `Author`, but only if the value is a person: in interviews, `記者` before a colon is a
    /// speaker, and a sentence follows.
    Reporter,
    /// As `Author`, or `Source` if the value is the name of an outlet.
    Writer,
    Translator,
    Editor,
    Source,
    Time,
    /// Counts as the date if no other is stated.
    Updated,
    Category,
    Title,
    Link,
    /// How often something was read or liked: boilerplate.
    Counter,
    /// The source of a picture, the proofreader and so on: boilerplate.
    Other,
}

/// The kinds of labels, as the table names them.
const KINDS: [(&str, Label); 13] = [
    ("author", Label::Author),
    ("reporter", Label::Reporter),
    ("writer", Label::Writer),
    ("translator", Label::Translator),
    ("editor", Label::Editor),
    ("source", Label::Source),
    ("time", Label::Time),
    ("updated", Label::Updated),
    ("category", Label::Category),
    ("title", Label::Title),
    ("link", Label::Link),
    ("counter", Label::Counter),
    ("other", Label::Other),
];

/// A value of a byline, with its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LabelledValue<'a> {
    pub(crate) label: Label,
    pub(crate) value: &'a str,
}

/// What separates a label from its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delimiter {
    Colon,
    Bar,
    Slash,
    Space,
    /// A date, a number or the name of a person may directly follow its label.
    Nothing,
}

/// A label in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LabelAt {
    pub(crate) label: Label,
    pub(crate) delimiter: Delimiter,
    /// Where the value begins, in bytes of the line.
    pub(crate) value_start: usize,
}

/// The labels that are known: those of the program, and those that a user adds.
#[derive(Debug, Clone)]
pub struct Labels {
    words: WordTable<Label>,
    /// XXH3 of the user's table; 0 without one.
    table_hash: u64,
}

impl Labels {
    /// The labels of the program.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static LABELS: OnceLock<Labels> = OnceLock::new();
        LABELS.get_or_init(|| {
            let mut labels = Labels { words: WordTable::default(), table_hash: 0 };
            // A test parses the table, so a mistake in it cannot get here.
            let _ = labels.add(TABLE);
            labels
        })
    }

    /// The labels of the program and those of a user's table: one kind a line, and its labels, all
    /// separated by tabs, as in `data/tables/labels.tsv`. The user's labels take precedence.
    ///
    /// # Errors
    ///
    /// The first line with an unknown kind or without a label.
    pub fn with_table(table: &str) -> Result<Self, TableError> {
        let table_hash = xxh3_64(table.as_bytes());
        let mut labels = Self { words: WordTable::default(), table_hash };
        labels.add(table)?;
        labels.add(TABLE)?;
        Ok(labels)
    }

    /// XXH3 of the user's table; 0 without one.
    pub(crate) fn table_hash(&self) -> u64 {
        self.table_hash
    }

    /// Adds the labels of a table; those that are known keep their meaning.
    fn add(&mut self, table: &str) -> Result<(), TableError> {
        for (line, fields) in rows(table) {
            let kind = KINDS.iter().find(|(kind, _)| *kind == fields[0]);
            let Some((_, label)) = kind else {
                let reason = "begins with one of the kinds author, reporter, writer, translator, \
                              editor, source, time, updated, category, title, link, counter, other";
                return Err(TableError { line, reason });
            };
            let names: Vec<&str> = fields[1..].iter().copied().filter(|f| !f.is_empty()).collect();
            if names.is_empty() {
                let reason = "has a tab and at least one label after its kind";
                return Err(TableError { line, reason });
            }
            names.iter().for_each(|name| self.words.add(name, *label));
        }
        Ok(())
    }

    /// The label at the beginning of a line.
    pub(crate) fn at_start(&self, line: &str) -> Option<LabelAt> {
        let separate = true;
        self.at(line, 0, separate)
    }

    /// The label at byte `at` of a line. `separate` says whether an element of a byline can begin
    /// there; otherwise, in running text, only a label before a colon counts.
    pub(crate) fn at(&self, line: &str, at: usize, separate: bool) -> Option<LabelAt> {
        let ahead = &line[at..];
        let first = ahead.chars().next()?;
        // In running text, a Latin label must begin with a capital. The space before it may be
        // lost, as in `JohnEditor:`.
        if !separate && first.is_ascii() && !first.is_ascii_uppercase() {
            return None;
        }
        self.words.words_at(ahead).find_map(|(label, bytes)| {
            let is_one_char = ahead[..bytes].chars().nth(1).is_none();
            if is_one_char && !separate {
                return None;
            }
            let end = self.end_of_joined(ahead, label, bytes);
            let delimited = delimiter(label, &ahead[end..], separate);
            // The name of an outlet may directly follow `以下文章來源於`.
            let is_directly =
                || label == Label::Source && ahead[..end].ends_with(['于', '於', '自']);
            let directly = || (separate && is_directly()).then_some((Delimiter::Nothing, 0));
            let (delimiter, value_offset) = delimited.or_else(directly)?;
            // In an interview, a single character before a colon stands for a speaker.
            let is_speaker = is_one_char && delimiter == Delimiter::Colon && label != Label::Writer;
            // Before a space, or directly before other text, it is a word of the text.
            let is_word = is_one_char && matches!(delimiter, Delimiter::Space | Delimiter::Nothing);
            (!is_speaker && !is_word).then_some(LabelAt {
                label,
                delimiter,
                value_start: at + end + value_offset,
            })
        })
    }

    /// The label that ends a text such as `示例財經記者`, and where it begins.
    pub(crate) fn at_end(&self, text: &str) -> Option<(Label, usize)> {
        /// Characters of the longest Chinese label of the program, `預計閱讀時間`.
        const MAX_CHARS: usize = 6;
        self.words.longest_ending(text, MAX_CHARS)
    }

    /// The label, delimiter and value of a line in a list of labels. Such a line begins with a
    /// label of two characters or more, which a space or a colon follows.
    pub(crate) fn list_item<'a>(&self, line: &'a str) -> Option<(Label, Delimiter, &'a str)> {
        self.words.words_at(line).find_map(|(label, bytes)| {
            let separate = true;
            let (delimiter, value_offset) = delimiter(label, &line[bytes..], separate)?;
            let is_item = matches!(delimiter, Delimiter::Colon | Delimiter::Space);
            let is_one_char = line[..bytes].chars().nth(1).is_none();
            let value = &line[bytes + value_offset..];
            (is_item && !is_one_char).then(|| (label, delimiter, without_separators(value)))
        })
    }

    /// The meaning of a text that is a label as a whole.
    pub(crate) fn whole(&self, text: &str) -> Option<Label> {
        self.words.meaning_of(text)
    }

    /// The longest label that a text begins with, and the length of the label in bytes.
    pub(crate) fn longest_at(&self, text: &str) -> Option<(Label, usize)> {
        self.words.longest_at(text)
    }

    /// The length in bytes of the name of a counter at the beginning of a text.
    pub(crate) fn counter_at(&self, text: &str) -> Option<usize> {
        let (label, bytes) = self.words.longest_at(text)?;
        (label == Label::Counter).then_some(bytes)
    }

    /// Where the last of several labels ends that share one value, as in `翻譯 & 校對:`. `label` is
    /// the first of these labels, and ends at `end`.
    fn end_of_joined(&self, text: &str, label: Label, mut end: usize) -> usize {
        /// Maximum number of labels that are joined to the first.
        const MAX_JOINED: usize = 3;
        // As in `本文轉自公眾號:`, where `本文轉自` and `公眾號` are labels.
        if label == Label::Source
            && let Some((Label::Source, bytes)) = self.words.longest_at(&text[end..])
        {
            end += bytes;
        }
        // In `文/本報記者 王小明`, a value follows the slash.
        let is_one_char = text[..end].chars().nth(1).is_none();
        let is_joiner = |c: char| {
            is_joiner(c) && !(is_one_char && (is_bar(c) || matches!(c, '/' | '\u{ff0f}')))
        };
        for _ in 0..MAX_JOINED {
            let after = text[end..].trim_start();
            let joined = after.strip_prefix(is_joiner).map(str::trim_start);
            let Some((joined, bytes)) =
                joined.and_then(|text| Some((text, self.words.longest_at(text)?.1)))
            else {
                break;
            };
            end = text.len() - joined.len() + bytes;
        }
        end
    }
}

fn is_joiner(c: char) -> bool {
    matches!(c, '、' | '&' | '\u{ff06}' | '/' | '\u{ff0f}' | '和' | '與' | '与' | '及' | '+' | '|')
}

/// What separates a label from its value, and where in `after`, the text after the label, the value
/// begins. `separate` as in [`Labels::at`].
fn delimiter(label: Label, after: &str, separate: bool) -> Option<(Delimiter, usize)> {
    let has_number = matches!(label, Label::Counter | Label::Time | Label::Updated);
    let spaces = after.len() - after.trim_start_matches(is_space).len();
    let Some(c) = after[spaces..].chars().next() else {
        // A counter may have lost its number.
        return (separate && label == Label::Counter).then_some((Delimiter::Nothing, after.len()));
    };
    let end = spaces + c.len_utf8();
    if is_colon(c) {
        return Some((Delimiter::Colon, end));
    }
    if !separate {
        return None;
    }
    if is_bar(c) {
        return Some((Delimiter::Bar, end));
    }
    if matches!(c, '/' | '\u{ff0f}') && !has_number {
        return Some((Delimiter::Slash, end));
    }
    if spaces > 0 {
        return Some((Delimiter::Space, spaces));
    }
    // The name of a person may directly follow, as in `编辑张三丰`.
    let has_person =
        matches!(label, Label::Reporter | Label::Author | Label::Editor | Label::Translator);
    (has_number || has_person).then_some((Delimiter::Nothing, 0))
}

/// Whether a value can be a name: short, and not a sentence.
pub(crate) fn is_name(value: &str) -> bool {
    value.chars().count() <= 40
        && !value.contains(is_sentence_end)
        && !value.contains([';', '\u{ff1b}'])
        && value.matches(is_comma).count() <= 3
}

/// A value without spaces and separators around it.
pub(crate) fn without_separators(value: &str) -> &str {
    let is_separator = |c: char| {
        is_comma(c)
            || is_bar(c)
            || matches!(c, '/' | '\u{ff0f}' | ';' | '\u{ff1b}' | '·' | '、' | '©' | '»')
    };
    let value = value.trim().trim_end_matches(|c| is_separator(c) || is_space(c));
    value.trim_start_matches(|c| is_bar(c) || is_space(c) || matches!(c, '·' | '、' | ',')).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_program_is_valid_and_has_every_kind() {
        assert!(Labels { words: WordTable::default(), table_hash: 0 }.add(TABLE).is_ok());
        for (kind, _) in KINDS {
            assert!(rows(TABLE).any(|(_, fields)| fields[0] == kind), "{kind}");
        }
    }

    #[test]
    fn every_label_is_found() {
        for (number, fields) in rows(TABLE) {
            for name in &fields[1..] {
                let found = Labels::builtin().at_start(&format!("{name} | 甲"));
                assert!(found.is_some(), "line {number}: {name}");
            }
        }
    }

    #[test]
    fn the_table_of_a_user_adds_labels_and_takes_precedence() {
        let labels = Labels::with_table("# mine\nauthor\t碼字\nsource\t作者\n").unwrap();
        let label = |line: &str| labels.at_start(line).map(|found| found.label);
        assert_eq!(label("碼字:甲"), Some(Label::Author));
        assert_eq!(label("作者:甲"), Some(Label::Source), "the user's table takes precedence");
        assert_eq!(label("來源:甲"), Some(Label::Source));
        assert_eq!(Labels::with_table("author\n").unwrap_err().line, 1);
        assert_eq!(Labels::with_table("\npainter\t甲\n").unwrap_err().line, 2);
    }

    #[test]
    fn labels_are_found_with_their_delimiters_and_values() {
        let of = |line: &str| {
            let found = Labels::builtin().at_start(line)?;
            Some((found.label, found.delimiter, line[found.value_start..].trim().to_owned()))
        };
        let some = |label, delimiter, value: &str| Some((label, delimiter, value.to_owned()));
        assert_eq!(of("来源：新浪"), some(Label::Source, Delimiter::Colon, "新浪"));
        assert_eq!(of("編輯/ 李四"), some(Label::Editor, Delimiter::Slash, "李四"));
        assert_eq!(of("文 | 甲"), some(Label::Writer, Delimiter::Bar, "甲"));
        assert_eq!(of("記者 甲"), some(Label::Reporter, Delimiter::Space, "甲"));
        assert_eq!(of("翻譯 & 校對:李四"), some(Label::Translator, Delimiter::Colon, "李四"));
        assert_eq!(of("編譯、整理:李四"), some(Label::Translator, Delimiter::Colon, "李四"));
        assert_eq!(of("發佈於2024-03-04"), some(Label::Time, Delimiter::Nothing, "2024-03-04"));
        assert_eq!(of("文件:甲"), None);
        assert_eq!(of("來源地"), None);
    }
}
