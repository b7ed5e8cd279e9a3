//! `linear [N [NAME]]`: time for hostile pages of N and of 2 N parts. A ratio near 2 means linear
//! time, near 4 quadratic. NAME limits the run to the shapes whose name contains it.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::time::Instant;

use encoding_rs::{BIG5, GB18030};
use wensou_ingest::{Options, Silent, ingest};

const FLASH: &str = "某幣突破新高:據官方消息,某幣今日突破新高。[2023/3/14 13:02:32]";

/// A name, a file name, and the function that makes a page of a given number of parts.
type Shape = (&'static str, &'static str, fn(usize) -> Vec<u8>);

fn html(body: String) -> Vec<u8> {
    format!("<html><body><p>正文。</p>{body}</body></html>").into_bytes()
}

fn flashes(n: usize, separator: &str) -> String {
    (0..n).map(|i| format!("第{i}項{FLASH}{separator}")).collect()
}

const SHAPES: [Shape; 24] = [
    ("nested tags", "a.html", |n| html("<div><b>".repeat(n))),
    ("nested and closed", "a.html", |n| html("<div>".repeat(n) + &"</div>".repeat(n))),
    ("objects, svgs closed", "a.html", |n| html("<object>".repeat(n) + &"</svg>".repeat(n))),
    ("blank elements", "a.html", |n| html("<b> </b>".repeat(n))),
    ("blank after text", "a.html", |n| html("字".to_owned() + &"<b> </b>".repeat(n))),
    ("links in one line", "a.html", |n| html("<a href=/tag/x>字</a>".repeat(n))),
    ("attributes", "a.html", |n| {
        html(format!("<p {}>字", (0..n).map(|i| format!("a{i}=b ")).collect::<String>()))
    }),
    ("open comments", "a.html", |n| html("<!--".repeat(n))),
    ("open tags", "a.html", |n| html("<".repeat(n))),
    ("references", "a.html", |n| html("&amp;&nbsp".repeat(n))),
    ("flashes", "a.txt", |n| flashes(n, "\n\n").into_bytes()),
    ("flashes, Big5", "a.txt", |n| BIG5.encode(&flashes(n, "\n\n")).0.into_owned()),
    ("flashes, one line", "a.txt", |n| GB18030.encode(&flashes(n, "")).0.into_owned()),
    ("flashes, html", "a.html", |n| html(flashes(n, "<br>"))),
    ("undated items", "a.txt", |n| "題目甲:據官方消息,題目甲的正文。\n\n".repeat(n).into_bytes()),
    ("brackets", "a.txt", |n| "[2023/3/14 ".repeat(n).into_bytes()),
    ("one line", "a.txt", |n| "正文的一句話。".repeat(n).into_bytes()),
    ("quotes", "a.txt", |n| "「『“《:".repeat(n).into_bytes()),
    ("short lines", "a.txt", |n| "字\n".repeat(n).into_bytes()),
    ("stubs", "a.txt", |n| {
        let stub = "標題_FLOW:FLO\n\n摘要.\n\n1900/1/1 0:00:00\n\n";
        format!("題目\n\nAuthor:\n\n正文\n\nTags:ABC\n\n{}", stub.repeat(n)).into_bytes()
    }),
    ("concatenated tags", "a.txt", |n| {
        format!("題目_A:B\n\nAuthor:\n\n正文\n\nTags:{}\n", "ABCabc幣".repeat(n)).into_bytes()
    }),
    ("title with many suffixes", "a.txt", |n| {
        format!("題目{}\n\nAuthor:\n\n正文\n", "_GPT:甲".repeat(n)).into_bytes()
    }),
    ("mojibake", "a.txt", |n| "浠ュお鍧婁氦鏄撴墍\n\n".repeat(n).into_bytes()),
    ("dump of records", "a.jsonl", |n| {
        "{\"title\":\"甲\",\"text\":\"乙\"}\n".repeat(n).into_bytes()
    }),
];

fn main() {
    let n = std::env::args().nth(1).map_or(100_000, |n| n.parse().unwrap());
    let only = std::env::args().nth(2).unwrap_or_default();
    println!("{:24}{:>12}{:>12}{:>8}", "", n, 2 * n, "ratio");
    for (name, file, make) in SHAPES.into_iter().filter(|shape| shape.0.contains(&only)) {
        let [once, twice] = [n, 2 * n].map(|n| seconds(file, &make(n)));
        println!("{name:24}{once:>10.3} s{twice:>10.3} s{:>8.1}", twice / once);
    }
}

/// Seconds that it takes to read an archive of one file.
fn seconds(file: &str, bytes: &[u8]) -> f64 {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(file), bytes).unwrap();
    let roots = [dir.path().to_owned()];
    let start = Instant::now();
    let report = ingest(&roots, &Options::default(), &Silent, &mut |_| {
        Ok::<(), std::convert::Infallible>(())
    });
    assert!(report.unwrap().skipped.is_empty(), "every page must be read, not skipped");
    start.elapsed().as_secs_f64()
}
