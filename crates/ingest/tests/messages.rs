//! Messages: which of their versions and parts is the article.

use crate::dumps::read;

const HEADER: &str = "From: b@b.c\nTo: a@b.c\nSubject: x\nMIME-Version: 1.0\n\
    Date: Thu, 04 Mar 2021 05:06:07 +0800\n";

#[test]
fn quoted_from_lines_of_a_mailbox_are_restored() {
    let mail = format!(
        "From a Thu Mar  4 05:06:07 2021\n{HEADER}Content-Type: text/plain; charset=utf-8\n\n\
         第一段的正文。\n\n>From now on, 這是正文。\n\n>>From 是引用。\n"
    );
    let (articles, _) = read("a.mbox", &mail);
    assert_eq!(
        articles[0].paragraphs,
        ["第一段的正文。", "From now on, 這是正文。", ">From 是引用。"]
    );
}
