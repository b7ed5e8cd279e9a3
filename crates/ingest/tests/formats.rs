//! Kinds of files: each file is read, or reported as skipped, or counted as ignored under the
//! ending of its name.

#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use encoding_rs::{BIG5, GB18030};
use wensou_ingest::{
    Article, DateOrigin, DateProvenance, Options, PreCommand, Reason, Record, Report, Silent,
    formats, ingest, original,
};

fn read_roots(roots: &[PathBuf], options: &Options) -> (Vec<Record>, Report) {
    let mut records = Vec::new();
    let report = ingest(roots, options, &Silent, &mut |record| {
        records.push(record);
        Ok::<(), std::convert::Infallible>(())
    })
    .unwrap();
    (records, report)
}

/// Reads a folder with one file.
fn read(name: &str, bytes: impl AsRef<[u8]>) -> (Vec<Article>, Report) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(name), bytes).unwrap();
    let (records, report) = read_roots(&[dir.path().to_owned()], &Options::default());
    (articles(records), report)
}

/// Reads a file that is named explicitly.
fn read_named(name: &str, bytes: impl AsRef<[u8]>) -> (Vec<Article>, Report) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    let (records, report) = read_roots(&[path], &Options::default());
    (articles(records), report)
}

fn articles(records: Vec<Record>) -> Vec<Article> {
    let articles = records.into_iter().filter_map(|record| match record {
        Record::Article(article) => Some(article),
        Record::Flash(_) => None,
    });
    articles.collect()
}

const HTML: &str = "<html><body><h1>測試標題</h1><p>正文的第一段,正文的第一段。</p></body></html>";
const MAIL: &str = "Return-Path: <a@b.c>\r\nReceived: from x by y\r\nFrom: =?utf-8?B?5by15LiJ?= <a@b.c>\r\n\
    To: d@e.f\r\nSubject: =?utf-8?B?5ris6Kmm5qiZ6aGM?=\r\nDate: Thu, 04 Mar 2021 05:06:07 +0800\r\n\
    MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n正文的第一段。\r\n";

/// Files of many kinds: for each the name, the content, and the number of articles that it gives as
/// part of a folder.
fn files() -> Vec<(&'static str, Vec<u8>, usize)> {
    let text = "測試標題\n\n正文的第一段,正文的第一段。\n";
    let json = r#"{"title":"甲","content":"丁丁貓","pub_date":"2021-03-04 05:06"}"#;
    let sogou = "<doc>\n<url>http://a.b/1</url>\n<docno>s1</docno>\n<contenttitle>甲</contenttitle>\n\
        <content>乙乙乙</content>\n</doc>\n";
    let rss = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>示例</title><item>\
        <title>甲</title><description>&lt;p&gt;乙&lt;/p&gt;</description></item></channel></rss>";
    let html = || HTML.as_bytes().to_vec();
    let labelled_text = "馬曉旭意外受傷讓國奧警惕無奈大雨格外青睞殷家軍";
    vec![
        ("a.txt", text.into(), 1),
        ("B.TXT", text.into(), 1),
        ("README", text.into(), 1),
        ("c.html", html(), 1),
        ("d.php", html(), 1),
        ("e.asp", html(), 1),
        ("f.aspx?id=8", html(), 1),
        ("index.html@id=7", html(), 1),
        ("index.html.1", html(), 1),
        ("g.shtml", html(), 1),
        ("h.xhtml", html(), 1),
        ("i.jsp", html(), 1),
        ("page.data", html(), 1),
        ("no_ending", html(), 1),
        ("j.json", format!("[{json},{json}]").into(), 2),
        ("k.jsonl", format!("{json}\n{json}\n").into(), 2),
        ("l.jl", json.into(), 1),
        ("m.NDJSON", json.into(), 1),
        ("n.csv", "title,content\n甲,\"乙\n乙\"\n丙,丁\n".into(), 2),
        ("o.tsv", "標題\t正文\n甲\t乙\n".into(), 1),
        ("p.xml", rss.into(), 1),
        ("q.md", "---\ntitle: 甲\n---\n\n正文**乙**\n".into(), 1),
        ("r.eml", MAIL.into(), 1),
        ("s.mbox", format!("From a@b.c Thu Mar  4 05:06:07 2021\n{MAIL}\n").into(), 1),
        ("t.sogou.txt", GB18030.encode(sogou).0.into_owned(), 1),
        ("u.train.txt", format!("體育\t{labelled_text}\n財經\t{labelled_text}\n").into(), 2),
        ("v.docx", b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x13\0\0\0[Content_Types].xml".into(), 0),
        ("w.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".into(), 0),
        ("x.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0".into(), 0),
        ("y.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".into(), 0),
        ("z.css", b"p { color: red }".into(), 0),
        ("aa.js", b"let a = 1;".into(), 0),
        ("bb.log", b"GET / 200\n".into(), 0),
        ("cc.bin", vec![0, 1, 2, 3, 255, 254], 0),
        ("dd.sitemap.xml", b"<?xml version=\"1.0\"?><urlset></urlset>".into(), 0),
        ("ee.weird", b"\0\x01\x02\x03".into(), 0),
        (".hidden.txt", text.into(), 0),
        ("ff.txt", html(), 1),
        ("gg.rss", rss.into(), 1),
        ("ii.html.bak", html(), 1),
        ("jj.txt.tmp", text.into(), 1),
        ("nn.png.bak", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".into(), 0),
        ("hh.geojson", b"{\"type\":\"FeatureCollection\",\"features\":[]}".into(), 0),
    ]
}

#[test]
fn every_file_of_a_folder_is_read_reported_or_counted() {
    let dir = tempfile::tempdir().unwrap();
    let files = files();
    for (name, bytes, _) in &files {
        fs::write(dir.path().join(name), bytes).unwrap();
    }
    let (records, report) = read_roots(&[dir.path().to_owned()], &Options::default());
    let articles = articles(records);
    for (name, _, count) in &files {
        let path = dir.path().join(name);
        let read = articles.iter().filter(|article| Path::new(&article.path) == path).count();
        let skipped = report.skipped.iter().filter(|skipped| skipped.path == path).count();
        let ignored = report.ignored.iter().filter(|ignored| **ignored == path).count();
        assert_eq!(read, *count, "{name}: {:?}", report.skipped);
        assert_eq!(skipped + ignored, usize::from(*count == 0), "{name}");
    }
    let hint = "unsupported: PDF: `--pre COMMAND` can turn it into text";
    assert!(report.skipped.iter().any(|skipped| skipped.reason.to_string() == hint));
    let counts = report.ignored_by_ending();
    let count_of = |ending: &str| counts.get(ending).copied().unwrap_or(0);
    assert_eq!(
        (count_of(".png"), count_of(".css"), count_of(".xml"), count_of("hidden")),
        (1, 1, 1, 1),
        "{counts:?}"
    );
    assert_eq!(counts.values().sum::<u64>(), report.ignored.len() as u64);
}

#[test]
fn a_file_named_explicitly_is_read_or_skipped_with_a_reason() {
    for (name, bytes, count) in files() {
        let (articles, report) = read_named(name, &bytes);
        // These text files are ignored in a folder, and read if the user names them.
        let is_text = matches!(name, "z.css" | "aa.js" | "bb.log" | ".hidden.txt");
        assert_eq!(articles.len(), count.max(usize::from(is_text)), "{name}");
        assert_eq!(report.skipped.len(), usize::from(articles.is_empty()), "{name}");
    }
    for (name, bytes) in [
        ("picture", &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..]),
        ("photo.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF"),
        ("page.txt", b"\x7fELF\x02\x01\x01\0"),
    ] {
        let (articles, report) = read_named(name, bytes);
        assert!(articles.is_empty());
        assert_eq!(report.skipped[0].reason, Reason::Binary, "{name}");
    }
    let (articles, _) = read_named("inbox", format!("From a Thu Mar  4 05:06:07 2021\n{MAIL}"));
    assert_eq!(articles[0].title, "測試標題");
}

#[test]
fn a_message_has_its_title_author_and_date() {
    for name in ["a.eml", "a.txt"] {
        let (articles, _) = read(name, MAIL);
        let article = &articles[0];
        assert_eq!((&*article.title, article.author.as_deref()), ("測試標題", Some("張三")));
        assert_eq!(article.date.provenance, DateProvenance::Stated(DateOrigin::Mail));
        assert_eq!(article.paragraphs, ["正文的第一段。"]);
        assert_eq!(article.span.end, MAIL.len() as u64);
    }
    let html = MAIL.replace("text/plain", "text/html").replace("正文的", "<p>正文&amp;的</p>");
    let without_receiver = html.replace("To: ", "X-To: ").replace("Received: ", "X-Received: ");
    let mbox = format!("From a@b.c Thu Mar  4 05:06:07 2021\n{without_receiver}\n");
    for (name, bytes) in [("a.eml", html), ("a.eml", without_receiver), ("a.mbox", mbox)] {
        let (articles, _) = read(name, &bytes);
        let article = &articles[0];
        assert_eq!((&*article.title, article.author.as_deref()), ("測試標題", Some("張三")));
        assert!(article.date.value.is_some(), "{bytes}");
        assert!(article.paragraphs.iter().any(|text| text.starts_with("正文&的")), "{bytes}");
    }
}

#[test]
fn attachments_are_counted_as_ignored() {
    let message = "From: a@b.c\nTo: d@e.f\nSubject: 甲\nMIME-Version: 1.0\n\
        Content-Type: multipart/mixed; boundary=q\n\n--q\nContent-Type: text/plain; charset=utf-8\n\n\
        正文在此。\n--q\nContent-Type: application/pdf; name=\"=?utf-8?B?5aCx5ZGKLnBkZg==?=\"\n\
        Content-Disposition: attachment\nContent-Transfer-Encoding: base64\n\nJVBERg==\n--q\n\
        Content-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\n/9j/\n--q\n\
        Content-Type: application/msword; name=\"../../a b.DOC\"\n\
        Content-Disposition: attachment; filename=\"../../a b.DOC\"\n\nx\n--q--\n";
    let mbox = format!("From a@b.c Thu Mar  4 05:06:07 2021\n{message}\n");
    // An HTML message of which no receiver is known is not a saved page, which has no attachments.
    let html = |text: &str| text.replace("To: d@e.f\n", "").replace("text/plain", "text/html");
    for (name, bytes) in [
        ("a.eml", message.to_owned()),
        ("a.mbox", mbox.clone()),
        ("b.eml", html(message)),
        ("b.mbox", html(&mbox)),
    ] {
        let (articles, report) = read(name, bytes);
        assert_eq!((articles.len(), &*articles[0].title), (1, "甲"), "{name}");
        assert_eq!(articles[0].paragraphs, ["正文在此。"], "{name}");
        let names: Vec<String> = report
            .ignored
            .iter()
            .map(|path| path.to_string_lossy().rsplit_once(name).unwrap().1.to_owned())
            .collect();
        assert_eq!(names, ["!/報告.pdf", "!/attachment.jpg", "!/a b.DOC"], "{name}");
        let endings = report.ignored_by_ending();
        let counted: Vec<_> = endings.iter().map(|(e, count)| (e.as_str(), *count)).collect();
        assert_eq!(counted, [(".doc", 1), (".jpg", 1), (".pdf", 1)], "{name}");
    }
}

#[test]
fn the_span_of_an_mbox_message_is_the_whole_message() {
    let one = format!("From a@b.c Thu Mar  4 05:06:07 2021\n{MAIL}\n");
    let mbox = one.repeat(3);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.mbox");
    fs::write(&path, &mbox).unwrap();
    let (records, report) = read_roots(&[dir.path().to_owned()], &Options::default());
    let articles = articles(records);
    assert_eq!((articles.len(), report.dumps), (3, 1));
    for article in articles {
        let member = None;
        let bytes = original(&path, member, article.span).unwrap();
        assert!(
            bytes.starts_with(b"From a@b.c") && bytes.ends_with("正文的第一段。\r\n\n".as_bytes())
        );
    }
}

#[test]
fn records_of_search_engines_are_unwrapped() {
    // The `_id` of a hit is the id of the record, not the `id` in `_source`.
    let hit = r#"{"_index":"news","_id":"7","_score":1.0,"_source":{"id":3,"title":"甲","content":"乙"}}"#;
    let lines = format!("{hit}\n{}\n", hit.replace("\"7\"", "\"8\""));
    let answer = format!(
        r#"{{"took":3,"timed_out":false,"_shards":{{"total":5}},"hits":{{"total":{{"value":2}},"max_score":1.0,"hits":[{hit},{}]}}}}"#,
        hit.replace("\"7\"", "\"8\"")
    );
    let bulk = "{\"index\":{\"_index\":\"news\",\"_id\":\"7\"}}\n{\"title\":\"甲\",\"content\":\"乙\"}\n\
                {\"create\":{\"_id\":8}}\n{\"title\":\"甲\",\"content\":\"乙\"}\n";
    let solr = r#"{"responseHeader":{"status":0},"response":{"numFound":2,"docs":[{"id":"7","title":"甲","content":"乙"},{"id":"8","title":["甲"],"content":["乙"]}]}}"#;
    for (name, bytes) in [
        ("a.jsonl", lines.as_str()),
        ("a.json", &lines),
        ("a.json", &answer),
        ("a.ndjson", bulk),
        ("a.json", solr),
    ] {
        let (articles, report) = read(name, bytes);
        let found: Vec<_> =
            articles.iter().map(|a| (&*a.id, &*a.title, a.paragraphs.join("/"))).collect();
        assert_eq!(found, [("7", "甲", "乙".to_owned()), ("8", "甲", "乙".to_owned())], "{bytes}");
        assert_eq!(report.skipped, [], "{bytes}");
    }
}

#[test]
fn a_web_page_saved_as_mhtml_is_read_like_the_page() {
    let mht = "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://a.b/c\r\nSubject: x\r\n\
        Date: Thu, 04 Mar 2021 05:06:07 +0800\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/related; type=\"text/html\"; boundary=\"q\"\r\n\r\n--q\r\n\
        Content-Type: text/html; charset=utf-8\r\nContent-Location: https://a.b/c\r\n\r\n"
        .to_owned()
        + HTML + "\r\n--q--\r\n";
    for name in ["a.mht", "a.mhtml", "a"] {
        let (articles, _) = read(name, &mht);
        let article = &articles[0];
        assert_eq!((&*article.title, article.url.as_deref()), ("測試標題", Some("https://a.b/c")));
        assert_eq!(article.date.value, None, "the date of saving a page is not its date");
    }
}

#[test]
fn the_front_matter_of_markdown_is_read() {
    let text = "---\ntitle: 測試標題\ndate: 2021-03-04\ntags: [甲, 乙]\nauthor: 張三\nlink: https://a.b\n---\n\n\
        正文的**第一段**。\n\n## 小標題\n\n- [第二段](https://c.d)\n";
    for (name, bytes) in [
        ("a.md", text.as_bytes().to_vec()),
        ("a.txt", text.as_bytes().to_vec()),
        ("a.md", BIG5.encode(text).0.into_owned()),
    ] {
        let (articles, _) = read(name, bytes);
        let article = &articles[0];
        assert_eq!((&*article.title, article.author.as_deref()), ("測試標題", Some("張三")));
        assert_eq!(
            (&*article.tags.join(","), article.url.as_deref()),
            ("甲,乙", Some("https://a.b"))
        );
        assert_eq!(article.date.provenance, DateProvenance::Stated(DateOrigin::FrontMatter));
        assert_eq!(article.paragraphs, ["正文的第一段。", "小標題", "第二段"]);
    }
    let (articles, _) = read("a.md", "# 測試標題\n\n正文的第一段,正文的第一段。\n");
    assert_eq!(articles[0].title, "測試標題");
}

#[test]
fn the_pages_of_crawls_are_read_without_records_about_the_crawl() {
    let response =
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{HTML}");
    let record = |kind: &str, url: &str, media: &str, body: &str| {
        format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: <{url}>\r\nContent-Type: {media}\r\n\
             Content-Length: {}\r\n\r\n{body}\r\n\r\n",
            body.len()
        )
    };
    let warc = record("response", "https://a.b/c", "application/http", &response)
        + &record(
            "metadata",
            "metadata://gnu.org/software/wget/warc/MANIFEST.txt",
            "text/plain",
            "甲",
        )
        + &record("resource", "metadata://gnu.org/software/wget/warc/wget.log", "text/plain", "乙");
    for name in ["a.warc", "a.bin.1", "a"] {
        let (articles, report) = read(name, &warc);
        assert_eq!(articles.len(), 1, "{name}: {report:?}");
        assert_eq!(articles[0].url.as_deref(), Some("https://a.b/c"));
    }
    let head = "1 0 InternetArchive\nURL IP-address Archive-date Content-type Archive-length\n";
    let image = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nx";
    let arc = format!(
        "filedesc://a.arc 0.0.0.0 20210304050607 text/plain {}\n{head}\n\
         https://a.b/c 1.2.3.4 20210304050607 text/html {}\n{response}\n\
         https://a.b/d 1.2.3.4 20210304050607 image/png {}\n{image}\n",
        head.len(),
        response.len(),
        image.len()
    );
    for name in ["a.arc", "a.txt"] {
        let (articles, report) = read(name, &arc);
        assert_eq!((articles.len(), report.ignored.len()), (1, 1), "{name}: {report:?}");
        assert_eq!(
            (&*articles[0].title, articles[0].url.as_deref()),
            ("測試標題", Some("https://a.b/c"))
        );
    }
    // The file ends inside its last record.
    let (_, report) = read("a.arc", &arc[..arc.len() - 40]);
    assert!(matches!(report.skipped[0].reason, Reason::Damaged(_)));
}

#[cfg(unix)]
#[test]
fn the_command_of_pre_turns_other_files_into_text() {
    use std::os::unix::fs::PermissionsExt;

    let dir = tempfile::tempdir().unwrap();
    let script = dir.path().join("to-text");
    fs::write(
        &script,
        "#!/bin/sh\ncase \"$1\" in\n*bad.pdf) echo 'no text layer' >&2; exit 3;;\n\
         *json.pdf) echo '{\"title\":\"甲\",\"text\":\"乙\"}';;\n\
         *.pdf) echo '測試標題_GPT'; echo; tail -n +2;;\nesac\n",
    )
    .unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let pages = dir.path().join("pages");
    fs::create_dir(&pages).unwrap();
    for name in ["a.pdf", "bad.pdf", "json.pdf"] {
        fs::write(pages.join(name), "%PDF-1.7\n正文的第一段,正文的第一段。\n").unwrap();
    }
    fs::write(pages.join("b.txt"), "正文的第一段。\n").unwrap();
    fs::write(pages.join("c.png"), b"\x89PNG\r\n\x1a\n\0\0").unwrap();
    for globs in [vec![], vec!["*.pdf".to_owned()]] {
        let mut options = Options::default();
        options.pre = Some(PreCommand::new(&script, &globs).unwrap());
        let (records, report) = read_roots(std::slice::from_ref(&pages), &options);
        let articles = articles(records);
        let titles: Vec<&str> = articles.iter().map(|article| &*article.title).collect();
        assert_eq!(titles, ["測試標題", "正文的第一段", "甲"]);
        assert_eq!(articles[0].span.end, fs::metadata(pages.join("a.pdf")).unwrap().len());
        let skipped: Vec<String> = report.skipped.iter().map(ToString::to_string).collect();
        let failed = "the command of --pre failed: exit status: 3: no text layer";
        assert!(skipped[0].ends_with(failed), "{skipped:?}");
        // Without globs the command gets the image, too, and prints nothing.
        assert_eq!(skipped.len(), if globs.is_empty() { 2 } else { 1 }, "{skipped:?}");
    }
    let mut options = Options::default();
    options.pre = Some(PreCommand::new("/nonexistent/command", &[]).unwrap());
    let (_, report) = read_roots(&[pages], &options);
    assert!(matches!(report.skipped[0].reason, Reason::CommandFailed(_)));
    assert!(PreCommand::new("x", &["a[".to_owned()]).is_err());
}

#[test]
fn the_table_of_formats_has_pages_dumps_and_containers() {
    let names: Vec<&str> = formats().map(|format| format.name).collect();
    for name in ["text", "HTML", "Markdown", "CSV", "mbox", "WARC", "ARC", "Sogou news"] {
        assert!(names.contains(&name), "{name}");
    }
}
