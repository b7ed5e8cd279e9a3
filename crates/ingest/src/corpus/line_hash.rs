//! The hash by which the lines of a site's pages are counted.

use crate::text::folded_hash::folded_hash;

/// Maximum length in bytes of a line that is counted.
pub(crate) const MAX_LINE_BYTES: usize = 400;

/// The hash of a line, see [`line_hash`].
pub(crate) type LineHash = u32;

/// The hash of a line, by which it is counted; `None` for a line that is too long. Lines that
/// differ only in script, in the width of characters, or in the numbers that counters such as
/// `閱讀:42` show, have the same hash.
pub(crate) fn line_hash(line: &str) -> Option<LineHash> {
    if line.len() > MAX_LINE_BYTES {
        return None;
    }
    let hash = if is_counter(line) {
        folded_hash(
            line.split(|c: char| c.is_ascii_digit() || c == ',').filter(|part| !part.is_empty()),
        )
    } else {
        folded_hash([line])
    };
    // The upper half of the hash: 32 bits suffice for the lines of one site.
    Some((hash >> 32) as LineHash)
}

/// Maximum length in bytes of a line with counters.
const MAX_COUNTER_BYTES: usize = 90;

/// Labels of counters, such as how often a page was read or commented on.
const COUNTERS: [&str; 18] = [
    "閱讀", "阅读", "評論", "评论", "點擊", "点击", "瀏覽", "浏览", "點贊", "点赞", "收藏", "分享",
    "人氣", "人气", "views", "Views", "comments", "Comments",
];

/// Whether a line shows numbers that change from page to page, such as `閱讀:42 評論:0`.
fn is_counter(line: &str) -> bool {
    line.len() <= MAX_COUNTER_BYTES
        && line.bytes().any(|byte| byte.is_ascii_digit())
        && COUNTERS.iter().any(|label| line.contains(label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_only_in_counters_or_script_have_one_hash() {
        assert_eq!(line_hash("閱讀:42 評論:0"), line_hash("閱讀:1,907 評論:16"));
        assert_eq!(line_hash("聯繫我們"), line_hash("联系我们"));
        assert_ne!(line_hash("比特幣 45123"), line_hash("比特幣 45124"));
        assert_eq!(line_hash(&"很長".repeat(200)), None);
    }
}
