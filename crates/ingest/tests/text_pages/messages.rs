//! Messages that were copied from a chat.

use super::*;

/// The title, text and date of each flash item of a page.
fn items(page: &Page) -> Vec<(&str, &str, String)> {
    let item = |flash: &'_ wensou_ingest::FlashItem| match flash.date.value {
        Some(Moment::Time(time)) => time.strftime("%Y-%m-%d %H:%M").to_string(),
        other => format!("{other:?}"),
    };
    page.flashes
        .iter()
        .map(|flash| (flash.title.as_str(), flash.text.as_str(), item(flash)))
        .collect()
}

#[test]
fn each_message_is_an_item_with_its_own_date() {
    let (first, second) =
        ("比特幣網路完成第四次減半,獎勵降至3.125枚。", "以太坊主網完成升級,質押開放。");
    let dates = ["2023-05-17 10:20", "2023-05-17 11:30"];
    for [one, other] in [
        ["示例財經, [2023/5/17 10:20]⏎", "示例財經, [2023/5/17 11:30]⏎"],
        ["示例財經, [17.05.23 10:20]⏎", "示例財經, [17.05.23 11:30]⏎"],
        ["示例財經, [17.05.2023 10:20:33]⏎", "示例財經, [17.05.2023 11:30:00]⏎"],
        ["示例財經 2023-05-17 10:20:33⏎", "示例財經 2023-05-17 11:30:10⏎"],
        ["2023-05-17 10:20:33 示例財經⏎", "2023-05-17 11:30:10 示例財經⏎"],
        ["[2023/5/17 10:20] 示例財經: ", "[2023/5/17 11:30] 示例財經: "],
        ["[2023/5/17 上午10:20:33] 示例財經: ", "[2023/5/17 上午11:30:33] 示例財經: "],
        ["2023/5/17, 10:20 - 示例財經: ", "2023/5/17, 11:30 - 示例財經: "],
    ] {
        let text = format!("{one}【比特幣減半】{first}⏎⏎{other}【以太坊升級完成】{second}⏎");
        let page = page(&text);
        let wanted = [
            ("比特幣減半", first, dates[0].to_owned()),
            ("以太坊升級完成", second, dates[1].to_owned()),
        ];
        assert_eq!(items(&page), wanted, "{text}");
        assert_eq!(page.article.paragraphs, [""; 0], "{text}");
        assert_eq!(page.article.source.as_deref(), Some("示例財經"), "{text}");
        let text = text.replace('⏎', "\n");
        for (flash, start) in page.flashes.iter().zip([one, other]) {
            let span = flash.occurrences[0].span;
            let of_item = &text[span.start as usize..span.end as usize];
            assert!(of_item.starts_with(start.trim_end_matches('⏎')), "{of_item}");
            assert!(of_item.ends_with('。'), "{of_item}");
        }
    }
}

#[test]
fn senders_of_a_conversation_are_the_authors_and_lines_of_a_message_stay_together() {
    let page = page(
        "王小明 2023-05-17 10:20:33⏎測試標題⏎第一段說完了。⏎第二段說完了。⏎⏎李四光 2023-05-17 11:30:00⏎好的。⏎",
    );
    assert_eq!(
        items(&page),
        [
            ("測試標題", "第一段說完了。\n第二段說完了。", "2023-05-17 10:20".to_owned()),
            ("好的", "好的。", "2023-05-17 11:30".to_owned()),
        ]
    );
    assert_eq!(page.article.author.as_deref(), Some("王小明、李四光"));
}

#[test]
fn a_single_line_with_a_name_and_a_time_is_a_byline() {
    assert_stated(&[
        ("示例社區 2023-08-10 09:57⏎⏎P", "source=示例社區 date=2023-08-10 09:57:00"),
        (
            "[2021-02-10 09:11:56] 來源: 示例網 編輯:wang⏎⏎P",
            "editor=wang source=示例網 date=2021-02-10 09:11:56",
        ),
    ]);
}
