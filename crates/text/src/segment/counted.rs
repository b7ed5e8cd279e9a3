//! Numerals that are numbers only where they count something: those of one character, such as the 十
//! of 十年, and round numbers, such as 百亿.

use crate::segment::numbers::{Value, value_with_multipliers};

/// What tens count, by its first character.
const COUNTED_BY_TEN: &str = "年倍连天周季人个家名位岁元块次场届项条件种款大强佳国省市县州期代级层楼座\
    间套辆架艘台部本章首册页幅张份股点时秒吨斤克米度路号只头枚支队组户所处轮局集类步句道桶升箱瓶杯节胜败冠\
    余多来";

/// What a hundred counts, by its first character. 百家 and 百度 are names more often.
const COUNTED_BY_HUNDRED: &str = "年天日倍人个名位岁元块次场项件种款大强周米辆架套台户吨斤余多";

/// What a thousand counts, by its first character. 千米 and 千克 are units.
const COUNTED_BY_THOUSAND: &str = "年人个名元块倍项件种款辆架套台户亩余多";

/// Units of several characters, of which the first can also begin other words.
const LONG_UNITS: [&str; 16] = [
    "美元", "欧元", "港元", "日元", "英镑", "港币", "台币", "公里", "公斤", "公顷", "小时", "分钟",
    "厘米", "英里", "平方", "立方",
];

/// The value of a numeral of one character where something is counted, or of 百亿 or 千亿. `after` is
/// the text after the numeral, `before` the character before it.
///
/// A digit has a value before a unit whose numerals are written in digits as often as in words: 三月,
/// 五日, 八号, 六折. The 三 of 星期三 is no number of days.
pub(super) fn counted_value(before: Option<char>, numeral: &str, after: &str) -> Option<Value> {
    let is_date_or_discount = || {
        after.starts_with(['月', '日', '号', '折']) && !matches!(before, Some('期' | '周' | '拜'))
    };
    let counts = |units: &str| {
        after.starts_with(|c| units.contains(c))
            || LONG_UNITS.iter().any(|unit| after.starts_with(unit))
    };
    let has_value = match numeral {
        // No month or day has such a number.
        "零" | "〇" | "两" => false,
        // In 5百亿, the numeral begins at 5.
        _ if before.is_some_and(|c| c.is_ascii_digit()) => false,
        "十" | "廿" | "卅" => is_date_or_discount() || counts(COUNTED_BY_TEN),
        "百" => counts(COUNTED_BY_HUNDRED),
        "千" => counts(COUNTED_BY_THOUSAND),
        "百亿" | "千亿" => true,
        _ => numeral.chars().nth(1).is_none() && is_date_or_discount(),
    };
    let value = value_with_multipliers(numeral).filter(|value| has_value && *value > 0)?;
    Some(Value { len: numeral.len(), digits: value.to_string() })
}
