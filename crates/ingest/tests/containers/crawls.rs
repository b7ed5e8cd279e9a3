//! Responses in crawls are read by their media type and content.

use super::*;

/// A body in two chunks, as the transfer coding `chunked` of HTTP writes it.
fn chunked(bytes: &[u8]) -> Vec<u8> {
    let (first, second) = bytes.split_at(20);
    let line = |part: &[u8]| format!("{:x}\r\n", part.len()).into_bytes();
    [&line(first), first, b"\r\n", &line(second), second, b"\r\n0\r\n\r\n"].concat()
}

#[test]
fn responses_of_a_warc_are_pages() {
    let http = |head: &str, body: &[u8]| {
        [b"HTTP/1.1 200 OK\r\n", head.as_bytes(), b"\r\n\r\n", body].concat()
    };
    let html =
        |title: &str| format!("<html><body><h1>{title}</h1><p>正在進行的正文。</p></body></html>");
    let target_uri = |number: u32| format!("WARC-Target-URI: https://a.example/{number}\r\n");
    let gbk = GB18030.encode(&html("短")).0.into_owned();
    let records = [
        warc("warcinfo", "", b"software: x\r\n"),
        warc("request", &target_uri(1), b"GET / HTTP/1.1\r\n\r\n"),
        warc("response", &target_uri(1), &http("Content-Type: text/html; charset=GBK", &gbk)),
        warc(
            "response",
            &target_uri(2),
            &http(
                "Content-Type: text/html\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip",
                &chunked(&gz(html("分塊").as_bytes())),
            ),
        ),
        warc("response", &target_uri(3), &http("Content-Type: image/png", b"\x89PNG")),
        warc(
            "response",
            &target_uri(4),
            b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<p>x",
        ),
        warc("resource", "Content-Type: text/plain\r\n", PAGE.as_bytes()),
        warc("response", &target_uri(5), b"not HTTP at all"),
        warc(
            "response",
            &target_uri(6),
            &http("Content-Type: text/html\r\nContent-Encoding: br", b"\x0b\x02\x80"),
        ),
        warc("conversion", "Content-Type: text/plain\r\n", page(9).as_bytes()),
    ];
    let whole = records.concat();
    let compressed_one_by_one: Vec<u8> = records.iter().flat_map(|record| gz(record)).collect();
    for (name, bytes) in [
        ("a.warc", whole.clone()),
        ("a.warc.gz", compressed_one_by_one),
        ("b.warc.zst", zst(&whole)),
    ] {
        let (records, report) = read(name, &bytes);
        assert_eq!(titles(&records), ["短", "分塊", "題目", "題目9"], "{name}");
        let found = articles(&records);
        assert_eq!(found[0].url.as_deref(), Some("https://a.example/1"));
        assert_eq!(found[2].url, None);
        // The name of a member is the number of its record.
        assert!(found[0].path.ends_with(&format!("{name}!/3")));
        // The image.
        assert_eq!(report.ignored.len(), 1);
        assert_eq!(
            skipped_lines(&report),
            [
                format!("{name}!/6: the server answered with status 404"),
                format!("{name}!/8: damaged: a response does not begin with `HTTP/`"),
                format!("{name}!/9: unsupported: content coding `br`"),
            ]
        );
    }
}

#[test]
fn dumps_in_crawls_are_read_by_media_type_and_content() {
    let rss = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>站</title>\
        <item><title>訂閱</title><description>正文的第一段。</description></item></channel></rss>";
    let json = r#"{"data":{"title":"接口","content":"正文的第一段。"}}"#;
    let linked_data = r#"{"@context":"https://schema.org","@type":"NewsArticle","headline":"鏈接","articleBody":"正文的第一段。"}"#;
    let array = r#"[{"title":"數組","content":"正文的第一段。"}]"#;
    let bodies = [
        ("application/rss+xml", rss),
        ("text/xml; charset=utf-8", rss),
        ("text/html", rss),
        ("application/json", json),
        ("application/ld+json; charset=utf-8", linked_data),
        ("application/octet-stream", array),
        ("application/json", r#"{"ttl":600,"hosts":["a","b"]}"#),
        ("application/xml", "<?xml version=\"1.0\"?><urlset></urlset>"),
        ("application/pdf", "%PDF-1.7"),
        ("application/octet-stream", "%PDF-1.7"),
        ("text/css", "p { color: red }"),
        ("text/csv", "title,content\n表格,正文的第一段。\n"),
    ];
    let records = bodies.map(|(media_type, body)| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\n\r\n");
        warc("response", "WARC-Target-URI: https://a.b/x\r\n", format!("{head}{body}").as_bytes())
    });
    let redirection = "HTTP/1.1 301 Moved\r\nContent-Type: text/html\r\n\r\n<p>正文</p>";
    let no_type = format!("HTTP/1.1 200 OK\r\n\r\n{array}");
    let records = [
        records.concat(),
        warc("response", "WARC-Target-URI: https://a.b/y\r\n", redirection.as_bytes()),
        warc("response", "WARC-Target-URI: https://a.b/z\r\n", no_type.as_bytes()),
    ];
    let (records, report) = read("a.warc", &records.concat());
    let expected = ["訂閱", "訂閱", "訂閱", "接口", "鏈接", "數組", "表格", "數組"];
    assert_eq!(titles(&records), expected);
    assert_eq!(report.ignored.len(), 3, "{:?}", report.ignored);
    let document = "unsupported: a document in a crawl, such as a PDF: take it out to convert it";
    assert_eq!(
        skipped_lines(&report),
        [
            format!("a.warc!/9: {document}"),
            format!("a.warc!/10: {document}"),
            "a.warc!/13: the server answered with status 301".to_owned(),
        ]
    );
}
