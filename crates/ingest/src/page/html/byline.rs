//! Reads dates, outlets and people from the short lines around a title.

mod line_forms;

use std::ops::Range;

use self::line_forms::{author_and_outlet, date_of_decision, is_labelled_sentence, partial_date};

use super::date_precision;
use super::lines::TextPiece;
use super::open_elements::Roles;
use super::other_parts::{is_linked_title, is_paragraph};
use super::title::HtmlTitle;
use super::tokens::{Token, tokens};
use crate::date;
use crate::page::byline::dateline;
use crate::page::labels::{Label, LabelledValue, Labels};
use crate::page::line::Line;
use crate::page::names::unlabelled::{Unlabelled, is_no_name, unlabelled};
use crate::page::names::value::{bare_name, outlet_and_person, person_name, with_joined_names};
use crate::page::names::{is_button_or_not_a_name, is_marked_person, is_outlet, is_person};
use crate::record::Moment;

/// Maximum characters of a line of a byline.
pub(super) const MAX_LINE: usize = 90;
/// How many lines above a title can be its byline.
const ABOVE: usize = 4;
/// How many lines below a title can be its byline.
const BELOW: usize = 15;
/// How many lines above the first line of an article can be its byline, if no line shows the title.
const ABOVE_ARTICLE: usize = 12;
/// If no line shows the title: how many lines can be the byline, from the first line on that
/// [`ABOVE_ARTICLE`] allows.
const AROUND_ARTICLE: usize = 18;
/// Maximum characters besides dates and labelled fields in a line that is only a byline.
const MAX_OTHER_CHARS: usize = 24;

/// What the short lines around a title say.
#[derive(Debug, Default)]
pub(super) struct HtmlByline {
    /// The first date that is not of an update, with a label or without one; a later date of that
    /// day can add the time.
    pub(super) date: Option<Moment>,
    /// The first date that is not of an update and has a label before it, as [`Token::Date`] says.
    pub(super) labelled_date: Option<Moment>,
    /// The first date of an update, with a label or without one.
    pub(super) updated: Option<Moment>,
    /// The first date of an update that has a label before it.
    pub(super) labelled_update: Option<Moment>,
    pub(super) source: Option<String>,
    pub(super) author: Option<String>,
    pub(super) translator: Option<String>,
    pub(super) editor: Option<String>,
    /// The outlet that only an attribute marks, that only a space separates from its label, or that
    /// stands beside the date without a label.
    pub(super) marked_source: Option<String>,
    /// The author that only an attribute marks, that only a space separates from its label, or that
    /// stands before the outlet without a label.
    pub(super) marked_author: Option<String>,
    /// The first value that a label of a date, or its form without a year, shows to be a date, but
    /// that is not understood.
    pub(super) unread_date: Option<String>,
    /// Numbers of lines that are only bylines: they have dates or labelled fields, and at most a
    /// short text besides; or they are `NAME/OUTLET`.
    pub(super) lines: Vec<usize>,
}

/// The lines near a title that can be a byline.
pub(super) struct LinesNear {
    /// Those below the title, up to the first long line or the second paragraph of the article. If
    /// no line shows the title, those around the first line of the article.
    pub(super) below: Range<usize>,
    /// Those after them, up to the first long line: text and what follows it. Their dates are
    /// rarely that of the article.
    pub(super) after_text: Range<usize>,
    /// Some above the title; none if no line shows the title.
    pub(super) above: Range<usize>,
}

/// The lines that can be a byline. `article_start` is the first line of the article, and
/// `is_article` says whether a line, given by its number, belongs to the article.
pub(super) fn lines_near(
    lines: &[Line<'_>],
    title: &HtmlTitle,
    article_start: Option<usize>,
    is_article: &dyn Fn(usize) -> bool,
) -> LinesNear {
    let start = match (title.main_line, article_start) {
        (Some(line), _) => line + 1,
        (None, Some(article_start)) => article_start.saturating_sub(ABOVE_ARTICLE),
        (None, None) => 0,
    };
    let max_lines = if title.main_line.is_some() { BELOW } else { AROUND_ARTICLE };
    let last = lines.len().min(start + max_lines);
    let end = (start..last).find(|&line| is_long(&lines[line]) && is_article(line));
    let end = end.unwrap_or(last);
    // A short text may follow the title, as an abstract above the byline does.
    let is_text = |line: &usize| {
        is_paragraph(&lines[*line]) && (article_start.is_none() || is_article(*line))
    };
    let text = (start..end).filter(is_text).nth(1).unwrap_or(end);
    // Below the end of a short article stand other things.
    let article_end =
        (start..lines.len()).rfind(|line| is_article(*line)).map_or(text, |line| line + 1);
    let text = text.min(article_end);
    let above = title.main_line.map_or(start, |line| line.saturating_sub(ABOVE));
    LinesNear {
        below: start..text,
        after_text: text..end,
        above: above..title.main_line.unwrap_or(start),
    }
}

impl HtmlByline {
    /// Reads the lines near a title.
    pub(super) fn near(
        lines: &[Line<'_>],
        pieces: &[TextPiece],
        near: &LinesNear,
        labels: &Labels,
    ) -> Self {
        let mut byline = Self::default();
        byline.read(lines, pieces, near.below.clone(), labels);
        byline.read(lines, pieces, near.above.clone(), labels);
        byline.read_labelled_names(lines, pieces, near.after_text.clone(), labels);
        byline
    }

    /// Reads the short lines of a range. What earlier calls found is not replaced.
    pub(super) fn read(
        &mut self,
        lines: &[Line<'_>],
        pieces: &[TextPiece],
        range: Range<usize>,
        labels: &Labels,
    ) {
        let start = pieces.partition_point(|piece| piece.line < range.start);
        let end = pieces.partition_point(|piece| piece.line < range.end);
        for line_pieces in pieces[start..end.max(start)].chunk_by(|a, b| a.line == b.line) {
            let number = line_pieces[0].line;
            if let Some(line) = lines.get(number).filter(|line| !is_long(line)) {
                self.take_line(number, line, line_pieces, labels);
            }
        }
    }

    /// Reads the names with labels in a range. What earlier calls found is not replaced.
    fn read_labelled_names(
        &mut self,
        lines: &[Line<'_>],
        pieces: &[TextPiece],
        range: Range<usize>,
        labels: &Labels,
    ) {
        let mut found = Self::default();
        found.read(lines, pieces, range, labels);
        let set = |slot: &mut Option<String>, name| *slot = slot.take().or(name);
        set(&mut self.source, found.source);
        set(&mut self.author, found.author);
        set(&mut self.translator, found.translator);
        set(&mut self.editor, found.editor);
    }

    /// Reads a line, which consists of these pieces.
    fn take_line(&mut self, number: usize, line: &Line<'_>, pieces: &[TextPiece], labels: &Labels) {
        if let [piece] = pieces
            && let Some(moment) = date_of_decision(&piece.text)
        {
            self.date.get_or_insert(moment);
            return;
        }
        if self.take_dateline(number, line, labels) || is_labelled_sentence(&line.text, labels) {
            return;
        }
        let tokens = tokens(pieces, labels);
        let has_date = tokens.iter().any(|token| matches!(token, Token::Date { .. }));
        let names: Vec<(&str, Roles)> = tokens
            .iter()
            .filter_map(|token| match token {
                Token::Text { text, roles }
                    if !is_button_or_not_a_name(text) && !is_no_name(text, labels) =>
                {
                    Some((bare_name(text), *roles))
                }
                _ => None,
            })
            .collect();
        let is_linked = |name: &str| line.links.iter().any(|link| link == name);
        let mut has_field = false;
        for token in &tokens {
            has_field |= self.take_token(token, labels);
        }
        for (text, roles) in names.iter().filter(|(text, _)| !is_label(text, labels)) {
            self.take_marked(text, *roles);
        }
        if has_date {
            // The title of another article stands beside its date.
            let can_be_outlet = |name: &str| {
                is_outlet(name)
                    && !is_label(name, labels)
                    && !(is_linked(name) && is_linked_title(name))
            };
            let names: Vec<(&str, Roles, Unlabelled)> = names
                .iter()
                .filter(|(name, roles)| !roles.is_only(Roles::AUTHOR) && can_be_outlet(name))
                .map(|(name, roles)| (*name, *roles, unlabelled(name, labels)))
                .collect();
            self.take_names_beside_date(&tokens, &names);
        }
        let unknown = tokens.iter().filter_map(|token| match token {
            Token::Unknown(value) => Some(value.chars().count()),
            _ => None,
        });
        let named = names.iter().map(|(name, _)| name.chars().count());
        // Characters that are neither a date nor a labelled field.
        let other_chars: usize = named.chain(unknown).sum();
        let is_only_byline = names.len() <= 1 && other_chars <= MAX_OTHER_CHARS || other_chars == 0;
        if (has_date || has_field) && is_only_byline {
            self.lines.push(number);
            if !has_date && let Some(partial) = partial_date(&line.text) {
                self.unread_date.get_or_insert_with(|| partial.to_owned());
            }
        }
    }

    /// Takes the value of a date or labelled field; returns whether the token is a labelled field.
    fn take_token(&mut self, token: &Token<'_>, labels: &Labels) -> bool {
        match token {
            Token::Date { moment, updated: true, labelled, .. } => {
                self.updated.get_or_insert(*moment);
                if *labelled {
                    self.labelled_update.get_or_insert(*moment);
                }
            }
            Token::Date { moment, labelled, .. } => {
                if *labelled {
                    self.labelled_date.get_or_insert(*moment);
                }
                self.date = Some(match self.date {
                    Some(date) => date_precision::refined(date, *moment).unwrap_or(date),
                    None => *moment,
                });
            }
            Token::Field { label: Label::Source, value, spaced: false }
                if let Some((outlet, person)) = outlet_and_person(value) =>
            {
                set_name(&mut self.source, outlet);
                set_name(&mut self.author, person);
                return true;
            }
            Token::Field { label, value, spaced } => {
                // What follows a label without a value is the next label, which is no name.
                let is_name = |name: &&str| !is_label(name, labels);
                let outlet = Some(bare_name(value)).filter(|name| is_outlet(name)).filter(is_name);
                let person =
                    Some(person_name(value)).filter(|name| is_person(name)).filter(is_name);
                let (author, source) = if *spaced {
                    (&mut self.marked_author, &mut self.marked_source)
                } else {
                    (&mut self.author, &mut self.source)
                };
                match (label, person, outlet) {
                    (Label::Source, _, Some(outlet)) => set_name(source, outlet),
                    (Label::Author | Label::Reporter | Label::Writer, Some(name), _) => {
                        set_name(author, name);
                    }
                    (Label::Writer, _, Some(outlet)) => set_name(source, outlet),
                    (Label::Translator, Some(name), _) => set_name(&mut self.translator, name),
                    (Label::Editor, Some(name), _) => set_name(&mut self.editor, name),
                    (Label::Time | Label::Updated, ..) if may_be_date(value) => {
                        set_name(&mut self.unread_date, value);
                    }
                    _ => {}
                }
                return true;
            }
            Token::Unknown(_) | Token::Text { .. } => {}
        }
        false
    }

    /// Takes a name by the roles that attributes give it.
    fn take_marked(&mut self, text: &str, roles: Roles) {
        if roles.has(Roles::EDITOR) {
            if is_person(text) {
                self.editor.get_or_insert_with(|| text.to_owned());
            }
        } else if roles.is_only(Roles::AUTHOR) && is_marked_person(person_name(text)) {
            self.marked_author.get_or_insert_with(|| person_name(text).to_owned());
        } else if roles.has(Roles::SOURCE) && is_outlet(text) && self.marked_source.is_none() {
            self.marked_source = Some(text.to_owned());
        }
    }

    /// Takes the outlet and the person that stand beside a date without a label.
    fn take_names_beside_date(
        &mut self,
        tokens: &[Token<'_>],
        names: &[(&str, Roles, Unlabelled)],
    ) {
        // Beside labels without colons stand names of users, categories and words such as `by`,
        // too: `kingname 发布于 2019-09-07`.
        let is_spaced = |token: &Token<'_>| {
            matches!(token, Token::Date { spaced: true, .. } | Token::Field { spaced: true, .. })
        };
        let only = |kind: Unlabelled| {
            let mut found = names.iter().filter(|name| name.2 == kind);
            found.next().filter(|_| found.next().is_none()).map(|name| name.0)
        };
        let is_spaced = tokens.iter().any(is_spaced);
        let unknown = || only(Unlabelled::UnknownWord).filter(|_| names.len() == 1 && !is_spaced);
        let outlet = only(Unlabelled::Outlet).or_else(unknown);
        if let Some(outlet) = outlet {
            self.marked_source.get_or_insert_with(|| outlet.to_owned());
        }
        if let Some(person) = only(Unlabelled::Person).filter(|_| !is_spaced) {
            set_name(&mut self.marked_author, person);
        }
    }

    /// Reads a line that is only a dateline or names a reporter and a desk, as in
    /// `娛樂中心／陳慧明報導`; or `NAME/OUTLET`. Returns whether it is such a line.
    fn take_dateline(&mut self, number: usize, line: &Line<'_>, labels: &Labels) -> bool {
        let fields = match dateline::read(&line.text, labels) {
            Some(dateline) if dateline.is_whole => dateline.fields,
            _ => match author_and_outlet(&line.text) {
                Some([value, outlet]) => vec![
                    LabelledValue { label: Label::Author, value },
                    LabelledValue { label: Label::Source, value: outlet },
                ],
                None => return false,
            },
        };
        for LabelledValue { label, value } in fields {
            match label {
                Label::Source => {
                    self.marked_source.get_or_insert_with(|| value.to_owned());
                }
                Label::Author => set_name(&mut self.marked_author, value),
                Label::Editor => set_name(&mut self.editor, value),
                Label::Time => {
                    if let Some((moment, _)) = date::at_start(value) {
                        self.date.get_or_insert(moment);
                    }
                }
                _ => {}
            }
        }
        self.lines.push(number);
        true
    }
}

/// Sets a field that has no value yet, without blanks inside Chinese names.
fn set_name(slot: &mut Option<String>, value: &str) {
    slot.get_or_insert_with(|| with_joined_names(value).into_owned());
}

/// Whether a text is a label and nothing else, and so no name.
fn is_label(text: &str, labels: &Labels) -> bool {
    labels.whole(text).is_some()
}

/// Whether a value that is not understood may be a date, even a relative one: `昨天 10:00`.
pub(super) fn may_be_date(value: &str) -> bool {
    const MAX_CHARS: usize = 40;
    let has_number = value.chars().any(char::is_numeric);
    let is_relative = || {
        let words =
            ["昨", "前天", "今天", "今日", "刚刚", "剛剛", "刚才", "剛才", "星期", "周", "週"];
        words.iter().any(|word| value.contains(word))
    };
    (has_number || is_relative()) && value.chars().count() <= MAX_CHARS && !date::is_null(value)
}

/// Whether a line is longer than any line of a byline.
pub(super) fn is_long(line: &Line<'_>) -> bool {
    line.text.chars().nth(MAX_LINE).is_some()
}

#[cfg(test)]
mod tests;
