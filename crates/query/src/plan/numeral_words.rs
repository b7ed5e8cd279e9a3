//! Makes Chinese numerals in typed text words of their own, as digits are: `十二月` is 十二 and 月, as
//! `12月` is 12 and 月. So each spelling finds the other, and what follows the number is required.

use std::ops::Range;

use wensou_text::{Folded, TokenKind, is_han, number_values};

use super::variant::{Origin, TypedWord, Variant};

/// The fewest digits of an ordinal that is cut off after 第. Smaller ordinals have a variant of
/// their own, see `ordinal_numerals`.
const MIN_ORDINAL_DIGITS: usize = 3;

/// Cuts the words of a folded text so that each Chinese numeral with a value is one word.
///
/// A word that was cut in two is still found as it was typed: its first half is found where the
/// whole stands, which has its second half as well. A document must have both halves, but the
/// numeral may also be found by its value, which the expansions add. If a numeral begins in a word
/// that ends inside the numeral, the two are one word.
pub(super) fn separate_numerals(folded: &Folded<'_>, words: Vec<TypedWord>) -> Vec<TypedWord> {
    let mut separate = Vec::with_capacity(words.len());
    let mut remaining = words.into_iter().peekable();
    for (value, digits) in number_values(folded) {
        while let Some(word) = remaining.next_if(|word| word.chars.end <= value.start) {
            separate.push(word);
        }
        let Some(first) = remaining.peek().map(|word| word.chars.clone()) else { break };
        let is_ordinal = first.start + 1 == value.start
            && digits.len() >= MIN_ORDINAL_DIGITS
            && folded.slice(first.start..value.start) == "第";
        let starts_in_word = first.start != value.start && !is_ordinal;
        // 第十二 is left to `ordinal_numerals`.
        let is_cut = first.end > value.start && first.end < value.end;
        // The segmenter cuts 双十一 after 十. In 周三百亿 the number begins after the weekday.
        let ends_in_multiplier = || folded.slice(first.clone()).ends_with(['十', '百', '千', '万']);
        if starts_in_word
            && (!is_cut || !ends_in_multiplier() || folded.slice(first.clone()).starts_with('第'))
        {
            continue;
        }
        let mut within = Vec::new();
        while let Some(word) = remaining.next_if(|word| word.chars.start < value.end) {
            within.push(word);
        }
        let Some(last) = within.last().map(|word| word.chars.clone()) else { continue };
        // `○` is the zero of a year.
        let is_part = |c: char| is_han(c) || c == '○';
        let is_han_only = |chars: Range<usize>| folded.slice(chars).chars().all(is_part);
        if starts_in_word {
            // 双十 and 一 are the word 双十一.
            if !is_han_only(first.start..last.end) {
                separate.extend(within);
                continue;
            }
            separate.extend(han_word(folded, first.start..value.end, first.start..last.end));
        } else if is_han_only(value.start..last.end.max(value.end)) {
            if is_ordinal {
                separate.extend(han_word(
                    folded,
                    first.start..value.start,
                    first.start..value.start,
                ));
            }
            separate.extend(han_word(folded, value.clone(), value.start..last.end));
        } else if last.end > value.end && is_han_only(last.clone()) {
            // 亿元 of 5.4亿元.
            within.pop();
            separate.extend(within);
            separate.extend(han_word(folded, last.start..value.end, last.clone()));
        } else {
            separate.extend(within);
            continue;
        }
        separate.extend(han_word(folded, value.end..last.end, value.end..last.end));
    }
    separate.extend(remaining);
    separate
}

/// The word in the range `chars`, which is found where the text of the range `found_as` stands;
/// `None` if `chars` is empty.
fn han_word(folded: &Folded<'_>, chars: Range<usize>, found_as: Range<usize>) -> Option<TypedWord> {
    if chars.is_empty() {
        return None;
    }
    let variant = Variant::new(folded.slice(found_as), TokenKind::Han, Origin::Typed)?;
    Some(TypedWord { chars, variants: vec![variant] })
}
