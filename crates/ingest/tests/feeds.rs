//! Feeds: what an item states, and what the feed states for it.

use crate::dumps::read;

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
