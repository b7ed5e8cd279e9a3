//! The values of Chinese numerals: 三万五千, 二〇二三, 三点五, 百分之二十, 三成, and years with ○, O
//! or 0 for zero. [`number_values`] also finds the numbers in digits with a multiplier (5.4亿),
//! whose values `numbers` computes.

use std::ops::Range;

use crate::fold::Folded;
use crate::segment::counted::counted_value;
use crate::segment::latin::run_end;
use crate::segment::numbers::{
    MAX_DIGITS, Multiplier, Value, can_start_numeral, digit_value, is_multiplier, is_numeral_char,
    multiplier_prefix, number_value, positional_value, scaled, value_with_multipliers,
};
use crate::segment::ratios::{RatioBase, discount, end_of_range, fraction, tenths};
use crate::tables::class::Class;
use crate::tables::class_of;

/// The values in a text: each with its range in characters of the folded text, and in plain digits,
/// with a point and decimals (三点五) or a percent sign (三成) if it has some. These are the tokens of
/// kind [`crate::TokenKind::Value`] that [`crate::Segmenter::segment`] produces.
///
/// Numbers in digits have a value if a multiplier follows (5.4亿) or if they are a ratio (6成, 5‰,
/// 3分之1, 85折), and most Chinese numerals have a value. These have none: plain digits (2023),
/// whole numerals below ten (三) except where a month, a day or a discount is counted (三月, 三日,
/// 三折), 十 where nothing is counted (十足), two Chinese digits without a multiplier (一二) except in
/// a discount (八五折), numerals that begin with a multiplier other than 十 (百万), except for 百亿 and
/// 千亿 and where something is counted (百天), and approximate numerals (五六百).
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
            Class::Digit => {
                let in_digits = number_value(&text[byte..]);
                in_digits.or_else(|| end_of_range(&text[..byte], &text[byte..]))
            }
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

/// The value of a Chinese numeral at the start of a text: a percentage (百分之三, also the 五 of
/// 百分之三至五), a year with ○, O or 0 for zero, a decimal number (三点五), tenths (三成), a fraction
/// (三分之一), a discount (八五折), an amount (壹佰万), or else a numeral whose value is at least ten
/// and that has at least two characters, or three if all are digits (七百亿, 三万五千, 二〇二三). A
/// numeral of one character has a value before a unit that [`counted_value`] knows. Except for
/// ratios, 百亿, and 百 and 千 before such a unit, a numeral starts with a digit, 十, 廿 or 卅,
/// because 千万 is an adverb as often as a number. `before` is the text before the numeral: 数十万 is
/// not a number, and no numeral starts in the middle of another one.
pub(crate) fn numeral_value(before: &str, text: &str) -> Option<Value> {
    let first = text.chars().next()?;
    let may_start = can_start_numeral(first);
    if !may_start && !is_round(first) {
        return None;
    }
    let last_before = before.chars().next_back();
    if last_before.is_some_and(|c| is_numeral_char(c) || matches!(c, '数' | '几')) {
        return None;
    }
    if let Some((base, number)) = RatioBase::prefix(text) {
        return base.ratio(number).map(|value| Value { len: base.len() + value.len, ..value });
    }
    let run = &text[..text.find(|c| !is_numeral_char(c)).unwrap_or(text.len())];
    if !may_start {
        return counted_value(last_before, run, &text[run.len()..]);
    }
    let special = end_of_range(before, text)
        .or_else(|| zeros_in_year(text))
        .or_else(|| decimal(text))
        .or_else(|| tenths(text))
        .or_else(|| fraction(text))
        .or_else(|| discount(text));
    if let Some(value) = special.or_else(|| amount(last_before, text)) {
        return Some(value);
    }
    if run.chars().nth(1).is_none() {
        return counted_value(last_before, run, &text[run.len()..]);
    }
    let value = match run.chars().any(is_multiplier) {
        true => value_with_multipliers(run)?,
        false => positional_value(run)?,
    };
    let digits = value.to_string();
    (value >= 10 && digits.len() <= MAX_DIGITS).then_some(Value { len: run.len(), digits })
}

/// Whether a numeral of a ratio or of a round number, such as 百亿, can start with `c`, although
/// other numerals cannot.
pub(super) fn is_round(c: char) -> bool {
    matches!(c, '百' | '千' | '万')
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

/// The value of a decimal number: 三点五, 一点七八万亿. A time (三点五十分) has none.
pub(super) fn decimal(text: &str) -> Option<Value> {
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
            ("十年期", "10"),
            ("十倍", "10"),
            ("十连败", "10"),
            ("十美元", "10"),
            ("十余人", "10"),
            ("卅岁", "30"),
            ("廿年", "20"),
            ("百亿", "10000000000"),
            ("千亿元", "100000000000"),
            ("百天", "100"),
            ("百强", "100"),
            ("千元", "1000"),
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
            ("千分之五", "0.5%"),
            ("千分之三点五", "0.35%"),
            ("千分之十五", "1.5%"),
            ("万分之一", "0.01%"),
            ("万分之2.5", "0.025%"),
            ("三分之一", "1∕3"),
            ("四分之三", "3∕4"),
            ("十分之九的人", "9∕10"),
            ("二十五分之二", "2∕25"),
            ("八五折优惠", "8.5"),
            ("九五折", "9.5"),
            ("二○二三年", "2023"),
            ("二oo三年", "2003"),
            ("二○○○年", "2000"),
        ] {
            assert_eq!(digits_of(text).as_deref(), Some(digits), "{text}");
        }
        for text in [
            "一成不变",
            "三成交",
            "三点五十分",
            "三点",
            "三点半",
            "百分之百分之",
            "百分之",
            "千分之",
            "三分之",
            "一分之一",
            "十足",
            "十分",
            "十字",
            "百货",
            "百分点",
            "千米",
            "千万亿",
            "三五折叠",
        ] {
            assert_eq!(digits_of(text), None, "{text}");
        }
        for text in
            ["一", "一二", "千万别", "百万", "万科", "五六百", "一个", "", "陆百", "伍", "三人"]
        {
            assert_eq!(digits_of(text), None, "{text}");
        }
        assert_eq!(numeral_value("数", "十万"), None);
        assert_eq!(numeral_value("星期", "三日"), None);
        assert_eq!(numeral_value("5", "百亿"), None);
        let after = |before, text| numeral_value(before, text).map(|value| value.digits);
        assert_eq!(after("百分之三至", "五"), Some("5%".to_owned()));
        assert_eq!(after("千分之三点五到", "十五"), Some("1.5%".to_owned()));
        assert_eq!(after("百分之三到", "五月"), Some("5".to_owned()));
        assert_eq!(after("三至", "五人"), None);
        assert!(numeral_value("大陆", "三十万").is_some());
        assert_eq!(
            numeral_value("三百", "五十"),
            None,
            "no numeral starts in the middle of another one"
        );
        assert_eq!(digits_of(&"九亿".repeat(30)), None);
    }
}
