//! Joins the lines of plain text that a mail program has wrapped (`format=flowed`, RFC 3676).

use crate::text::punctuation::is_han;

/// The text with the lines of each paragraph joined. A line that ends in a space goes on in the
/// next one; `deletes_space` says that the space itself was added when the text was wrapped.
pub(super) fn unwrapped(text: &str, deletes_space: bool) -> String {
    let mut joined = String::with_capacity(text.len());
    // How deep the last line is quoted, if it goes on in the next one.
    let mut open = None;
    for line in text.lines() {
        let content = line.trim_start_matches('>');
        let quoted = line.len() - content.len();
        // A space before the text protects a line that begins with a space, `>` or `From`.
        let content = content.strip_prefix(' ').unwrap_or(content);
        let is_signature = content == "-- ";
        if open == Some(quoted) && !is_signature {
            join(&mut joined, content);
        } else {
            if !joined.is_empty() {
                joined.push('\n');
            }
            joined.push_str(&line[..quoted]);
            if quoted > 0 {
                joined.push(' ');
            }
            joined.push_str(content);
        }
        open = (content.ends_with(' ') && !is_signature).then_some(quoted);
        if open.is_some() && deletes_space {
            joined.pop();
        }
    }
    joined
}

/// Appends the next line of a paragraph. Chinese has no spaces between words, so a space at which
/// Chinese text was wrapped is dropped.
fn join(joined: &mut String, next: &str) {
    let before = joined.trim_end_matches(' ').chars().next_back();
    let is_kana = |c: char| ('\u{3000}'..='\u{30ff}').contains(&c);
    let is_full_width = |c: char| ('\u{ff00}'..='\u{ffef}').contains(&c);
    let is_wide = |c: Option<char>| c.is_some_and(|c| is_han(c) || is_kana(c) || is_full_width(c));
    if is_wide(before) && is_wide(next.chars().next()) {
        joined.truncate(joined.trim_end_matches(' ').len());
    }
    joined.push_str(next);
}

#[cfg(test)]
mod tests {
    use super::unwrapped;

    #[test]
    fn wrapped_lines_are_joined() {
        for (text, deletes_space, wanted) in [
            ("第一段的 \n下半。\n第二段。\n", false, "第一段的下半。\n第二段。"),
            ("one two \nthree\n", false, "one two three"),
            ("one tw \no 第一 \n段\n", true, "one two 第一段"),
            ("> 引用的 \n> 下半\n答复 \n> 再引\n", false, "> 引用的下半\n答复 \n> 再引"),
            ("正文 \n-- \n签名\n", false, "正文 \n-- \n签名"),
            (" From 甲\n  缩进\n", false, "From 甲\n 缩进"),
            ("Московский \nрайон", false, "Московский район"),
            ("", false, ""),
        ] {
            assert_eq!(unwrapped(text, deletes_space), wanted, "{text}");
        }
    }
}
