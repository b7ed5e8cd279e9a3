//! The values of Chinese numerals: 三万五千, 二〇二三, 三点五, 百分之二十, 三成, and years with ○, O
//! or 0 for zero. [`number_values`] also finds the numbers in digits with a multiplier (5.4亿),
//! whose values `numbers` computes.

use std::ops::Range;

use crate::fold::Folded;
use crate::segment::latin::run_end;
use crate::segment::numbers::{
    MAX_DIGITS, Multiplier, SECOND_CHARS_OF_WORDS, Value, can_start_numeral, digit_value,
    is_multiplier, is_numeral_char, multiplier_prefix, multiplier_value, number_prefix,
    number_value, positional_value, scaled, units_after_tenths, value_with_multipliers,
};
use crate::tables::class::Class;
use crate::tables::class_of;

/// The values in a text: each with its range in characters of the folded text, and in plain digits,
/// with a point and decimals (三点五) or a percent sign (三成) if it has some. These are the tokens of
/// kind [`crate::TokenKind::Value`] that [`crate::Segmenter::segment`] produces.
///
/// Numbers in digits have a value if a multiplier follows (5.4亿), and most Chinese numerals have a
/// value. These have none: plain digits (2023), whole numerals below ten (三) except where a month,
/// a day or a discount is counted (三月, 三日, 三折), two Chinese digits without a multiplier (一二),
/// numerals that begin with a multiplier other than 十 (百万), and approximate numerals (五六百).
///
/// ```
/// use wensou_text::{Folded, number_values};
/// let folded = Folded::new("融資5.4億美元");
/// assert_eq!(number_values(&folded), [(2..6, "540000000".to_owned())]);
/// ```
#[must_use]
pub fn number_values(folded: &Folded<'_>) -> Vec<(Range<usize>, String)> {
    let text = folded.as_str();
    let mut found = Vec::new();
    let (mut byte, mut char, mut value_end) = (0, 0, 0);
    while let Some(c) = text[byte..].chars().next() {
        let class = class_of(c);
        let end = match class {
            Class::Latin | Class::Digit => run_end(text, byte),
            _ => byte + c.len_utf8(),
        };
        let value = match class {
            _ if byte < value_end => None,
            Class::Digit => number_value(&text[byte..]),
            Class::Han => numeral_value(&text[..byte], &text[byte..]),
            _ => None,
        };
        if let Some(value) = value {
            value_end = byte + value.len;
            let chars = text[byte..value_end].chars().count();
            found.push((char..char + chars, value.digits));
        }
        char += text[byte..end].chars().count();
        byte = end;
    }
    found
}

/// The value of a Chinese numeral at the start of a text: a percentage (百分之三), a year with ○, O or
/// 0 for zero, a decimal number (三点五), tenths (三成), an amount (壹佰万), or else a numeral whose
/// value is at least ten and that has at least two characters, or three if all are digits (七百亿,
/// 三万五千, 二〇二三). A numeral of one character has a value before a unit of [`has_counted_unit`].
/// Except for percentages, a numeral starts with a digit, 十, 廿 or 卅, because 千万 is an adverb as
/// often as a number. `before` is the text before the numeral: 数十万 is not a number, and no numeral
/// starts in the middle of another one.
pub(crate) fn numeral_value(before: &str, text: &str) -> Option<Value> {
    let percentage_of = text.strip_prefix(PERCENT);
    if percentage_of.is_none() && !can_start_numeral(text.chars().next()?) {
        return None;
    }
    let last_before = before.chars().next_back();
    if last_before.is_some_and(|c| is_numeral_char(c) || matches!(c, '数' | '几')) {
        return None;
    }
    if let Some(number) = percentage_of {
        return percentage(number);
    }
    let special = zeros_in_year(text).or_else(|| decimal(text)).or_else(|| tenths(text));
    if let Some(value) = special.or_else(|| amount(last_before, text)) {
        return Some(value);
    }
    let run = &text[..text.find(|c| !is_numeral_char(c)).unwrap_or(text.len())];
    if run.chars().nth(1).is_none() {
        let after = &text[run.len()..];
        return single_char_value(run)
            .filter(|_| has_counted_unit(last_before, after))
            .map(|value| Value { len: run.len(), digits: value.to_string() });
    }
    let value = match run.chars().any(is_multiplier) {
        true => value_with_multipliers(run)?,
        false => positional_value(run)?,
    };
    let digits = value.to_string();
    (value >= 10 && digits.len() <= MAX_DIGITS).then_some(Value { len: run.len(), digits })
}

/// The value of a numeral of one character, such as 三, 十 or 廿; `None` for 零 and 两, because no
/// month or day has such a number.
fn single_char_value(numeral: &str) -> Option<u128> {
    if matches!(numeral, "零" | "〇" | "两") {
        return None;
    }
    value_with_multipliers(numeral).filter(|value| *value > 0)
}

/// Whether the text after a numeral of one character begins with a unit whose numerals are written
/// in digits as often as in words: 三月, 五日, 八号, 六折. The 三 of 星期三 is no number of days.
fn has_counted_unit(before: Option<char>, after: &str) -> bool {
    after.starts_with(['月', '日', '号', '折']) && !matches!(before, Some('期' | '周' | '拜'))
}

/// The value of an amount in the numerals of bills, such as 壹佰万: with 拾, 佰 or 仟, because 陆 and
/// 伍 alone are names. `before` is the character before it.
fn amount(before: Option<char>, text: &str) -> Option<Value> {
    const DIGITS: [char; 9] = ['壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
    const PLAIN: [char; 9] = ['一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let plain = |c: char| match c {
        '拾' => Some('十'),
        '佰' => Some('百'),
        '仟' => Some('千'),
        '零' | '万' | '亿' => Some(c),
        c => DIGITS.iter().position(|digit| *digit == c).map(|at| PLAIN[at]),
    };
    if !text.starts_with(DIGITS) || before.is_some_and(|c| plain(c).is_some()) {
        return None;
    }
    let run = &text[..text.find(|c| plain(c).is_none()).unwrap_or(text.len())];
    if !run.contains(['拾', '佰', '仟']) {
        return None;
    }
    let digits = value_with_multipliers(&run.chars().filter_map(plain).collect::<String>())?;
    let digits = digits.to_string();
    (digits.len() <= MAX_DIGITS).then_some(Value { len: run.len(), digits })
}

/// What precedes the number of a percentage.
const PERCENT: &str = "百分之";

/// The value of a percentage, such as 百分之三点五, 百分之20 or 百分之 20; `text` is what follows 百分之.
fn percentage(text: &str) -> Option<Value> {
    let in_digits = text.strip_prefix(' ').unwrap_or(text);
    let space = text.len() - in_digits.len();
    let (len, digits) = match number_prefix(in_digits) {
        Some(digits) => (space + digits.len(), digits.replace(',', "")),
        None => match decimal(text) {
            Some(value) => (value.len, value.digits),
            None => {
                let end = text.find(|c| !is_numeral_char(c));
                let run = &text[..end.unwrap_or(text.len())];
                // In 百分之百分之三, the second 百分之 begins another percentage.
                if run == "百" && text.starts_with("百分") {
                    return None;
                }
                let value = if run.chars().nth(1).is_none() && run != "百" {
                    let c = run.chars().next()?;
                    let plain = digit_value(c).or(multiplier_value(c));
                    plain.or_else(|| value_with_multipliers(run))?
                } else {
                    value_with_multipliers(run)?
                };
                (run.len(), value.to_string())
            }
        },
    };
    Some(Value { len: PERCENT.len() + len, digits: format!("{digits}%") })
}

/// The value of a decimal number: 三点五, 一点七八万亿. A time (三点五十分) has none.
fn decimal(text: &str) -> Option<Value> {
    let mut chars = text.char_indices().take(MAX_DIGITS);
    let (point, _) = chars.find(|(_, c)| !is_numeral_char(*c))?;
    let whole = &text[..point];
    if whole.is_empty() || !text[point..].starts_with('点') {
        return None;
    }
    let whole = match whole.chars().nth(1) {
        None => digit_value(whole.chars().next()?).or((whole == "十").then_some(10))?,
        Some(_) => value_with_multipliers(whole)?,
    };
    let after = &text[point + '点'.len_utf8()..];
    let decimals = after.chars().map_while(digit_value).take(MAX_DIGITS + 1);
    let decimals: String = decimals.map(|digit| digit.to_string()).collect();
    let length: usize = after.chars().take(decimals.len()).map(char::len_utf8).sum();
    let tail = &after[length..];
    if decimals.is_empty()
        || decimals.len() > MAX_DIGITS
        || tail.starts_with(['十', '分', '刻', '半'])
    {
        return None;
    }
    let len = point + '点'.len_utf8() + length;
    let number = format!("{whole}.{decimals}");
    let Some(Multiplier { len: multiplier_len, small, large }) =
        multiplier_prefix(tail).filter(|_| !tail.starts_with(' '))
    else {
        return Some(Value { len, digits: number });
    };
    let digits = scaled(&number, small + large)?.to_string();
    Some(Value { len: len + multiplier_len, digits })
}

/// The value of tenths, such as 三成, 三成五 or 三成半, as a percentage.
fn tenths(text: &str) -> Option<Value> {
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

/// The digits of a year that is written with `○`, `O` or `0` for zero: 二○二三年, 二ＯＯ三年.
fn zeros_in_year(text: &str) -> Option<Value> {
    let is_zero = |c: char| matches!(c, '○' | 'o' | '0');
    let year: Vec<char> = text.chars().take(5).collect();
    let [digits @ .., '年'] = year.as_slice() else { return None };
    if digits.len() != 4 || !digits.iter().any(|c| is_zero(*c)) {
        return None;
    }
    let value = |c: &char| if is_zero(*c) { Some(0) } else { digit_value(*c) };
    let digits: Option<String> = digits.iter().map(|c| Some(value(c)?.to_string())).collect();
    let len = year[..4].iter().map(|c| c.len_utf8()).sum();
    digits.map(|digits| Value { len, digits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_numerals_have_values_and_doubtful_ones_have_none() {
        let digits_of = |text: &str| numeral_value("", text).map(|value| value.digits);
        for (text, digits) in [
            ("七百亿参数", "70000000000"),
            ("三万五千二百", "35200"),
            ("二〇二三年", "2023"),
            ("二十五年", "25"),
            ("十五", "15"),
            ("十万", "100000"),
            ("一百五", "150"),
            ("一万二", "12000"),
            ("一百零五", "105"),
            ("一亿二千万", "120000000"),
            ("一万亿", "1000000000000"),
            ("两千三百", "2300"),
            ("一千零一夜", "1001"),
            ("廿五日", "25"),
            ("卅六", "36"),
            ("一百廿", "120"),
            ("廿日", "20"),
            ("三月", "3"),
            ("十月", "10"),
            ("六折", "6"),
            ("壹佰万元", "1000000"),
            ("叁仟伍佰元", "3500"),
        ] {
            assert_eq!(digits_of(text).as_deref(), Some(digits), "{text}");
        }
        for (text, digits) in [
            ("百分之三点五", "3.5%"),
            ("百分之3.5的", "3.5%"),
            ("百分之三", "3%"),
            ("百分之二十五", "25%"),
            ("百分之一百", "100%"),
            ("三成的人", "30%"),
            ("三成五", "35%"),
            ("三成半民众", "35%"),
            ("三成半年", "30%"),
            ("百分之 3.5", "3.5%"),
            ("一点七八万亿", "1780000000000"),
            ("三点五倍", "3.5"),
            ("二○二三年", "2023"),
            ("二oo三年", "2003"),
            ("二○○○年", "2000"),
        ] {
            assert_eq!(digits_of(text).as_deref(), Some(digits), "{text}");
        }
        for text in ["一成不变", "三成交", "三点五十分", "三点", "三点半", "百分之百分之", "百分之"]
        {
            assert_eq!(digits_of(text), None, "{text}");
        }
        for text in
            ["一", "一二", "千万别", "百万", "万科", "五六百", "一个", "", "陆百", "伍", "三人"]
        {
            assert_eq!(digits_of(text), None, "{text}");
        }
        assert_eq!(numeral_value("数", "十万"), None);
        assert_eq!(numeral_value("星期", "三日"), None);
        assert!(numeral_value("大陆", "三十万").is_some());
        assert_eq!(
            numeral_value("三百", "五十"),
            None,
            "no numeral starts in the middle of another one"
        );
        assert_eq!(digits_of(&"九亿".repeat(30)), None);
    }
}
