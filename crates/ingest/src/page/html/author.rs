//! Chooses the author of an HTML page among what the parts of the page state.

use super::letters::letters_and_digits;
use super::meta_names::{AUTHORS, EDITORIAL_SYSTEMS};
use super::metadata::{LEAD_LINES, Parts};
use super::script;
use crate::page::names::value::bare_name;
use crate::page::names::{is_certain_outlet, is_chinese_name, is_person};
use crate::page::page_words::page_words;

impl Parts<'_> {
    /// The author that the byline names, or else JSON-LD, the first lines of the article (`lead`),
    /// a `meta` element, or the dateline. `source` is the outlet, which is no author.
    pub(super) fn author(&self, lead: &[usize], source: Option<&str>) -> Option<String> {
        // Whether a name is not that of the outlet, the site or the editor.
        let is_other = |name: &str| {
            let name_letters = letters_and_digits(name);
            source.is_none_or(|source| letters_and_digits(source) != name_letters)
                && !self.site_names.contains(&name_letters)
                && !page_words().is_site(name)
                && self.byline.editor.as_deref() != Some(name)
        };
        let byline = self.byline.author.clone().or_else(|| self.byline.marked_author.clone());
        let json = || {
            let names: Vec<&str> = self
                .json
                .authors
                .iter()
                .map(String::as_str)
                .filter(|name| is_other(name))
                .collect();
            (!names.is_empty()).then(|| names.join("、"))
        };
        byline
            .filter(|name| is_other(name))
            .or_else(json)
            .or_else(|| self.author_in_lead(lead))
            .or_else(|| self.author_in_meta(lead, &is_other))
            .or_else(|| self.text_byline.author.clone().filter(|name| is_other(name)))
    }

    /// The author in `【文/某网专栏作者 王文】`, or the reporter whom both a script and the first
    /// lines of the article name.
    fn author_in_lead(&self, lead: &[usize]) -> Option<String> {
        let texts = || lead.iter().map(|line| &*self.layout.lines[*line].text);
        let bracketed = |text: &str| {
            let inner = text.strip_prefix(['【', '[', '(', '（'])?;
            let inner = inner.split(['】', ']', ')', '）']).next()?.trim();
            let value = ["文/", "文／", "文|", "文丨", "文︱", "作者/", "作者：", "撰文/"]
                .iter()
                .find_map(|label| inner.strip_prefix(label))?
                .trim();
            let name = value.rsplit([' ', '\u{3000}']).next()?;
            (name != value && is_chinese_name(name)
                || is_person(value) && !is_certain_outlet(value))
            .then(|| if is_chinese_name(name) { name } else { value }.to_owned())
        };
        texts().find_map(bracketed).or_else(|| {
            let named = |name: &str| {
                texts().any(|text| {
                    text.contains(&format!("记者{name}")) || text.contains(&format!("記者{name}"))
                })
            };
            let field =
                |value: &str| (is_chinese_name(value) && named(value)).then(|| value.to_owned());
            script::value(self.html, &self.stated_data.scripts, "author", field)
        })
    }

    /// The author in a `meta` element, which is often the site or an editor.
    fn author_in_meta(&self, lead: &[usize], is_other: &dyn Fn(&str) -> bool) -> Option<String> {
        let is_editorial =
            EDITORIAL_SYSTEMS.iter().any(|name| self.stated_data.content(&[name]).is_some());
        // Whether a line above the article, or one of its first lines, is the name alone.
        let is_near_the_top = |name: &str| {
            let near = lead.first().map_or(0, |first| *first + LEAD_LINES);
            self.layout.lines.iter().take(near).any(|line| *line.text == *name)
        };
        AUTHORS.iter().flat_map(|name| self.stated_data.contents(name)).map(bare_name).find_map(
            |name| {
                let is_author = is_person(name)
                    && is_other(name)
                    && !is_certain_outlet(name)
                    && (!is_editorial || is_near_the_top(name))
                    && !self.is_named_as_editor(name);
                is_author.then(|| name.to_owned())
            },
        )
    }

    /// Whether a line has both the name and a word for an editor. A line of more than 200 bytes is
    /// a paragraph, and does not count.
    fn is_named_as_editor(&self, name: &str) -> bool {
        self.layout.lines.iter().any(|line| {
            line.text.len() <= 200
                && ["编辑", "編輯", "责编", "責編"].iter().any(|label| line.text.contains(label))
                && line.text.contains(name)
        })
    }
}
