//! Recognises boilerplate, the lines that all pages of a site share: advertisements, site name,
//! breadcrumb.

use crate::date;
use crate::page::page_words::page_words;
use crate::text::punctuation::is_colon;

/// Maximum characters of what follows `Ctrl+D` in a line of boilerplate.
const MAX_SITE_CHARS: usize = 30;
/// Maximum bytes of the name of a site: thirty Chinese characters.
const MAX_SITE_BYTES: usize = 90;
/// Maximum characters of a breadcrumb.
const MAX_BREADCRUMB: usize = 200;
/// Maximum bytes of a breadcrumb that has no label such as `當前位置:`, and need not begin with a
/// home step such as `首頁`.
const MAX_BARE_BREADCRUMB_BYTES: usize = 150;
/// Maximum characters of each step of such a breadcrumb.
const MAX_BARE_STEP: usize = 12;
/// Maximum characters of the category that a breadcrumb names.
const MAX_CATEGORY: usize = 30;

/// Whether a line is a placeholder for an advertisement.
pub(crate) fn is_ad(text: &str) -> bool {
    matches!(text, "ads" | "ad" | "Ads" | "ADS" | "AD")
}

/// Whether a line is boilerplate wherever it stands in a page.
pub(crate) fn is_boilerplate(text: &str) -> bool {
    is_ad(text)
        || text.strip_prefix("Ctrl+D").is_some_and(|name| name.chars().count() <= MAX_SITE_CHARS)
}

/// Whether a line only separates or adorns other lines, as `==========` and `★★★★★` do: it has
/// neither letters nor digits.
pub(crate) fn is_ornament(text: &str) -> bool {
    !text.contains(char::is_alphanumeric)
}

/// Whether a line is the number of a page: `第1頁`, `共3頁 第1頁`, `Page 1 of 3`.
pub(crate) fn is_page_number(text: &str) -> bool {
    const MAX_BYTES: usize = 40;
    text.len() <= MAX_BYTES
        && ["頁", "页", "Page", "page", "PAGE"].iter().any(|word| text.contains(word))
        && page_words().is_count(text)
        // A date may stand beside the number: `2024-03-04 10:00 共3頁`.
        && date::parse_prefix(text).is_none()
        && !text.contains(is_colon)
}

/// The site name in `NAME NAME` or `Ctrl+D NAME`.
pub(crate) fn site(text: &str) -> Option<&str> {
    if let Some(name) = text.strip_prefix("Ctrl+D") {
        return Some(name.trim()).filter(|name| !name.is_empty() && name.len() <= MAX_SITE_BYTES);
    }
    let half = text.len() / 2;
    let (first, second) = (text.get(..half)?, text.get(half..)?);
    let is_name_twice = second.strip_prefix(' ') == Some(first)
        && first.chars().count() >= 2
        && text.len() <= 2 * MAX_SITE_BYTES;
    is_name_twice.then_some(first)
}

/// Parses a breadcrumb such as `首頁 > 瑞波幣 > Info`. Returns `None` for any other line, and
/// `Some(None)` for a breadcrumb that names no category.
pub(crate) fn breadcrumb(text: &str) -> Option<Option<&str>> {
    let words = page_words();
    let after_label = words.after_breadcrumb_label(text);
    let trail = after_label.unwrap_or(text).trim();
    // A trail may begin with the site's name: `示例網 > 財經 > 正文`.
    if after_label.is_none()
        && text.len() <= MAX_BARE_BREADCRUMB_BYTES
        && text.matches(['>', '»']).count() >= 2
    {
        let steps: Vec<&str> = text.split(['>', '»']).map(str::trim).collect();
        if steps.iter().all(|step| (1..=MAX_BARE_STEP).contains(&step.chars().count())) {
            return Some(steps.get(1).copied());
        }
    }
    // Nearly every line is rejected here, before it is split into steps.
    if after_label.is_none() && !words.begins_with_home_step(trail)
        || text.chars().count() > MAX_BREADCRUMB
    {
        return None;
    }
    let mut steps = trail
        .split(['>', '»', '›', '\u{ff1e}', '→', '\u{fe65}', '≫'])
        .map(|step| step.trim().trim_end_matches('-').trim());
    let first = steps.next()?;
    let steps_after_home: Vec<&str> = steps.filter(|step| !step.is_empty()).collect();
    let has_home = words.is_home_step(first);
    // Without a label, a breadcrumb needs a home step and a step after it. With a label, a home
    // step alone is enough, and so is any other first step with a step after it.
    if !(has_home && (!steps_after_home.is_empty() || after_label.is_some())
        || after_label.is_some() && !steps_after_home.is_empty())
    {
        return None;
    }
    // The first step, which is home or else the site's name, is no category.
    let category =
        steps_after_home.first().copied().filter(|step| step.chars().count() <= MAX_CATEGORY);
    Some(category)
}
