//! What of an HTML page is the text of its article: text beside the element that has most of it,
//! and boxes that are not text.

// Clippy exempts only test functions; their helpers panic on failure, too.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]

use wensou_ingest::{Moment, Page};

use crate::html_pages::{BODY, read};

const LEAD: &str =
    "新华社北京5月6日电（记者王小明）示例公司工会周一宣布，将从周三凌晨开始举行三天的罢工。";
const TITLE: &str = "数据中心开工的消息";

fn paragraphs(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("<p>{text}</p>")).collect()
}

/// A page with the title, a date, and this below them.
fn page(inner: &str) -> Page {
    read(&format!(
        "<!DOCTYPE html><html><head><meta charset=utf-8><title>{TITLE}_示例网</title></head><body>\
         <div class=nav><a href=/a>首页</a><a href=/b>财经</a></div><div class=wrap><h1>{TITLE}</h1>\
         <div>2021-05-06 10:22</div>{inner}</div><div class=footer><p>本站的所有内容来自网友，\
         如有问题请联系我们，我们会及时处理。</p></div></body></html>"
    ))
}

fn text(inner: &str) -> Vec<String> {
    page(inner).article.paragraphs
}

#[test]
fn a_lead_beside_the_element_of_the_text_is_text() {
    let body = format!("<div class=rich-text>{}</div>", paragraphs(&BODY[..3]));
    let expected = [LEAD, BODY[0], BODY[1], BODY[2]];
    for lead in [
        "<p>LEAD</p>",
        "<p class=teaser>LEAD</p>",
        "<p class=intro><b>LEAD</b></p>",
        "<p class=subtitle>LEAD</p>",
        "<p class=description>LEAD</p>",
        "<p class=standfirst>LEAD</p>",
        "<div class=summary>LEAD</div>",
        "<div class=intro><p>LEAD</p></div>",
        "<div class=daodu>LEAD</div>",
        "<blockquote>LEAD</blockquote>",
        "<h2 class=sub>LEAD</h2>",
        "<p>LEAD</p><figure><img src=a></figure>",
        "<div class=img><img src=a></div><p>LEAD</p>",
    ] {
        let found = page(&format!("{}{body}", lead.replace("LEAD", LEAD))).article;
        assert_eq!(found.paragraphs, expected, "{lead}");
        assert_eq!(found.source.as_deref(), Some("新华社"), "{lead}");
    }
    let two = format!("<p>{LEAD}</p><p>{}</p><div>{}</div>", BODY[3], paragraphs(&BODY[..3]));
    assert_eq!(text(&two), [LEAD, BODY[3], BODY[0], BODY[1], BODY[2]]);
}

#[test]
fn a_lead_may_stand_above_the_byline_in_the_header_of_the_article() {
    for repeated in [1, 3] {
        let lead = BODY[3].repeat(repeated);
        let found = read(&format!(
            "<html><head><title>{TITLE} | 示例誌</title></head><body><header><a>示例誌</a></header>\
             <main><article><header><h1>{TITLE}</h1><p class=subtitle>{lead}</p><div class=meta>\
             文／周以安　2022-03-01</div></header><div class=body>{}</div></article></main>\
             <footer>示例誌版權所有</footer></body></html>",
            paragraphs(&BODY[..3])
        ));
        assert_eq!(found.article.paragraphs, [&*lead, BODY[0], BODY[1], BODY[2]]);
        assert_eq!(found.article.author.as_deref(), Some("周以安"), "{repeated}");
        assert!(found.article.date.value.is_some(), "{repeated}");
    }
}

#[test]
fn a_question_above_its_answers_is_text() {
    let question = "刚从外地搬来，发现屋里冷得写不了字，请问科学的解释是什么？";
    let answers: String = [&BODY[..2], &BODY[2..]]
        .iter()
        .map(|answer| {
            format!("<div class=List-item><span>甲</span><div>{}</div></div>", paragraphs(answer))
        })
        .collect();
    let found = text(&format!(
        "<div class=QuestionHeader-detail><span>{question}</span></div><button>关注</button>{answers}"
    ));
    for wanted in [question].iter().chain(&BODY) {
        assert!(found.iter().any(|paragraph| paragraph == wanted), "{wanted}: {found:?}");
    }
}

#[test]
fn paragraphs_below_the_element_of_the_text_are_text() {
    let tail = format!(
        "<div>{}</div><h3>小结</h3><p>{}</p><p>{LEAD}</p>",
        paragraphs(&BODY[..3]),
        BODY[3]
    );
    assert_eq!(text(&tail), [BODY[0], BODY[1], BODY[2], "小结", BODY[3], LEAD]);
    let last = format!("<div class=content>{}</div><p>{LEAD}</p>", paragraphs(&BODY));
    assert_eq!(text(&last), [BODY[0], BODY[1], BODY[2], BODY[3], LEAD]);
}

#[test]
fn notices_and_boxes_beside_the_text_are_not_text() {
    let notice = "独立媒体不接受财团的收购，全靠读者的捐款来营运，请大家支持。";
    for (above, below) in [
        ("<p>打开APP，阅读体验更佳，还有更多精彩等着您。</p>", ""),
        ("<div class=share-tip>把这篇文章分享给您的朋友，一起来讨论吧。</div>", ""),
        ("<div class=author-box><p>王小明是资深的媒体人，长期关注科技与产业。</p></div>", ""),
        (
            "<figure><img><figcaption>工人们正在安装最后一段钢梁，现场非常忙碌。</figcaption></figure>",
            "",
        ),
        ("", "<div class=donate><p>独立媒体不接受财团的收购，全靠读者的捐款来营运。</p></div>"),
        ("", "<p>版权声明：未经授权，任何人不得擅自使用本文的内容，违者必究。</p>"),
        ("", "<p>本文来自网友投稿，不代表本站的立场，如有侵权请联系我们删除。</p>"),
        ("", "<h3>相关阅读</h3><p><a href=/1>某地的又一个数据中心在昨天正式开工了。</a></p>"),
    ] {
        let body = paragraphs(&BODY);
        assert_eq!(
            text(&format!("{above}<div class=c>{body}</div>{below}")),
            BODY,
            "{above}{below}"
        );
    }
    let boxed = format!("<div class=c>{}</div><div><p>{notice}</p></div>", paragraphs(&BODY));
    assert_eq!(text(&boxed), BODY);
}

/// Comments of readers, each as the template has it.
fn comments(template: &str) -> String {
    [
        "我们楼里的六户人家谈了三年，到现在都没有谈拢。",
        "写得很细，下周我也打算带孩子去现场看一看。",
        "希望有关部门能够认真听取居民们的意见。",
        "我家就在旁边，每天晚上都能听到机器的声音。",
        "支持，早就应该建了，这里的网络一直都很慢。",
        "希望不要影响到附近的学校，孩子们还要上课。",
    ]
    .iter()
    .map(|comment| template.replace("C", comment))
    .collect()
}

#[test]
fn comments_are_not_text() {
    for (before, template, after) in [
        ("<div class=comment-list><h3>全部评论</h3>", "<p>C</p>", "</div>"),
        ("<div class=pl_box><h3>网友评论</h3>", "<p>C</p>", "</div>"),
        ("<div class=pinglun>", "<p>C</p>", "</div>"),
        ("<div class=tie-list><div>热门跟贴</div>", "<p>C</p>", "</div>"),
        ("<div id=reply><h4>最新评论</h4>", "<li><b>网友</b><p>C</p></li>", "</div>"),
        (
            "<div class=box><h3>读者留言(6)</h3>",
            "<div class=it><i>网友</i><p>C</p></div>",
            "</div>",
        ),
        ("<section class=liuyan><h3>精选留言</h3>", "<p>C</p>", "</section>"),
        ("<div class=box><h2>热评</h2>", "<p>C</p>", "</div>"),
        ("<div class=box><h2>网友回复</h2>", "<p>C</p>", "</div>"),
        ("<div class=huifu><h2>共有6条评论</h2>", "<p>C</p>", "</div>"),
        ("<div id=SOHUCS class=changyan><h3>网友跟帖</h3>", "<p>C</p>", "</div>"),
        ("<div class=box><div class=tit>网民留言</div>", "<p>C</p>", "</div>"),
        ("<h3>网友评论</h3>", "<p>C</p>", ""),
        ("<h3>网友评论</h3><ul>", "<li>C</li>", "</ul>"),
        ("<div><div class=h><h3>大家热议</h3></div><div>", "<p>C</p>", "</div></div>"),
    ] {
        let found = text(&format!(
            "<div class=content>{}</div>{before}{}{after}",
            paragraphs(&BODY),
            comments(template)
        ));
        assert_eq!(found, BODY, "{before}");
    }
}

#[test]
fn comments_that_outweigh_the_article_are_not_text() {
    for before in
        ["<div id=SOHUCS class=changyan><h3>网友跟帖</h3>", "<div class=box><h3>网友评论</h3>"]
    {
        let long = comments("<p>CCC</p>").repeat(2);
        let found = text(&format!(
            "<div class=content>{}</div>{before}{long}</div>",
            paragraphs(&BODY[..2])
        ));
        assert_eq!(found, BODY[..2], "{before}");
    }
}

#[test]
fn articles_about_comments_and_posts_of_forums_are_text() {
    let about = format!(
        "<div class=content>{}<h3>网友评论</h3><p>{}</p><p>{}</p></div>",
        paragraphs(&BODY[..2]),
        BODY[2],
        BODY[3]
    );
    assert_eq!(text(&about), [BODY[0], BODY[1], "网友评论", BODY[2], BODY[3]]);
    let sections = format!(
        "<article><section><h2>缘起</h2>{}</section><section><h2>网友评论</h2>{}</section></article>",
        paragraphs(&BODY[..2]),
        paragraphs(&BODY[2..])
    );
    assert_eq!(text(&sections), ["缘起", BODY[0], BODY[1], "网友评论", BODY[2], BODY[3]]);
    for name in ["comment-article", "pinglun", "reply"] {
        let named = format!("<div class={name}>{}</div>", paragraphs(&BODY));
        assert_eq!(text(&named), BODY, "{name}");
    }
    let posts: String =
        BODY[1..].iter().map(|post| format!("<div class=reply><p>{post}</p></div>")).collect();
    let forum = format!("<div class=post><p>{}</p></div>{posts}", BODY[0]);
    assert!(text(&forum).len() >= 3, "{:?}", text(&forum));
}

#[test]
fn lists_of_other_articles_are_not_text() {
    let body = format!("<div class=content>{}</div>", paragraphs(&BODY));
    for other in [
        "<div><h2>More from 许慕白 and 远方周报</h2><article><h2>极光下的失眠指南</h2>\
         <p>那是我第三次看到极光，也是第一次想家想得睡不着觉的晚上。</p></article></div>",
        "<section><h2>熱讀</h2><ol><li><a>1 某國少子化的十個數字</a></li></ol></section>",
    ] {
        assert_eq!(text(&format!("{body}{other}")), BODY, "{other}");
    }
    let inside = format!(
        "<div>{}</div><section><strong>你可能還想看</strong><ul><li><a>海平面上升：三個島國的故事\
         </a></li></ul></section><div>{}</div>",
        paragraphs(&BODY[..2]),
        paragraphs(&BODY[2..])
    );
    assert_eq!(text(&inside), BODY);
}

#[test]
fn buttons_and_imprints_beside_the_paragraphs_are_not_text() {
    let found = text(&format!(
        "<div><p>分享 收藏</p>{}<p>上一篇 下一篇</p><p>© 2024年示例之声版权声明：保留所有权利。</p></div>",
        paragraphs(&BODY)
    ));
    assert_eq!(found, BODY);
}

#[test]
fn a_list_of_titles_in_brackets_is_no_list_of_flashes() {
    let list = "<ul><li>【逸语道破】<a href=/1>他们对此地的迟疑正在消散</a></li><li>2019-09-08</li>\
                <li>【新闻晨信】<a href=/2>神话也在昨天破灭了</a></li><li>2019-09-07</li></ul>";
    let page = page(&format!("<div>{}</div>{list}", paragraphs(&BODY)));
    assert_eq!((page.article.paragraphs, page.flashes.len()), (BODY.map(String::from).to_vec(), 0));
}

#[test]
fn the_items_of_a_list_of_flashes_are_all_read_with_their_dates() {
    let items = [
        ("10:22", "央行开展操作", "中国人民银行今日开展三百亿元操作，中标利率维持不变。"),
        ("10:05", "示例指数高开", "示例指数开盘上涨百分之零点三，有色板块领涨。"),
        ("09:58", "油价上调", "有关部门宣布，今晚二十四时起汽油价格每吨上调一百元。"),
        ("09:30", "港股走弱", "示例指数低开后继续走弱，科技股普遍下跌。"),
    ];
    for template in [
        "<div class=item><p>【H】C</p><span class=time>2021-05-06 T</span></div>",
        "<div class=item><span class=time>2021-05-06 T</span><p>【H】C</p></div>",
        "<li><p>【H】C</p><i>2021-05-06 T</i></li>",
    ] {
        // The byline is read in the first lines below the title only.
        for repeated in [1, 4] {
            let list: String = (0..repeated)
                .flat_map(|round| items.map(|item| (round, item)))
                .map(|(round, (time, headline, content))| {
                    let headline = format!("{headline}{round}");
                    template.replace('H', &headline).replace('C', content).replace('T', time)
                })
                .collect();
            let page = read(&format!(
                "<html><head><meta charset=utf-8><title>快讯汇总_示例财经</title></head><body>\
                 <h1>快讯汇总</h1>{list}</body></html>"
            ));
            assert_eq!(page.flashes.len(), 4 * repeated, "{template}");
            for (flash, (time, headline, _)) in page.flashes.iter().zip(items.iter().cycle()) {
                assert!(flash.title.starts_with(headline), "{template}");
                let Some(Moment::Time(moment)) = flash.date.value else { panic!("{template}") };
                assert_eq!(moment.strftime("%H:%M").to_string(), *time, "{template}: {headline}");
            }
        }
    }
}
