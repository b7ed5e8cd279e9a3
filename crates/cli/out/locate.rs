//! Finds the matches in the texts of a record again in the file that the record was read from.
//!
//! A record does not keep where each of its characters stands in the file. So the visible text of
//! the file is searched for each match, first with much of the text around it in the record, then
//! with less.

use std::ops::Range;

use wensou_index::Texts;
use wensou_query::Highlighter;

use super::visible_text::{VisibleText, is_blank};

/// How many characters before and after a match are searched for along with it, at first and if
/// they are not found. A page can show other text around a match than the record, on either side.
const CONTEXTS: [(usize, usize); 7] = [(30, 30), (8, 8), (0, 8), (8, 0), (0, 2), (2, 0), (0, 0)];

/// All searches together look at no more than this many times the visible text, so that a text
/// whose matches are not found costs linear time.
const MAX_PASSES: usize = 64;

/// The matches of a record, as ranges of bytes of its file, in the order of the file. A range ends
/// with the first byte of the last character, which may be a character reference. Matches that are
/// not found in the visible text are left out.
pub(crate) fn locate(
    visible: &VisibleText,
    texts: &Texts,
    highlighter: &Highlighter,
) -> Vec<Range<usize>> {
    let mut search =
        Search { visible, next: 0, budget: visible.text.len().saturating_mul(MAX_PASSES) };
    let mut located = Vec::new();
    for text in [&texts.title, &texts.body] {
        search.next = visible.body;
        let compact = CompactText::of(text);
        for [start, end] in highlighter.highlight(text).highlights {
            located.extend(search.find(&compact, start..end));
        }
    }
    located.sort_unstable_by_key(|range| (range.start, range.end));
    located.dedup();
    located
}

/// A text without white space.
struct CompactText {
    text: String,
    /// For each character of the original, and for its end: the number of bytes of `text` before
    /// it.
    bytes_before: Vec<usize>,
    /// For each character of the original, and for its end: where its paragraph begins in `text`.
    paragraphs: Vec<usize>,
}

impl CompactText {
    fn of(original: &str) -> Self {
        let mut compact = Self { text: String::new(), bytes_before: vec![0], paragraphs: vec![0] };
        let mut paragraph = 0;
        for c in original.chars() {
            match c {
                '\n' => paragraph = compact.text.len(),
                c if !is_blank(c) => compact.text.push(c),
                _ => {}
            }
            compact.bytes_before.push(compact.text.len());
            compact.paragraphs.push(paragraph);
        }
        compact
    }

    /// The range of `text` that has the given characters of the original, and the widest range
    /// around it: that of its paragraphs.
    fn range(&self, chars: Range<usize>) -> (Range<usize>, Range<usize>) {
        let last = self.bytes_before.len() - 1;
        let (from, to) = (chars.start.min(last), chars.end.min(last));
        let of_end = self.paragraphs[to];
        let next = self.paragraphs.partition_point(|paragraph| *paragraph <= of_end);
        let end = self.paragraphs.get(next).copied().unwrap_or(self.text.len());
        (self.bytes_before[from]..self.bytes_before[to], self.paragraphs[from]..end)
    }
}

/// Searches the visible text for the matches of a text, one after the other.
struct Search<'v> {
    visible: &'v VisibleText,
    /// Where the next match is looked for first: after the previous one.
    next: usize,
    /// The number of bytes that may still be looked at.
    budget: usize,
}

impl Search<'_> {
    /// Where a match, given as characters of the text, stands in the file.
    fn find(&mut self, text: &CompactText, chars: Range<usize>) -> Option<Range<usize>> {
        let (matched, around) = text.range(chars);
        if matched.is_empty() {
            return None;
        }
        let in_context = |search: &mut Self, chars_before: usize, chars_after: usize| {
            let before = &text.text[around.start.min(matched.start)..matched.start];
            let after = &text.text[matched.end..around.end.max(matched.end)];
            let before = before
                .char_indices()
                .rev()
                .take(chars_before)
                .last()
                .map_or(0, |(at, _)| before.len() - at);
            let after = after.char_indices().nth(chars_after).map_or(after.len(), |(at, _)| at);
            let wanted = &text.text[matched.start - before..matched.end + after];
            Some(search.position(wanted, before)? + before)
        };
        let start = CONTEXTS
            .iter()
            .find_map(|(before, after)| in_context(self, *before, *after))
            .or_else(|| self.next_without_context(&text.text[matched.clone()]))?;
        let end = start + matched.len();
        self.next = end;
        // The last character of the match, and not the one after it, which may be far away.
        let last = self.visible.text[..end].chars().next_back()?;
        let last_at = self.visible.offset(end - last.len_utf8())?;
        Some(self.visible.offset(start)?..last_at + 1)
    }

    /// Where a match stands next, once the budget is used up. All these searches together pass over
    /// the text once.
    fn next_without_context(&mut self, matched: &str) -> Option<usize> {
        if self.budget > 0 {
            return None;
        }
        let found = self.visible.text.get(self.next..)?.find(matched).map(|at| self.next + at);
        self.next = found.unwrap_or(self.visible.text.len());
        found
    }

    /// Where a part of the visible text stands that has a match after `before` bytes: where the
    /// match follows the previous one, or else anywhere.
    fn position(&mut self, wanted: &str, before: usize) -> Option<usize> {
        let visible = &self.visible.text;
        let mut from = self.next.saturating_sub(before);
        while !visible.is_char_boundary(from) {
            from -= 1;
        }
        for from in [from, 0] {
            if self.budget == 0 {
                return None;
            }
            let found = visible[from..].find(wanted).map(|at| from + at);
            self.budget = self.budget.saturating_sub(found.unwrap_or(visible.len()) - from);
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Finds the given matches, as characters of the text.
    fn found(html: &str, text: &str, matches: &[Range<usize>]) -> Vec<Option<Range<usize>>> {
        let visible = VisibleText::of(html, true);
        let budget = visible.text.len() * MAX_PASSES;
        let mut search = Search { visible: &visible, next: visible.body, budget };
        let compact = CompactText::of(text);
        matches.iter().map(|chars| search.find(&compact, chars.clone())).collect()
    }

    #[test]
    fn a_match_is_found_by_its_context() {
        let html = "<p>欄目:甲乙</p><p>前文甲<b>乙</b>\n後文</p><p>前文甲乙後文</p>";
        let starts = |text, matches: &[(usize, usize)]| -> Vec<Option<usize>> {
            let matches: Vec<_> = matches.iter().map(|(start, end)| *start..*end).collect();
            let found = found(html, text, &matches);
            found.into_iter().map(|range| range.map(|range| range.start)).collect()
        };
        let at = |nth: usize| html.match_indices('甲').nth(nth).map(|(at, _)| at);
        assert_eq!(starts("前文甲乙後文\n前文甲乙後文", &[(2, 4), (9, 11)]), [at(1), at(2)]);
        assert_eq!(starts("別的甲乙後文", &[(2, 4)]), [at(1)]);
        assert_eq!(starts("甲乙", &[(0, 2)]), [at(0)]);
        assert_eq!(starts("甲丙", &[(0, 2)]), [None]);
    }

    #[test]
    fn matches_that_are_not_found_take_linear_time() {
        let text = "甲乙".repeat(20_000);
        let matches: Vec<Range<usize>> = (0..20_000).map(|n| 2 * n..2 * n + 2).collect();
        assert!(found(&"丙丁".repeat(20_000), &text, &matches).iter().all(Option::is_none));
    }
}
