//! No input makes the parser panic, no span lies outside the text, and every file has records or is
//! reported.

// Clippy exempts only test functions; their helpers panic on failure, too.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]

use proptest::prelude::*;
use wensou_ingest::{CorpusStatistics, Markup, Options, Record, Silent, ingest, parse_page};

use crate::containers::make;

const PAGE: &str = "以太坊交易所 以太坊交易所\nCtrl+D 以太坊交易所\nads\n首頁 > 瑞波幣 > Info\n\n題目:甲_GPT:CGPT價格\n\nAuthor:\n\n\
    Time:1900/1/1 0:00:00\n\n來源:師天浩 圖片來源:網絡\n\n正文第一段。\n\n聲音 | 題目甲:據官方消息,題目甲。\n\n第二段(財聯社)[2022/6/18 4:36:07]\n\n\
    浠ュお鍧婁氦鏄撴墍\n\n正文。[2022/1/30 9:22:03]后文\n\nTags:OPENGPTopensea幣CGPT價格\n\n瑞波幣\n標題_FLOW:FLO\n\n摘要.\n\n1900/1/1 0:00:00\nads\n";
const HTML: &str = "<!DOCTYPE html><html><head><title>題目_站</title></head><body><h1>題目_GPT:CGPT價格</h1><p>正文<br>第二段</p>\
    <div class=\"tags\">Tags:<a href=\"/tag/1\">GPT</a></div><pre>一\n二</pre><script>x</script></body></html>";

/// Parses `text` both as a text page and as an HTML page, and checks spans and paragraphs.
fn assert_parsed(text: &str) {
    for markup in [Markup::Text, Markup::Html] {
        let page = parse_page(text, markup, &CorpusStatistics::default());
        for flash in &page.flashes {
            let range = flash.occurrences[0].span.range();
            assert!(range.start <= range.end && range.end <= text.len());
            if markup == Markup::Text && page.notes.mojibake_repaired == 0 {
                assert!(text.get(range).is_some(), "on character boundaries");
            }
        }
        for paragraph in &page.article.paragraphs {
            assert_eq!(paragraph.trim(), paragraph);
            assert!(!paragraph.is_empty());
        }
    }
}

/// Reads a file and checks spans. Returns the number of its records.
fn read(bytes: &[u8], name: &str) -> u64 {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let mut records = 0;
    let report = ingest(&[path], &Options::default(), &Silent, &mut |record| {
        let spans = match &record {
            Record::Article(article) => vec![article.span],
            Record::Flash(flash) => {
                flash.occurrences.iter().map(|occurrence| occurrence.span).collect()
            }
        };
        for span in spans {
            assert!(span.start <= span.end && span.end <= bytes.len() as u64);
        }
        records += 1;
        Ok::<(), std::convert::Infallible>(())
    })
    .unwrap();
    assert!(records > 0 || !report.skipped.is_empty(), "reported, not dropped in silence");
    records
}

/// A compressed file or container of one of eight kinds, with its name.
fn container(kind: usize) -> (&'static str, Vec<u8>) {
    let members = [("a.txt", PAGE), ("b.html", HTML), ("c.jsonl", "{\"title\":\"a\"}\n")];
    let http = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{HTML}\r\n0\r\n\r\n",
        HTML.len()
    );
    let warc = make::warc("response", "WARC-Target-URI: https://a.b/c\r\n", http.as_bytes());
    match kind {
        0 => ("a.txt.gz", make::gz(PAGE.as_bytes())),
        1 => ("a.txt.zst", make::zst(PAGE.as_bytes())),
        2 => ("a.txt.xz", make::xz(PAGE.as_bytes())),
        3 => ("a.zip", make::zip(&members)),
        4 => ("a.tar", make::tar(&members)),
        5 => ("a.tar.xz", make::xz(&make::tar(&members))),
        6 => ("a.warc", warc),
        _ => ("a.warc.gz", make::gz(&warc)),
    }
}

/// A page with 1 to 19 characters replaced, removed or inserted.
fn spoilt(page: &'static str) -> impl Strategy<Value = String> {
    let chars: Vec<char> = page.chars().collect();
    let inserted_char = prop::sample::select(
        "[]:|_\n\r>&<\u{ff3b}年月日09:[2022/1/1]Tags:來源:".chars().collect::<Vec<_>>(),
    );
    prop::collection::vec((0..chars.len(), inserted_char, 0..3), 1..20).prop_map(move |changes| {
        let mut chars = chars.clone();
        for (at, insert, kind) in changes {
            let at = at.min(chars.len() - 1);
            match kind {
                0 => chars[at] = insert,
                1 => chars.insert(at, insert),
                _ if chars.len() > 1 => {
                    chars.remove(at);
                }
                _ => {}
            }
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_parsed(text in "\\PC{0,300}") { assert_parsed(&text); }

    #[test]
    fn spoilt_pages_are_parsed(text in spoilt(PAGE)) { assert_parsed(&text); }

    #[test]
    fn spoilt_html_is_parsed(text in spoilt(HTML)) { assert_parsed(&text); }

    #[test]
    fn any_bytes_are_read_or_reported(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        is_html in any::<bool>(),
    ) {
        read(&bytes, if is_html { "a.html" } else { "a.txt" });
    }

    #[test]
    fn truncated_pages_in_other_encodings_are_read_or_reported(
        text in spoilt(PAGE),
        cut in 0..1000_usize,
        is_utf16 in any::<bool>(),
    ) {
        let mut bytes: Vec<u8> = if is_utf16 {
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        } else {
            encoding_rs::GB18030.encode(&text).0.into_owned()
        };
        bytes.truncate(bytes.len().saturating_sub(cut));
        read(&bytes, "a.txt");
    }

    #[test]
    fn spoilt_containers_are_read_or_reported(
        kind in 0..8_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let (name, mut bytes) = container(kind);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(name), bytes).unwrap();
        let mut records = 0;
        let report = ingest(&[dir.path().to_owned()], &Options::default(), &Silent, &mut |_| {
            records += 1;
            Ok::<(), std::convert::Infallible>(())
        })
        .unwrap();
        let reported = report.skipped.len() + report.ignored.len();
        prop_assert!(records > 0 || reported > 0, "reported, not dropped in silence");
    }

    #[test]
    fn a_record_is_read_whatever_bytes_follow_it(
        bytes in prop::collection::vec(any::<u8>(), 1..200),
    ) {
        let dump = [b"{\"title\":\"a\"}\n".as_slice(), &bytes].concat();
        prop_assert!(read(&dump, "a.jsonl") >= 1);
    }
}
