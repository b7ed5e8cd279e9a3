//! Suggestions: the known word that a mistyped one is closest to.

/// The candidate closest to `typed`, if any is close enough.
///
/// The distance counts inserted, deleted, changed and swapped characters. It may be at most a third
/// of the length of `typed`, rounded down, but 1 for words of two characters, and must be less than
/// the length of the candidate. A single character has no suggestion. Of equally close candidates
/// the first wins.
///
/// ```
/// # use wensou_query::lang::closest;
/// assert_eq!(closest("tga", ["date", "tag"]), Some("tag"));
/// assert_eq!(closest("weather", ["date", "tag"]), None);
/// ```
pub fn closest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = typed.chars().count();
    if length < 2 {
        return None;
    }
    let allowed = (length / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(typed, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= allowed && *distance < candidate.chars().count()
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn only_close_words_are_suggested() {
        assert_eq!(closest("artcle", ["article", "flash"]), Some("article"));
        assert_eq!(closest("souce", ["since", "source"]), Some("source"));
        assert_eq!(closest("快汛", ["文章", "快訊"]), Some("快訊"));
        assert_eq!(closest("x", ["id"]), None);
        assert_eq!(closest("tweet", ["article", "flash"]), None);
    }
}
