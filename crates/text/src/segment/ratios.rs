//! Ratios: percentages and other parts of a hundred or more (百分之三, 千分之五, 5‰), tenths (三成, 6成),
//! fractions (三分之一, 3分之1, 1/3) and discounts with decimals (八五折, 85折), in Chinese numerals and in
//! digits.
//!
//! All parts of ten, a hundred or more have percentages as values, so 千分之三 is `0.3%`. A fraction
//! has a sign of its own in its value, `1∕3`, because the parts of a date such as `2023/1/3` are
//! indexed as `1/3`.

use crate::segment::numbers::{
    MAX_DIGITS, Value, digit_value, is_numeral_char, multiplier_value, number_prefix,
    value_with_multipliers,
};
use crate::segment::numerals::decimal;

/// What the number of a ratio is a part of.
#[derive(Debug, Clone, Copy)]
pub(super) struct RatioBase {
    /// What precedes the number.
    name: &'static str,
    /// By how many digits the number is shifted to make it a percentage.
    shift: usize,
}

/// The bases, which all begin with a different character.
const BASES: [RatioBase; 3] = [
    RatioBase { name: "百分之", shift: 0 },
    RatioBase { name: "千分之", shift: 1 },
    RatioBase { name: "万分之", shift: 2 },
];

impl RatioBase {
    /// The base that a text begins with, and the text after it.
    pub(super) fn prefix(text: &str) -> Option<(Self, &str)> {
        BASES.into_iter().find_map(|base| Some((base, text.strip_prefix(base.name)?)))
    }

    /// The length of its name in bytes.
    pub(super) fn len(self) -> usize {
        self.name.len()
    }

    /// The value of the number at the start of a text as a ratio: the 三点五 of 百分之三点五, the 20 of
    /// 百分之20 or 百分之 20.
    pub(super) fn ratio(self, text: &str) -> Option<Value> {
        let in_digits = text.strip_prefix(' ').unwrap_or(text);
        let space = text.len() - in_digits.len();
        let (len, digits) = match number_prefix(in_digits) {
            Some(digits) => (space + digits.len(), digits.replace(',', "")),
            None => match decimal(text) {
                Some(value) => (value.len, value.digits),
                None => {
                    let run = numeral_prefix(text);
                    // In 百分之百分之三, the second 百分之 begins another percentage.
                    if matches!(run, "百" | "千" | "万") && text[run.len()..].starts_with('分')
                    {
                        return None;
                    }
                    (run.len(), whole_value(run)?.to_string())
                }
            },
        };
        Some(Value { len, digits: format!("{}%", shifted(&digits, self.shift)) })
    }
}

/// The Chinese numeral at the start of a text.
fn numeral_prefix(text: &str) -> &str {
    &text[..text.find(|c| !is_numeral_char(c)).unwrap_or(text.len())]
}

/// The value of a Chinese numeral, which may be a single digit or multiplier.
fn whole_value(numeral: &str) -> Option<u128> {
    let mut chars = numeral.chars();
    let first = chars.next()?;
    let single = digit_value(first).or(multiplier_value(first)).filter(|_| chars.next().is_none());
    single.or_else(|| value_with_multipliers(numeral))
}

/// A number in plain digits with its point moved to the left by so many digits.
fn shifted(number: &str, digits: usize) -> String {
    if digits == 0 {
        return number.to_owned();
    }
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let width = digits + 1;
    let whole = format!("{whole:0>width$}");
    let (whole, moved) = whole.split_at(whole.len() - digits);
    let decimals = format!("{moved}{decimals}");
    match decimals.trim_end_matches('0') {
        "" => whole.to_owned(),
        decimals => format!("{whole}.{decimals}"),
    }
}

/// The value of the number that ends a range of ratios, such as the 五 of 百分之三至五; `before` is the
/// text before the number. A number of months, days or the like after 至 is none: 百分之三到五月底.
pub(super) fn end_of_range(before: &str, text: &str) -> Option<Value> {
    let first = before.strip_suffix(['至', '到', '~', '-'])?;
    let is_of_number =
        |c: char| is_numeral_char(c) || c.is_ascii_digit() || matches!(c, '点' | '.');
    let base_end = first.trim_end_matches(is_of_number);
    let base = BASES.into_iter().find(|base| base_end.ends_with(base.name))?;
    let value = base.ratio(text).filter(|_| base_end.len() < first.len())?;
    let counts = ['年', '月', '日', '号', '天', '周', '人', '%', '‰', '成'];
    (!text[value.len..].starts_with(counts)).then_some(value)
}

/// The value of tenths, such as 三成, 三成五 or 三成半, as a percentage.
pub(super) fn tenths(text: &str) -> Option<Value> {
    let mut chars = text.chars();
    let tens = digit_value(chars.next()?).filter(|tens| *tens > 0)?;
    let after = chars.as_str().strip_prefix('成')?;
    if after.starts_with(|c| SECOND_CHARS_OF_WORDS.contains(c)) {
        return None;
    }
    let (units_len, units) = units_after_tenths(after);
    let len = text.len() - after.len() + units_len;
    Some(Value { len, digits: format!("{}%", tens * 10 + units) })
}

/// The value of a fraction in Chinese numerals, such as 三分之一.
pub(super) fn fraction(text: &str) -> Option<Value> {
    let denominator = numeral_prefix(text);
    let numerator_of = text[denominator.len()..].strip_prefix(PARTS)?;
    fraction_value(text, whole_value(denominator)?, numerator_of)
}

/// What stands between the denominator and the numerator of a fraction.
const PARTS: &str = "分之";

/// The fraction with this denominator; `numerator_of` is the part of `text` that starts with the
/// numerator.
fn fraction_value(text: &str, denominator: u128, numerator_of: &str) -> Option<Value> {
    let (len, numerator) = match number_prefix(numerator_of) {
        Some(digits) => (digits.len(), digits.parse().ok()?),
        None => {
            let numeral = numeral_prefix(numerator_of);
            (numeral.len(), whole_value(numeral)?)
        }
    };
    let is_fraction = denominator > 1 && numerator > 0;
    let len = text.len() - numerator_of.len() + len;
    is_fraction.then(|| Value { len, digits: format!("{numerator}{SLASH}{denominator}") })
}

/// What separates numerator and denominator in the value of a fraction: no text has it.
const SLASH: char = '\u{2215}';

/// The value of a proper fraction in digits, such as `1/3`; `number` is the numerator, with which
/// `text` begins. Of three numbers with slashes, which are a date, none is a fraction.
fn fraction_in_digits(text: &str, number: &str) -> Option<Value> {
    /// The largest denominator. With a larger one, it is rather a number of pages or a code.
    const MAX_DENOMINATOR: u32 = 100;
    let after_slash = text[number.len()..].strip_prefix('/')?;
    let end = after_slash.find(|c: char| !c.is_ascii_digit()).unwrap_or(after_slash.len());
    let (denominator, after) = after_slash.split_at(end);
    let (a, b): (u32, u32) = (number.parse().ok()?, denominator.parse().ok()?);
    let is_fraction = a > 0 && a < b && b <= MAX_DENOMINATOR && !after.starts_with(['/', '.', '-']);
    let len = number.len() + 1 + end;
    is_fraction.then(|| Value { len, digits: format!("{a}{SLASH}{b}") })
}

/// The value of a discount with decimals, such as 八五折, which is 8.5折.
pub(super) fn discount(text: &str) -> Option<Value> {
    let mut chars = text.chars();
    let mut digit = || chars.next().and_then(digit_value).filter(|digit| *digit > 0);
    let (whole, decimal) = (digit()?, digit()?);
    // 七八折 is between 七折 and 八折.
    if decimal == whole + 1 {
        return None;
    }
    discount_value(text, whole, decimal, chars.as_str())
}

/// The discount with these two digits; `after` is the part of `text` that follows them.
fn discount_value(text: &str, whole: u128, decimal: u128, after: &str) -> Option<Value> {
    // 折 may begin another word: 折叠, 折旧, 折合.
    let follows = after.strip_prefix('折')?;
    let is_discount = !follows.starts_with(['叠', '旧', '合', '算', '线', '页', '返', '射']);
    let len = text.len() - after.len();
    is_discount.then(|| Value { len, digits: format!("{whole}.{decimal}") })
}

/// The value of a ratio in digits: tenths (6成), parts of a thousand or ten thousand (5‰, 1‱), a
/// fraction (3分之1, 1/3), or a discount with decimals (85折).
pub(super) fn ratio_in_digits(text: &str) -> Option<Value> {
    let number = number_prefix(text)?;
    let after = &text[number.len()..];
    if number.len() <= MAX_DIGITS {
        let sign = after.strip_prefix(' ').unwrap_or(after).chars().next();
        let shift = match sign {
            Some('‰') => 1,
            Some('‱') => 2,
            _ => 0,
        };
        if shift > 0 {
            let digits = format!("{}%", shifted(&number.replace(',', ""), shift));
            // The sign is no part of a word, and so none of a value either.
            return Some(Value { len: number.len(), digits });
        }
        if let Some(numerator_of) = after.strip_prefix(PARTS) {
            return fraction_value(text, number.parse().ok()?, numerator_of);
        }
        if let Some(value) = fraction_in_digits(text, number) {
            return Some(value);
        }
        if let [whole @ b'1'..=b'9', decimal @ b'1'..=b'9'] = *number.as_bytes() {
            let digit = |byte: u8| u128::from(byte - b'0');
            if let Some(value) = discount_value(text, digit(whole), digit(decimal), after) {
                return Some(value);
            }
        }
    }
    tenths_in_digits(text)
}

/// The value of tenths in digits, such as `6成`, `7.5成` or `6成半`, as a percentage.
fn tenths_in_digits(text: &str) -> Option<Value> {
    let number = number_prefix(text)?;
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let is_tenths = whole.len() == 1 || whole == "10" && decimals.is_empty();
    let after = text[number.len()..].strip_prefix('成').filter(|_| is_tenths)?;
    if after.starts_with(|c| SECOND_CHARS_OF_WORDS.contains(c)) {
        return None;
    }
    let len = text.len() - after.len();
    if decimals.is_empty() {
        let (units_len, units) = units_after_tenths(after);
        let tens: u128 = whole.parse().ok().filter(|tens| *tens > 0)?;
        return Some(Value { len: len + units_len, digits: format!("{}%", tens * 10 + units) });
    }
    let (units, remaining) = decimals.split_at(1);
    let tens = whole.trim_start_matches('0');
    let remaining = remaining.trim_end_matches('0');
    let point = if remaining.is_empty() { "" } else { "." };
    let is_short = decimals.len() < MAX_DIGITS;
    is_short.then(|| Value { len, digits: format!("{tens}{units}{point}{remaining}%") })
}

/// If one of these characters follows, 成 starts a word (成交) more often than it ends a number.
const SECOND_CHARS_OF_WORDS: &str = "交立为功员果本长分绩都就熟人不品型像语全因年份色堆套";

/// The units after tenths, such as 五 of 三成五 and 半 of 三成半: their length in bytes, and their
/// value, which is 0 if there are none.
fn units_after_tenths(text: &str) -> (usize, u128) {
    let mut chars = text.chars();
    let Some(c) = chars.next() else { return (0, 0) };
    let is_half = || c == '半' && !chars.as_str().starts_with(['年', '月', '天', '数']);
    let units = match c {
        '1'..='9' if chars.as_str().starts_with(|c: char| c.is_ascii_digit() || c == '.') => 0,
        '1'..='9' => u128::from(u32::from(c) - u32::from('0')),
        _ if is_half() => 5,
        _ => digit_value(c).unwrap_or(0),
    };
    if units == 0 { (0, 0) } else { (c.len_utf8(), units) }
}

#[cfg(test)]
mod tests {
    use crate::segment::numbers::number_value;

    /// The value at the start of a text, and the text after the number.
    fn digits(text: &str) -> Option<(String, &str)> {
        number_value(text).map(|value| (value.digits, &text[value.len..]))
    }

    #[test]
    fn ratios_in_digits_have_values() {
        for (text, value, after) in [
            ("5‰", "0.5%", "‰"),
            ("12.5 ‰", "1.25%", " ‰"),
            ("3‱", "0.03%", "‱"),
            ("1,000‰", "100%", "‰"),
            ("3分之1", "1∕3", ""),
            ("3分之二的", "2∕3", "的"),
            ("1/3席次", "1∕3", "席次"),
            ("85折", "8.5", "折"),
            ("75折起", "7.5", "折起"),
        ] {
            assert_eq!(digits(text), Some((value.to_owned(), after)), "{text}");
        }
        for text in ["50折", "8折", "185折", "85折叠", "3.5分之1", "1分之1", "3分之", "0分之1"]
        {
            assert_eq!(digits(text), None, "{text}");
        }
        assert_eq!(digits(&format!("{}‰", "9".repeat(40))), None);
    }

    #[test]
    fn tenths_in_digits_are_percentages() {
        for (text, percentage, after) in [
            ("6成", "60%", ""),
            ("9成以上", "90%", "以上"),
            ("6成5", "65%", ""),
            ("6成五", "65%", ""),
            ("6成半", "65%", ""),
            ("6成50人", "60%", "50人"),
            ("3成半年", "30%", "半年"),
            ("7.5成", "75%", ""),
            ("7.25成", "72.5%", ""),
            ("0.5成", "5%", ""),
            ("10成", "100%", ""),
        ] {
            assert_eq!(digits(text), Some((percentage.to_owned(), after)), "{text}");
        }
        for text in ["6成交", "2023成立", "12成", "0成", "6人成", "6"] {
            assert_eq!(digits(text), None, "{text}");
        }
    }
}
