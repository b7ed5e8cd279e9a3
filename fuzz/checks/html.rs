//! The laws of the parser of pages, for HTML.

use wensou_ingest::{CorpusStatistics, Markup, parse_page};

use super::laws_of_pages;

/// Panics if `data`, read as HTML, breaks a law.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    laws_of_pages::check(&text, Markup::Html);
    let page = parse_page(&text, Markup::Html, &CorpusStatistics::default());
    let stated = [
        &page.article.source,
        &page.article.author,
        &page.article.translator,
        &page.article.editor,
        &page.article.url,
    ];
    for value in stated.into_iter().flatten().chain(&page.article.tags) {
        assert!(!value.is_empty() && value.trim() == value, "values are trimmed, and not empty");
        assert!(!value.contains('\n'), "values are one line");
    }
    for paragraph in page.article.paragraphs.iter().chain([&page.article.title]) {
        // The article is looked for in a copy of the page in which each line begins with its
        // number, a private character. U+F0000 is the number of line 0.
        assert!(
            !paragraph.contains('\u{f0000}') || text.contains('\u{f0000}'),
            "no number of a line of the copy"
        );
    }
}
