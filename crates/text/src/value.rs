//! Numbers with a multiplier: 5.4亿 and 540 million are 540000000.
//!
//! Search mode adds the value in plain digits as one more token, so that each spelling of a number is found by every
//! other. A comparison by key characters could not do it: a phrase ignores the point, and 5.4亿 would be 54亿.

use std::ops::Range;

use crate::class::Class;
use crate::fold::Folded;
use crate::latin::run_end;
use crate::tables::class_of;

/// Digits of a value that is worth a token. More are an account number, or a mistake.
const MOST_DIGITS: usize = 24;

/// A number at the start of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Value {
    /// Bytes that it takes, multiplier included.
    pub(crate) len: usize,
    /// Plain decimal digits, without leading zeros.
    pub(crate) digits: String,
}

/// Every number with a multiplier: its range in characters of the folded text, and its value in plain digits. The same that
/// [`crate::Segmenter::segment`] gives as tokens of kind [`crate::TokenKind::Value`].
///
/// ```
/// use wensou_text::{Folded, values};
/// let folded = Folded::new("融資5.4億美元");
/// assert_eq!(values(&folded), [(2..6, "540000000".to_owned())]);
/// ```
#[must_use]
pub fn values(folded: &Folded<'_>) -> Vec<(Range<usize>, String)> {
    let text = folded.as_str();
    let mut found = Vec::new();
    let (mut byte, mut char, mut valued) = (0, 0, 0);
    while let Some(c) = text[byte..].chars().next() {
        let class = class_of(c);
        let end = match class {
            Class::Latin | Class::Digit => run_end(text, byte),
            _ => byte + c.len_utf8(),
        };
        if class == Class::Digit
            && byte >= valued
            && let Some(value) = value(&text[byte..])
        {
            valued = byte + value.len;
            let chars = text[byte..valued].chars().count();
            found.push((char..char + chars, value.digits));
        }
        char += text[byte..end].chars().count();
        byte = end;
    }
    found
}

/// The value of the folded text that begins here with a digit, if a multiplier follows the number: `2万`, `5.4 亿`,
/// `1亿2000万`, `3 million`. The character before must be no letter and no digit.
pub(crate) fn value(text: &str) -> Option<Value> {
    let mut sum: Option<u128> = None;
    let mut len = 0;
    // Of 1亿2000万 the parts have falling multipliers.
    let mut last = u32::MAX;
    while let Some(number) = number(&text[len..]) {
        let rest = &text[len + number.len()..];
        let Some((taken, zeros)) = multiplier(rest).filter(|(_, zeros)| *zeros < last) else {
            break;
        };
        sum = Some(sum.unwrap_or(0).checked_add(scaled(number, zeros)?)?);
        len += number.len() + taken;
        last = zeros;
    }
    let digits = sum.filter(|sum| *sum > 0)?.to_string();
    (digits.len() <= MOST_DIGITS).then_some(Value { len, digits })
}

/// A plain number at the start of a text: digits, commas between thousands, one decimal point.
fn number(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut end = digits(0);
    if end == 0 {
        return None;
    }
    while bytes.get(end) == Some(&b',') && digits(end + 1) == 3 {
        end += 4;
    }
    if bytes.get(end) == Some(&b'.') {
        match digits(end + 1) {
            0 => {}
            decimals => end += 1 + decimals,
        }
    }
    // 1.2.3 is a version, 3-5万 is a range: its upper end has the multiplier, and a number of its own.
    Some(&text[..end])
}

/// The multiplier that a text begins with, perhaps after one blank: bytes and power of ten.
fn multiplier(text: &str) -> Option<(usize, u32)> {
    let rest = text.strip_prefix(' ').unwrap_or(text);
    let blank = text.len() - rest.len();
    for (word, zeros) in [("thousand", 3), ("million", 6), ("billion", 9), ("trillion", 12)] {
        if let Some(after) = rest.strip_prefix(word)
            && !after.starts_with(|c: char| c.is_ascii_alphanumeric())
        {
            return Some((blank + word.len(), zeros));
        }
    }
    let (mut len, mut zeros) = (0, 0);
    // 千万 and 万亿 multiply.
    for c in rest.chars() {
        zeros += match c {
            '百' => 2,
            '千' => 3,
            '万' => 4,
            '亿' => 8,
            // As Taiwan counts: a million millions.
            '兆' => 12,
            _ => break,
        };
        len += c.len_utf8();
    }
    (len > 0).then_some((blank + len, zeros))
}

/// `number` times ten to the power of `zeros`, if that is whole.
fn scaled(number: &str, zeros: u32) -> Option<u128> {
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let decimals = decimals.trim_end_matches('0');
    let missing = zeros.checked_sub(u32::try_from(decimals.len()).ok()?)?;
    let digits: String = whole.chars().chain(decimals.chars()).filter(|c| *c != ',').collect();
    if digits.len() + missing as usize > MOST_DIGITS {
        return None;
    }
    digits.parse::<u128>().ok()?.checked_mul(10_u128.checked_pow(missing)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Option<(String, &str)> {
        value(text).map(|value| (value.digits, &text[value.len..]))
    }

    #[test]
    fn every_spelling_has_one_value() {
        for spelling in ["5.4亿美元", "5.40 亿美元", "54000万美元", "5亿4000万美元", "0.54十亿"]
        {
            let expected = if spelling.contains('十') { None } else { Some("540000000") };
            let found = digits(spelling);
            assert_eq!(found.as_ref().map(|(d, _)| d.as_str()), expected, "{spelling}");
            assert!(found.is_none_or(|(_, rest)| rest == "美元"), "{spelling}");
        }
        assert_eq!(digits("540 million, or"), Some(("540000000".to_owned(), ", or")));
        assert_eq!(digits("1,200万"), Some(("12000000".to_owned(), "")));
        assert_eq!(digits("3万亿"), Some(("3000000000000".to_owned(), "")));
        assert_eq!(digits("5千万"), Some(("50000000".to_owned(), "")));
        assert_eq!(digits("1亿2,000万枚"), Some(("120000000".to_owned(), "枚")));
    }

    #[test]
    fn what_has_no_multiplier_or_no_whole_value_has_none() {
        for text in ["5.4", "2023", "5.4 美元", "1.2.3万", "0.00001万", "0万", "3 millionaires", ""]
        {
            assert_eq!(digits(text), None, "{text}");
        }
        // Rising multipliers are two numbers.
        assert_eq!(digits("2万3亿"), Some(("20000".to_owned(), "3亿")));
        assert_eq!(digits(&format!("{}亿", "9".repeat(40))), None);
        assert_eq!(digits(&format!("1{}", "亿".repeat(40))), None);
    }
}
