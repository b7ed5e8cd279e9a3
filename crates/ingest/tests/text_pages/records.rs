//! Records: lists of labels with a title, in all the forms in which they are copied or exported.

use super::*;

/// What a page states, its tags and its paragraphs.
fn read(text: &str) -> (String, Vec<String>, Vec<String>) {
    let page = page(text);
    (stated(&page), page.article.tags, page.article.paragraphs)
}

#[test]
fn unknown_labels_may_stand_above_the_title() {
    assert_stated(&[
        (
            "索引号：000014349/2023-00012⏎主题分类：财政、金融⏎发文机关：示例部⏎成文日期：2023年05月17日⏎标题：測試標題⏎发文字号：示发〔2023〕12号⏎发布日期：2023年05月18日⏎⏎P",
            "title=測試標題 source=示例部 date=2023-05-18",
        ),
        (
            "索 引 号：A01⏎名　　称：測試標題⏎发布机构：示例部⏎发布日期：2023-05-18⏎⏎P",
            "title=測試標題 source=示例部 date=2023-05-18",
        ),
        ("神秘欄：甲⏎標題：測試標題⏎日期：2023-05-17⏎⏎P", "title=測試標題 date=2023-05-17"),
        ("ID: 0012⏎Title: A Test⏎Date: 2023-05-17⏎⏎P", "title=A Test date=2023-05-17"),
        (
            "URL: https://a.b/a.html⏎Title: A Test⏎Date: 2023-05-17⏎Author: 王小明⏎Content:⏎P",
            "title=A Test author=王小明 url=https://a.b/a.html date=2023-05-17",
        ),
        (
            "標題：測試標題　作者：王小明　日期：2023-05-17⏎⏎P",
            "title=測試標題 author=王小明 date=2023-05-17",
        ),
    ]);
    let (fields, tags, paragraphs) = read("关键词：央行、利率⏎标题：測試標題⏎日期：2023-05-17⏎⏎P");
    assert_eq!(fields, "title=測試標題 date=2023-05-17");
    assert_eq!((tags.join(" "), paragraphs.join("\n\n")), ("央行 利率".to_owned(), P.to_owned()));
}

#[test]
fn the_label_of_the_text_is_left_out() {
    for text in [
        "標題：測試標題⏎來源：示例網⏎正文：P",
        "標題：測試標題⏎來源：示例網⏎正文：⏎P",
        "title=測試標題⏎source=示例網⏎content=P",
        "測試標題⏎來源：示例網⏎⏎正文：P",
        "測試標題⏎【来源】示例網⏎【正文】P",
    ] {
        let text = text.replace("=P", &format!("={P}")).replace("：P", &format!("：{P}"));
        let text = text.replace("】P", &format!("】{P}"));
        let (fields, _, paragraphs) = read(&text);
        assert_eq!(fields, "title=測試標題 source=示例網", "{text}");
        assert_eq!(paragraphs.join("\n\n"), P, "{text}");
    }
}

#[test]
fn labels_may_stand_in_brackets_and_have_spaces_inside() {
    let all = "title=測試標題 author=王小明 source=示例財經 date=2023-05-17 10:20:00";
    for text in [
        "【标题】測試標題⏎【作者】王小明⏎【来源】示例財經⏎【发布时间】2023-05-17 10:20⏎【正文】P",
        "[標題] 測試標題⏎[作者] 王小明⏎[來源] 示例財經⏎[時間] 2023-05-17 10:20⏎[正文]⏎P",
        "【標題】：測試標題⏎【作者】：王小明⏎【來源】：示例財經⏎【時間】：2023-05-17 10:20⏎P",
        "【题名】測試標題⏎【作者】王小明⏎【机构】示例大學⏎【文献来源】示例財經⏎【发表时间】2023-05-17 10:20⏎【摘要】P",
        "測試標題⏎【来源】示例財經⏎【作者】王小明⏎【时间】2023-05-17 10:20⏎⏎P",
        "标  题：測試標題⏎作　者：王小明⏎来 源：示例財經⏎日  期：2023-05-17 10:20⏎⏎P",
        "測試標題⏎作　者：王小明　來　源：示例財經　日　期：2023-05-17 10:20⏎⏎P",
    ] {
        let text = text.replace("】P", &format!("】{P}"));
        let page = page(&text);
        assert_eq!(stated(&page), all, "{text}");
        assert_eq!(page.article.paragraphs.join("\n\n"), P, "{text}");
        assert_eq!(page.flashes.len(), 0, "{text}");
    }
}

#[test]
fn headers_of_boards_are_read() {
    assert_stated(&[
        (
            "发信人: tester (测试员), 信区: Stock⏎标  题: 測試標題⏎发信站: 水木社区 (Wed May 17 10:20:36 2023), 站内⏎⏎P",
            "title=測試標題 author=tester (测试员) source=水木社区 category=Stock date=2023-05-17 10:20:36",
        ),
        (
            "作者tester (測試員)看板DigiCurrency標題[新聞] 測試的時間標題時間Wed May 17 10:20:36 2023⏎⏎P",
            "title=[新聞] 測試的時間標題 author=tester (測試員) category=DigiCurrency date=2023-05-17 10:20:36",
        ),
    ]);
}

#[test]
fn exports_of_reference_managers_and_archives_are_read() {
    let first = P.split("\n\n").next().unwrap();
    let all = "title=測試標題 author=王小明、李四 source=示例財經 date=2023-05-17";
    for text in [
        format!(
            "TY  - NEWS⏎AU  - 王小明⏎AU  - 李四⏎TI  - 測試標題⏎T2  - 示例財經⏎PY  - 2023⏎DA  - 2023/05/17/⏎AB  - {first}⏎KW  - 央行⏎KW  - 利率⏎ER  - "
        ),
        format!(
            "%0 Newspaper Article⏎%A 王小明⏎%A 李四⏎%T 測試標題⏎%J 示例財經⏎%D 2023⏎%8 2023-05-17⏎%K 央行⏎%K 利率⏎%X {first}"
        ),
        format!(
            "HD⏎測試標題⏎BY   王小明;李四⏎WC   500 words⏎PD   17 May 2023⏎SN   示例財經⏎LA   Chinese⏎LP⏎{first}⏎AN   Document 1"
        ),
    ] {
        let (fields, tags, paragraphs) = read(&text);
        assert_eq!(fields, all, "{text}");
        assert_eq!(paragraphs, [first], "{text}");
        assert!(text.starts_with('H') || tags == ["央行", "利率"], "{text}: {tags:?}");
    }
    assert_stated(&[(
        "title=測試標題⏎url=https://a.b/a.html⏎date=2023-05-17⏎P",
        "title=測試標題 url=https://a.b/a.html date=2023-05-17",
    )]);
}

#[test]
fn lists_without_a_title_and_interviews_stay_text() {
    for text in [
        "公司名稱:示例公司⏎地址：台北⏎電話：123⏎這是一段普通的文字,說的是日常的事情。",
        "名稱：示例公司⏎這是一段普通的文字,說的是日常的事情。",
        "問：你好嗎⏎答：很好⏎問：那就好",
        "a=b⏎title=c⏎這是一段普通的文字。",
        "【測試甲】這是一段普通的文字。⏎【測試乙】這是一段普通的文字。",
        "PD 是一種病⏎HD 是另一種⏎這是一段普通的文字。",
    ] {
        let page = page(text);
        assert_eq!(stated(&page), "", "{text}");
        assert_eq!(page.article.paragraphs, text.split('⏎').collect::<Vec<_>>());
    }
    let (fields, _, paragraphs) = read("標題：測試標題⏎來源：示例網⏎⏎問：您怎麼看？⏎答：很好。⏎P");
    assert_eq!(fields, "title=測試標題 source=示例網");
    assert_eq!(paragraphs[..2], ["問：您怎麼看？", "答：很好。"]);
}
