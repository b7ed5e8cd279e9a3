//! Compares the segmenter with jieba-rs over the same dictionary, and checks laws that hold for
//! every text.

use std::fmt::Write;
use std::io::BufReader;
use std::sync::LazyLock;

use jieba_rs::Jieba;
use proptest::prelude::*;
use wensou_text::{
    Folded, Segmenter, Token, TokenKind, fold, is_han, is_key_char, key_of, number_values,
};

use crate::corpora;
use crate::fold::difficult;

/// The embedded dictionary, in the form that jieba-rs reads.
static DICT: LazyLock<String> = LazyLock::new(|| {
    let packed = include_bytes!("../data/dict.bin");
    let bytes = miniz_oxide::inflate::decompress_to_vec(packed).expect("deflate");
    let coded = String::from_utf8(bytes).expect("UTF-8");
    let mut lines = coded.lines();
    let total: u64 = lines.next().and_then(|line| line.parse().ok()).expect("the total");
    let (mut dict, mut sum) = (String::new(), 0);
    // Each line has the number of characters that the word has in common with the word before it,
    // the rest of the word, and its frequency.
    let mut word: Vec<char> = Vec::new();
    for line in lines {
        let fields: Vec<&str> = line.split('\t').collect();
        word.truncate(fields[0].parse().expect("a number"));
        word.extend(fields[1].chars());
        sum += fields[2].parse::<u64>().expect("a number");
        writeln!(dict, "{} {}", word.iter().collect::<String>(), fields[2])
            .expect("writing to a String never fails");
    }
    // The total also counts words that the lines leave out. Give jieba the difference as the
    // frequency of one word that no text has, so that its total is the same.
    writeln!(dict, "\u{E000} {}", total - sum).expect("writing to a String never fails");
    dict
});

static JIEBA: LazyLock<Jieba> =
    LazyLock::new(|| Jieba::with_dict(&mut BufReader::new(DICT.as_bytes())).expect("a dictionary"));

/// The words of the dictionary.
static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let words = DICT.lines().filter_map(|line| line.split(' ').next());
    words.filter(|word| word.chars().all(is_han)).collect()
});

/// Random Han text: words of the dictionary, whole and without their first character, common
/// characters that end or begin many words, and any others.
fn random_han() -> impl Strategy<Value = String> {
    let word = || any::<prop::sample::Index>().prop_map(|index| WORDS[index.index(WORDS.len())]);
    let pieces = prop_oneof![
        4 => word().prop_map(str::to_owned),
        1 => word().prop_map(|word| word.chars().skip(1).collect::<String>()),
        2 => "[的一是在有不了中国人民大学银行]",
        1 => "[一-龥]",
    ];
    prop::collection::vec(pieces, 0..16).prop_map(|pieces| pieces.concat())
}

/// jieba joins single characters into words with its hidden Markov model, as the segmenter does.
const USE_HMM: bool = true;

static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(Segmenter::new);

/// The words of a text, without parts and values.
fn words_of<'f>(folded: &'f Folded<'_>) -> Vec<Token<'f>> {
    let mut words = Vec::new();
    SEGMENTER.words(folded, |token| words.push(token));
    words
}

/// The tokens of a text in search mode: words, their parts, and values.
fn tokens_of<'f>(folded: &'f Folded<'_>) -> Vec<Token<'f>> {
    let mut tokens = Vec::new();
    SEGMENTER.segment(folded, |token| tokens.push(token));
    tokens
}

/// How jieba cuts the Han runs of a folded text, in its search mode if `search` is set: (start,
/// end) in characters.
fn by_jieba(folded: &str, search: bool) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    let mut base = 0;
    for run in folded.split_inclusive(|c| !is_han(c)) {
        let count = run.chars().count();
        let han = run.trim_end_matches(|c| !is_han(c));
        let tokens =
            if search { JIEBA.cut_for_search(han, USE_HMM) } else { JIEBA.cut(han, USE_HMM) };
        spans.extend(tokens.iter().map(|token| (base + token.start, base + token.end)));
        base += count;
    }
    spans.sort_unstable();
    spans
}

/// Checks that the Han tokens are those of jieba, in both modes.
fn assert_cut_as_jieba(text: &str) {
    let folded = Folded::new(text);
    for search in [false, true] {
        let tokens = if search { tokens_of(&folded) } else { words_of(&folded) };
        let mut ours: Vec<(usize, usize)> = tokens
            .iter()
            .filter(|token| token.kind == TokenKind::Han)
            .map(|token| (token.chars.start as usize, token.chars.end as usize))
            .collect();
        assert!(ours.is_sorted(), "by start, then by length: {text}");
        ours.dedup();
        let mut theirs = by_jieba(folded.as_str(), search);
        theirs.dedup();
        assert_eq!(ours, theirs, "search mode {search}: {text}");
    }
}

/// Checks that the words of a text have every key character exactly once, that search mode has the
/// same words, and that [`number_values`] and the key agree with its tokens.
fn check_laws(text: &str) {
    let folded = Folded::new(text);
    let words = words_of(&folded);
    let tokens = tokens_of(&folded);
    let wholes: Vec<&Token<'_>> = tokens.iter().filter(|token| token.whole).collect();
    assert_eq!(wholes, words.iter().collect::<Vec<_>>(), "both modes cut alike: {text:?}");
    let mut covered = vec![0; folded.char_count()];
    for word in &words {
        assert!(!word.text.is_empty(), "{text:?}");
        for count in &mut covered[word.chars.start as usize..word.chars.end as usize] {
            *count += 1;
        }
    }
    for (at, c) in folded.as_str().chars().enumerate() {
        if is_key_char(c) {
            assert_eq!(covered[at], 1, "{c:?} of {text:?}");
        }
        assert!(covered[at] < 2, "{c:?} of {text:?}");
    }
    let from_tokens: Vec<(std::ops::Range<usize>, String)> = tokens
        .iter()
        .filter(|token| token.kind == TokenKind::Value)
        .map(|token| (token.chars.start as usize..token.chars.end as usize, token.text.to_string()))
        .collect();
    assert_eq!(from_tokens, number_values(&folded), "{text:?}");
    for token in &tokens {
        let chars = token.chars.start as usize..token.chars.end as usize;
        let slice = folded.slice(chars);
        if token.kind == TokenKind::Value {
            let numerals = "零〇一二两三四五六七八九十廿卅壹贰叁肆伍陆柒捌玖";
            let number = |c: char| c.is_ascii_digit() || numerals.contains(c);
            // A ratio (百分之三, 千分之三) or a round number (百天).
            let is_round = slice.starts_with(['百', '千']) || slice.starts_with("万分之");
            assert!(slice.starts_with(number) || is_round, "{text:?}");
            // A fraction has two numbers.
            let mut numbers = token.text.strip_suffix('%').unwrap_or(&token.text).split('∕');
            let is_number = |number: &str| {
                !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            };
            assert!(numbers.all(is_number), "{text:?}");
            continue;
        }
        let key = |text: &str| text.chars().filter(|c| is_key_char(*c)).collect::<String>();
        assert_eq!(key(&token.text), key(slice), "{text:?}");
    }
}

/// Checks that `Segmenter::terms`, which an index calls, gives the same key and tokens as the calls
/// that compute them one by one.
fn assert_terms_are_key_and_tokens(text: &str) {
    let folded = Folded::new(text);
    for min_han_chars in 1..5 {
        // The key is appended to what the buffer has.
        let (mut key, mut terms) = (vec!['x'], Vec::new());
        SEGMENTER.terms(&folded, min_han_chars, &mut key, |token| terms.push(token));
        let mut tokens = tokens_of(&folded);
        tokens.retain(|token| token.kind != TokenKind::Han || token.chars.len() >= min_han_chars);
        assert_eq!(terms, tokens, "{min_han_chars}: {text:?}");
        assert_eq!(key[1..], key_of(text), "{text:?}");
    }
}

#[test]
fn han_is_cut_as_jieba_cuts_it() {
    for text in [
        "我们中出了一个叛徒",
        "小明硕士毕业于中国科学院计算所，后在日本京都大学深造",
        "開源大模型的護城河在哪裡？硅谷銀行倒閉，比特幣減半行情",
        "李小福是创新办主任也是云计算方面的专家",
        "南京市长江大桥 他来到了网易杭研大厦",
        "龘龘龘 𠮷野家 㐀㐁 中",
        "一二三四五六七八九十百千万",
        "",
    ] {
        assert_cut_as_jieba(text);
    }
}

#[test]
fn real_text_is_cut_as_jieba_cuts_it() {
    for text in corpora::every_nth_text(7) {
        assert_cut_as_jieba(&text);
    }
}

#[test]
fn laws_hold_on_real_text() {
    for text in corpora::every_nth_text(23) {
        check_laws(&text);
        assert_terms_are_key_and_tokens(&text);
    }
}

#[test]
fn the_dictionary_is_folded() {
    for line in DICT.lines() {
        let word = line.split(' ').next().unwrap();
        assert_eq!(fold(word), word, "run `just gen-dict`: the fold has changed");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn random_han_is_cut_as_jieba_cuts_it(text in random_han()) {
        assert_cut_as_jieba(&text);
    }

    #[test]
    fn laws_hold_on_difficult_text(text in difficult()) {
        check_laws(&text);
        assert_cut_as_jieba(&text);
        assert_terms_are_key_and_tokens(&text);
    }

    #[test]
    fn laws_hold_on_latin(text in "([A-Za-z0-9]{1,4}[-._,&/@'% ]{0,2}){0,30}") {
        check_laws(&text);
        assert_terms_are_key_and_tokens(&text);
    }
}

#[test]
fn words_of_the_user_are_cut_as_jieba_cuts_words_that_are_added_to_it() {
    let mut jieba = JIEBA.clone();
    for word in ["护城河", "中出", "大模型"] {
        jieba.add_word(word, None, None);
    }
    let segmenter = Segmenter::with_words([
        ("護城河".to_owned(), None),
        ("中出".to_owned(), None),
        ("大模型".to_owned(), None),
        // These two are ignored: only words of Han characters are added.
        ("T恤".to_owned(), None),
        (String::new(), Some(3)),
    ]);
    for text in ["大模型的护城河", "我们中出了一个叛徒", "护城河很大模型也大"]
    {
        let folded = Folded::new(text);
        let mut ours = Vec::new();
        segmenter.words(&folded, |token| ours.push(token.text.into_owned()));
        let theirs: Vec<&str> =
            jieba.cut(folded.as_str(), USE_HMM).iter().map(|token| token.word).collect();
        assert_eq!(ours, theirs);
    }
}

#[test]
fn a_callback_for_tokens_may_call_the_segmenter() {
    let folded = Folded::new("开源大模型");
    let mut count = 0;
    SEGMENTER.segment(&folded, |token| {
        let inner = Folded::new(&token.text);
        SEGMENTER.words(&inner, |_| count += 1);
    });
    assert!(count >= 3);
}

/// Each of these texts once took quadratic time. A return to that shows in how long the test runs.
#[test]
fn long_runs_are_cut_in_linear_time() {
    for unit in [
        "a-",
        "é-",
        "aB",
        "1,",
        "1.",
        "1,111",
        "中",
        "𠮷中国",
        "e\u{301}",
        "\u{301}",
        "\u{200B}",
        "ー",
        "@",
        "a\u{301}-",
    ] {
        let text = unit.repeat(300_000 / unit.len());
        let folded = Folded::new(&text);
        let mut end = 0;
        SEGMENTER.segment(&folded, |token| end = end.max(token.chars.end as usize));
        assert!(end <= folded.char_count(), "{unit:?}");
        assert_eq!(folded.original_bytes(0..folded.char_count()).end, text.len(), "{unit:?}");
    }
}
