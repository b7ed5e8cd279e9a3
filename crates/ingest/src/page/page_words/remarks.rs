//! Recognises the headings of what readers wrote below an article.

use super::PageWords;
use crate::text::punctuation::closing;
use crate::text::word_table::WordTable;

/// What readers wrote below an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remarks {
    Comments,
    /// Comments, or the posts of a forum.
    Replies,
}

impl PageWords {
    /// What stands below a heading such as `網友評論`, `共有6條評論` or `熱門跟貼(12)`: it consists of
    /// words for what readers wrote, and words and numbers beside these. A title in quotes may
    /// stand in it. Without signs and numbers, it has at least `min_chars` characters.
    pub(crate) fn heading_of_remarks(&self, text: &str, min_chars: usize) -> Option<Remarks> {
        let mut found = None;
        let mut letters = 0;
        let mut remaining = text;
        loop {
            remaining =
                remaining.trim_start_matches(|c: char| !c.is_alphabetic() && !is_opening(c));
            let Some(first) = remaining.chars().next() else { break };
            if let Some(end) = closing(first) {
                remaining = remaining.split_once(end)?.1;
                continue;
            }
            let length =
                |table: &WordTable<()>| table.longest_at(remaining).map(|(_, bytes)| bytes);
            let (remark, reply) = (length(&self.remark), length(&self.reply));
            let bytes =
                remark.max(reply).max(length(&self.of_remarks)).filter(|bytes| *bytes > 0)?;
            if remark == Some(bytes) {
                found = Some(Remarks::Comments);
            } else if reply == Some(bytes) {
                found = found.or(Some(Remarks::Replies));
            }
            letters += remaining[..bytes].chars().count();
            remaining = &remaining[bytes..];
        }
        found.filter(|_| letters >= min_chars)
    }
}

/// Whether a character opens the quotation of a title.
fn is_opening(c: char) -> bool {
    matches!(c, '《' | '“' | '「' | '『')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::page_words::page_words;

    #[test]
    fn headings_of_comments_are_combinations_of_words() {
        let words = page_words();
        for text in [
            "网友评论",
            "最新评论",
            "读者留言(6)",
            "精选留言",
            "热评",
            "共有6条评论",
            "网友跟帖",
            "热门跟贴",
            "6 Comments",
            "《某地》有2个评论",
            "关于“某地”的3条评论",
            "全部评论（12）",
        ] {
            assert_eq!(words.heading_of_remarks(text, 2), Some(Remarks::Comments), "{text}");
        }
        for text in ["网友回复", "6 則回應", "全部回复", "3 Replies"] {
            assert_eq!(words.heading_of_remarks(text, 2), Some(Remarks::Replies), "{text}");
        }
        for text in ["评论员文章", "网友", "最新", "留言板里的故事", "12", "《评论》", "回应质疑"]
        {
            assert_eq!(words.heading_of_remarks(text, 2), None, "{text}");
        }
        assert_eq!(words.heading_of_remarks("评论(3)", 4), None, "a button");
    }
}
