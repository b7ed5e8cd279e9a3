//! Numbers in dates: ASCII digits, full-width digits and Chinese numerals.

/// A number and how it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) value: u32,
    /// Number of digits, or of characters of a Chinese numeral; 0 for the name of a month.
    pub(super) digits: usize,
    /// Length in the text, in bytes.
    pub(super) bytes: usize,
}

/// The value of an ASCII or full-width digit.
pub(super) fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => Some(c as u32 - '0' as u32),
        '\u{ff10}'..='\u{ff19}' => Some(c as u32 - 0xff10),
        _ => None,
    }
}

/// The number at the beginning of `text` in ASCII or full-width digits: its value, and how it was
/// written. A value that does not fit in `u32` is [`u32::MAX`] in the [`Number`]. `None` without
/// digits or with more than 14.
pub(super) fn digits(text: &str) -> Option<(u64, Number)> {
    let (mut value, mut number) = (0_u64, Number { value: 0, digits: 0, bytes: 0 });
    for c in text.chars() {
        let Some(digit) = digit(c) else { break };
        number.digits += 1;
        if number.digits > 14 {
            return None;
        }
        value = value * 10 + u64::from(digit);
        number.bytes += c.len_utf8();
    }
    number.value = u32::try_from(value).unwrap_or(u32::MAX);
    (number.digits > 0).then_some((value, number))
}

/// The Chinese numeral at the beginning of `text`: up to four digits (`二〇二四`), or up to six
/// characters with tens and hundreds (`二十一`, `廿一`, `一百一十三`).
pub(super) fn chinese(text: &str) -> Option<Number> {
    let (mut sum, mut last) = (0_u32, None);
    let (mut positional, mut count, mut bytes) = (0_u32, 0, 0);
    let mut has_units = false;
    for c in text.chars() {
        // The unit, and how many of it the character means if no digit precedes it: 廿 is two tens.
        let unit_and_default = match c {
            '十' | '拾' => Some((10, 1)),
            '廿' => Some((10, 2)),
            '卅' => Some((10, 3)),
            '百' => Some((100, 1)),
            _ => None,
        };
        if let Some((unit, default)) = unit_and_default {
            has_units = true;
            sum += unit * last.take().filter(|n| *n > 0).unwrap_or(default);
        } else if let Some(digit) = chinese_digit(c) {
            positional = positional * 10 + digit;
            last = Some(digit);
        } else {
            break;
        }
        count += 1;
        bytes += c.len_utf8();
        if count > 6 {
            return None;
        }
    }
    if count == 0 || !has_units && count > 4 {
        return None;
    }
    let value = if has_units { sum + last.unwrap_or(0) } else { positional };
    Some(Number { value, digits: count, bytes })
}

/// Whether a Chinese numeral can begin with a character.
pub(super) fn is_chinese(c: char) -> bool {
    chinese_digit(c).is_some() || matches!(c, '十' | '拾' | '廿' | '卅')
}

fn chinese_digit(c: char) -> Option<u32> {
    Some(match c {
        // Circles and the full-width letter O are typed for 〇.
        '〇' | '零' | '○' | '◯' | 'Ｏ' => 0,
        // The first year of an era is 元年.
        '一' | '元' => 1,
        '二' => 2,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_numerals_before_year_month_and_day_have_their_values() {
        let value = |text| chinese(text).map(|number| number.value);
        for (text, wanted) in [
            ("二〇二四年", 2024),
            ("一九四九年", 1949),
            ("十月", 10),
            ("十一月", 11),
            ("二十日", 20),
            ("三十一日", 31),
            ("廿五日", 25),
            ("卅一日", 31),
            ("一百一十三年", 113),
            ("八十七年", 87),
            ("元年", 1),
        ] {
            assert_eq!(value(text), Some(wanted), "{text}");
        }
        assert_eq!(value("年"), None);
    }
}
