//! Feeds: what an item states, what the feed states for it, and items that are no articles.

use wensou_ingest::Report;

use crate::dumps::read;

/// An item of a WordPress export.
fn item(kind: &str, title: &str, text: &str) -> String {
    format!(
        "<item><title>{title}</title><link>http://a.b/{title}</link><description></description>\
         <content:encoded><![CDATA[{text}]]></content:encoded>\
         <excerpt:encoded><![CDATA[]]></excerpt:encoded><wp:post_type>{kind}</wp:post_type></item>"
    )
}

/// The kinds of records that were left out, with their counts and lines.
fn other_kinds(report: &Report) -> Vec<String> {
    let kinds = report.other_kinds.iter();
    kinds.map(|kind| format!("{}:{}:{}", kind.key, kind.count, kind.line)).collect()
}

#[test]
fn pictures_and_menu_items_of_a_blog_are_counted_by_kind() {
    let items = [
        item("post", "博文", "正文的第一段。"),
        item("attachment", "DSC_0012", ""),
        item("attachment", "DSC_0013", "图片的说明。"),
        item("nav_menu_item", "首页", ""),
        item("nav_menu_item", "", ""),
        item("revision", "博文", "正文的旧版本。"),
        item("news", "新闻", "新闻的第一段。"),
        item("page", "关于", ""),
    ];
    let export =
        format!("<?xml version=\"1.0\"?><rss><channel>\n{}</channel></rss>", items.join("\n"));
    let (articles, report) = read("wp.xml", &export);
    let titles: Vec<&str> = articles.iter().map(|article| &*article.title).collect();
    assert_eq!(titles, ["博文", "新闻", "关于"]);
    assert_eq!(other_kinds(&report), ["attachment:2:3", "nav_menu_item:2:5", "revision:1:7"]);
    assert_eq!((report.skipped.len(), report.unused_keys.len()), (0, 0), "{report:?}");
    assert_eq!(report.records_without_text, 1, "the page has a title only");
    let kind = "http://schemas.google.com/blogger/2008/kind#";
    let entry = |name: &str| {
        format!(
            "<entry><category scheme='x' term='{kind}{name}'/><category term='生活'/>\
             <title>{name}</title><content type='html'>正文。</content></entry>"
        )
    };
    let export = format!("<feed>{}{}{}</feed>", entry("settings"), entry("post"), entry("comment"));
    let (articles, report) = read("blog.xml", &export);
    assert_eq!((articles.len(), articles[0].tags.join(",")), (1, "生活".to_owned()));
    assert_eq!(other_kinds(&report), ["comment:1:1", "settings:1:1"]);
}

#[test]
fn records_with_only_a_title_are_kept_and_counted() {
    let feed = "<rss><channel><item><title>甲</title></item><item><title>乙</title>\
                <description>正文</description></item></channel></rss>";
    for (name, bytes) in
        [("a.rss", feed), ("a.jsonl", "{\"title\":\"甲\"}\n{\"title\":\"乙\",\"text\":\"丙\"}\n")]
    {
        let (articles, report) = read(name, bytes);
        assert_eq!((articles.len(), report.records_without_text), (2, 1), "{name}");
    }
}

#[test]
fn an_entry_has_what_the_feed_states_for_all() {
    let atom = "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:base=\"http://a.b/news/\">\
        <title>示例报</title><author><name>编辑部</name></author>\
        <entry><title>甲</title><link href=\"2021/1.html\"/><content>正文</content></entry>\
        <entry xml:base=\"/old/\"><title>乙</title><link href=\"../2.html\"/>\
        <author><name>张三</name></author><author><name>李四</name></author>\
        <content>正文</content></entry></feed>";
    let (articles, _) = read("a.atom", atom);
    let found: Vec<_> = articles
        .iter()
        .map(|it| [&it.site, &it.author, &it.url].map(|text| text.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(
        found,
        [
            ["示例报", "编辑部", "http://a.b/news/2021/1.html"],
            ["示例报", "张三、李四", "http://a.b/2.html"],
        ]
    );
    let rss = "<rss><channel><title>示例报</title><link>http://a.b/</link>\
        <item><title>甲</title><link>/1</link></item>\
        <item><title>乙</title><guid>http://a.b/2</guid></item></channel></rss>";
    let (articles, _) = read("a.rss", rss);
    let urls: Vec<_> = articles.iter().map(|article| article.url.as_deref()).collect();
    assert_eq!(urls, [Some("http://a.b/1"), Some("http://a.b/2")]);
}
