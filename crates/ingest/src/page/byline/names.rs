//! Names without a label in a byline: outlets, people, sections of a site; and the words beside
//! them that are none of these, such as `1 分鐘` or `A03`.

use crate::date;
use crate::page::byline::by_whom::by_whom;
use crate::page::byline::scan::BylinePiece;
use crate::page::labels::{Label, LabelledValue, Labels, without_separators};
use crate::page::page_words::page_words;
use crate::text::punctuation::{is_bar, is_colon, is_comma, is_han, is_sentence_end, is_space};

/// Maximum characters of text without a label in a byline.
const MAX_CHARS: usize = 30;
/// Maximum characters of one word of such text.
const MAX_WORD_CHARS: usize = 20;
/// Maximum names in such text; more words are hardly names.
const MAX_NAMES: usize = 3;

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
    let mut names = names(text);
    let is_beside_date = is_after_date || matches!(after, Some(BylinePiece::Date(_)));
    if before.is_some() || is_beside_date {
        names.retain(|name| !is_no_name(name, labels));
    }
    if names.len() > MAX_NAMES || names.iter().any(|name| name.chars().count() > MAX_WORD_CHARS) {
        return None;
    }
    // Beside an outlet, a short word is a section or a page.
    let has_outlet = names.iter().any(|name| words.is_outlet(name));
    for name in names.into_iter().filter(|name| !words.is_word_of_reporting(name)) {
        let label = free_label(name, is_beside_date, is_after_date)?;
        let is_plausible = label != Label::Source
            || words.is_outlet(name)
            || !has_outlet && is_plausible_outlet(name);
        if is_plausible {
            fields.push(LabelledValue { label, value: name });
        }
    }
    Some(())
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

/// What a name without a label is; `None` if it is no name. After a date, a short text that is no
/// person is taken for an outlet.
fn free_label(name: &str, is_beside_date: bool, is_after_date: bool) -> Option<Label> {
    let words = page_words();
    // A person in Latin letters has at least two names. `The …` is no person.
    let has_spaces = name.split(is_space).count() > 1 && !name.starts_with("The ");
    if words.is_outlet(name) || is_part_of_outlet(name) {
        Some(Label::Source)
    } else if words.is_people(name) && (!name.is_ascii() || has_spaces) {
        Some(Label::Author)
    } else if is_beside_date && words.is_section(name) {
        Some(Label::Category)
    } else if is_after_date && name.chars().count() <= if name.is_ascii() { 20 } else { 6 } {
        Some(Label::Source)
    } else {
        None
    }
}

/// Whether a name is that of an outlet with a part of it, as `示例財經-自媒體` is.
fn is_part_of_outlet(name: &str) -> bool {
    let hyphens = ['-', '\u{ff0d}', '·', '—', '_'];
    name.split_once(hyphens).is_some_and(|(outlet, _)| page_words().is_outlet(outlet))
}

/// Whether a text that is not known to be an outlet can be the name of one: it is a word of letters
/// that no number is a part of, unless it is Latin, as in `8btc`.
fn is_plausible_outlet(name: &str) -> bool {
    let is_in_name = |c: char| c.is_alphanumeric() || is_space(c) || "-.&'’+·".contains(c);
    name.chars().all(is_in_name)
        && name.chars().filter(|c| c.is_alphabetic()).nth(1).is_some()
        && (name.is_ascii() || !name.contains(|c: char| c.is_ascii_digit()))
}

/// Whether a word in a byline is certainly not a name: it has neither letters nor digits, or is a
/// number with or without a unit, a page of a newspaper, a counter, a city, a button, or a word of
/// dates.
fn is_no_name(word: &str, labels: &Labels) -> bool {
    let words = page_words();
    if words.is_outlet(word) {
        return false;
    }
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    if word.is_empty() || words.is_word_of_reporting(word) || words.is_button_line(word) {
        return true;
    }
    let is_label =
        || matches!(labels.whole(word), Some(Label::Counter | Label::Other | Label::Time));
    is_label()
        || is_number_with_unit(word)
        || word.starts_with(|c: char| c.is_ascii_digit()) && words.is_count(word)
        || words.is_city(without_from(word))
        || matches!(word, "至" | "到" | "TO" | "to" | "止")
        || date::is_word_of_date(word)
}

/// A text without `來自` or the like before it.
fn without_from(text: &str) -> &str {
    let from = ["來自", "来自", "發自", "发自", "發布於", "发布于", "發佈於", "IP屬地", "IP属地"];
    let city = from.iter().find_map(|from| text.strip_prefix(from)).unwrap_or(text);
    city.strip_suffix(['市', '省']).filter(|short| short.chars().count() > 1).unwrap_or(city)
}

/// Whether a text is a number, possibly with a unit, or a page: `42`, `1 分鐘`, `共3頁`, `A03`,
/// `第三版`, `頭版`, `5 min read`.
fn is_number_with_unit(text: &str) -> bool {
    /// Maximum characters of a unit, as in `分鐘閱讀`.
    const MAX_UNIT_CHARS: usize = 4;
    let is_numeral =
        |c: char| c.is_ascii_digit() || "一二三四五六七八九十百兩两幾几頭头".contains(c);
    let without_prefix = text.trim_start_matches(['第', '共', '約', '约', '全', '逾']);
    let is_counted = without_prefix.len() < text.len();
    let unit =
        without_prefix.trim_start_matches(|c| is_numeral(c) || matches!(c, '.' | ',' | '+' | ' '));
    let has_number = unit.len() < without_prefix.len();
    let units = ["分鐘", "分钟", "小時", "小时", "秒", "字", "頁", "页", "版", "次", "人", "條"];
    let more_units = ["条", "萬", "万", "億", "亿", "期", "集", "回", "k", "K", "w", "W", "min"];
    let is_unit = |text: &str| units.iter().chain(&more_units).any(|unit| text.starts_with(unit));
    if units.contains(&text) {
        return true;
    }
    let is_short = unit.is_ascii() || unit.chars().count() <= MAX_UNIT_CHARS;
    if has_number && (unit.is_empty() || is_short && is_unit(unit)) {
        return true;
    }
    // `A03`, `B2版`
    let page = text.strip_suffix(['版', '頁', '页']).unwrap_or(text);
    let number = page.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let is_page = number.len() + 2 >= page.len()
        && (1..=3).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit());
    is_page || is_counted && is_unit(unit) || text.chars().count() <= 4 && text.ends_with('版')
}

/// A value without words such as `發布` or `報道`, and without buttons, at its end.
pub(super) fn without_words_of_reporting(mut value: &str) -> &str {
    while let Some((front, last)) = value.rsplit_once(is_space)
        && (page_words().is_word_of_reporting(last) || page_words().is_button_line(last))
        && !without_separators(front).is_empty()
    {
        value = without_separators(front);
    }
    value
}

/// The name of an outlet without a city after it, as in `示例新聞 上海`.
pub(super) fn without_city(value: &str) -> &str {
    match value.rsplit_once(is_space) {
        Some((outlet, city))
            if page_words().is_city(without_from(city)) && outlet.contains(is_han) =>
        {
            outlet.trim_end()
        }
        _ => value,
    }
}
