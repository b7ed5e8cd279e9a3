//! The laws that both targets for pages, `page` and `html`, check.

use wensou_ingest::{CorpusStatistics, Markup, parse_page};

/// Panics if `text`, read as a page with this markup, breaks a law.
pub fn check(text: &str, markup: Markup) {
    // The second half of the text is a second page, so that the pages can disagree about the
    // paragraphs above an item.
    let half = (text.len() / 2..).find_map(|at| text.get(at..)).unwrap_or_default();
    let statistics = CorpusStatistics::from_pages([(text, markup), (half, markup)]);
    let page = parse_page(text, markup, &statistics);
    let mut last = 0;
    for flash in &page.flashes {
        let range = flash.occurrences[0].span.range();
        assert!(last <= range.start && range.start <= range.end, "spans in order");
        let span = text.get(range.clone()).expect("inside, on character boundaries");
        assert!(!flash.title.is_empty() || !flash.text.is_empty(), "an item has a title or a text");
        if markup == Markup::Text && page.notes.mojibake_repaired == 0 {
            assert!(span.contains(&flash.title), "the title is in the span");
            assert!(flash.text.lines().all(|line| span.contains(line)), "the text is in the span");
        }
        last = range.end;
    }
    for (start, end) in &page.notes.mojibake_kept {
        assert!(text.get(*start..*end).is_some(), "inside, on character boundaries");
    }
    for paragraph in &page.article.paragraphs {
        assert!(!paragraph.is_empty() && paragraph.trim() == paragraph);
    }
}
