//! The laws of snippets and highlights.

use std::sync::LazyLock;

use jiff::civil::date;
use wensou_index::{BuildOptions, Index, build};
use wensou_ingest::Silent;
use wensou_query::lang::{Clock, parse_lenient};
use wensou_query::{Highlighter, Options, Session, Snippet};

/// A tiny archive to index, because expansions and pinyin look words up in an index.
const DUMP: &str = r#"{"title":"以太坊合併之後","text":"以太坊的質押收益率。\nETH staking 5.4億美元","tags":["ETH"]}
{"title":"開源大模型","text":"GPT-4 與 LLaMA 的護城河。比特幣減半行情","date":"2023-03-14"}
{"title":"Ethereum 的一年, a b c","text":"2023年3月14日，以太坊（ETH）的質押收益率升到5.4%。分析師說：「合併之後，staking 不再需要顯卡；比特幣礦工則要等減半。」\n㍿開源①社區發佈了 LLaMA-2 與 GPT-4.5 的評測，café e\u0301 ｶﾞ，護城河在 BRC-20 與 DeFi 之間……沒有人知道 bitcoin 的下一站。\n兩億美元，2000万枚代幣，US$1,234.5，以及一個很長很長的英文詞 Internationalization-Localization_of_things。","date":"2023-03-14","tags":["以太坊","DeFi"]}
{"kind":"flash","title":"比特币","text":"bitcoin BTC ㍿①","date":"2023-05-06T14:48:37"}
"#;

/// The index of [`DUMP`].
static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let dump = folder.path().join("a.jsonl");
    std::fs::write(&dump, DUMP).expect("a dump");
    let dir = folder.path().join("index");
    let mut options = BuildOptions::default();
    options.threads = 1;
    build(&dir, &[dump], &options, &Silent).expect("an index");
    // The folder is removed when this function ends; the open files stay readable.
    Index::open(&dir).expect("the index")
});

/// Panics if `data` breaks a law: its first line is the query, the rest the text.
pub fn check(data: &[u8]) {
    let data = String::from_utf8_lossy(data);
    let (typed, text) = data.split_once('\n').unwrap_or((&data, ""));
    let clock = Clock { today: date(2023, 5, 17) };
    let (query, _) = parse_lenient(typed, &clock);
    let Ok(highlighter) = Highlighter::new(&*INDEX, &query) else { return };
    let highlighted = highlighter.highlight(text);
    assert!(
        text.starts_with(&highlighted.text) && text[highlighted.text.len()..].trim().is_empty(),
        "only white space at the end is left out"
    );
    check_highlights(&highlighted);
    // A search takes as long as highlighting many texts, so only some inputs are searched for.
    if !text.len().is_multiple_of(8) {
        return;
    }
    let mut options = Options::default();
    options.pinyin = true;
    // The maximum length of the snippet, in characters.
    options.snippet = text.len() / 8 % 80;
    let session = Session::new(&*INDEX).expect("a session");
    let Ok(found) = session.search(&query, &options) else { return };
    assert!(found.hits.len() <= found.total);
    for hit in &found.hits {
        assert!(hit.score.is_finite());
        assert!(hit.snippet.text.chars().count() <= options.snippet);
        check_highlights(&hit.title);
        check_highlights(&hit.snippet);
    }
}

/// Checks that highlights are ascending ranges of characters of the text that do not overlap.
fn check_highlights(snippet: &Snippet) {
    let count = snippet.text.chars().count();
    let mut end_of_last = 0;
    for [start, end] in &snippet.highlights {
        assert!(end_of_last <= *start && start < end && *end <= count, "{snippet:?}");
        end_of_last = *end;
    }
}
