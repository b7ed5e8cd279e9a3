//! What a short text without a label beside a date is: an outlet, a person, a section, or no name.
//!
//! Beside dates stand buttons, counters, weather, devices and many other words. No list has them
//! all, so a name must show that it is one: it ends as names of outlets do, begins with a surname,
//! or is a word that the dictionary does not have.

use std::sync::OnceLock;

use wensou_text::{Folded, Segmenter, fold};

use super::value::without_from;
use super::{is_certain_outlet, is_outlet};
use crate::date;
use crate::page::labels::Labels;
use crate::page::page_words::page_words;
use crate::text::punctuation::{is_han, is_space};

/// Maximum Chinese characters of an outlet that does not end as outlets do.
const MAX_UNKNOWN_HAN: usize = 6;
/// Maximum characters of such an outlet in Latin letters.
const MAX_UNKNOWN_LATIN: usize = 20;

/// Maximum letters of an abbreviation that is no name.
const MAX_ABBREVIATION: usize = 4;

/// What a text without a label is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unlabelled {
    /// A well-known outlet, or one that is called as outlets are.
    Outlet,
    /// A word that the dictionary does not have, as the names of many outlets are.
    UnknownWord,
    Person,
    Section,
    NoName,
}

/// What a text beside a date is.
pub(crate) fn unlabelled(text: &str, labels: &Labels) -> Unlabelled {
    let words = page_words();
    if is_part_of_outlet(text) {
        Unlabelled::Outlet
    } else if is_no_name(text, labels) {
        Unlabelled::NoName
    } else if is_certain_outlet(text) && !words.is_section(text) {
        Unlabelled::Outlet
    } else if words.is_section(text) {
        Unlabelled::Section
    } else if is_certain_person(text) {
        Unlabelled::Person
    } else if is_outlet(text) && is_unknown_word(text) {
        Unlabelled::UnknownWord
    } else {
        Unlabelled::NoName
    }
}

/// Whether a word in a byline is certainly not a name: it has neither letters nor digits, or is a
/// number with or without a unit, a page of a newspaper, a counter, a city, a button, a desk of a
/// newsroom, a label, or a word of dates.
pub(crate) fn is_no_name(word: &str, labels: &Labels) -> bool {
    let words = page_words();
    if words.is_site(word) {
        return false;
    }
    if words.is_desk(word) || words.is_account(word) {
        return true;
    }
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let is_reporting = words.is_word_of_reporting(word) || words.is_button_line(word);
    if word.is_empty() || is_reporting || words.is_nobody(word) {
        return true;
    }
    // `王小明报道`; `苏皖城市报道` is an outlet.
    let reporter = word.strip_suffix("报道").or_else(|| word.strip_suffix("報道"));
    if reporter.is_some_and(|name| words.is_people(name) || words.is_city(name)) {
        return true;
    }
    if words.is_outlet(word) {
        return false;
    }
    labels.whole(word).is_some()
        || words.has_button(word)
        || words.is_device(word)
        || is_number_with_unit(word)
        || words.is_count(word)
        || words.is_city(without_from(word))
        || matches!(word, "至" | "到" | "TO" | "to" | "止")
        || date::is_word_of_date(word)
}

/// Whether a name is that of an outlet with a part of it, as `示例財經-自媒體` is.
fn is_part_of_outlet(name: &str) -> bool {
    let hyphens = ['-', '\u{ff0d}', '·', '—', '_'];
    name.split_once(hyphens).is_some_and(|(outlet, _)| page_words().is_outlet(outlet))
}

/// Whether a text is a person: names with surnames. A name of two characters must not be a word of
/// the dictionary, as `高通` is, and people in Latin letters have at least two names.
pub(crate) fn is_certain_person(text: &str) -> bool {
    if !page_words().is_people(text) {
        return false;
    }
    if text.is_ascii() {
        // `The …` is no person.
        return text.split(is_space).count() > 1 && !text.starts_with("The ");
    }
    text.chars().count() > 2 || segmenter().rarity(&fold(text)) >= MIN_RARITY_OF_NAME
}

/// The rarity of a word of two characters that may be a name.
const MIN_RARITY_OF_NAME: f32 = 0.9;

/// Whether a text is a word that the dictionary does not have: a Chinese one of whose characters
/// less than half are in words of two characters or more; or a single Latin one in capitals, with a
/// capital inside, or with a digit.
fn is_unknown_word(text: &str) -> bool {
    let is_in_name = |c: char| c.is_alphanumeric() || "-.&'’+·".contains(c);
    if !text.chars().all(is_in_name) {
        return false;
    }
    let han = text.chars().filter(|c| is_han(*c)).count();
    if han == 0 {
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let has_capital_inside = text.chars().skip(1).any(char::is_uppercase);
        let has_digit = text.contains(|c: char| c.is_ascii_digit());
        // Short words in capitals are categories and devices: `NFT`, `AI`, `PDF`.
        let is_abbreviation =
            letters <= MAX_ABBREVIATION && text.chars().all(|c| !c.is_lowercase());
        return letters >= 2
            && !is_abbreviation
            && text.chars().count() <= MAX_UNKNOWN_LATIN
            && (has_capital_inside || has_digit);
    }
    // `VIP专享`, `QQ空间`
    if text.contains(|c: char| c.is_ascii_alphabetic()) {
        return false;
    }
    let mut known = 0;
    let folded = Folded::new(text);
    segmenter().words(&folded, |token| {
        let chars = token.text.chars().count();
        if chars > 1 && token.text.chars().all(is_han) && segmenter().rarity(&token.text) < 1.0 {
            known += chars;
        }
    });
    han <= MAX_UNKNOWN_HAN && known * 2 < han
}

fn segmenter() -> &'static Segmenter {
    static SEGMENTER: OnceLock<Segmenter> = OnceLock::new();
    SEGMENTER.get_or_init(Segmenter::new)
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
