use crate::page::html::html_layout;

fn lines(html: &str) -> Vec<String> {
    html_layout(html).lines.into_iter().map(|line| line.text.into_owned()).collect()
}

#[test]
fn blocks_breaks_and_list_items_begin_lines() {
    let html = "<html><head><title>題目_站名</title><style>p{}</style><script>var a='<p>x</p>';</script></head>\
        <body><div>第一段<br>第二段<br/>第三段</div><ul><li>甲<li>乙</ul><p>丙 &amp; <b>丁</b></p></body></html>";
    assert_eq!(lines(html), ["第一段", "第二段", "第三段", "甲", "乙", "丙 & 丁"]);
    assert_eq!(html_layout(html).head_title.as_deref(), Some("題目_站名"));
}

#[test]
fn a_line_knows_its_offset_in_the_page() {
    let html = "<p>甲</p>\n<p> 乙<b>丙</b> </p>";
    let layout = html_layout(html);
    let html_of = |i: usize| &html[layout.lines[i].start..layout.lines[i].end];
    assert_eq!(html_of(0), "甲");
    assert_eq!(html_of(1), "乙<b>丙</b>");
}

#[test]
fn the_texts_of_links_to_tags_are_kept_one_by_one() {
    let html = r#"<div class="tags">Tags:<a href="/tag/0.html">AGIX</a><a href="/tag/1.html">AGIX Finance</a></div>"#;
    let layout = html_layout(html);
    assert_eq!(layout.lines[0].text, "Tags:AGIXAGIX Finance");
    assert_eq!(layout.lines[0].links, ["AGIX", "AGIX Finance"]);
}
