//! Tags above the text, between its paragraphs and below it. No sentence of the text is lost,
//! wherever the Tags line stands.

use super::*;

const FIRST: &str = "央行昨日宣布調整利率，市場普遍認為這將對房市造成影響。";
const SECOND: &str = "學者指出，利率調升半碼對一般房貸戶影響有限。";
const THIRD: &str = "The central bank raised rates, as expected.";

/// What a page states, and its tags and paragraphs.
fn read(text: &str) -> (String, Vec<String>, Vec<String>) {
    let page = page(text);
    (stated(&page), page.article.tags, page.article.paragraphs)
}

#[test]
fn tags_stand_anywhere_and_the_text_stays() {
    for label in ["标签：", "關鍵詞：", "关键字: ", "Tags:", "keywords: "] {
        for (tags, wanted) in [("財經", vec!["財經"]), ("財經、央行", vec!["財經", "央行"])]
        {
            let tags = format!("{label}{tags}");
            let texts = [
                format!("{tags}⏎⏎{FIRST}⏎⏎{SECOND}⏎⏎{THIRD}"),
                format!("{FIRST}⏎⏎{tags}⏎⏎{SECOND}⏎⏎{THIRD}"),
                format!("{FIRST}⏎⏎{SECOND}⏎⏎{tags}⏎⏎{THIRD}"),
                format!("{FIRST}⏎⏎{SECOND}⏎⏎{THIRD}⏎⏎{tags}"),
            ];
            for text in texts {
                let text = format!("央行升息半碼⏎⏎2024-03-04 10:00⏎⏎{text}");
                let (fields, found, paragraphs) = read(&text);
                assert_eq!(fields, "title=央行升息半碼 date=2024-03-04 10:00:00", "{text}");
                assert_eq!(found, wanted, "{text}");
                assert_eq!(paragraphs, [FIRST, SECOND, THIRD], "{text}");
            }
        }
    }
}

#[test]
fn tags_between_title_and_bylines_hide_neither() {
    for header in [
        "标签：财经,央行⏎⏎2024-03-04 10:00⏎⏎来源：示例网",
        "2024-03-04 10:00⏎⏎标签：财经,央行⏎⏎来源：示例网",
        "2024-03-04 10:00⏎⏎来源：示例网⏎⏎标签：财经,央行",
    ] {
        let (fields, tags, paragraphs) =
            read(&format!("央行升息半码⏎⏎{header}⏎⏎{FIRST}⏎⏎{SECOND}"));
        let wanted = "title=央行升息半码 source=示例网 date=2024-03-04 10:00:00";
        assert_eq!(fields, wanted, "{header}");
        assert_eq!(tags, ["财经", "央行"], "{header}");
        assert_eq!(paragraphs, [FIRST, SECOND], "{header}");
    }
    let (fields, tags, paragraphs) = read(&format!("央行升息半码⏎⏎标签：财经⏎⏎{FIRST}⏎⏎{SECOND}"));
    assert_eq!(fields, "title=央行升息半码");
    assert_eq!(
        (tags, paragraphs),
        (vec!["财经".to_owned()], vec![FIRST.to_owned(), SECOND.to_owned()])
    );
}

#[test]
fn a_date_at_the_end_does_not_make_stubs_of_the_text() {
    for below in [
        format!("{SECOND}⏎⏎{THIRD}⏎⏎2024-03-04"),
        format!("小標題⏎⏎{SECOND}⏎⏎{THIRD}⏎⏎2024-03-04 10:00"),
    ] {
        let (_, tags, paragraphs) = read(&format!("{FIRST}⏎⏎關鍵詞：央行⏎⏎{below}"));
        assert_eq!(tags, ["央行"]);
        for text in [FIRST, SECOND, THIRD] {
            assert!(paragraphs.iter().any(|paragraph| paragraph == text), "{below}: {text}");
        }
    }
}

#[test]
fn what_is_boilerplate_below_the_tags_is_left_out() {
    for below in [
        "責任編輯：李四",
        "（責任編輯：李四）⏎⏎分享到： 微信 微博",
        "責任編輯：李四⏎⏎延伸閱讀：⏎⏎央行升息，房市受影響⏎⏎利率調整的始末",
        "責任編輯：李四⏎⏎免責聲明：本文僅代表作者觀點，不構成投資建議。",
    ] {
        let (fields, tags, paragraphs) =
            read(&format!("央行升息半碼⏎⏎2024-03-04⏎⏎{FIRST}⏎⏎{SECOND}⏎⏎標籤：央行⏎⏎{below}"));
        assert_eq!(fields, "title=央行升息半碼 editor=李四 date=2024-03-04", "{below}");
        assert_eq!(tags, ["央行"], "{below}");
        assert_eq!(paragraphs, [FIRST, SECOND], "{below}");
    }
}
