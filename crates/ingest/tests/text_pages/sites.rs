//! Bylines in the layouts of news sites, as they stand in a copy of the page's text.

use super::*;

/// Checks what the lines between title and text state, besides the title and this date.
fn assert_bylines_with_date(date: &str, bylines: &[(&str, &str)]) {
    let with_date: Vec<(&str, String)> =
        bylines.iter().map(|(lines, wanted)| (*lines, format!("{wanted} {date}"))).collect();
    let bylines: Vec<(&str, &str)> = with_date.iter().map(|(a, b)| (*a, b.trim())).collect();
    assert_bylines(&bylines);
}

/// Checks what the lines between title and text state, besides the title.
fn assert_bylines(bylines: &[(&str, &str)]) {
    let pages: Vec<(String, String)> = bylines
        .iter()
        .map(|(lines, wanted)| {
            (format!("測試標題⏎⏎{lines}⏎⏎P"), format!("title=測試標題 {wanted}"))
        })
        .collect();
    let pages: Vec<(&str, &str)> = pages.iter().map(|(a, b)| (a.as_str(), b.trim())).collect();
    assert_stated(&pages);
}

#[test]
fn years_of_taiwan_are_read() {
    assert_bylines(&[
        ("113/03/04 10:00", "date=2024-03-04 10:00:00"),
        ("113/3/4", "date=2024-03-04"),
        ("113-03-04", "date=2024-03-04"),
        ("113.03.04", "date=2024-03-04"),
        ("099/12/31", "date=2010-12-31"),
        ("113年3月4日", "date=2024-03-04"),
        ("發稿日期：113-03-04", "date=2024-03-04"),
        ("發布日期：113/03/04 發布單位：示例局", "source=示例局 date=2024-03-04"),
        ("時間：113/03/04", "date=2024-03-04"),
        ("中央社 113/03/04 10:00", "source=中央社 date=2024-03-04 10:00:00"),
    ]);
    for text in ["電話:113-3-4 轉 5", "113/13/04", "113.3.4", "120/80/70", "100/50"] {
        let page = page(&format!("{text}⏎⏎P"));
        assert_eq!(stated(&page), "", "{text}");
    }
}

#[test]
fn words_that_are_no_names_beside_a_date_are_no_source() {
    let time = "date=2024-03-04 10:00:00";
    let after = [
        "A03",
        "A3版",
        "第3版",
        "第三版",
        "頭版",
        "★★★",
        "»",
        "/ /",
        "| 5 min read",
        "共3頁",
        "1200字",
        "約3分鐘",
        "阅读 1.2万 评论 3",
        "阅读 1.2万",
        "1.2万阅读 3评论 5点赞",
        "閱讀時間 3 分鐘",
        "·1 分鐘 (閱讀時間)",
        "北京",
        "来自北京",
        "IP属地：北京",
        "发布于 北京",
        "發布於：台北市",
        "原創",
        "精華",
        "(GMT+8)",
        "HKT",
        "星期一",
        "163",
        "本文共1234字，阅读全文需要约5分钟",
    ];
    let lines = after.map(|after| format!("2024-03-04 10:00 {after}"));
    let bylines: Vec<(&str, &str)> = lines.iter().map(|line| (line.as_str(), time)).collect();
    assert_bylines(&bylines);
    assert_bylines(&[
        ("时间：2024-03-04 至 2024-03-10", "date=2024-03-04"),
        ("2024年3月4日—3月10日", "date=2024-03-04"),
        ("2024年3月4日週一 上午10:00·1 分鐘 (閱讀時間)", time),
        ("Mar. 4, 2024, 10:00 a.m. ET", "date=2024-03-04 23:00:00"),
        ("July 4, 2024, 10:00 a.m. ET", "date=2024-07-04 22:00:00"),
        ("July 4, 2024 10:00 AM Pacific Time", "date=2024-07-05 01:00:00"),
        ("2024-03-04 要聞", "category=要聞 date=2024-03-04"),
        ("要聞 A03 2024-03-04", "category=要聞 date=2024-03-04"),
        ("財經 | 2024-03-04 10:00", "category=財經 date=2024-03-04 10:00:00"),
        ("北京 2024-03-04 10:00", "date=2024-03-04 10:00:00"),
    ]);
}

#[test]
fn outlets_beside_a_date_are_the_source() {
    assert_bylines(&[
        ("2024-03-04 一点资讯", "source=一点资讯 date=2024-03-04"),
        ("2024-03-04 10:00 36氪", "source=36氪 date=2024-03-04 10:00:00"),
        ("2024-03-04 10:00 8btc", "source=8btc date=2024-03-04 10:00:00"),
        ("2024-03-04 10:00 PANews", "source=PANews date=2024-03-04 10:00:00"),
        ("2024-03-04 10:00 澎湃", "source=澎湃 date=2024-03-04 10:00:00"),
        ("2024-03-04 下午一點", "date=2024-03-04 13:00:00"),
    ]);
}

#[test]
fn elements_in_brackets_are_read() {
    let all = "author=王小明 source=示例網 date=2024-03-04 10:00:00";
    assert_bylines(&[
        ("[ 2024-03-04 10:00 ] [ 來源：示例網 ] [ 作者：王小明 ]", all),
        ("[2024-03-04 10:00][來源:示例網][作者:王小明]", all),
        ("2024-03-04 10:00 （來源：示例網）（作者：王小明）", all),
        ("2024-03-04 10:00 【示例網】 （記者 王小明）", all),
        ("【2024-03-04/經濟日報/A1版/要聞】", "source=經濟日報 category=要聞 date=2024-03-04"),
        ("2024/03/04 10:00 （記者王小明／台北報導）", "author=王小明 date=2024-03-04 10:00:00"),
        (
            "来源：新浪 2024-03-04 10:00 编辑：[王小明]",
            "editor=王小明 source=新浪 date=2024-03-04 10:00:00",
        ),
        ("來源:示例財經（ID:example） 2024-03-04", "source=示例財經（ID:example） date=2024-03-04"),
    ]);
}

#[test]
fn layouts_of_mainland_sites_are_read() {
    let bylines = [
        // sina
        ("2024年03月04日 10:00 新浪财经-自媒体综合", "source=新浪财经-自媒体综合"),
        (
            "2024年03月04日 10:00 市场资讯⏎新浪财经APP 缩小字体 放大字体 收藏 微博 微信 分享",
            "source=市场资讯",
        ),
        // sohu
        ("2024-03-04 10:00 来源：每日经济新闻", "source=每日经济新闻"),
        ("每日经济新闻 2024-03-04 10:00 发布于：北京市", "source=每日经济新闻"),
        ("2024-03-04 10:00　来源: 新京报 北京", "source=新京报"),
        // 163
        ("2024-03-04 10:00:00　来源: 澎湃新闻 上海 举报", "source=澎湃新闻"),
        // ifeng
        ("2024年03月04日 10:00:00 来自北京", ""),
        ("来源：凤凰网财经 2024年03月04日 10:00:00", "source=凤凰网财经"),
        // huxiu
        ("示例星球© 2024-03-04 10:00", "source=示例星球"),
        ("2024-03-04 10:00⏎作者｜王小明 编辑｜李四 题图｜视觉中国", "author=王小明 editor=李四"),
        // 36kr
        ("36氪·2024-03-04 10:00", "source=36氪"),
        ("王小明·2024年03月04日 10:00", "author=王小明"),
        // jiemian
        ("王小明 · 2024/03/04 10:00", "author=王小明"),
        (
            "2024/03/04 10:00⏎界面新闻记者 | 王小明⏎界面新闻编辑 | 李四",
            "author=王小明 editor=李四 source=界面新闻",
        ),
        ("来源：界面新闻 2024/03/04 10:00 浏览 1.2k 字数 1200", "source=界面新闻"),
        // thepaper
        ("澎湃新闻记者 王小明⏎2024-03-04 10:00⏎来源：澎湃新闻", "author=王小明 source=澎湃新闻"),
        // people, xinhua
        ("2024年03月04日10:00 | 来源：人民网", "source=人民网"),
        ("来源：人民网－人民日报  2024年03月04日10:00", "source=人民网－人民日报"),
        ("2024-03-04 10:00:00 来源：新华网⏎字体： 小 中 大 分享到：", "source=新华网"),
        // odaily, panews
        ("Odaily星球日报 · 2024-03-04 10:00", "source=Odaily星球日报"),
        ("PANews 2024-03-04 10:00 本文共1234字，阅读全文需要约5分钟", "source=PANews"),
        ("作者 | 王小明⏎编辑 | 李四⏎2024-03-04 10:00 ", "author=王小明 editor=李四"),
        // yicai
        (
            "第一财经 2024-03-04 10:00:00 听新闻⏎作者：王小明 责编：李四",
            "author=王小明 editor=李四 source=第一财经",
        ),
    ];
    assert_bylines_with_date("date=2024-03-04 10:00:00", &bylines);
}

#[test]
fn layouts_of_other_sites_are_read() {
    let bylines = [
        // udn
        ("2024-03-04 10:00 聯合報／ 記者王小明／台北即時報導", "author=王小明 source=聯合報"),
        ("2024-03-04 10:00 經濟日報 記者王小明／台北報導", "author=王小明 source=經濟日報"),
        ("2024-03-04 10:00 中央社／ 台北4日電", "source=中央社"),
        // ltn
        ("2024/03/04 10:00⏎〔記者王小明／台北報導〕", "author=王小明"),
        ("2024/03/04 10:00⏎〔財經頻道／綜合報導〕", ""),
        // cna
        ("2024/3/4 10:00（3/4 11:00 更新）", ""),
        ("2024/3/4 10:00⏎（中央社記者王小明台北4日電）", "author=王小明 source=中央社"),
        // chinatimes
        ("10:00 2024/03/04 中時新聞網 王小明", "author=王小明 source=中時新聞網"),
        ("2024/03/04 10:00 工商時報 王小明", "author=王小明 source=工商時報"),
        // ettoday
        ("2024年03月04日 10:00⏎實習記者王小明／綜合報導", "author=王小明"),
        // hk01
        ("撰文：王小明⏎出版：2024-03-04 10:00⏎更新：2024-03-04 11:00", "author=王小明"),
        ("撰文：王小明 出版：2024-03-04 10:00 更新：2024-03-04 11:00", "author=王小明"),
        // mingpao
        ("文章日期：2024年3月4日 (一) 10:00", ""),
        ("發佈：2024年03月04日 10:00 更新：2024年03月04日 11:00", ""),
        // bbc
        ("BBC中文 2024年3月4日 10:00", "source=BBC中文"),
    ];
    assert_bylines_with_date("date=2024-03-04 10:00:00", &bylines);
    // rfi: nobody knows which number is the month.
    assert_bylines(&[
        ("发表时间： 04/03/2024 - 10:00", "unread=04/03/2024 - 10:00"),
        ("發表時間： 25/03/2024 - 10:00更改時間： 25/03/2024 - 11:00", "date=2024-03-25 10:00:00"),
    ]);
}

#[test]
fn a_line_with_a_date_that_is_not_understood_is_named() {
    let line = "2024-03-04 10:00 甲乙丙丁戊己庚辛壬癸";
    let page = page(&format!("測試標題⏎⏎{line}⏎⏎P"));
    assert_eq!(stated(&page), format!("unread={line}"));
    assert!(page.article.paragraphs.iter().any(|paragraph| paragraph == line));
}
