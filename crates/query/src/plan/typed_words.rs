//! Splits typed text into words, and attaches the symbols that belong to them.
//!
//! The segmenter leaves out most symbols beside a word. This module attaches `++` to the `C` before
//! it, and `$` to the number after it, and joins numbers that punctuation connects into one word
//! (`13:02`). A word with symbols matches only text that has the symbols too, see
//! [`wensou_text::Pattern`].

use std::ops::Range;

use wensou_text::{Folded, Segmenter, TokenKind, is_han, is_key_char, is_symbol};

use super::numeral_words::separate_numerals;
use super::variant::{MIN_EMBEDDED, MatchMode, Origin, TypedWord, Variant};

/// The most letters that a credit rating has before its minus sign: `BBB-`.
const MAX_RATING_LETTERS: usize = 4;

/// The words of a folded text, in order.
pub(super) fn typed_words(folded: &Folded<'_>, segmenter: &Segmenter) -> Vec<TypedWord> {
    let mut words = Vec::new();
    segmenter.words(folded, |token| {
        let mut chars = token.chars.start as usize..token.chars.end as usize;
        if let Some(lengths) = segmenter.compound_parts(&token.text) {
            return words.extend(parts(folded, chars.start, lengths));
        }
        let (mut text, mut run) = (&*token.text, folded.slice(chars.clone()));
        // Typed after a space, a percent sign is a word of its own, whether the two are one text of
        // the query or two.
        let spaced = |number: &&str| number.ends_with(|c: char| c.is_ascii_whitespace());
        if let Some(number) = run.strip_suffix('%').filter(spaced) {
            run = number.trim_ascii_end();
            text = text.strip_suffix('%').unwrap_or(text);
            chars.end = chars.start + run.chars().count();
        }
        if let Some(variant) = Variant::new(text, token.kind, Origin::Typed) {
            let variants = match token.kind {
                TokenKind::Latin | TokenKind::Number => with_exact_variant(variant, run),
                _ => vec![variant],
            };
            words.push(TypedWord { chars, variants });
        }
    });
    words = separate_numerals(folded, words);
    // A quick test of the bytes shows that most text has neither symbols that count nor numbers
    // that punctuation may connect. 0xE2 is the first byte of `€` and `₿`.
    let may_matter = |b: u8| b.is_ascii_punctuation() || b.is_ascii_digit() || b == b'\xe2';
    if !folded.as_str().bytes().any(may_matter) {
        return words;
    }
    let chars: Vec<char> = folded.as_str().chars().collect();
    let mut words = connected_numbers(&chars, words);
    attach_symbols(&chars, &mut words);
    with_symbols_alone(&chars, words)
}

/// Splits a compound, which starts at character `start`, into parts of the given `lengths`.
fn parts(folded: &Folded<'_>, start: usize, lengths: &[usize]) -> Vec<TypedWord> {
    let mut end = start;
    let part = |length: &usize| {
        let chars = end..end + length;
        end = chars.end;
        let text = folded.slice(chars.clone());
        let variant = Variant::new(text, TokenKind::Han, Origin::Typed)?;
        Some(TypedWord { chars, variants: vec![variant] })
    };
    lengths.iter().filter_map(part).collect()
}

/// The variants of a word of letters and digits; `run` is the word with its punctuation, folded.
///
/// Pages may have the word inside a longer run that the index does not split there: `B2B` in
/// `B2B2C`, `F-16` in `F-16V`, `3.11` in `python3.11.4`. So a word with a digit gets a second
/// variant, which compares characters, if it contains punctuation, or if it has a letter and is
/// shorter than [`MIN_EMBEDDED`].
fn with_exact_variant(mut word: Variant, run: &str) -> Vec<Variant> {
    let has_digit = run.contains(|c: char| c.is_ascii_digit());
    let has_letter = run.contains(char::is_alphabetic);
    // A percentage needs no second variant: the index has every percentage as a word.
    let number = run.strip_suffix('%').unwrap_or(run);
    let has_punctuation = number.contains(|c: char| !c.is_alphanumeric());
    let is_short = word.key.len() < MIN_EMBEDDED;
    if !has_digit || !(has_punctuation && !run.ends_with('%') || has_letter && is_short) {
        return vec![word];
    }
    // The second variant finds the word inside runs.
    if word.mode == MatchMode::WordOrEmbedded {
        word.mode = MatchMode::Word;
    }
    let exact = Variant::exact(run, MatchMode::ExactWord);
    vec![word, exact]
}

/// Joins numbers that punctuation connects into one word, such as `13:02`.
fn connected_numbers(chars: &[char], words: Vec<TypedWord>) -> Vec<TypedWord> {
    let mut joined: Vec<TypedWord> = Vec::with_capacity(words.len());
    for word in words {
        if let Some(last) = joined.last_mut() {
            let gap = &chars[last.chars.end..word.chars.start];
            let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
            let connects = |c: &char| !c.is_whitespace() && !is_key_char(*c);
            let between_digits = digit(last.chars.end - 1) && digit(word.chars.start);
            if !gap.is_empty() && between_digits && gap.iter().all(connects) {
                *last = exact_word(chars, last.chars.start..word.chars.end);
                continue;
            }
        }
        joined.push(word);
    }
    joined
}

/// The word in a range of characters, which is found only with its symbols.
fn exact_word(chars: &[char], range: Range<usize>) -> TypedWord {
    let text: String = chars[range.clone()].iter().collect();
    TypedWord { chars: range, variants: vec![Variant::exact(&text, MatchMode::ExactWord)] }
}

/// Extends each word by the symbols beside it that belong to it.
fn attach_symbols(chars: &[char], words: &mut [TypedWord]) {
    let mut previous_end = 0;
    for at in 0..words.len() {
        let next = words.get(at + 1).map_or(chars.len(), |word| word.chars.start);
        let Range { start, end } = words[at].chars.clone();
        let from = start_of_symbols(chars, previous_end..start, end);
        let until = end_of_symbols(chars, start, end..next);
        if (from, until) != (start, end) {
            words[at] = exact_word(chars, from..until);
        }
        previous_end = until;
    }
}

/// The start of the symbols that belong to the word after `gap`, which ends at `word_end`; the end
/// of `gap` if there are none.
fn start_of_symbols(chars: &[char], gap: Range<usize>, word_end: usize) -> usize {
    let is_sign = |c: char| is_currency(c) || matches!(c, '#' | '@');
    let signs = chars[gap.clone()].iter().rev().take_while(|c| is_sign(**c)).count();
    if signs > 0 {
        return gap.end - signs;
    }
    if has_plus_or_minus(chars, gap.clone(), word_end) {
        return gap.end - 1;
    }
    // `.NET`, but neither `...NET` nor `ASP.NET`.
    let letter = chars[gap.end].is_ascii_alphabetic();
    let point = gap.end.checked_sub(1).filter(|at| *at >= gap.start && chars[*at] == '.');
    let before = |at: usize| at.checked_sub(1).map(|before| chars[before]);
    let touches_nothing_before =
        |at: &usize| before(*at).is_none_or(|c| c != '.' && (is_han(c) || !is_key_char(c)));
    point.filter(|_| letter).filter(touches_nothing_before).unwrap_or(gap.end)
}

/// Whether the word after `gap`, which ends at `word_end`, is a number with a plus or minus sign
/// before it: `漲+5%`, `跌-5%`, `溫度-5度`.
///
/// A plus between letters and a number joins two things (`5G+4K`), unless the number is a
/// percentage. A hyphen stands before the numbers of models (`東風-41`), of issues and of dates as
/// well, and between two quantities (`3%-5%`). It is taken for a minus only before a quantity,
/// which a percent sign, decimals or a unit show, and not after one.
fn has_plus_or_minus(chars: &[char], gap: Range<usize>, word_end: usize) -> bool {
    const UNITS: [&str; 10] =
        ["度", "°", "万", "亿", "元", "美元", "港元", "欧元", "倍", "个百分点"];
    const MAX_UNIT_CHARS: usize = 4;
    let word = &chars[gap.end..word_end];
    let (Some(sign), Some('0'..='9')) = (chars[gap.clone()].last(), word.first()) else {
        return false;
    };
    let before = gap.end.checked_sub(2).map(|at| chars[at]);
    if before == Some(*sign) || !word.iter().all(|c| c.is_ascii_digit() || ".,%".contains(*c)) {
        return false;
    }
    let is_percentage = word.ends_with(&['%']);
    let after_letter_or_digit = before.is_some_and(|c| c.is_ascii_alphanumeric());
    match sign {
        '+' => !after_letter_or_digit || is_percentage,
        '-' => {
            if ends_quantity(&chars[..gap.end - 1], &UNITS) {
                return false;
            }
            let points = word.iter().filter(|c| **c == '.').count();
            let after: String = chars[word_end..].iter().take(MAX_UNIT_CHARS).collect();
            is_percentage || points == 1 || UNITS.iter().any(|unit| after.starts_with(unit))
        }
        _ => false,
    }
}

/// Whether a text ends with a number and a percent sign or one of the `units`.
fn ends_quantity(chars: &[char], units: &[&str]) -> bool {
    /// A digit and the longest unit.
    const MAX_CHARS: usize = 5;
    let end: String = chars[chars.len().saturating_sub(MAX_CHARS)..].iter().collect();
    let is_counted =
        |before: &str| before.ends_with(|c: char| c.is_ascii_digit() || "万亿".contains(c));
    end.ends_with('%') || units.iter().any(|unit| end.strip_suffix(unit).is_some_and(is_counted))
}

fn is_currency(c: char) -> bool {
    matches!(c, '$' | '€' | '₿')
}

/// The end of the symbols in `gap` that belong to the word before it, which starts at `start`; the
/// start of `gap` if there are none.
fn end_of_symbols(chars: &[char], start: usize, gap: Range<usize>) -> usize {
    let Some(first) = chars[gap.clone()].first() else { return gap.start };
    // Only equal symbols in a row can belong to the word: `++` of `C++`.
    let count = chars[gap.clone()].iter().take_while(|c| *c == first).count();
    let end = gap.start + count;
    let next = chars.get(end).copied();
    let word = &chars[start..gap.start];
    let word_ends = next.is_none_or(|c| !is_key_char(c));
    let belongs = match first {
        '+' => count > 1 || word_ends,
        '#' => word_ends || next.is_some_and(is_han) && !is_han(word[word.len() - 1]),
        '%' => word[word.len() - 1].is_ascii_digit(),
        // `50€`, `100$以上` and `NT$`, but `100$BTC` is a number and `$BTC`.
        c if is_currency(*c) || *c == '@' => {
            let last = word[word.len() - 1];
            let amount_ends = is_currency(*c) && last.is_ascii_digit() && next.is_some_and(is_han);
            last.is_ascii_alphanumeric() && word_ends || amount_ends
        }
        '-' => {
            let rating =
                word.len() <= MAX_RATING_LETTERS && word.iter().all(char::is_ascii_alphabetic);
            count == 1 && rating && next.is_none_or(char::is_whitespace)
        }
        _ => false,
    };
    if belongs { end } else { gap.start }
}

/// The words, and those that consist of symbols alone, in order. Symbols that belong to no word are
/// a word if one of them has a meaning without a word, such as `$`. Others are punctuation, such as
/// the dash of `a - b`.
fn with_symbols_alone(chars: &[char], words: Vec<TypedWord>) -> Vec<TypedWord> {
    let mut all = Vec::with_capacity(words.len());
    let mut end = 0;
    for word in words {
        add_symbols(chars, end..word.chars.start, &mut all);
        end = word.chars.end;
        all.push(word);
    }
    add_symbols(chars, end..chars.len(), &mut all);
    all
}

/// Adds each run of symbols in `gap`, which lies between two words, that is a word.
fn add_symbols(chars: &[char], gap: Range<usize>, words: &mut Vec<TypedWord>) {
    let mut at = gap.start;
    for run in chars[gap].chunk_by(|a, b| is_symbol(*a) == is_symbol(*b)) {
        let range = at..at + run.len();
        at = range.end;
        if run.iter().any(|c| is_currency(*c) || *c == '%') {
            words.push(exact_word(chars, range));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a text, separated by spaces. Words that match only with their symbols are in
    /// brackets.
    fn words(text: &str) -> String {
        let folded = Folded::new(text);
        let format_word = |word: TypedWord| match word.variants[0].mode {
            MatchMode::ExactWord => format!("[{}]", word.variants[0].text),
            _ => word.variants[0].text.clone(),
        };
        let words = typed_words(&folded, &Segmenter::standard());
        words.into_iter().map(format_word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn symbols_join_the_word_that_they_belong_to() {
        for (text, expected) in [
            ("C++", "[c++]"),
            ("C++17", "[c++] 17"),
            ("A+ 股", "[a+] 股"),
            ("BTC+ETH", "btc eth"),
            ("C#語言", "[c#] 语言"),
            ("#比特幣", "[#比特币]"),
            ("US$100", "us [$100]"),
            ("€3.5", "[€3.5]"),
            (".NET", "[.net]"),
            ("使用.NET", "使用 [.net]"),
            ("...NET", "net"),
            ("ASP.NET", "aspnet"),
            ("@user", "[@user]"),
            ("user@a.b", "userab"),
            ("BBB- 評級", "[bbb-] 评级"),
            ("a - b", "a b"),
            ("13:02", "[13:02]"),
            ("1、2號線", "[1、2] 号线"),
            ("13: 02", "13 02"),
            ("$", "[$]"),
            ("50€", "[50€]"),
            ("1.5₿ 以上", "[1.5₿] 以上"),
            ("100$以上", "[100$] 以上"),
            ("100$BTC", "100 [$btc]"),
            ("NT$ 100", "[nt$] 100"),
            ("5億€", "5 亿 [€]"),
            ("增長(%)", "增长 [%]"),
            ("user@", "[user@]"),
            ("漲+5%", "涨 [+5%]"),
            ("BTC+5%", "btc [+5%]"),
            ("5G+4", "5g 4"),
            ("跌-5%", "跌 [-5%]"),
            ("溫度－５度", "温度 [-5] 度"),
            ("利率−0.25", "利率 [-0.25]"),
            ("東風-41", "东风 41"),
            ("比特幣-2023年", "比特币 2023 年"),
            ("比特幣--5%", "比特币 5%"),
            ("2023-2024", "2023-2024"),
            ("比特幣-以太坊", "比特币 以太坊"),
            ("比特幣 ₿ 減半", "比特币 [₿] 减半"),
            ("3.5%", "3.5%"),
            ("3.5 % 三成", "3.5 [%] 三成"),
            ("比特幣/以太坊", "比特币 以太坊"),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn a_chinese_numeral_is_a_word_of_its_own() {
        let split = |text: &str| -> Vec<(String, String)> {
            let folded = Folded::new(text);
            let words = typed_words(&folded, &Segmenter::standard()).into_iter();
            let slice = |range| folded.slice(range).to_owned();
            words.map(|word| (slice(word.chars), word.variants[0].text.clone())).collect()
        };
        for (text, expected) in [
            ("十二月", &[("十二", "十二月"), ("月", "月")][..]),
            ("三十六計", &[("三十六", "三十六计"), ("计", "计")]),
            ("三百六十行", &[("三百六十", "三百六十行"), ("行", "行")]),
            ("三月", &[("三", "三月"), ("月", "月")]),
            ("三成半", &[("三成半", "三成半")]),
            ("第一百零一回", &[("第", "第"), ("一百零一", "一百零一回"), ("回", "回")]),
            ("5.4億元", &[("5.4", "5.4"), ("亿", "亿元"), ("元", "元")]),
            ("一成不變", &[("一成不变", "一成不变")]),
            ("雙十一當天", &[("双十一", "双十一"), ("当天", "当天")]),
        ] {
            let words = split(text);
            let words: Vec<_> = words.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
            assert_eq!(words, expected, "{text}");
        }
    }

    #[test]
    fn words_with_digits_are_found_within_runs() {
        let modes = |text: &str| -> Vec<MatchMode> {
            let folded = Folded::new(text);
            let words = typed_words(&folded, &Segmenter::standard());
            words[0].variants.iter().map(|variant| variant.mode).collect()
        };
        for text in ["B2B", "F-16", "3.11", "192.168.0.121", "GPT-4"] {
            assert_eq!(modes(text), [MatchMode::Word, MatchMode::ExactWord], "{text}");
        }
        for text in ["AI", "2023", "5%", "3.5%"] {
            assert_eq!(modes(text), [MatchMode::Word], "{text}");
        }
        assert_eq!(modes("GPT4"), [MatchMode::WordOrEmbedded]);
        assert_eq!(modes("node.js"), [MatchMode::WordOrEmbedded]);
    }
}
