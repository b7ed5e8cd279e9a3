//! The scores that the parser must reach.

use super::score::Score;

/// The maximum number of differences that a failure shows.
const MAX_SHOWN: usize = 12;

/// Checks that every score reaches its threshold. A failure names `archive` and shows the first of
/// the `differences` between the parsed records and the truth.
pub(crate) fn assert_reached(archive: &str, score: &Score, differences: &[String]) {
    println!("{archive}: {score:.4?}");
    let excerpt = differences.iter().take(MAX_SHOWN).cloned().collect::<Vec<_>>().join("\n");
    for (part, value, threshold) in [
        ("title", score.title, 0.995),
        ("source", score.source, 0.995),
        ("category", score.category, 0.995),
        ("site", score.site, 0.995),
        ("related", score.related, 0.995),
        ("flash items", score.flash_f1, 0.98),
        ("tags", score.tags_f1, 0.95),
        ("body", score.body, 0.99),
    ] {
        assert!(value >= threshold, "{archive}: {part} {value:.4} < {threshold}\n{excerpt}");
    }
}
