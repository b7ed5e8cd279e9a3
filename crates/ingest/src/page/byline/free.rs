//! Text without a label in a byline: names of outlets and people, sections of a site, and the words
//! beside them that are none of these, such as `1 分鐘` or `A03`.

use crate::date;
use crate::page::byline::by_whom::by_whom;
use crate::page::byline::scan::BylinePiece;
use crate::page::labels::{Label, LabelledValue, Labels, without_separators};
use crate::page::names::unlabelled::{Unlabelled, is_no_name, unlabelled};
use crate::page::names::value::without_words_of_reporting;
use crate::page::page_words::page_words;
use crate::text::punctuation::{is_bar, is_colon, is_comma, is_sentence_end, is_space};

/// Maximum characters of text without a label in a byline.
const MAX_CHARS: usize = 30;
/// Maximum characters of one word of such text.
const MAX_WORD_CHARS: usize = 20;
/// Maximum names in such text; more words are hardly names.
const MAX_NAMES: usize = 3;
/// Maximum Chinese characters of a word beside a date that is no name. A longer one is text.
const MAX_HAN_BESIDE_DATE: usize = 6;
/// Maximum characters of such a word in Latin letters.
const MAX_LATIN_BESIDE_DATE: usize = 20;

/// Beginnings of a text that says how long it takes to read the article.
const READING_TIME: [&str; 8] =
    ["本文共", "全文共", "全文約", "全文约", "閱讀本文", "阅读本文", "閱讀全文", "阅读全文"];

/// Adds the names in text without a label between the pieces `before` and `after`; `None` if the
/// text has anything else.
pub(super) fn push_free<'a>(
    text: &'a str,
    before: Option<BylinePiece<'a>>,
    after: Option<BylinePiece<'a>>,
    labels: &Labels,
    fields: &mut Vec<LabelledValue<'a>>,
) -> Option<()> {
    let words = page_words();
    let text = without_words_of_reporting(text);
    if text.is_empty() || words.is_word_of_reporting(text) || words.is_button_line(text) {
        return Some(());
    }
    if let Some(field) = by_whom(text, labels) {
        fields.push(field);
        return Some(());
    }
    if READING_TIME.iter().any(|start| text.starts_with(start)) && text.contains(char::is_numeric) {
        return Some(());
    }
    if date::is_partial(text) {
        fields.push(LabelledValue { label: Label::Time, value: text });
        return Some(());
    }
    let can_be_in_name = |c: char| !is_comma(c) && !is_colon(c) && !is_sentence_end(c) && c != '。';
    if text.chars().count() > MAX_CHARS || !text.chars().all(can_be_in_name) {
        return None;
    }
    let is_before_count = matches!(
        after,
        Some(BylinePiece::Count | BylinePiece::Labelled { label: Label::Counter, .. })
    );
    // `幣圈資訊 閱讀:42`
    if is_before_count && before.is_none() && text.chars().count() <= 8 {
        fields.push(LabelledValue { label: Label::Category, value: text });
        return Some(());
    }
    let is_after_date = matches!(
        before,
        Some(
            BylinePiece::Date(_)
                | BylinePiece::Labelled { label: Label::Time | Label::Updated, .. }
        )
    );
    if before.is_some_and(is_date_or_labelled) && is_no_name(text, labels) {
        return Some(());
    }
    let mut names = names(text);
    let is_beside_date = is_after_date || matches!(after, Some(BylinePiece::Date(_)));
    if before.is_some() || is_beside_date {
        names.retain(|name| !is_no_name(name, labels));
    }
    if names.len() > MAX_NAMES || names.iter().any(|name| name.chars().count() > MAX_WORD_CHARS) {
        return None;
    }
    // Beside an outlet, a short word is a section or a page.
    let kinds: Vec<Unlabelled> = names.iter().map(|name| unlabelled(name, labels)).collect();
    let has_outlet = kinds.contains(&Unlabelled::Outlet);
    let named = names.into_iter().zip(kinds);
    for (name, kind) in named.filter(|(name, _)| !words.is_word_of_reporting(name)) {
        let label = match kind {
            Unlabelled::Outlet => Label::Source,
            Unlabelled::Person => Label::Author,
            Unlabelled::Section if is_beside_date => Label::Category,
            Unlabelled::UnknownWord if is_after_date && !has_outlet => Label::Source,
            _ if is_after_date && is_short(name) => continue,
            _ => return None,
        };
        fields.push(LabelledValue { label, value: name });
    }
    Some(())
}

fn is_date_or_labelled(piece: BylinePiece<'_>) -> bool {
    matches!(piece, BylinePiece::Date(_) | BylinePiece::Labelled { .. })
}

/// Whether a word is too short to be text.
fn is_short(word: &str) -> bool {
    let max_chars = if word.is_ascii() { MAX_LATIN_BESIDE_DATE } else { MAX_HAN_BESIDE_DATE };
    word.chars().count() <= max_chars
}

/// The words of a text that may be names each.
fn names(text: &str) -> Vec<&str> {
    let is_slash = |c: char| matches!(c, '/' | '\u{ff0f}');
    // Names in Latin letters have spaces inside, and people may have slashes between their names.
    if page_words().is_people(text) || text.is_ascii() && !text.contains(['/', '|']) {
        return vec![text];
    }
    let is_space_in_name = |c: char| is_space(c) && !text.is_ascii();
    text.split(|c| is_space_in_name(c) || is_slash(c) || is_bar(c) || matches!(c, ']' | '['))
        .map(without_separators)
        .filter(|name| !name.is_empty())
        .collect()
}
