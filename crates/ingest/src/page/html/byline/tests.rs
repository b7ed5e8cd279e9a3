use jiff::civil::datetime;

use super::*;
use crate::page::html::lines;
use crate::test_support::assert_summaries;

/// What all lines of a page say, read as bylines.
fn byline_of(html: &str) -> HtmlByline {
    let page = lines::read(html);
    let mut byline = HtmlByline::default();
    let lines = &page.layout.lines;
    byline.read(lines, &page.pieces, 0..lines.len(), Labels::builtin());
    byline
}

#[test]
fn date_and_outlet_are_read_from_every_form_of_byline() {
    let time = Some(Moment::Time(datetime(2019, 9, 7, 13, 43, 45, 0)));
    for html in [
        "<div>2019-09-07 13:43:45 来源: <a>示例日报</a> <a>举报</a></div>",
        "<div>分享到：</div><div><span>2019-09-07 13:43:45</span><span>字号：<a>A-</a></span><span>来源：示例日报</span></div>",
        "<p><span>2019年09月07日 13:43:45</span><br><span>来源：</span><span><a>示例日报</a></span></p>",
        "<h4>发表于<span>2019-09-07 13:43:45</span>| <span>1164次阅读</span>| 来源<span>示例日报</span>| <span>0 条评论</span></h4>",
        "<div><i>时间：</i>2019-09-07 13:43:45 <i>来源：</i> 示例日报 </div>",
        "<div>发布日期：2019-09-07 13:43:45&nbsp;&nbsp;来源：示例日报</div>",
        "<div>发稿时间：2019-09-07 13:43:45　审核：李四　来源：示例日报</div>",
        "<div>更新时间:2019-09-08 10:00</div><div>2019-09-07 13:43:45|来源:示例日报</div>",
    ] {
        let byline = byline_of(html);
        assert_eq!((byline.date, byline.source.as_deref()), (time, Some("示例日报")), "{html}");
    }
    for html in [
        "<div><span>2019-09-07 13:43:45</span> <a>示例日报</a>&nbsp;</div>",
        "<div><span>原创</span> <span>示例日报</span> <span>2019-09-07 13:43:45</span></div>",
        "<p>2019-09-07 13:43:45 <span>示例日报</span> <span>王小明</span></p>",
        "<p><span>2019-09-07 13:43:45</span> <span>·</span> <span>示例日报</span></p>",
    ] {
        let byline = byline_of(html);
        let source = byline.marked_source.as_deref();
        assert_eq!((byline.date, source), (time, Some("示例日报")), "{html}");
    }
}

#[test]
fn the_date_of_an_update_is_no_date_of_publication() {
    let published = Some(Moment::Time(datetime(2019, 9, 7, 13, 43, 45, 0)));
    let updated = Some(Moment::Time(datetime(2019, 9, 8, 10, 0, 0, 0)));
    for label in ["更新时间：", "最後修改：", "Updated: ", "Last updated: ", "Modified: "]
    {
        let html = format!(
            "<div>{label}2019-09-08 10:00:00</div><div>发布时间：2019-09-07 13:43:45</div>"
        );
        let byline = byline_of(&html);
        assert_eq!((byline.date, byline.labelled_date), (published, published), "{html}");
        assert_eq!((byline.updated, byline.labelled_update), (updated, updated), "{html}");
    }
    for html in
        ["<div>Updated on 2019-09-08 10:00:00</div>", "<div>Last updated 2019-09-08 10:00:00</div>"]
    {
        let byline = byline_of(html);
        assert_eq!((byline.date, byline.updated), (None, updated), "{html}");
        assert_eq!(byline.labelled_update, None, "{html}");
    }
}

#[test]
fn an_author_has_a_label_an_attribute_or_an_outlet_after_the_name() {
    assert_eq!(byline_of("<p>作者：王小明  编译：李四</p>").author.as_deref(), Some("王小明"));
    assert_eq!(byline_of("<p>王小明/示例日报</p>").marked_author.as_deref(), Some("王小明"));
    assert_eq!(byline_of("<div class=author>作者最近文章</div>").marked_author, None);
    assert_eq!(byline_of("<p>2019-09-07 国内新闻</p>").marked_source, None);
    assert_eq!(byline_of("<p>作者表示，这很好</p>").author, None);
    assert_eq!(
        byline_of("<span class=author>王小明</span>").marked_author.as_deref(),
        Some("王小明")
    );
}

#[test]
fn sentences_are_no_bylines() {
    for html in ["<p>2019年9月7日，公司宣布了消息。</p>", "<p>截至2019年9月7日的数据</p>"]
    {
        let byline = byline_of(html);
        assert_eq!((byline.date, byline.lines.len()), (None, 0), "{html}");
    }
}

/// The values of a line that is read as a byline, with spaces between them. A date is given as day
/// and time; that of an update has a `~` before it.
fn summary(line: &str) -> String {
    let byline = byline_of(&format!("<div class=info>{line}</div>"));
    let time = |moment| date::sort_key(moment).strftime("%Y-%m-%d %H:%M").to_string();
    let parts = [
        byline.date.map(time),
        byline.updated.map(|moment| format!("~{}", time(moment))),
        byline.source.or(byline.marked_source).map(|name| format!("source={name}")),
        byline.author.or(byline.marked_author).map(|name| format!("author={name}")),
        byline.translator.map(|name| format!("translator={name}")),
        byline.editor.map(|name| format!("editor={name}")),
    ];
    let values: Vec<String> = parts.into_iter().flatten().collect();
    values.join(" ").replace(" 00:00", "")
}

/// Asserts that each line has the [`summary`] that stands beside it.
fn assert_all(lines: &[(&str, &str)]) {
    assert_summaries(lines, summary);
}

#[test]
fn a_space_or_nothing_may_separate_a_label_of_a_date_from_the_date() {
    assert_all(&[
        ("发布于2019-09-07", "2019-09-07"),
        ("发布时间2019年9月7日 10:20", "2019-09-07 10:20"),
        ("更新于2019-09-07 10:20", "~2019-09-07 10:20"),
        ("来源：新浪 发布于2019-09-07", "2019-09-07 source=新浪"),
        ("示例日报 发布于2019-09-07", "2019-09-07 source=示例日报"),
        ("发布于2019年9月7日的消息", ""),
        ("发布于 2019-09-07", "2019-09-07"),
        ("发表于 2019-09-07 10:20", "2019-09-07 10:20"),
        ("发布时间 (2019-09-07)", "2019-09-07"),
        ("Posted on 2019-09-07", "2019-09-07"),
        ("更新于 2019-09-07", "~2019-09-07"),
        ("Updated 2019-09-07", "~2019-09-07"),
        ("Last updated on 2019-09-07", "~2019-09-07"),
        ("发布于 2019-09-07 更新于 2019-09-08", "2019-09-07 ~2019-09-08"),
        ("来源：新浪 发布于 2019-09-07", "2019-09-07 source=新浪"),
        ("示例日报 发布于 2019-09-07", "2019-09-07 source=示例日报"),
        // Whether a user, a category or an outlet published it is not known.
        ("张三 发布于 2019-09-07", "2019-09-07"),
        ("kingname 发布于 2019-09-07", "2019-09-07"),
        ("John Smith Posted on 2019-09-07", "2019-09-07"),
        ("Posted on 2019-09-07 by admin", "2019-09-07"),
        ("发布于 2019-09-07 北京", "2019-09-07"),
    ]);
    assert_eq!(byline_of("<p>发布于 2019-09-07</p>").lines, [0], "the line is only a byline");
}

#[test]
fn a_space_may_separate_a_label_of_a_name_from_the_name() {
    assert_all(&[
        ("时间 2019-09-07 来源 新浪财经", "2019-09-07 source=新浪财经"),
        ("发布时间 2019-09-07 作者 李四", "2019-09-07 author=李四"),
        ("来源 新浪 作者 李四 2019-09-07 10:20", "2019-09-07 10:20 source=新浪 author=李四"),
        ("2019-09-07 责任编辑 李四 记者 王小明", "2019-09-07 author=王小明 editor=李四"),
        ("编译 李四 2019-09-07", "2019-09-07 translator=李四"),
        ("作者 王小明 李四 | 2019-09-07", "2019-09-07 author=王小明 李四"),
        ("作者 李四 示例 2019-09-07", "2019-09-07 author=李四"),
        ("By John Smith 2019-09-07", "2019-09-07 author=John Smith"),
        ("发布于\n  2019-09-07\n  来源\n  新浪财经", "2019-09-07 source=新浪财经"),
        ("来源 新浪财经", "source=新浪财经"),
        ("作者 李四", "author=李四"),
    ]);
}

#[test]
fn other_text_with_the_words_of_labels_names_nobody() {
    assert_all(&[
        ("来源：新浪 作者：李四 2019-09-07", "2019-09-07 source=新浪 author=李四"),
        ("来源：示例日报／", "source=示例日报"),
        ("文字 直播 2019-09-07", "2019-09-07"),
        ("2019-09-07 来源 网络", "2019-09-07"),
        ("2019-09-07 作者 专栏 文章", "2019-09-07"),
        ("发布 2019年9月7日，公司宣布", ""),
        ("记者 李明 从会议上获悉，公司已经开工", ""),
        ("媒体 合作", ""),
        ("by Example", ""),
        ("Powered By Example", ""),
    ]);
}

#[test]
fn a_label_alone_is_no_name() {
    assert_all(&[
        ("来源 2019-09-07", "2019-09-07"),
        ("编辑 2019-09-07", "2019-09-07"),
        ("<span>Posted on</span> 2019-09-07", "2019-09-07"),
        ("来源：发布于 2019-09-07", "2019-09-07"),
        ("作者：编辑 2019-09-07", "2019-09-07"),
        ("<span class=author>记者 2019-09-07</span>", "2019-09-07"),
    ]);
}

#[test]
fn labels_before_a_space_count_only_near_the_title() {
    // Far from the title, only labelled values are read. Comments have such lines, too.
    let byline = byline_of("<p>发表于 2019-09-07 来源 新浪财经</p><p>更新于 2019-09-08</p>");
    assert_eq!((byline.labelled_date, byline.labelled_update, byline.source), (None, None, None));
}
