//! Expansions of numbers and dates: the values of numbers, other spellings of numerals inside
//! words, and the dates of documents.

use std::ops::Range;

use wensou_text::{Folded, Segmenter, TokenKind};

use super::analyze::{MatchMode, Origin, QueryWord, Variant};
use super::dates::dates;
use super::expand::FoundVariant;
use super::ordinal_numerals::{ordinals, to_han};
use super::typed_words::typed_words;
use super::variant::TypedWord;

/// Adds the values of numbers, the other spellings of ordinals, and dates, which are conditions on
/// the date of a document. A plain number gets a value, too, since a page may write it with a
/// multiplier. `texts` are the neighbouring texts that `words` are the words of.
pub(super) fn add_numbers_and_dates(
    texts: &[&str],
    words: &[&QueryWord],
    segmenter: &Segmenter,
    found: &mut Vec<FoundVariant>,
) {
    for (at, word) in words.iter().enumerate() {
        let word = &word.variants[0];
        if word.mode == MatchMode::Word
            && word.text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'%' | b'/'))
        {
            let variant = Variant::new(&word.text, TokenKind::Value, Origin::Number);
            found.extend(variant.map(|variant| (at..at + 1, variant)));
        }
        found.extend(negative_in_words(word).map(|variant| (at..at + 1, variant)));
    }
    let typed = texts.join(" ");
    let folded = Folded::new(&typed);
    let (values, dates) = (wensou_text::number_values(&folded), dates(folded.as_str()));
    let has_ordinal = folded.as_str().contains(['第', '季']);
    if values.is_empty() && dates.is_empty() && !has_ordinal {
        return;
    }
    let typed_words = typed_words_of(texts, segmenter);
    debug_assert_eq!(typed_words.len(), words.len());
    let of_ordinals = if has_ordinal {
        ordinals(&folded.as_str().chars().collect::<Vec<_>>(), &typed_words)
    } else {
        Vec::new()
    };
    found.extend(of_ordinals.into_iter().filter(|(range, _)| range.end <= words.len()));
    let spans: Vec<Range<usize>> = typed_words.into_iter().map(|word| word.chars).collect();
    // The words that lie in a range of characters that starts with a word. A word that is longer
    // than the range is not among them, so it is required: 年底 of `2023年底`.
    let words_in = |chars: &Range<usize>| {
        let start = spans.iter().position(|word| word.start == chars.start)?;
        let end = start + spans[start..].iter().take_while(|word| word.end <= chars.end).count();
        (start < end && end <= words.len()).then_some(start..end)
    };
    for (chars, digits) in values {
        // Typed with a space, 億元 of `5 億元` is one word, which the number ends in.
        let longest = chars.end + usize::from(folded.slice(chars.clone()).contains(' '));
        // A number that ends inside another word does not count.
        let ends_with_word = |end: usize| spans.iter().any(|word| word.end == end);
        let end = (chars.end..=longest).find(|end| ends_with_word(*end));
        let with_sign = chars.start.checked_sub(1).map(|sign| sign..chars.end);
        if let Some(with_sign) = with_sign.filter(|_| digits.ends_with('%'))
            && folded.slice(with_sign.clone()).starts_with(NEGATIVE)
            && let Some(words) = words_in(&with_sign)
        {
            found.push((words, numeral_variant(&format!("-{digits}"))));
        }
        if let Some(words) = end.and_then(|end| words_in(&(chars.start..end))) {
            let variant = Variant::new(&digits, TokenKind::Value, Origin::Number);
            found.extend(variant.map(|variant| (words, variant)));
        } else if let Some(at) = spans.iter().position(|word| is_inside(&chars, word)) {
            let variant = variant_in_digits(&folded, &spans[at], &chars, &digits);
            found.extend(variant.filter(|_| at < words.len()).map(|it| (at..at + 1, it)));
        }
    }
    for (chars, mode) in dates {
        if let Some(words) = words_in(&chars) {
            let text = folded.slice(chars).to_owned();
            found.push((words, Variant { text, key: Vec::new(), mode, origin: Origin::Date }));
        }
    }
}

/// The words of texts, in characters of the texts joined with spaces.
fn typed_words_of(texts: &[&str], segmenter: &Segmenter) -> Vec<TypedWord> {
    let mut words = Vec::new();
    let mut start = 0;
    for text in texts {
        let folded = Folded::new(text);
        let of_text = typed_words(&folded, segmenter).into_iter();
        words.extend(of_text.map(|word| TypedWord {
            chars: start + word.chars.start..start + word.chars.end,
            variants: word.variants,
        }));
        start += folded.char_count() + 1;
    }
    words
}

/// Whether a number lies in a word that begins before it.
fn is_inside(number: &Range<usize>, word: &Range<usize>) -> bool {
    word.start < number.start && number.end <= word.end
}

/// The variant of a word that contains a Chinese numeral, with the number in digits: 双11 of 双十一.
/// `None` for long numbers, which nobody writes in digits inside a word, and for ordinals, which
/// have variants of their own.
fn variant_in_digits(
    folded: &Folded<'_>,
    word: &Range<usize>,
    number: &Range<usize>,
    digits: &str,
) -> Option<Variant> {
    const MAX_DIGITS: usize = 4;
    let (before, after) = (folded.slice(word.start..number.start), number.end..word.end);
    if digits.len() > MAX_DIGITS || before.ends_with('第') {
        return None;
    }
    Some(numeral_variant(&format!("{before}{digits}{}", folded.slice(after))))
}

/// The variant of a word or words with a number in another spelling.
fn numeral_variant(text: &str) -> Variant {
    Variant { origin: Origin::Number, ..Variant::exact(text, MatchMode::ExactWord) }
}

/// What stands for a minus sign before a percentage in Chinese numerals.
const NEGATIVE: char = '负';

/// The variant in Chinese numerals of a percentage with a minus sign: 负百分之五点二 of -5.2%. Only a
/// percentage below a hundred has one.
fn negative_in_words(word: &Variant) -> Option<Variant> {
    let number = word.text.strip_prefix('-')?.strip_suffix('%')?;
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let is_short = |digits: &str| digits.len() <= 2 && digits.bytes().all(|b| b.is_ascii_digit());
    if word.mode != MatchMode::ExactWord || !is_short(whole) || !is_short(decimals) {
        return None;
    }
    let han_digit = |c: char| c.to_digit(10).and_then(|digit| to_han(digit as usize));
    let zero = || "零".to_owned();
    let mut text = format!("{NEGATIVE}百分之");
    text.push_str(&to_han(whole.parse().ok()?).unwrap_or_else(zero));
    if !decimals.is_empty() {
        text.push('点');
        text.extend(decimals.chars().map(|c| han_digit(c).unwrap_or_else(zero)));
    }
    Some(numeral_variant(&text))
}
