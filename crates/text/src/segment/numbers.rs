//! Numbers with a multiplier: 5.4亿 and 540 million are 540000000. Also the digits and multipliers
//! of Chinese numerals, for `numerals`.
//!
//! Search mode adds the value in plain digits as a token, so that each spelling of a number is
//! found by every other. Key characters could not do this: they leave out the point, so 5.4亿 would
//! equal 54亿.

use std::cmp::Ordering;

use crate::segment::ratios::ratio_in_digits;

/// Maximum number of digits of a value that becomes a token. A longer value is taken for an
/// account number or a mistake.
pub(super) const MAX_DIGITS: usize = 24;

/// A number at the start of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Value {
    /// Its length in bytes, including the multiplier.
    pub(crate) len: usize,
    /// The value in plain digits, with a point and decimals or a percent sign if it has some.
    pub(crate) digits: String,
}

/// The value of a number with a multiplier at the start of folded text: `2万`, `5.4 亿`,
/// `1亿2000万`, `1千3百万`, `3 million`; or else a ratio (see [`ratio_in_digits`]), such as `6成`.
/// `text` starts with a digit, and the character before it must not be a letter or digit.
pub(crate) fn number_value(text: &str) -> Option<Value> {
    // `total` is complete up to the last multiplier of 万 or more, `section` up to the last 百 or
    // 千: in 1千3百万, 万 multiplies both thousands and hundreds.
    let (mut total, mut section) = (0_u128, 0_u128);
    let mut len = 0;
    // In a number of several parts, such as 1亿2000万, the multipliers descend.
    let (mut last_large, mut last_small) = (u32::MAX, u32::MAX);
    while let Some(number) = number_prefix(&text[len..]) {
        let after = &text[len + number.len()..];
        let Some(multiplier) = multiplier_prefix(after)
            .filter(|it| it.small < last_small && (it.large == 0 || it.large < last_large))
        else {
            break;
        };
        let Multiplier { len: multiplier_len, small, large } = multiplier;
        if large == 0 {
            section = section.checked_add(scaled(number, small)?)?;
            last_small = small;
        } else {
            let value = match section {
                0 => scaled(number, small + large)?,
                _ => {
                    let section = section.checked_add(scaled(number, small)?)?;
                    section.checked_mul(10_u128.checked_pow(large)?)?
                }
            };
            total = total.checked_add(value)?;
            (section, last_small, last_large) = (0, u32::MAX, large);
        }
        len += number.len() + multiplier_len;
    }
    if len == 0 {
        return ratio_in_digits(text);
    }
    let digits = Some(total.checked_add(section)?).filter(|sum| *sum > 0)?.to_string();
    (digits.len() <= MAX_DIGITS).then_some(Value { len, digits })
}

/// A plain number at the start of a text: digits, commas between thousands, one decimal point.
pub(super) fn number_prefix(text: &str) -> Option<&str> {
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
    // A version (1.2.3万) and a range (3-5万) get no value: no multiplier follows their first
    // number (1.2 and 3).
    Some(&text[..end])
}

/// A multiplier at the start of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Multiplier {
    /// Its length in bytes, including a space before it.
    pub(super) len: usize,
    /// The power of ten of its part below 万: 3 in 千万.
    pub(super) small: u32,
    /// The power of ten of the rest: 4 in 千万.
    pub(super) large: u32,
}

/// The multiplier at the start of a text, possibly after a space.
pub(super) fn multiplier_prefix(text: &str) -> Option<Multiplier> {
    let word = text.strip_prefix(' ').unwrap_or(text);
    let space = text.len() - word.len();
    for (name, large) in [("thousand", 3), ("million", 6), ("billion", 9), ("trillion", 12)] {
        if let Some(after) = word.strip_prefix(name)
            && !after.starts_with(|c: char| c.is_ascii_alphanumeric())
        {
            return Some(Multiplier { len: space + name.len(), small: 0, large });
        }
    }
    let (mut len, mut small, mut large) = (0, 0, 0);
    // 千万 and 万亿 are products.
    for c in word.chars() {
        match c {
            '百' => small += 2,
            '千' => small += 3,
            '万' => large += 4,
            '亿' => large += 8,
            // Taiwan's usage: a million millions.
            '兆' => large += 12,
            _ => break,
        }
        len += c.len_utf8();
    }
    (len > 0).then_some(Multiplier { len: space + len, small, large })
}

/// `number` times 10 to the power of `exponent`, if that is an integer of at most [`MAX_DIGITS`]
/// digits.
pub(super) fn scaled(number: &str, exponent: u32) -> Option<u128> {
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let decimals = decimals.trim_end_matches('0');
    let zeros = exponent.checked_sub(u32::try_from(decimals.len()).ok()?)?;
    let digits: String = whole.chars().chain(decimals.chars()).filter(|c| *c != ',').collect();
    if digits.len() + zeros as usize > MAX_DIGITS {
        return None;
    }
    digits.parse::<u128>().ok()?.checked_mul(10_u128.checked_pow(zeros)?)
}

/// The characters that a Chinese numeral can start with. The last nine are those of amounts (壹佰).
const FIRST_CHARS: [char; 24] = [
    '零', '〇', '一', '二', '两', '三', '四', '五', '六', '七', '八', '九', '十', '廿', '卅', '壹',
    '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖',
];
/// Two filters for these characters: bit n of `LOW_BITS` is set if n is the lowest six bits of a
/// character, and bit n of `HIGH_BITS` if n is its next six bits.
const LOW_BITS: u64 = first_char_bits(0);
const HIGH_BITS: u64 = first_char_bits(6);

const fn first_char_bits(shift: u32) -> u64 {
    let (mut set, mut at) = (0, 0);
    while at < FIRST_CHARS.len() {
        set |= 1 << (FIRST_CHARS[at] as u32 >> shift & 63);
        at += 1;
    }
    set
}

/// Whether a Chinese numeral can start with `c`. This is called for every character of every text,
/// and two bits rule out nearly all of them.
#[inline(always)]
pub(crate) fn can_start_numeral(c: char) -> bool {
    let code = c as u32;
    LOW_BITS >> (code & 63) & HIGH_BITS >> (code >> 6 & 63) & 1 == 1 && FIRST_CHARS.contains(&c)
}

/// The value of a Chinese digit.
pub(super) fn digit_value(c: char) -> Option<u128> {
    Some(match c {
        '零' | '〇' => 0,
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

/// The value of a Chinese multiplier.
pub(super) fn multiplier_value(c: char) -> Option<u128> {
    Some(match c {
        '十' => 10,
        '百' => 100,
        '千' => 1_000,
        '万' => 10_000,
        '亿' => 100_000_000,
        '兆' => 1_000_000_000_000,
        _ => return None,
    })
}

/// Whether a character is part of a Chinese numeral.
pub(super) fn is_numeral_char(c: char) -> bool {
    digit_value(c).is_some() || is_multiplier(c)
}

/// Whether a character of a Chinese numeral stands for a multiplier, 廿 and 卅 included, which are
/// 二十 and 三十.
pub(super) fn is_multiplier(c: char) -> bool {
    multiplier_value(c).is_some() || matches!(c, '廿' | '卅')
}

/// The value of 二〇二三: at least three digits in positional notation.
pub(super) fn positional_value(run: &str) -> Option<u128> {
    let digits: Vec<u128> = run.chars().filter_map(digit_value).collect();
    (3..=MAX_DIGITS)
        .contains(&digits.len())
        .then(|| digits.iter().fold(0, |sum, digit| sum * 10 + digit))
}

/// The value of 三万五千二百: digits before multipliers.
pub(super) fn value_with_multipliers(run: &str) -> Option<u128> {
    // `total` is complete up to the last 万, 亿 or 兆; `section` up to the last 十, 百 or 千.
    let (mut total, mut section, mut number) = (0_u128, 0_u128, None);
    // The last multiplier of the section, and the last of 万, 亿 and 兆.
    let (mut small, mut large) = (10_000, 0);
    // The last multiplier, which decides what a final digit stands for: 一百五 is a hundred and
    // fifty.
    let mut last = None;
    let written_out = |c| match c {
        '廿' => ('二', Some('十')),
        '卅' => ('三', Some('十')),
        c => (c, None),
    };
    for c in run.chars().map(written_out).flat_map(|(c, next)| std::iter::once(c).chain(next)) {
        if let Some(value) = digit_value(c) {
            // Two adjacent digits are two numbers, except after a zero (一百零五).
            if number.is_some_and(|number| number > 0) {
                return None;
            }
            number = Some(value);
            if value == 0 {
                last = None;
            }
            continue;
        }
        let multiplier = multiplier_value(c)?;
        if multiplier < 10_000 {
            // Multipliers descend within a section: 三百五百 is two numbers.
            if multiplier >= small {
                return None;
            }
            section = section.checked_add(number.unwrap_or(1).checked_mul(multiplier)?)?;
            small = multiplier;
        } else {
            section = section.checked_add(number.unwrap_or(0))?;
            // In 一万亿, 亿 multiplies all that comes before; in 一亿二千万, 万 multiplies only 二千.
            total = match multiplier.cmp(&large) {
                _ if total == 0 => section.checked_mul(multiplier)?,
                Ordering::Greater => total.checked_add(section)?.checked_mul(multiplier)?,
                Ordering::Less => total.checked_add(section.checked_mul(multiplier)?)?,
                Ordering::Equal => return None,
            };
            (section, small, large) = (0, 10_000, multiplier);
        }
        number = None;
        last = Some(multiplier);
    }
    let final_value = match (number, last) {
        (Some(number), Some(last)) if last >= 100 => number.checked_mul(last / 10)?,
        (number, _) => number.unwrap_or(0),
    };
    total.checked_add(section)?.checked_add(final_value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value at the start of a text, and the text after the number.
    fn digits(text: &str) -> Option<(String, &str)> {
        number_value(text).map(|value| (value.digits, &text[value.len..]))
    }

    #[test]
    fn all_spellings_of_a_number_have_the_same_value() {
        for spelling in ["5.4亿美元", "5.40 亿美元", "54000万美元", "5亿4000万美元"] {
            assert_eq!(digits(spelling), Some(("540000000".to_owned(), "美元")), "{spelling}");
        }
        assert_eq!(digits("540 million, or"), Some(("540000000".to_owned(), ", or")));
        assert_eq!(digits("1,200万"), Some(("12000000".to_owned(), "")));
        assert_eq!(digits("3万亿"), Some(("3000000000000".to_owned(), "")));
        assert_eq!(digits("5千万"), Some(("50000000".to_owned(), "")));
        assert_eq!(digits("1亿2,000万枚"), Some(("120000000".to_owned(), "枚")));
        assert_eq!(digits("1千3百万元"), Some(("13000000".to_owned(), "元")));
        assert_eq!(digits("2亿1千3百万"), Some(("213000000".to_owned(), "")));
        assert_eq!(digits("1千3百元"), Some(("1300".to_owned(), "元")));
        assert_eq!(digits("1千万亿"), Some(("1000000000000000".to_owned(), "")));
    }

    #[test]
    fn numbers_without_multiplier_or_integer_value_have_no_value() {
        for text in [
            "5.4",
            "2023",
            "5.4 美元",
            "1.2.3万",
            "0.00001万",
            "0万",
            "3 millionaires",
            "0.54十亿",
            "",
        ] {
            assert_eq!(digits(text), None, "{text}");
        }
        // Ascending multipliers are two numbers.
        assert_eq!(digits("2万3亿"), Some(("20000".to_owned(), "3亿")));
        assert_eq!(digits(&format!("{}亿", "9".repeat(40))), None);
        assert_eq!(digits(&format!("1{}", "亿".repeat(40))), None);
    }

    #[test]
    fn a_chinese_numeral_begins_with_a_digit_or_ten() {
        for c in '\0'..=char::MAX {
            let expected = digit_value(c).is_some() || "十廿卅壹贰叁肆伍陆柒捌玖".contains(c);
            assert_eq!(can_start_numeral(c), expected, "{c}");
        }
    }
}
