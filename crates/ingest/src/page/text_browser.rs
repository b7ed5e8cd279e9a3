//! Pages as text browsers print them (`lynx -dump`, `elinks -dump`): each link has a number in
//! brackets before its text, and the addresses are listed at the end.

use std::borrow::Cow;

use crate::page::line::Line;

/// Headings of the list of addresses.
const HEADINGS: [&str; 6] =
    ["References", "Visible links", "Visible links:", "Hidden links:", "Links:", "Hidden links"];
/// How many links a line has at least that is a menu and not text.
const MIN_MENU: usize = 3;

/// Removes the numbers of links, the list of addresses, and the menus: lines that have nothing but
/// links. Pages that were not printed by a text browser stay as they are.
pub(super) fn remove_links(lines: &mut Vec<Line<'_>>) {
    let Some((heading, max_number)) = list_of_addresses(lines) else { return };
    lines.truncate(heading);
    let mut last = 0;
    lines.retain_mut(|line| {
        let Some(without) = without_numbers(&line.text, &mut last, max_number) else { return true };
        // `#[1]` is a link in the head of a page, such as its feed.
        let is_in_head = line.text.starts_with('#');
        let is_text = !without.text.trim().is_empty();
        line.text = Cow::Owned(without.text.trim().to_owned());
        is_text && !is_in_head && !(without.is_links_only && without.links >= MIN_MENU)
    });
}

/// The number of the line above the list of addresses, and the number of the last address.
fn list_of_addresses(lines: &[Line<'_>]) -> Option<(usize, usize)> {
    let last_number = number_of_address(&lines.last()?.text)?;
    let above = lines.iter().rposition(|line| {
        number_of_address(&line.text).is_none() && !HEADINGS.contains(&&*line.text)
    });
    let first = above.map_or(0, |above| above + 1);
    HEADINGS.contains(&&*lines.get(first)?.text).then_some((first, last_number))
}

/// The number of a line such as `12. https://example.org/`.
fn number_of_address(line: &str) -> Option<usize> {
    let (number, address) = line.split_once(". ")?;
    let (scheme, _) = address.trim_start().split_once(':')?;
    let is_address =
        scheme.bytes().all(|b| b.is_ascii_lowercase()) && !address.trim().contains(' ');
    number.parse().ok().filter(|_| is_address)
}

/// A line without the numbers of its links.
struct WithoutNumbers {
    text: String,
    links: usize,
    /// Whether the line has no words besides the texts of links: each link has one word.
    is_links_only: bool,
}

/// Removes the numbers that follow `last`; `None` if there are none.
fn without_numbers(line: &str, last: &mut usize, max: usize) -> Option<WithoutNumbers> {
    let mut text = String::new();
    let (mut from, mut links) = (0, 0);
    for (open, _) in line.match_indices('[') {
        let inner = &line[open + 1..];
        let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
        let number = inner[..digits].parse().ok().filter(|n| (*last + 1..=max).contains(n));
        if let Some(number) = number.filter(|_| inner[digits..].starts_with(']')) {
            text.push_str(&line[from..open]);
            from = open + 1 + digits + 1;
            *last = number;
            links += 1;
        }
    }
    if links == 0 {
        return None;
    }
    text.push_str(&line[from..]);
    let is_links_only = line.split_whitespace().count() == links && line.starts_with('[');
    Some(WithoutNumbers { text, links, is_links_only })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::line::text_layout;

    fn remaining(text: &str) -> Vec<String> {
        let mut lines = text_layout(text).lines;
        remove_links(&mut lines);
        lines.into_iter().map(|line| line.text.into_owned()).collect()
    }

    #[test]
    fn numbers_addresses_and_menus_are_removed() {
        let text = "#[1]示例網 RSS\n[2]首頁 [3]新聞 [4]財經\n標題\n來源: [5]示例財經\n\
            文字[6]連結 [7][9]。\n\nReferences\n\n 1. https://a.b/rss\n 2. https://a.b/\n \
            3. https://a.b/n\n 4. https://a.b/f\n 5. https://a.b/s\n 6. mailto:a@b.c\n 7. file:///x\n";
        assert_eq!(remaining(text), ["標題", "來源: 示例財經", "文字連結 [9]。"]);
    }

    #[test]
    fn other_pages_stay_as_they_are() {
        for text in [
            "標題\n文字[1]。\nReferences\n1. 王小明:一本書",
            "標題\n文字[1]。\n1. https://a.b/",
            "1. https://a.b/",
        ] {
            assert_eq!(remaining(text), text.split('\n').collect::<Vec<_>>());
        }
    }
}
