//! Text that is neither title nor byline is not taken for either. In the texts, `⏎` stands for a
//! line end.

use super::*;

/// In pages that are only text, nothing is taken for a title or a byline.
#[test]
fn ordinary_text_stays_text() {
    for text in [
        "記者從會議上獲悉,新規將于明年實施。⏎來源地不明的商品不得銷售。",
        "他說:「時間不多了。」⏎「來源是什麼?」她問。",
        "問:怎么買?⏎答:先注冊,再充值。",
        "記者:您好⏎王小明:你好,請坐。⏎記者:您怎麼看這件事?",
        "1. 來源要可靠⏎2. 作者要有名⏎3. 時間要準確",
        "2023年5月10日,某公司宣布開源其大模型。⏎後文說的是別的事情。",
        "一個短句⏎另一個短句⏎第三個短句說完了。",
        "編輯部的故事很長。⏎作者認為,來源不重要。",
        "分享經濟正在改變生活。⏎評論認為,這還不夠。",
        "時間:三年來的變化⏎這是一段普通的文字,說的是日常的事情。",
        "公司名稱:示例公司⏎成立于1987年⏎這是一段普通的文字,說的是日常的事情。",
        "1987年⏎這一年發生了許多事情。⏎1988年⏎這一年也是。",
        "看板上寫著字。⏎標題 很大⏎這是一段普通的文字,說的是日常的事情。",
    ] {
        let page = page(text);
        let wanted: Vec<&str> = text.split('⏎').collect();
        let found = stated(&page);
        // Only `時間:三年來的變化` is taken for a field; its value is reported as a date that cannot be
        // read.
        assert!(found.is_empty() || found == "unread=三年來的變化", "{text}: {found}");
        if found.is_empty() {
            assert_eq!(page.article.paragraphs, wanted, "{text}");
        }
    }
}

/// Below a title and a date, the first sentence is not taken for a part of the byline.
#[test]
fn the_first_sentence_is_not_a_byline() {
    for first in [
        "記者從會議上獲悉,新規將于明年實施。",
        "記者 王小明從會議上獲悉,新規將于明年實施。",
        "來源于生活的故事總是動人的。",
        "時間回到2023年5月10日,某公司宣布開源其大模型。",
        "2023年5月10日,某公司宣布開源其大模型。",
        "“作者:甲”這一行字已經看不清了。",
        "據示例社報道,時間已經不多。",
        "問:您怎麼看?",
        "導語:這是一段引言,說的是下文的內容。",
        "一、背景",
        "❶ 以太坊是什么",
    ] {
        let page = page(&format!("測試標題⏎⏎2024-03-04 來源:示例網⏎⏎{first}⏎⏎P"));
        // The byline ends with the line above the first sentence.
        assert_eq!(stated(&page), "title=測試標題 source=示例網 date=2024-03-04", "{first}");
        assert_eq!(page.article.paragraphs.first().map(String::as_str), Some(first));
    }
}
