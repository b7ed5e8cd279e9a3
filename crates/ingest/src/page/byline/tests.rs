use super::*;
use crate::test_support::assert_summaries;

/// Whether a line is only a byline, and the values of the byline.
fn byline(line: &str) -> (bool, Byline) {
    let mut byline = Byline::default();
    let Some(reading) = read(line, Labels::builtin()) else { return (false, byline) };
    byline.add(&reading.fields);
    (reading.is_whole, byline)
}

/// The values of a line that is read as a byline, such as `author=…`, with spaces between them. If
/// text follows the byline, the values come after the words `text after`. A line that has no values
/// and is not only a byline gives `text`.
fn summary(line: &str) -> String {
    let (is_whole, byline) = byline(line);
    let date = byline.date().map(|moment| match moment {
        Moment::Time(time) => time.to_string(),
        Moment::Day(day) | Moment::Month(day) | Moment::Year(day) => day.to_string(),
    });
    let parts = [
        ("author", byline.author.as_deref()),
        ("translator", byline.translator.as_deref()),
        ("editor", byline.editor.as_deref()),
        ("source", byline.source.as_deref()),
        ("category", byline.category.as_deref()),
        ("url", byline.url.as_deref()),
        ("date", date.as_deref()),
        ("unread", byline.unread_date()),
    ];
    let values: Vec<String> = parts
        .iter()
        .filter_map(|(name, value)| value.map(|value| format!("{name}={value}")))
        .collect();
    match (is_whole, values.is_empty()) {
        (true, _) => values.join(" "),
        (false, true) => "text".to_owned(),
        (false, false) => format!("text after {}", values.join(" ")),
    }
}

/// Asserts that each line has the [`summary`] that stands beside it.
fn assert_all(lines: &[(&str, &str)]) {
    assert_summaries(lines, summary);
}

#[test]
fn a_colon_separates_a_label_from_its_value() {
    assert_all(&[
        ("來源:阿爾法工場", "source=阿爾法工場"),
        ("本文來源:環球外匯網", "source=環球外匯網"),
        (
            "原文作者:PackyMcCormick,NotBoring原文編譯:Sleepy,BlockBeats",
            "author=PackyMcCormick,NotBoring translator=Sleepy,BlockBeats",
        ),
        ("編譯:Sleepy", "translator=Sleepy"),
        ("來源:師天浩 圖片來源:由無界AI工具生成", "source=師天浩"),
        ("作者:張三 來源:鏈聞", "author=張三 source=鏈聞"),
        ("作者:王小明  編譯:李四", "author=王小明 translator=李四"),
        ("来源：新华网　责任编辑：李四", "editor=李四 source=新华网"),
        ("編譯、整理:李四", "translator=李四"),
        ("翻譯 & 校對:李四", "translator=李四"),
        ("譯文出自:登鏈翻譯計劃", "source=登鏈翻譯計劃"),
        ("撰文:John Smith", "author=John Smith"),
        ("作者:甲、乙原文:《一篇文章》", "author=甲、乙"),
        ("原文鏈接:https://example.org/2024/03/04", "url=https://example.org/2024/03/04"),
        ("圖片來源:示例", ""),
    ]);
}

#[test]
fn bars_slashes_and_spaces_can_separate_a_label_from_its_value() {
    assert_all(&[
        ("采寫/王小明", "author=王小明"),
        ("編輯/ 李四", "editor=李四"),
        ("來源/示例財經", "source=示例財經"),
        ("文 | 示例星球", "source=示例星球"),
        ("文｜张三", "author=张三"),
        ("文/王小明", "author=王小明"),
        ("文：王小明", "author=王小明"),
        ("記者 王小明", "author=王小明"),
        ("記者:王小明", "author=王小明"),
        ("本報記者 王小明 李四", "author=王小明 李四"),
        ("（記者 王小明 報道）", "author=王小明"),
        ("示例財經記者 王小明", "author=王小明 source=示例財經"),
        ("By John Smith", "author=John Smith"),
        ("(責任編輯:李四)", "editor=李四"),
        ("編輯 李四 | 來源 新浪財經", "editor=李四 source=新浪財經"),
        ("記者王小明／台北報導", "author=王小明"),
        ("■ 本報記者 王小明", "author=王小明"),
        ("□ 王小明", "author=王小明"),
        ("王小明 編譯", "translator=王小明"),
        ("王小明/文", "author=王小明"),
        ("來源 | 示例財經（ID:example）", "source=示例財經（ID:example）"),
        ("本文轉載自公眾號:示例星球", "source=示例星球"),
        ("本文由示例編譯", "translator=示例"),
        (
            "本文來自 b32z,原文作者:John Smith,由示例計劃編譯。",
            "author=John Smith translator=示例計劃 source=b32z",
        ),
    ]);
}

#[test]
fn dates_and_names_need_no_labels() {
    assert_all(&[
        ("2023-08-10 09:57 示例社區", "source=示例社區 date=2023-08-10T09:57:00"),
        (
            "幣圈資訊 閱讀:42 2024-04-22 12:39:07 評論:0",
            "category=幣圈資訊 date=2024-04-22T12:39:07",
        ),
        ("[2021-02-10 09:11:56] 來源: 編輯:wang 點擊量:", "editor=wang date=2021-02-10T09:11:56"),
        ("2024-03-04 05:06:07 來源:新浪", "source=新浪 date=2024-03-04T05:06:07"),
        ("來源:中央社  2024-03-04 10:00", "source=中央社 date=2024-03-04T10:00:00"),
        ("記者 王小明 2024年03月04日10:00", "author=王小明 date=2024-03-04T10:00:00"),
        ("发布于 2024-03-04", "date=2024-03-04"),
        ("發布於2024-03-04 10:00", "date=2024-03-04T10:00:00"),
        ("Published: March 4, 2024", "date=2024-03-04"),
        ("Published on March 4, 2024 by John Smith", "author=John Smith date=2024-03-04"),
        ("时间：2024年3月4日 星期一", "date=2024-03-04"),
        ("新浪財經 2024-03-04 10:00", "source=新浪財經 date=2024-03-04T10:00:00"),
        (
            "2024-03-04 10:00 新浪財經 王小明",
            "author=王小明 source=新浪財經 date=2024-03-04T10:00:00",
        ),
        ("2024-03-04 發布 42閱讀 3人評論", "date=2024-03-04"),
        ("王小明 · 2024-03-04 · 閱讀 42", "author=王小明 date=2024-03-04"),
        ("更新時間:2024-03-05 發布時間:2024-03-04", "date=2024-03-04"),
        ("更新:2024-03-05", "date=2024-03-05"),
        ("2024年03月04日 10:00 来源：示例网 参与互动", "source=示例网 date=2024-03-04T10:00:00"),
        ("出版日期：2024年3月4日，星期一", "date=2024-03-04"),
        ("原創 王小明 示例星球 2024-03-04", "author=王小明 source=示例星球 date=2024-03-04"),
        ("03-04 10:00 來源:示例網", "source=示例網 unread=03-04 10:00"),
        ("Author: Time:1900/1/1 0:00:00", ""),
        ("Time:1614805567", "date=2021-03-04T05:06:07"),
        ("時間:2023-05", "date=2023-05-01"),
        ("Time:3/4/2024", "unread=3/4/2024"),
        ("發布時間:3小時前", "unread=3小時前"),
        ("時間:2023/13/45 0:00:00", "unread=2023/13/45 0:00:00"),
    ]);
}

#[test]
fn each_of_many_labels_in_a_line_has_its_own_value() {
    assert_all(&[
        (
            "2023-05-04 10:00 來源：示例網 作者：王小明 編輯：李四",
            "author=王小明 editor=李四 source=示例網 date=2023-05-04T10:00:00",
        ),
        (
            "2023-05-04 10:00　來源：示例網　作者：王小明　編輯：李四",
            "author=王小明 editor=李四 source=示例網 date=2023-05-04T10:00:00",
        ),
        (
            "2023-05-04 10:00 示例網 作者：王小明",
            "author=王小明 source=示例網 date=2023-05-04T10:00:00",
        ),
        (
            "2023-05-04 10:00 來源:示例網 發稿:王五 作者:王小明 值班:李四",
            "author=王小明 source=示例網 date=2023-05-04T10:00:00",
        ),
        (
            "發稿單位:甲 來源:示例網 2023-05-04 作者:王小明",
            "author=王小明 source=示例網 date=2023-05-04",
        ),
        ("來源：示例網；編輯：李四／", "editor=李四 source=示例網"),
        ("來源:示例網;編輯:李四/", "editor=李四 source=示例網"),
        ("文/小明 來源：示例網", "author=小明 source=示例網"),
        ("文/王小明 來源：示例網", "author=王小明 source=示例網"),
        ("王小明 來源：示例網 2023-05-04", "author=王小明 source=示例網 date=2023-05-04"),
        ("作者：王小明 | 來源：示例網 | 2023-05-04", "author=王小明 source=示例網 date=2023-05-04"),
        ("2023-05-04 甲公司:宣布破產", "text"),
        ("記者:您好 經理:您好", "text"),
    ]);
}

#[test]
fn a_line_that_is_only_a_dateline_is_a_byline() {
    assert_all(&[
        ("（中央社記者王小明台北4日電）", "author=王小明 source=中央社"),
        ("記者 李明 北京3月4日電", "author=李明"),
        ("新華社北京3月4日電（記者李明）", "author=李明 source=新華社"),
        ("新華社北京2024年3月4日電", "source=新華社 date=2024-03-04"),
        ("新華社北京3月4日電 國務院今天宣布", "text"),
    ]);
}

#[test]
fn text_is_no_byline_but_may_begin_with_one() {
    let line = "來源:師天浩 圖片來源:由無界AI工具生成近來,AIGC技術的快速發展吸引了全球各行各業的關注,成為熱議話題。ChatGPT的加入更是讓人工智能這一領域成為人們關注的焦點。";
    let after = "text after source=師天浩";
    let other = "本文來源:環球外匯網 在2017年一度逼近20000美元之后,比特幣的價格在2020年尾聲終于又升破了這一關口。";
    assert_all(&[
        (line, after),
        (other, "text after source=環球外匯網"),
        ("文件顯示,來源:不明", "text"),
        ("文:言文", "text"),
        ("最近,正在進行AI大戰的各個大廠", "text"),
        ("記者從會議上獲悉,新規將于明年實施。", "text"),
        ("記者 從會議上獲悉", "text"),
        ("記者:您好", "text"),
        ("記者:您怎麼看這件事?", "text"),
        ("王小明:我覺得不錯。", "text"),
        ("時間過得很快,轉眼又是一年。", "text"),
        ("來源地不明的商品", "text"),
        ("2023年5月10日,某公司宣布開源其大模型。", "text"),
        ("2023年5月10日 比特幣突破三萬美元創新高", "text"),
        ("動態 | 甲公司完成融資[2022/1/30 9:22:03]", "text"),
        ("1. 來源:甲", "text"),
        ("他說:「作者:甲」", "text"),
        ("編輯部的故事", "text"),
        ("作者認為,來源:不明", "text"),
        ("By the time it was over, nothing was left.", "text"),
        ("問:怎么買?", "text"),
        ("分享經濟 2024年將繼續增長", "text"),
        ("由此可見翻譯", "text"),
    ]);
}

#[test]
fn labels_of_a_user_count_in_datelines_and_after_names() {
    let labels = Labels::with_table("reporter\t跑者\ntranslator\t改寫\n").unwrap();
    for (line, label, value) in [
        ("新華社北京3月4日電（跑者李明）", Label::Author, "李明"),
        ("本文由示例改寫", Label::Translator, "示例"),
        ("作者:John Smith,由李四改寫。", Label::Translator, "李四"),
        ("2024-03-04 由李四改寫", Label::Translator, "李四"),
        ("王小明 改寫", Label::Translator, "王小明"),
    ] {
        let has_field = |labels: &Labels| {
            read(line, labels)
                .is_some_and(|reading| reading.fields.contains(&LabelledValue { label, value }))
        };
        assert!(has_field(&labels), "{line}");
        assert!(!has_field(Labels::builtin()), "{line}: only the user's table has the label");
    }
}

#[test]
fn words_beside_a_date_that_name_nobody_do_not_hide_it() {
    for word in [
        "分享",
        "收藏 分享",
        "复制链接",
        "已编辑",
        "深度",
        "全文转载",
        "北京朝阳",
        "iPhone 14 Pro",
        "来自 Android",
        "听全文",
        "阅读原文",
        "大字",
        "不感兴趣",
        "投诉",
        "APP内打开",
        "多云转晴",
        "VIP专享",
        "手机看",
        "独家",
        "朗读",
        "·优质财经领域创作者",
        "发布于北京财经领域创作者",
        "IP 属地北京",
        "政治中心",
    ] {
        assert_eq!(
            summary(&format!("2023-05-17 10:20 {word}")),
            "date=2023-05-17T10:20:00",
            "{word}"
        );
    }
    assert_all(&[
        ("2023-05-17 苏皖城市报道", "source=苏皖城市报道 date=2023-05-17"),
        ("2023-05-17 王小明报道", "date=2023-05-17"),
        ("2023-05-17 南方周末", "source=南方周末 date=2023-05-17"),
        ("2023-05-17 深潮", "source=深潮 date=2023-05-17"),
        ("2023-05-17 TechFlow", "source=TechFlow date=2023-05-17"),
        ("2023-05-17 示例财经官方账号", "date=2023-05-17"),
        ("编辑于 2023-05-18 11:00・IP 属地北京", "date=2023-05-18T11:00:00"),
        ("【纠错】 【责任编辑:张三丰】", "editor=张三丰"),
        ("文章編號：A123", ""),
    ]);
}

#[test]
fn several_roles_stand_in_one_line() {
    assert_all(&[
        ("记者王小明、李四光 实习生赵五 编辑张三丰", "author=王小明、李四光 editor=张三丰"),
        ("文/本报记者 王小明 图/李四光", "author=王小明"),
        ("图文/王小明", "author=王小明"),
        ("By 王小明 | 示例財經 | May 17, 2023", "author=王小明 source=示例財經 date=2023-05-17"),
        ("by 王小明 on May 17, 2023", "author=王小明 date=2023-05-17"),
        ("来源：示例财经 2023-05-17 10:20 我要评论(0)", "source=示例财经 date=2023-05-17T10:20:00"),
        ("来源：江城晚报记者汪洋", "author=汪洋 source=江城晚报"),
        ("来源：示例财经 【打印】 【关闭】", "source=示例财经"),
        ("来源：示例财经（记者 王小明）", "author=王小明 source=示例财经"),
        ("编辑：李四光 SF123", "editor=李四光"),
        ("作者：王　伟", "author=王伟"),
        ("本报记者 徐 靖", "author=徐靖"),
        ("以下文章来源于示例财经，作者：王小明", "author=王小明 source=示例财经"),
        ("以下文章来源于示例财经 ，作者王小明", "author=王小明 source=示例财经"),
        ("（編輯：李四光）1120517", "editor=李四光"),
        ("（譯者：王小明/核稿：李四光）1120517", "translator=王小明"),
    ]);
    for sentence in ["编辑高级人才招聘", "作者方面表示不便回应", "记者王小明从会上获悉"]
    {
        assert_eq!(summary(sentence), "text", "{sentence}");
    }
}
