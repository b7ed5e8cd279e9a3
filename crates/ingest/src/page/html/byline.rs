//! Reads dates, outlets and people from the short lines around a title.

use std::ops::Range;

use super::date_precision;
use super::lines::TextPiece;
use super::names::{
    bare_name, is_button_or_not_a_name, is_chinese_name, is_marked_person, is_outlet,
    is_outlet_like, is_person, person_name,
};
use super::open_elements::Roles;
use super::title::HtmlTitle;
use super::tokens::{Token, tokens};
use crate::date;
use crate::page::labels::{Label, Labels};
use crate::page::line::Line;
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
    /// The first date that is not of an update and has a label before it.
    pub(super) labelled_date: Option<Moment>,
    /// The first date of an update, with a label or without one.
    pub(super) updated: Option<Moment>,
    /// The first date of an update that has a label before it.
    pub(super) labelled_update: Option<Moment>,
    pub(super) source: Option<String>,
    pub(super) author: Option<String>,
    pub(super) translator: Option<String>,
    pub(super) editor: Option<String>,
    /// The outlet that only an attribute marks, or that stands beside the date without a label.
    pub(super) marked_source: Option<String>,
    /// The author that only an attribute marks, or that stands before the outlet without a label.
    pub(super) marked_author: Option<String>,
    /// Numbers of lines that are only bylines: they have dates or labelled fields, and at most a
    /// short text besides; or they are `NAME/OUTLET`.
    pub(super) lines: Vec<usize>,
}

/// The lines that can be a byline: those below the title up to the text, and some above the title.
/// If no line shows the title, the first range has the lines around `article_start`, the first line
/// of the article, and the second is empty.
pub(super) fn lines_near(
    lines: &[Line<'_>],
    title: &HtmlTitle,
    article_start: Option<usize>,
    is_article: &dyn Fn(usize) -> bool,
) -> (Range<usize>, Range<usize>) {
    let start = match (title.main_line, article_start) {
        (Some(line), _) => line + 1,
        (None, Some(article_start)) => article_start.saturating_sub(ABOVE_ARTICLE),
        (None, None) => 0,
    };
    let max_lines = if title.main_line.is_some() { BELOW } else { AROUND_ARTICLE };
    let last = lines.len().min(start + max_lines);
    let end = (start..last).find(|&line| is_long(&lines[line]) && is_article(line));
    let above = title.main_line.map_or(start, |line| line.saturating_sub(ABOVE));
    (start..end.unwrap_or(last), above..title.main_line.unwrap_or(start))
}

impl HtmlByline {
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
        for of_line in pieces[start..end.max(start)].chunk_by(|a, b| a.line == b.line) {
            let number = of_line[0].line;
            if lines.get(number).is_some_and(|line| !is_long(line)) {
                self.take_line(number, of_line, labels);
            }
        }
    }

    /// Reads a line, given by its pieces.
    fn take_line(&mut self, number: usize, pieces: &[TextPiece], labels: &Labels) {
        if let [piece] = pieces
            && let Some(moment) = date_of_decision(&piece.text)
        {
            self.date.get_or_insert(moment);
            return;
        }
        let tokens = tokens(pieces, labels);
        let has_date = tokens.iter().any(|token| matches!(token, Token::Date { .. }));
        let names: Vec<(&str, Roles)> = tokens
            .iter()
            .filter_map(|token| match token {
                Token::Text { text, roles } if !is_button_or_not_a_name(text) => {
                    Some((bare_name(text), *roles))
                }
                _ => None,
            })
            .collect();
        let mut has_field = false;
        for token in &tokens {
            has_field |= self.take_token(token);
        }
        for (text, roles) in &names {
            self.take_marked(text, *roles);
        }
        match names[..] {
            // The only name beside a date is the outlet.
            [(name, roles)] if has_date && is_outlet(name) && !roles.is_only(Roles::AUTHOR) => {
                self.marked_source.get_or_insert_with(|| name.to_owned());
            }
            // Of two names beside a date, the one that looks like an outlet is the outlet.
            [(name, _), (other, _)] | [(other, _), (name, _)]
                if has_date
                    && is_outlet_like(name)
                    && !is_outlet_like(other)
                    && is_outlet(name) =>
            {
                self.marked_source.get_or_insert_with(|| (*name).to_owned());
            }
            [(name, _)] if !has_date && !has_field && pieces.len() == 1 => {
                self.take_author_and_outlet(number, name);
            }
            _ => {}
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
        }
    }

    /// Takes the value of a date or labelled field; returns whether the token is a labelled field.
    fn take_token(&mut self, token: &Token<'_>) -> bool {
        let set = |slot: &mut Option<String>, value: &str| {
            slot.get_or_insert_with(|| value.to_owned());
        };
        match token {
            Token::Date { moment, updated: true, labelled } => {
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
            Token::Field { label, value } => {
                let (outlet, name) = (bare_name(value), person_name(value));
                match label {
                    Label::Source if is_outlet(outlet) => set(&mut self.source, outlet),
                    Label::Author | Label::Reporter | Label::Writer if is_person(name) => {
                        set(&mut self.author, name);
                    }
                    Label::Writer if is_outlet(outlet) => set(&mut self.source, outlet),
                    Label::Translator if is_person(name) => set(&mut self.translator, name),
                    Label::Editor if is_person(name) => set(&mut self.editor, name),
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
        } else if roles.is_only(Roles::AUTHOR) && is_marked_person(text) {
            self.marked_author.get_or_insert_with(|| text.to_owned());
        } else if roles.has(Roles::SOURCE) && is_outlet(text) && self.marked_source.is_none() {
            self.marked_source = Some(text.to_owned());
        }
    }

    /// Reads `NAME/OUTLET` on a line of its own.
    fn take_author_and_outlet(&mut self, number: usize, text: &str) {
        if let Some((name, outlet)) = text.split_once(['/', '\u{ff0f}'])
            && is_chinese_name(name.trim())
            && is_outlet(outlet.trim())
        {
            self.marked_author.get_or_insert_with(|| name.trim().to_owned());
            self.marked_source.get_or_insert_with(|| outlet.trim().to_owned());
            self.lines.push(number);
        }
    }
}

/// The date of a law or decision: `（2007年6月29日…会议通过）` below its title.
fn date_of_decision(text: &str) -> Option<Moment> {
    let inner = text.strip_prefix(['（', '('])?.strip_suffix(['）', ')'])?;
    let (moment, bytes) = date::at_start(inner)?;
    let remaining = inner[bytes..].trim_end();
    ["通过", "通過", "公布", "发布", "發布", "施行"]
        .iter()
        .any(|end| remaining.ends_with(end))
        .then_some(moment)
}

/// Whether a line is longer than any line of a byline.
pub(super) fn is_long(line: &Line<'_>) -> bool {
    line.text.chars().nth(MAX_LINE).is_some()
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;
    use crate::page::html::lines;

    fn of(html: &str) -> HtmlByline {
        let page = lines::read(html);
        let mut byline = HtmlByline::default();
        let lines = &page.layout.lines;
        byline.read(lines, &page.pieces, 0..lines.len(), Labels::builtin());
        byline
    }

    #[test]
    fn forms_of_bylines() {
        let time = Some(Moment::Time(datetime(2019, 9, 7, 13, 43, 45, 0)));
        for html in [
            "<div>2019-09-07 13:43:45 来源: <a>示例日报</a> <a>举报</a></div>",
            "<div>分享到：</div><div><span>2019-09-07 13:43:45</span><span>字号：<a>A-</a></span><span>来源：示例日报</span></div>",
            "<p><span>2019年09月07日 13:43:45</span><br><span>来源：</span><span><a>示例日报</a></span></p>",
            "<h4>发表于<span>2019-09-07 13:43:45</span>| <span>1164次阅读</span>| 来源<span>示例日报</span>| <span>0 条评论</span></h4>",
            "<div><i>时间：</i>2019-09-07 13:43:45 <i>来源：</i> 示例日报 </div>",
            "<div>发布日期：2019-09-07 13:43:45&nbsp;&nbsp;来源：示例日报</div>",
            "<div>发稿时间：2019-09-07 13:43:45　审核：李四　来源：示例日报</div>",
            "<div>更新时间:2019-09-08 10:00</div><div>2019-09-07 13:43:45|来源:示例日报</div>",
        ] {
            let byline = of(html);
            assert_eq!((byline.date, byline.source.as_deref()), (time, Some("示例日报")), "{html}");
        }
        for html in [
            "<div><span>2019-09-07 13:43:45</span> <a>示例日报</a>&nbsp;</div>",
            "<div><span>原创</span> <span>示例日报</span> <span>2019-09-07 13:43:45</span></div>",
            "<p>2019-09-07 13:43:45 <span>示例日报</span> <span>王小明</span></p>",
            "<p><span>2019-09-07 13:43:45</span> <span>·</span> <span>示例日报</span></p>",
        ] {
            let byline = of(html);
            let source = byline.marked_source.as_deref();
            assert_eq!((byline.date, source), (time, Some("示例日报")), "{html}");
        }
    }

    #[test]
    fn the_date_of_an_update_is_no_date_of_publication() {
        let published = Some(Moment::Time(datetime(2019, 9, 7, 13, 43, 45, 0)));
        let updated = Some(Moment::Time(datetime(2019, 9, 8, 10, 0, 0, 0)));
        for label in ["更新时间：", "最後修改：", "Updated: ", "Last updated: ", "Modified: "]
        {
            let html = format!(
                "<div>{label}2019-09-08 10:00:00</div><div>发布时间：2019-09-07 13:43:45</div>"
            );
            let byline = of(&html);
            assert_eq!((byline.date, byline.labelled_date), (published, published), "{html}");
            assert_eq!((byline.updated, byline.labelled_update), (updated, updated), "{html}");
        }
        for html in [
            "<div>Updated on 2019-09-08 10:00:00</div>",
            "<div>Last updated 2019-09-08 10:00:00</div>",
        ] {
            let byline = of(html);
            assert_eq!((byline.date, byline.updated), (None, updated), "{html}");
            assert_eq!(byline.labelled_update, None, "{html}");
        }
    }

    #[test]
    fn authors_named_by_a_label_or_an_attribute() {
        assert_eq!(of("<p>作者：王小明  编译：李四</p>").author.as_deref(), Some("王小明"));
        assert_eq!(of("<p>王小明/示例日报</p>").marked_author.as_deref(), Some("王小明"));
        assert_eq!(of("<div class=author>作者最近文章</div>").marked_author, None);
        assert_eq!(of("<p>2019-09-07 国内新闻</p>").marked_source, None);
        assert_eq!(of("<p>作者表示，这很好</p>").author, None);
        assert_eq!(of("<span class=author>王小明</span>").marked_author.as_deref(), Some("王小明"));
    }

    #[test]
    fn sentences_are_no_bylines() {
        for html in ["<p>2019年9月7日，公司宣布了消息。</p>", "<p>截至2019年9月7日的数据</p>"]
        {
            let byline = of(html);
            assert_eq!((byline.date, byline.lines.len()), (None, 0), "{html}");
        }
    }
}
