//! Dumps: their keys, values, encodings and ids, and hostile dumps.

#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::fs;
use std::path::PathBuf;

use encoding_rs::{BIG5, GB18030};
use wensou_ingest::{Article, Moment, Options, Reason, Record, Report, Silent, ingest, original};

fn read_roots(roots: &[PathBuf], options: &Options) -> (Vec<Record>, Report) {
    let mut records = Vec::new();
    let report = ingest(roots, options, &Silent, &mut |record| {
        records.push(record);
        Ok::<(), std::convert::Infallible>(())
    })
    .unwrap();
    (records, report)
}

fn read_with(files: &[(&str, &[u8])], options: &Options) -> (Vec<Record>, Report) {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    read_roots(&[dir.path().to_owned()], options)
}

pub(crate) fn read(name: &str, bytes: impl AsRef<[u8]>) -> (Vec<Article>, Report) {
    let (records, report) = read_with(&[(name, bytes.as_ref())], &Options::default());
    (articles(records), report)
}

fn articles(records: Vec<Record>) -> Vec<Article> {
    let articles = records.into_iter().filter_map(|record| match record {
        Record::Article(article) => Some(article),
        Record::Flash(_) => None,
    });
    articles.collect()
}

fn date_of(article: &Article) -> String {
    match article.date.value {
        Some(Moment::Day(day)) => day.to_string(),
        Some(Moment::Time(time)) => time.to_string(),
        Some(Moment::Month(day)) => day.strftime("%Y-%m").to_string(),
        Some(Moment::Year(day)) => day.strftime("%Y").to_string(),
        None => String::new(),
    }
}

#[test]
fn well_known_keys_are_understood() {
    // Each expected text has these values, with `|` between them: title, paragraphs, date, source,
    // author, category, tags and address.
    for (line, expected) in [
        (
            r#"{"title":"甲","content":"丁丁貓","pub_date":"2021-03-04 05:06"}"#,
            "甲|丁丁貓|2021-03-04T05:06:00|||||",
        ),
        (
            r#"{"title":"甲","body":"乙","published_at":"2021-03-04T05:06:00+08:00","source_name":"丙","keywords":"丁,戊","link":"https://a.b","author":"己"}"#,
            "甲|乙|2021-03-04T05:06:00|丙|己||丁,戊|https://a.b",
        ),
        (
            r#"{"headline":"甲","summary":"乙","publish_time":1614805567}"#,
            "甲|乙|2021-03-04T05:06:07|||||",
        ),
        (
            r#"{"title":"甲","text":["乙","丙"],"create_time":"20210304"}"#,
            "甲|乙/丙|2021-03-04|||||",
        ),
        (
            r#"{"title":"甲","content":"乙","created_at":"Thu, 04 Mar 2021 05:06:07 +0800"}"#,
            "甲|乙|2021-03-04T05:06:07|||||",
        ),
        (
            r#"{"標題":"甲","正文":"乙","日期":"2021年3月4日","標籤":["丁"],"來源":"丙","作者":"己","分類":"庚"}"#,
            "甲|乙|2021-03-04|丙|己|庚|丁|",
        ),
        (
            r#"{"标题":"甲","内容":"乙","时间":"2021-03-04 05:06:07","标签":"丁、戊","来源":"丙","分类":"庚","链接":"https://a.b"}"#,
            "甲|乙|2021-03-04T05:06:07|丙||庚|丁,戊|https://a.b",
        ),
        (
            r#"{"title":"甲","text":"乙","time":{"$date":{"$numberLong":"1614805567000"}},"source":{"id":null,"name":"丙"},"author":[{"name":"己"},{"name":"辛"}]}"#,
            "甲|乙|2021-03-04T05:06:07|丙|己、辛|||",
        ),
        (r#"{"kind":"news","title":"甲","text":"乙"}"#, "甲|乙||||||"),
        (r#"{"title":"<b>甲</b>&amp;","text":"<p>乙</p><p>丙</p>"}"#, "甲&|乙/丙||||||"),
    ] {
        let (articles, report) = read("a.jsonl", line);
        assert_eq!(report.skipped, [], "{line}");
        assert_eq!((report.unused_keys.len(), report.keys_of_wrong_type.len()), (0, 0), "{line}");
        let article = &articles[0];
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let found = [
            article.title.clone(),
            article.paragraphs.join("/"),
            date_of(article),
            text(&article.source),
            text(&article.author),
            text(&article.category),
            article.tags.join(","),
            text(&article.url),
        ];
        assert_eq!(found.join("|"), expected, "{line}");
    }
}

#[test]
fn keys_that_are_not_used_are_reported_once() {
    let lines = [
        r#"{"title":"甲","text":"乙","views":3,"stars":null}"#,
        r#"{"title":"甲甲","text":"乙","views":4,"tags":true}"#,
        r#"{"title":"丙","text":"丁","date":"soon","summary":"戊"}"#,
        r#"{"views":3}"#,
        r#"{}"#,
    ];
    let (articles, report) = read("a.jsonl", lines.join("\n"));
    assert_eq!(articles.len(), 3);
    let keys = |counts: &[wensou_ingest::KeyCount]| -> Vec<(String, u64, u64)> {
        counts.iter().map(|key| (key.key.clone(), key.count, key.line)).collect()
    };
    let unused = [("views".to_owned(), 3, 1), ("summary".to_owned(), 1, 3)];
    assert_eq!(keys(&report.unused_keys), unused);
    assert_eq!(keys(&report.keys_of_wrong_type), [("tags".to_owned(), 1, 2)]);
    let unread = &report.unread_dates[0];
    assert_eq!((unread.line, &*unread.text), (Some(3), "soon"));
    let lines: Vec<_> = report.skipped.iter().filter_map(|skipped| skipped.line).collect();
    assert_eq!(lines, [4, 5]);
    let reason = report.skipped[0].reason.to_string();
    assert!(reason.contains("no title and no text in `views`"), "{reason}");
}

#[test]
fn the_map_option_names_the_key_of_each_field() {
    let mut options = Options::default();
    options.map = "text=inhalt,date=meta.zeit,title=t".parse().unwrap();
    let line = r#"{"t":"甲","inhalt":"乙","meta":{"zeit":"2021-03-04"},"content":"丙"}"#;
    let (records, report) = read_with(&[("a.jsonl", line.as_bytes())], &options);
    let articles = articles(records);
    assert_eq!((&*articles[0].title, &*articles[0].paragraphs[0]), ("甲", "乙"));
    assert_eq!(date_of(&articles[0]), "2021-03-04");
    let unused: Vec<&str> = report.unused_keys.iter().map(|key| &*key.key).collect();
    assert_eq!(unused, ["content"]);
    let (records, _) = read_with(&[("a.csv", "t,inhalt\n甲,乙\n".as_bytes())], &options);
    assert_eq!(first_title(&records), "甲");
}

fn first_title(records: &[Record]) -> &str {
    let Record::Article(article) = &records[0] else { panic!("an article") };
    &article.title
}

#[test]
fn dumps_are_read_in_all_encodings_of_pages() {
    let utf16 = |text: &str, bytes_of: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(bytes_of).collect()
    };
    let long = "最近,正在進行AI大戰的各個大廠,被谷歌泄漏的一份內部文件。".repeat(9);
    let line = |number: usize| format!("{{\"title\":\"題目{number}\",\"text\":\"{long}\"}}");
    let lines: Vec<String> = (0..300).map(line).collect();
    let csv = (0..300).map(|n| format!("題目{n},\"{long}\"\n")).collect::<String>();
    let sogou = (0..300)
        .map(|n| format!("<doc>\n<url>u</url>\n<contenttitle>題目{n}</contenttitle>\n<content>{long}</content>\n</doc>\n"))
        .collect::<String>();
    for (name, text) in [
        ("a.jsonl", lines.join("\n")),
        ("a.json", format!("[\n{}\n]", lines.join(",\n"))),
        ("a.csv", format!("標題,正文\n{csv}")),
        ("a.txt", sogou),
    ] {
        for (encoding_name, bytes) in [
            ("utf-8", text.clone().into_bytes()),
            ("utf-8 with byte order mark", ["\u{feff}".as_bytes(), text.as_bytes()].concat()),
            ("gb18030", GB18030.encode(&text).0.into_owned()),
            ("big5", BIG5.encode(&text).0.into_owned()),
            ("utf-16le", utf16(&format!("\u{feff}{text}"), u16::to_le_bytes)),
            ("utf-16be", utf16(&text, u16::to_be_bytes)),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join(name);
            fs::write(&path, &bytes).unwrap();
            let label = encoding_name.split(' ').next().unwrap();
            // The encoding is detected, or given by the user.
            for given in [None, Some(label.to_owned())] {
                let mut options = Options::default();
                options.encoding = given;
                let (records, report) = read_roots(&[dir.path().to_owned()], &options);
                let articles = articles(records);
                let first = report.skipped.first();
                assert_eq!((articles.len(), first), (300, None), "{name} {encoding_name}");
                assert_eq!(report.bytes, bytes.len() as u64);
                assert_eq!(articles[299].title, "題目299", "{name} {encoding_name}");
                let span = articles[299].span;
                let member = None;
                let raw = original(&path, member, span).unwrap();
                let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
                let (raw, _) = encoding.decode_without_bom_handling(&raw);
                assert!(
                    raw.contains("題目299") && !raw.contains("題目298"),
                    "{name} {encoding_name}"
                );
            }
        }
    }
}

#[test]
fn objects_in_arrays_are_records() {
    let one = r#"{"title":"甲","text":"[乙] {丙} \"丁\\"}"#;
    for (name, text, count) in [
        ("a.json", format!("[{one},\n{one}]"), 2),
        ("a.jsonl", format!("[{one},{one}]"), 2),
        ("a.json", format!("{one}\n{one}\n"), 2),
        ("a.json", one.replace(',', ",\n  "), 1),
        (
            "a.json",
            format!("{{\"status\":\"ok\",\"articles\":[{one},{one}],\"total\":{{\"x\":2}}}}"),
            2,
        ),
        ("a.json", format!("[[{one}],[{one}]]"), 2),
        ("a", format!("[{one}]"), 1),
        ("a.dat", format!("[{one}]"), 1),
    ] {
        let (articles, report) = read(name, &text);
        assert_eq!((articles.len(), &report.skipped), (count, &vec![]), "{name}: {text}");
        let span = articles[0].span;
        assert!(text[span.start as usize..span.end as usize].starts_with('{'));
    }
    // The number, the string and the broken object are skipped. The array does not end.
    let (articles, report) =
        read("a.json", format!("[{one}, 3, \"x\", {{\"title\": }}, {one}, {one}"));
    assert_eq!((articles.len(), report.skipped.len()), (3, 3), "{:?}", report.skipped);
    let (_, report) = read("a.json", format!("[{one}, {{\"title\":\"甲"));
    assert!(report.skipped[0].reason.to_string().contains("ends inside"));
}

#[test]
fn rows_of_tables_are_records() {
    for (name, text) in [
        ("a.csv", "id,title,content,date\n1,甲,\"乙,\n丙\",2021-03-04\n"),
        (
            "a.csv",
            "\u{feff}\"id\";\"title\";\"content\";\"date\"\r\n1;甲;\"乙,\n丙\";2021-03-04\r\n",
        ),
        ("a.tsv", "id\ttitle\tcontent\tdate\n1\t甲\t\"乙,\n丙\"\t2021-03-04\n"),
        ("a.txt", "id,title,content,date\n1,甲,\"乙,\n丙\",2021-03-04\n"),
    ] {
        let (articles, report) = read(name, text);
        assert_eq!(report.skipped, [], "{name}");
        let article = &articles[0];
        assert_eq!(
            (&*article.id, &*article.title, article.paragraphs.join("/")),
            ("1", "甲", "乙,/丙".to_owned())
        );
        assert_eq!(date_of(article), "2021-03-04");
    }
    let (articles, report) = read("a.csv", "a,b\n1,2\n");
    assert!(articles.is_empty());
    assert_eq!(report.skipped.len(), 1, "{:?}", report.skipped);
    assert!(report.skipped[0].reason.to_string().contains("--map text=COLUMN"));
    let (articles, report) = read("a.csv", "title,text\n甲,乙,丙\n丁,戊\n\n");
    assert_eq!((articles.len(), report.skipped[0].line), (1, Some(2)));
}

#[test]
fn the_label_before_the_tab_of_a_line_is_its_category() {
    let text = "馬曉旭意外受傷讓國奧警惕無奈大雨格外青睞殷家軍。記者傅亞雨瀋陽報道。";
    let lines = format!("體育\t{text}\n財經\t{text}乙\n");
    let (articles, _) = read("cnews.train.txt", &lines);
    let categories: Vec<_> =
        articles.iter().map(|article| article.category.as_deref().unwrap()).collect();
    assert_eq!(categories, ["體育", "財經"]);
    assert!(articles[0].title.starts_with("馬曉旭") && articles[0].paragraphs == [text]);
}

#[test]
fn entries_of_feeds_are_records() {
    let rss = "<?xml version=\"1.0\" encoding=\"gb2312\"?><rss><channel><title>示例網</title>\
        <item><title><![CDATA[測試標題]]></title><link>https://a.b/1</link><pubDate>Thu, 04 Mar 2021 05:06:07 +0800</pubDate>\
        <description>&lt;p&gt;正文的第一段。&lt;/p&gt;</description><category>幣</category></item>\
        <item><title>第二個標題</title><description>正文的第二段。</description></item></channel></rss>";
    for bytes in [rss.as_bytes().to_vec(), GB18030.encode(rss).0.into_owned()] {
        let (articles, report) = read("a.xml", bytes);
        assert_eq!((articles.len(), &report.skipped), (2, &vec![]));
        let article = &articles[0];
        assert_eq!((&*article.title, article.site.as_deref()), ("測試標題", Some("示例網")));
        assert_eq!(
            (date_of(article).as_str(), article.url.as_deref()),
            ("2021-03-04T05:06:07", Some("https://a.b/1"))
        );
        assert_eq!(
            (article.paragraphs.join("/"), article.tags.join("/")),
            ("正文的第一段。".into(), "幣".into())
        );
    }
}

#[test]
fn records_of_several_dumps_with_the_same_id_are_all_kept() {
    let line = |text: &str| format!(r#"{{"id":"1","title":"{text}","text":"乙"}}"#);
    let flash =
        |text: &str| format!(r#"{{"id":"f1","kind":"flash","title":"{text}","text":"乙"}}"#);
    let dump = |text: &str| format!("{}\n{}\n", line(text), flash(text));
    let (first, second, third) = (dump("甲"), dump("丙"), dump("丁"));
    let files = [
        ("a.jsonl", first.as_bytes()),
        ("b/c.jsonl", second.as_bytes()),
        ("d.jsonl", third.as_bytes()),
    ];
    for threads in [1, 4] {
        let mut options = Options::default();
        options.threads = threads;
        let (records, report) = read_with(&files, &options);
        assert_eq!(report.skipped, []);
        let ids: Vec<&str> = records
            .iter()
            .map(|record| match record {
                Record::Article(article) => &*article.id,
                Record::Flash(flash) => &*flash.id,
            })
            .collect();
        assert_eq!(ids, ["1", "1@b/c.jsonl", "1@d.jsonl", "f1", "f1@b/c.jsonl", "f1@d.jsonl"]);
    }
    // Three roots have the same file.
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for dir in [&one, &two] {
        fs::write(dir.path().join("a.jsonl"), line("甲")).unwrap();
    }
    let third = tempfile::tempdir().unwrap();
    fs::write(third.path().join("a.jsonl"), line("甲")).unwrap();
    let roots = [&one, &two, &third].map(|dir| dir.path().to_owned());
    let (records, _) = read_roots(&roots, &Options::default());
    let ids: Vec<String> = articles(records).into_iter().map(|article| article.id).collect();
    assert_eq!(ids, ["1", "1@a.jsonl", "1@a.jsonl@2"]);
}

#[test]
fn of_several_records_with_the_same_id_in_a_dump_only_the_first_is_kept() {
    let line = |text: &str| format!(r#"{{"id":"1","title":"{text}","text":"乙"}}"#);
    let lines = [line("甲"), line("甲"), line("丙")].join("\n");
    let (articles, report) = read("a.jsonl", &lines);
    assert_eq!((articles.len(), report.repeated_records), (1, 1));
    assert_eq!(report.skipped[0].line, Some(3));
    assert_eq!(report.skipped[0].reason, Reason::DuplicateId("1".to_owned()));
    let flash = |text: &str| format!(r#"{{"id":"1","kind":"flash","title":"{text}","text":"乙"}}"#);
    let lines = [flash("甲"), flash("甲"), flash("丙")].join("\n");
    let (records, report) = read_with(&[("a.jsonl", lines.as_bytes())], &Options::default());
    assert_eq!((records.len(), report.skipped.len()), (1, 1));
}

#[test]
fn hostile_dumps_are_read_or_reported() {
    let mut options = Options::default();
    options.max_line_bytes = 1 << 16;
    options.max_file_bytes = 1 << 20;
    let long = "a".repeat(3 << 20);
    let deep = "[".repeat(1 << 20);
    for (name, bytes) in [
        ("a.json", format!("[{{\"title\":\"{long}\"}}]")),
        ("b.json", format!("[{{\"title\":{deep}")),
        ("c.json", "[{".repeat(1 << 18)),
        ("d.csv", format!("title,text\n\"{long}")),
        ("e.csv", format!("title,text\n{}", "\"".repeat(1 << 20))),
        ("f.csv", format!("title{}\n甲", ",".repeat(1 << 20))),
        ("g.xml", format!("<rss><item>{long}")),
        ("h.xml", format!("<rss>{}", "<item>".repeat(1 << 18))),
        ("i.xml", format!("<rss><item>{}</item>", "<a>".repeat(1 << 12))),
        ("j.xml", format!("<rss><item><![CDATA[{long}</item>")),
        ("k.txt", format!("<doc><url>{long}")),
        ("l.mbox", format!("From a Thu Mar  4 05:06:07 2021\nSubject: {long}\n")),
        ("m.mbox", "From a Thu Mar  4 05:06:07 2021\n\n".repeat(1 << 14)),
        ("n.jsonl", format!("{{\"title\":{deep}}}\n")),
        (
            "o.jsonl",
            format!("{{\"title\":\"甲\",\"tags\":{}{}}}\n", "[".repeat(100), "]".repeat(100)),
        ),
        ("p.eml", format!("{}\r\n{}", MAIL, "Content-Type: message/rfc822\r\n\r\n".repeat(9999))),
        ("q.md", format!("---\ntitle: {}\n---\n{}", "[".repeat(9999), "> ".repeat(1 << 16))),
    ] {
        let started = std::time::Instant::now();
        let (_, report) = read_with(&[(name, bytes.as_bytes())], &options);
        let handled = report.skipped.len() + report.ignored.len();
        assert!(handled + (report.pages + report.dumps) as usize > 0, "{name}");
        eprintln!(
            "{name}: {:?} {:?}",
            started.elapsed(),
            report.skipped.first().map(|s| s.reason.to_string())
        );
    }
}

/// The first header fields of a message.
const MAIL: &str = "Received: a\r\nMessage-ID: b\r\nMIME-Version: 1.0\r\nSubject: c\r\n";
