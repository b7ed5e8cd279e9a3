//! The laws of the reader of Markdown.

use wensou_ingest::{CorpusStatistics, Markup, fuzz_entry, parse_page};

/// Panics if `data`, read as Markdown, breaks a law.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (title, tags) = fuzz_entry::front_matter(text);
    assert!(title.is_none_or(|title| !title.is_empty()));
    assert!(tags.iter().all(|tag| !tag.is_empty()));
    let page = parse_page(text, Markup::Markdown, &CorpusStatistics::default());
    assert!(page.article.paragraphs.iter().all(|p| !p.is_empty() && p.trim() == p), "trimmed");
    for flash in &page.flashes {
        assert!(text.get(flash.occurrences[0].span.range()).is_some(), "on character boundaries");
    }
}
