//! Ordinal numerals in two spellings: 第三季 means 第3季, 三季度 means 3季度.
//!
//! Other numbers have values, which are terms of the index (see `wensou_text::number_values`). An
//! ordinal has no value, so the ordinal with its numeral in the other spelling is added as an
//! expansion.

use std::ops::Range;

use wensou_text::is_han;

use super::variant::{MatchMode, Origin, TypedWord, Variant};

/// Finds the ordinals from 1 to 99 in a text: numerals after 第 or before 季. `chars` are the
/// characters of the text, `words` its words. Returns for each ordinal the words that it stands in,
/// as a range of indices into `words`, and a variant that counts as finding these words.
pub(super) fn ordinals(chars: &[char], words: &[TypedWord]) -> Vec<(Range<usize>, Variant)> {
    let mut found = Vec::new();
    for (at, c) in chars.iter().enumerate() {
        let numeral = match c {
            '第' => numeral_at(chars, at + 1).map(|(end, respelt)| (at + 1..end, respelt)),
            '季' => numeral_before(chars, at),
            _ => None,
        };
        let Some((numeral, respelt)) = numeral else { continue };
        let first = if *c == '第' { at } else { numeral.start };
        found.extend(variant(chars, words, first, numeral, &respelt));
    }
    found
}

/// The variant of an ordinal, and the range of the words that it stands in. The ordinal begins at
/// character `first`, its numeral is the range `numeral` of characters, and `respelt` is the
/// numeral in the other spelling. If a word of Han characters follows directly, it belongs to the
/// range, because 第三 alone is also the beginning of 第三十.
fn variant(
    chars: &[char],
    words: &[TypedWord],
    first: usize,
    numeral: Range<usize>,
    respelt: &str,
) -> Option<(Range<usize>, Variant)> {
    let start = words.iter().position(|word| word.chars.end > first)?;
    let mut end = words.iter().rposition(|word| word.chars.start < numeral.end)? + 1;
    let next = words.get(end).filter(|next| {
        words[end - 1].chars.end == numeral.end
            && next.chars.start == numeral.end
            && is_han(chars[numeral.end])
    });
    end += usize::from(next.is_some());
    let range = words[start].chars.start..words[end - 1].chars.end;
    let mut text: String = chars[range.start..numeral.start].iter().collect();
    text.push_str(respelt);
    text.extend(&chars[numeral.end..range.end]);
    // As characters, a numeral at an edge would be found inside a longer one: 3季 in 13季.
    let starts_with_numeral = range.start == numeral.start;
    let mode = match starts_with_numeral || text.ends_with(|c: char| c.is_ascii_digit()) {
        true => MatchMode::ExactWord,
        false => MatchMode::Characters,
    };
    let variant = Variant { origin: Origin::Number, ..Variant::exact(&text, mode) };
    Some((start..end, variant))
}

/// The numeral from 1 to 99 that starts at character `start`: where it ends, and its other
/// spelling.
fn numeral_at(chars: &[char], start: usize) -> Option<(usize, String)> {
    let count_while = |is_part: fn(char) -> bool| {
        chars.get(start..).unwrap_or_default().iter().take_while(|c| is_part(**c)).count()
    };
    let digits = count_while(|c| c.is_ascii_digit());
    let han = count_while(|c| HAN_DIGITS.contains(&c) || c == '十');
    let text: String = chars[start..start + digits.max(han)].iter().collect();
    let respelt = match (digits, han) {
        // Three digits or more are no ordinal: in 2023季 they are a year.
        (1 | 2, 0) => to_han(text.parse().ok()?)?,
        (0, 1..=3) => from_han(&text)?.to_string(),
        _ => return None,
    };
    Some((start + digits.max(han), respelt))
}

/// The numeral from 1 to 99 that ends right before character `end`: its range, and its other
/// spelling. `None` also if 第 stands before the numeral.
fn numeral_before(chars: &[char], end: usize) -> Option<(Range<usize>, String)> {
    let is_part = |c: &&char| c.is_ascii_digit() || HAN_DIGITS.contains(c) || **c == '十';
    let start = end - chars[..end].iter().rev().take_while(is_part).count();
    // [`ordinals`] finds the ordinal of 第三季 at 第.
    if start == end || start.checked_sub(1).is_some_and(|before| chars[before] == '第') {
        return None;
    }
    let (found_end, respelt) = numeral_at(chars, start)?;
    (found_end == end).then_some((start..end, respelt))
}

/// The digits from 1 to 9.
const HAN_DIGITS: [char; 9] = ['一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// A number from 1 to 99 in Han numerals.
pub(super) fn to_han(number: usize) -> Option<String> {
    let digit = |digit: usize| digit.checked_sub(1).map(|at| HAN_DIGITS[at]);
    match (number / 10, number % 10) {
        (0, 0) => None,
        (0, units) => digit(units).map(String::from),
        (1, units) => Some(std::iter::once('十').chain(digit(units)).collect()),
        (tens, units) => Some(digit(tens).into_iter().chain(['十']).chain(digit(units)).collect()),
    }
}

/// The value of a number in Han numerals from 一 to 九十九.
fn from_han(text: &str) -> Option<usize> {
    let value = |c: char| HAN_DIGITS.iter().position(|digit| *digit == c).map(|at| at + 1);
    match text.chars().collect::<Vec<_>>()[..] {
        ['十'] => Some(10),
        [units] => value(units),
        ['十', units] => Some(10 + value(units)?),
        [tens, '十'] => Some(value(tens)? * 10),
        [tens, '十', units] => Some(value(tens)? * 10 + value(units)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_written_in_han_numerals_is_read_as_the_same_number() {
        for number in 1..100 {
            assert_eq!(from_han(&to_han(number).unwrap()), Some(number));
        }
        assert_eq!(to_han(21).unwrap(), "二十一");
        assert_eq!(from_han("三三"), None);
    }
}
