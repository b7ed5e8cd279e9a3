//! Stop words: words that say so little about a document that it need not have them.
//!
//! These are function words, question words, and the fillers of a typed question. They still count
//! a little for the rank, and a quoted phrase takes them literally.

use std::collections::HashSet;
use std::sync::LazyLock;

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

/// Whether a folded word is a stop word.
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
