//! Messages: which of their versions and parts is the article.

use crate::dumps::read;

const HEADER: &str = "From: b@b.c\nTo: a@b.c\nSubject: x\nMIME-Version: 1.0\n\
    Date: Thu, 04 Mar 2021 05:06:07 +0800\n";

#[test]
fn a_note_instead_of_the_newsletter_is_not_the_article() {
    let sentence = "據會長介紹，該市已有五百家企業參與了光伏組件的試點，大多數為中小型公司。";
    let mail = format!(
        "{HEADER}Content-Type: multipart/alternative; boundary=q\n\n\
         --q\nContent-Type: text/plain; charset=utf-8\n\n您的郵件客戶端不支持HTML格式，請點擊查看\n\
         --q\nContent-Type: text/html; charset=utf-8\n\n<p>{sentence}</p><p>{sentence}</p>\n--q--\n"
    );
    for (name, mail) in
        [("a.eml", mail.clone()), ("a.mbox", format!("From a Thu Mar  4 05:06:07 2021\n{mail}\n"))]
    {
        let (articles, _) = read(name, &mail);
        assert_eq!(articles[0].paragraphs, [sentence, sentence], "{name}");
    }
}

#[test]
fn the_footer_of_a_mailing_list_does_not_replace_the_article() {
    let sentence = "據會長介紹，該市已有五百家企業參與了光伏組件的試點，大多數為中小型公司。";
    let mail = format!(
        "{HEADER}Content-Type: multipart/mixed; boundary=q\n\n\
         --q\nContent-Type: text/html; charset=utf-8\n\n<p>{sentence}</p>\n\
         --q\nContent-Type: text/plain; charset=utf-8\n\n____\nnews mailing list\n--q--\n"
    );
    let (articles, _) = read("a.eml", &mail);
    assert!(articles[0].paragraphs.contains(&sentence.to_owned()), "{:?}", articles[0].paragraphs);
}

#[test]
fn lines_that_a_mail_program_has_wrapped_are_joined() {
    let mail = format!(
        "{HEADER}Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\n\n\
         第一段的前一半， \n和後一半。\n第二段。\n"
    );
    let (articles, _) = read("a.eml", &mail);
    assert_eq!(articles[0].paragraphs, ["第一段的前一半，和後一半。", "第二段。"]);
}

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
