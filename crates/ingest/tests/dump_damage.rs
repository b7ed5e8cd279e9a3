//! Dumps with damaged characters, missing quotation marks and words that stand for null.

#![allow(clippy::unwrap_used, missing_docs)]

use crate::dumps::read;

#[test]
fn comparisons_in_texts_are_not_taken_for_tags() {
    let text = "若 a<b 且 b>c，則 a<c。當價格x<p 時，賣方不願成交，直到 y>z 為止。";
    for (name, dump) in [
        ("a.jsonl", format!(r#"{{"title":"甲","content":"{text}"}}"#)),
        ("a.csv", format!("title,content\n甲,{text}\n")),
        ("b.jsonl", format!(r#"{{"title":"甲","content":"<p>{text}</p>"}}"#)),
    ] {
        let (articles, _) = read(name, dump);
        assert_eq!(articles[0].paragraphs, [text], "{name}");
    }
}
