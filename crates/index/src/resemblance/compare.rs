//! Decides whether two texts are near-duplicates, by the shingles (see [`sketch`](super::sketch))
//! and the numbers that they have in common.

use wensou_ingest::Record;
use wensou_text::{fold, is_key_char, is_symbol};

use super::sketch::{hash_with_title, is_short, shingles};
use crate::record::RecordExt;

/// The least fraction of the shingles of the shorter text that the longer text must have. The
/// remaining shingles may come from lines that only one site adds.
const MIN_CONTAINED: f64 = 0.8;
/// The least fraction of the shingles of the longer text that the shorter one must have. A short
/// notice is no near-duplicate of a long article that quotes it.
const MIN_COVERED: f64 = 0.25;
/// The least fraction of the numbers of the shorter text that the longer one must have. The reports
/// of two days may differ in their numbers and in little else.
const MIN_NUMBERS: f64 = 0.8;

/// A text, ready to be compared.
#[derive(Debug)]
pub(crate) struct Comparable {
    /// The hash of title and body, if the text is so short that a near-duplicate must be equal to
    /// it.
    short_hash: Option<u64>,
    /// The hashes of its shingles, ascending, each once.
    shingles: Vec<u32>,
    /// Its numbers as [`numbers`] returns them, ascending, each once.
    numbers: Vec<String>,
}

impl Comparable {
    pub(crate) fn of(record: &Record) -> Self {
        let texts = record.texts();
        Self::of_texts(&texts.title, &texts.body)
    }

    fn of_texts(title: &str, body: &str) -> Self {
        let body = fold(body);
        let key: Vec<char> = body.chars().filter(|c| is_key_char(*c)).collect();
        let with_symbols = |folded: &str| -> Vec<char> {
            folded.chars().filter(|c| is_key_char(*c) || is_symbol(*c)).collect()
        };
        Self {
            short_hash: is_short(&key)
                .then(|| hash_with_title(&with_symbols(&fold(title)), &with_symbols(&body))),
            shingles: sorted_distinct(shingles(&key).collect()),
            numbers: sorted_distinct(numbers(&body)),
        }
    }

    /// Whether the texts are near-duplicates: the longer one has most of the shingles and most of
    /// the numbers of the shorter one, and the shorter one has at least a quarter of the shingles
    /// of the longer one. Short texts must be equal, title included.
    pub(crate) fn is_near_duplicate(&self, other: &Self) -> bool {
        if self.short_hash.is_some() || other.short_hash.is_some() {
            return self.short_hash == other.short_hash;
        }
        // The text with fewer shingles is the shorter one.
        let (shorter, longer) = match self.shingles.len() <= other.shingles.len() {
            true => (self, other),
            false => (other, self),
        };
        let common = count_common(&shorter.shingles, &longer.shingles) as f64;
        let common_numbers = count_common(&shorter.numbers, &longer.numbers) as f64;
        common >= MIN_CONTAINED * shorter.shingles.len() as f64
            && common >= MIN_COVERED * longer.shingles.len() as f64
            && common_numbers >= MIN_NUMBERS * shorter.numbers.len() as f64
    }
}

/// The numbers of a folded text, with decimal point and percent sign, without commas between
/// digits, and with the sign or the currency symbol directly before the number: 3.5% is neither 35%
/// nor -3.5%. A sign after a digit, as in `2-1`, belongs to no number.
fn numbers(folded: &str) -> Vec<String> {
    let chars: Vec<char> = folded.chars().collect();
    let is_digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let mut numbers = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if !is_digit(at) {
            at += 1;
            continue;
        }
        let mut number = String::new();
        let sign = at.checked_sub(1).filter(|before| {
            "+-$€₿¥£".contains(chars[*before]) && !before.checked_sub(1).is_some_and(is_digit)
        });
        number.extend(sign.map(|before| chars[before]));
        while is_digit(at) || matches!(chars.get(at), Some('.' | ',')) && is_digit(at + 1) {
            if chars[at] != ',' {
                number.push(chars[at]);
            }
            at += 1;
        }
        number.extend(chars.get(at).filter(|c| **c == '%'));
        numbers.push(number);
    }
    numbers
}

/// The values, ascending, each once.
fn sorted_distinct<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort_unstable();
    values.dedup();
    values
}

/// The number of values that both ascending lists have.
pub(super) fn count_common<T: Ord>(a: &[T], b: &[T]) -> usize {
    let mut others = b.iter().peekable();
    let in_both = |value: &&T| {
        while others.next_if(|other| *other < *value).is_some() {}
        others.next_if(|other| *other == *value).is_some()
    };
    a.iter().filter(in_both).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 83 key characters, so 76 shingles, and the numbers 2022, 6 and 24%.
    const BODY: &str = "比特幣價格週一突破三萬美元，創下2022年6月以來的新高，交易量較前一日增加24%。分析師認為，\
        市場對現貨基金獲批的期待推動了這一輪上漲，多家資產管理公司近日向監管機構提交了申請。";

    fn comparable(title: &str, body: &str) -> Comparable {
        Comparable::of_texts(title, body)
    }

    fn is_near_duplicate(a: &str, b: &str) -> bool {
        let [first, second] = [a, b].map(|body| comparable("標題", body));
        let verdict = first.is_near_duplicate(&second);
        assert_eq!(verdict, second.is_near_duplicate(&first), "the order must not matter");
        verdict
    }

    #[test]
    fn cut_extended_and_converted_texts_are_near_duplicates() {
        // The cut text has 57 shingles, all of them in the whole one.
        let cut: String = BODY.chars().take(70).collect();
        assert!(is_near_duplicate(BODY, &cut));
        assert!(is_near_duplicate(BODY, &format!("{BODY}\n本文僅代表作者觀點，轉載請註明出處。")));
        assert!(is_near_duplicate(BODY, &BODY.replace('價', "价").replace('創', "创")));
    }

    #[test]
    fn texts_with_other_numbers_or_words_are_not_near_duplicates() {
        // Two of three numbers differ.
        assert!(!is_near_duplicate(BODY, &BODY.replace("24%", "31%").replace("6月", "7月")));
        assert!(!is_near_duplicate(
            BODY,
            &"以太坊基金會宣布升級完成，驗證者需要更新客戶端。".repeat(3)
        ));
        assert!(!is_near_duplicate(BODY, &BODY.replace("24%", "2.4%").replace("6月", "+6月")));
        // 400 characters that differ from each other make the text more than four times as long.
        let quoted = format!(
            "{BODY}{}",
            (0..400).map(|n| char::from_u32(0x5000 + n * 3).unwrap()).collect::<String>()
        );
        assert!(!is_near_duplicate(BODY, &quoted), "a small part of a long text");
    }

    #[test]
    fn short_texts_must_be_equal_and_have_equal_titles() {
        let notice = comparable("休市通知", "明日休市一天。");
        assert!(notice.is_near_duplicate(&comparable("休市通知", "明日休市一天")));
        assert!(!notice.is_near_duplicate(&comparable("通知", "明日休市一天。")));
        assert!(!notice.is_near_duplicate(&comparable("休市通知", BODY)));
        let price = comparable("快訊", "漲跌幅+3.5%");
        for other in ["漲跌幅-3.5%", "漲跌幅35%", "漲跌幅3.5"] {
            assert!(!price.is_near_duplicate(&comparable("快訊", other)), "{other}");
        }
    }

    #[test]
    fn numbers_keep_signs_and_decimal_points() {
        let found = numbers("漲3.5%至$1,500,跌-2%,2-1獲勝,1.1.0版。共10。");
        assert_eq!(found, ["3.5%", "$1500", "-2%", "2", "1", "1.1.0", "10"]);
    }
}
