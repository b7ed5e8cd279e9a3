//! The laws that both targets for pages, `page` and `html`, check.

use wensou_ingest::{CorpusStatistics, Markup, parse_page};

/// Panics if `text`, read as a page with this markup, breaks a law.
pub fn check(text: &str, markup: Markup) {
    // The second half of the text is a second page of the archive. The two pages can disagree about
    // which paragraphs stand above a flash item, and so about where the item begins.
    let half = (text.len() / 2..).find_map(|at| text.get(at..)).unwrap_or_default();
    let statistics = CorpusStatistics::from_pages([(text, markup), (half, markup)]);
    let page = parse_page(text, markup, &statistics);
    let mut end_of_last = 0;
    for flash in &page.flashes {
        let range = flash.occurrences[0].span.range();
        assert!(end_of_last <= range.start && range.start <= range.end, "spans in order");
        let span = text.get(range.clone()).expect("inside, on character boundaries");
        assert!(!flash.title.is_empty() || !flash.text.is_empty(), "an item has a title or a text");
        // In HTML, and where mojibake was repaired, the file spells the text in another way.
        if markup == Markup::Text && page.notes.mojibake_repaired == 0 {
            assert!(span.contains(&flash.title), "the title is in the span");
            assert!(flash.text.lines().all(|line| span.contains(line)), "the text is in the span");
        }
        end_of_last = range.end;
    }
    // The ranges of mojibake that was not repaired.
    for (start, end) in &page.notes.mojibake_kept {
        assert!(text.get(*start..*end).is_some(), "inside, on character boundaries");
    }
    for paragraph in &page.article.paragraphs {
        assert!(!paragraph.is_empty() && paragraph.trim() == paragraph);
    }
}
