//! What single commands do to the query or with the selected item: filter, sort, show related
//! records, go back, copy, open an address, recall a query of the history. `dispatch` calls these
//! functions.

use tui_input::Input;
use wensou_index::RecordExt;
use wensou_ingest::Record;
use wensou_query::Sort;
use wensou_query::lang::Kind;

use super::{App, Effect, Focus, ListOrigin};
use crate::browse::filters;
use crate::browse::picker::Choice;
use crate::browse::text::one_line;
use crate::browse::worker::RequestKind;

impl App {
    /// Filters by the next kind in the order articles, flash items, both.
    pub(super) fn filter_by_next_kind(&mut self) {
        let kind = match filters::kind(self.text(), &self.clock) {
            None => Some(Kind::Article),
            Some(Kind::Article) => Some(Kind::Flash),
            Some(_) => None,
        };
        self.set_text(filters::set_kind(self.text(), kind, &self.clock));
    }

    /// The choices of the date picker: spans that end today, years, and whether a date is known.
    pub(super) fn date_choices(&self) -> Vec<Choice> {
        let choice = |value: &str, label: &str| Choice {
            value: Some(value.to_owned()),
            label: label.to_owned(),
            count: None,
        };
        let mut choices = vec![Choice { value: None, label: "all dates".to_owned(), count: None }];
        choices.extend(
            [
                ("7d", "7d  the last 7 days"),
                ("30d", "30d  the last 30 days"),
                ("this-month", "this-month"),
                ("this-year", "this-year"),
                ("last-year", "last-year"),
            ]
            .map(|(value, label)| choice(value, label)),
        );
        if let [Some(oldest), Some(newest)] = self.date_bounds {
            for year in (oldest.year()..=newest.year()).rev() {
                choices.push(choice(&year.to_string(), &year.to_string()));
            }
        }
        choices.push(choice("none", "none  without a date"));
        choices.push(choice("inferred", "inferred  date not stated"));
        choices
    }

    /// Requests the pages that contain the selected flash item, or the near-duplicates of the
    /// selected page and its flash items.
    pub(super) fn request_related(&mut self) {
        let Some(item) = self.selected() else { return };
        let title = item.title.text.clone();
        let (origin, kind) = match &item.record {
            Record::Flash(flash) => {
                (ListOrigin::Pages(title), RequestKind::Pages(Box::new(flash.clone())))
            }
            Record::Article(article) => {
                let origin = match item.near_duplicates.is_empty() {
                    true => ListOrigin::Flashes(title),
                    false => ListOrigin::Copies(title),
                };
                let ids = item.near_duplicates.iter().chain(&article.flashes).cloned().collect();
                (origin, RequestKind::Records(ids))
            }
        };
        self.awaited_list = Some(self.ask(kind));
        self.awaited_origin = Some(origin);
    }

    /// Requests the documents that are similar to the selected one.
    pub(super) fn request_similar(&mut self) {
        let Some(item) = self.selected() else { return };
        let (id, title) = (item.record.id().to_owned(), item.title.text.clone());
        self.awaited_list = Some(self.ask(RequestKind::Similar(id)));
        self.awaited_origin = Some(ListOrigin::Similar(title));
    }

    /// Goes back to the list from which the shown list was opened. Returns `false` if the shown
    /// list was not opened from another one.
    pub(super) fn go_back(&mut self) -> bool {
        let Some(list) = self.previous_lists.pop() else { return false };
        self.list = list;
        self.preview_only = false;
        self.focus = Focus::List;
        self.preview.lines = None;
        self.show_selected();
        true
    }

    pub(super) fn selected_id(&self) -> Option<String> {
        self.selected().map(|item| item.record.id().to_owned())
    }

    /// Copies the text that `text_of` returns for the selected record. `what` names the text in the
    /// message.
    pub(super) fn copy(&mut self, what: &str, text_of: fn(&Record) -> String) {
        let Some(item) = self.selected() else { return };
        let text = one_line(&text_of(&item.record));
        self.status = Some(format!("copied the {what}: {text}"));
        self.effects.push(Effect::Copy(text));
    }

    /// Opens the address of the selected record in the browser.
    pub(super) fn visit(&mut self) {
        let Some(item) = self.selected() else { return };
        let url = match &item.record {
            Record::Article(article) => &article.url,
            Record::Flash(flash) => &flash.url,
        };
        match url.as_deref().and_then(web_address) {
            Some(url) => self.effects.push(Effect::Visit(url)),
            None => self.status = Some("this record has no web address".to_owned()),
        }
    }

    /// Sorts the hits in the next order: usual order, newest first, oldest first.
    pub(super) fn sort_in_next_order(&mut self) {
        self.sort = match self.sort {
            None => Some(Sort::Newest),
            Some(Sort::Newest) => Some(Sort::Oldest),
            Some(_) => None,
        };
        let order = match self.sort {
            Some(Sort::Newest) => "newest first",
            Some(Sort::Oldest) => "oldest first",
            _ => "usual order: best first, or newest first if no words are typed",
        };
        (self.list.selected, self.list.first) = (0, 0);
        self.search();
        self.status = Some(order.to_owned());
    }

    /// Remembers the query in the history, because something was done with its hits.
    pub(super) fn remember(&mut self) {
        let text = self.text().to_owned();
        self.history.remember(&text);
    }

    /// Shows the next older query of the history. Returns `false` if there is none.
    pub(super) fn recall_older(&mut self) -> bool {
        let current = self.text().to_owned();
        let query = self.history.older(&current);
        self.show_recalled(query)
    }

    /// Shows the next newer query of the history. Returns `false` if there is none.
    pub(super) fn recall_newer(&mut self) -> bool {
        let query = self.history.newer();
        self.show_recalled(query)
    }

    /// Searches for a query of the history. Returns `false` for `None`.
    fn show_recalled(&mut self, query: Option<String>) -> bool {
        let Some(query) = query else { return false };
        self.input = Input::new(query);
        self.search_again();
        true
    }

    /// The choices of the history picker, the newest query first.
    pub(super) fn history_choices(&self) -> Vec<Choice> {
        let choice = |query: &String| Choice {
            label: query.clone(),
            value: Some(query.clone()),
            count: None,
        };
        self.history.newest_first().map(choice).collect()
    }
}

/// A web address that neither a shell nor a browser misunderstands: `url`, with `https://` if `url`
/// has no scheme. `None` for any other scheme, and for a URL with a space, a control character, a
/// quote, a backslash or an angle bracket.
fn web_address(url: &str) -> Option<String> {
    let url = match url.split_once("://") {
        Some(("http" | "https", _)) => url.to_owned(),
        Some(_) => return None,
        None => format!("https://{url}"),
    };
    let harmless = |c: char| !c.is_control() && !c.is_whitespace() && !"\"'`\\<>".contains(c);
    url.chars().all(harmless).then_some(url)
}
