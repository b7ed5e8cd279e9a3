//! The hash by which the lines of a site's pages are counted.

use crate::text::folded_hash::folded_hash;

/// Longer lines are never counted.
pub(crate) const MAX_LINE_BYTES: usize = 400;

/// The hash of a line; equal lines have equal hashes.
pub(crate) type LineHash = u32;

/// The hash of a line, by which it is counted; `None` for a line that is too long. Scripts, widths
/// and the numbers of counters do not matter.
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
    Some((hash >> 32) as LineHash)
}

/// Labels of counters.
const COUNTERS: [&str; 18] = [
    "閱讀", "阅读", "評論", "评论", "點擊", "点击", "瀏覽", "浏览", "點贊", "点赞", "收藏", "分享",
    "人氣", "人气", "views", "Views", "comments", "Comments",
];

/// Whether a line shows numbers that change from page to page, such as `閱讀:42 評論:0`.
fn is_counter(line: &str) -> bool {
    line.len() <= 90
        && line.bytes().any(|byte| byte.is_ascii_digit())
        && COUNTERS.iter().any(|label| line.contains(label))
}
