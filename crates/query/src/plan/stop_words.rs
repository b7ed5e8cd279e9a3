//! Stop words: words that say so little about a document that it need not have them.
//!
//! These are function words, question words, and the fillers of a typed question. They still count
//! a little for the rank, and a quoted phrase takes them literally.
//!
//! English stop words are such only in English text, see [`StopWords`]: the `A` of A股 and the WHO
//! are what the query is about.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use wensou_text::{Folded, fold, fold_char, is_han};

/// Function words and fillers, folded, in Simplified characters.
const FUNCTION_WORDS: &str = "
的 了 在 是 和 与 及 或 而 但 但是 也 都 就 还 又 被 把 让 给 对 对于 关于 从 由 于 向 到 以 为 之 其 所 将 并 并且
而且 因 因为 所以 如果 则 若 虽然 然而 此 该 这 那 这个 那个 这些 那些 这种 某 各 每 一 一个 一种 一些 个 们 着 过 地 得
等 等等 上 下 中 里 内 外 时 后 前 之后 之前 以后 以前 当时 目前 现在 有 没有 能 会 要 可以 可能 应该 需要 请 请问
说 称 表示 进行 使用 通过 根据 其中 主要 分别 曾 曾经 已 已经 正 正在 最 很 更 非常 吧 呢 啊 呀 嘛
a an and are as at be been by can do does for from has have if in into is it its of on or that the
their there these this to was were will with
";

/// Question words.
const QUESTION_WORDS: &str = "
什么 哪 哪个 哪些 哪里 哪儿 哪一 哪一个 哪种 哪几 哪位 哪家 哪年 哪项 何 何时 何地 何处 何种 何人 何者 何年 谁 几 几个
几年 几种 几次 几位 多少 多久 多长 多大 多高 多远 如何 怎么 怎样 怎么样 为什么 为何 为什 吗 是否 是不是 有没有
how what when where which who whom whose why
";

/// Nouns that ask: at the end of a text, such a noun stands for a question word such as `when` or
/// `how many`, and a document can give the answer without the noun (RCEP生效時間). They are not stop
/// words: only the noun at the end of a query's text becomes optional, see `questions`.
const QUESTION_NOUNS: &str = "
时间 日期 时刻 时候 年份 月份 日子 期限 地点 地方 地址 位置 举办地 举行地 所在地 产地 发源地 出生地 数量 人数 次数 个数 总数
数目 数额 金额 总额 比例 比率 原因 缘由 理由 目的 名字 名称 姓名 全名 身份 人选 名单 结果
";

static FUNCTION_WORD_SET: LazyLock<HashSet<&str>> =
    LazyLock::new(|| FUNCTION_WORDS.split_whitespace().collect());
static QUESTION_WORD_SET: LazyLock<HashSet<&str>> =
    LazyLock::new(|| QUESTION_WORDS.split_whitespace().collect());
static QUESTION_NOUN_SET: LazyLock<HashSet<&str>> =
    LazyLock::new(|| QUESTION_NOUNS.split_whitespace().collect());

/// Whether a folded word is a stop word, if it is Chinese or stands in English text.
pub(crate) fn is_stop(word: &str) -> bool {
    FUNCTION_WORD_SET.contains(word) || QUESTION_WORD_SET.contains(word)
}

/// Whether a folded word turns its text into a question.
pub(crate) fn is_question_word(word: &str) -> bool {
    QUESTION_WORD_SET.contains(word)
}

/// Whether a folded word is a noun that asks for something if it ends a text.
pub(crate) fn is_question_noun(word: &str) -> bool {
    QUESTION_NOUN_SET.contains(word)
}

/// The texts that are typed beside a text, with spaces in between; empty where there is none.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Neighbours<'t> {
    pub(crate) before: &'t str,
    pub(crate) after: &'t str,
}

/// Says which words of a typed text are stop words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StopWords<'t> {
    folded: &'t Folded<'t>,
    neighbours: Neighbours<'t>,
}

impl<'t> StopWords<'t> {
    pub(crate) fn new(folded: &'t Folded<'t>, neighbours: Neighbours<'t>) -> Self {
        Self { folded, neighbours }
    }

    /// Whether a folded word, which occupies the range `chars` of the folded text, is a stop word.
    pub(crate) fn contains(&self, word: &str, chars: Range<usize>) -> bool {
        let is_latin = || word.starts_with(|c: char| c.is_ascii_alphabetic());
        is_stop(word) && (!is_latin() || self.is_in_english(word, chars))
    }

    /// Whether a Latin word stands in English text: apart from Chinese characters, beside another
    /// Latin word, and not as an acronym in capitals.
    ///
    /// `and` and `or` need no other Latin word, because people type them as operators in lower
    /// case. An `a` stands before another word, and a capital one at the start: the `A` of
    /// `vitamin A` is a name.
    fn is_in_english(&self, word: &str, chars: Range<usize>) -> bool {
        let text = self.folded.original();
        let bytes = self.folded.original_bytes(chars);
        let (left, typed, right) = (&text[..bytes.start], &text[bytes.clone()], &text[bytes.end..]);
        let touches_han = left.chars().next_back().is_some_and(is_han)
            || right.chars().next().is_some_and(is_han);
        let is_capitals = typed.chars().all(char::is_uppercase);
        if touches_han || is_capitals && word.len() > 1 {
            return false;
        }
        let previous = || last_word(left, self.neighbours.before);
        let next = || first_word(right, self.neighbours.after);
        match word {
            "and" | "or" => true,
            "a" if is_capitals => {
                let has_small = |next: &str| next.contains(char::is_lowercase);
                previous().is_none() && next().is_some_and(has_small)
            }
            "a" => next().is_some(),
            _ => previous().or_else(next).is_some(),
        }
    }
}

/// The Latin word at the end of `left`, the text before a word, if there is a space after it. If
/// `left` is blank, the word at the end of `before`, the text before that.
fn last_word<'t>(left: &'t str, before: &'t str) -> Option<&'t str> {
    let text = if left.trim_end().is_empty() { before } else { left };
    let words = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    let spaced = text[words.len()..].contains(char::is_whitespace);
    let start = words.char_indices().rev().take_while(|(_, c)| is_latin(*c)).last();
    let word = start.map_or("", |(start, _)| &words[start..]);
    is_word(word).then_some(word).filter(|_| spaced || left.trim_end().is_empty())
}

/// As [`last_word`], for the text after a word: the Latin word at the start of `right` or `after`.
fn first_word<'t>(right: &'t str, after: &'t str) -> Option<&'t str> {
    let text = if right.trim_start().is_empty() { after } else { right };
    let words = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let spaced = text[..text.len() - words.len()].contains(char::is_whitespace);
    let word = &words[..words.find(|c| !is_latin(c)).unwrap_or(words.len())];
    is_word(word).then_some(word).filter(|_| spaced || right.trim_start().is_empty())
}

/// Whether a run of Latin letters and digits is a word or a number: a single letter is a name, as
/// in `A、B股`.
fn is_word(run: &str) -> bool {
    run.chars().nth(1).is_some() && fold(run).contains(|c: char| c.is_ascii_alphanumeric())
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || c.is_alphanumeric() && !is_han(c) && fold_char(c).all(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use wensou_text::Segmenter;

    use super::*;

    /// The stop words of a text, as typed, separated by spaces.
    fn stop_words(typed: &str, before: &str, after: &str) -> String {
        let folded = Folded::new(typed);
        let stop_words = StopWords::new(&folded, Neighbours { before, after });
        let mut found = Vec::new();
        Segmenter::standard().words(&folded, |token| {
            let chars = token.chars.start as usize..token.chars.end as usize;
            if stop_words.contains(&token.text, chars.clone()) {
                found.push(typed[folded.original_bytes(chars)].to_owned());
            }
        });
        found.join(" ")
    }

    #[test]
    fn english_stop_words_are_such_in_english_text_only() {
        for (text, expected) in [
            ("A轮融资", ""),
            ("維生素A", ""),
            ("ＩＴ行業", ""),
            ("a股", ""),
            ("买a股的人", "的"),
            ("A、B股", ""),
            ("A/H股", ""),
            ("A B股", ""),
            ("who", ""),
            ("who 疫情", ""),
            ("the WHO report", "the"),
            ("WHO COVID", ""),
            ("it行業 and 5G", "and"),
            ("比特币 or 以太坊", "or"),
            ("what is bitcoin", "what is"),
            ("What is 比特幣", "What is"),
            ("price of 比特币", "of"),
            ("A guide to Bitcoin", "A to"),
            ("vitamin A deficiency", ""),
            ("hepatitis a", ""),
            ("bitcoin, the future", "the"),
            ("ｔｈｅ future", "ｔｈｅ"),
            ("the   ", ""),
        ] {
            assert_eq!(stop_words(text, "", ""), expected, "{text}");
        }
        assert_eq!(stop_words("is", "what", "比特币"), "is", "words of a query are texts");
        assert_eq!(stop_words("who", "", "疫情"), "");
        assert_eq!(stop_words("it", "行业", "nvidia"), "it");
    }
}
