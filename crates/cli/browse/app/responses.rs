//! Makes requests to the worker, and applies its responses to the list, the preview and the popup.

use std::rc::Rc;

use wensou_query::FacetValue;
use wensou_query::lang::{parse_lenient, saved_name};

use super::{App, Effect, Focus, List, ListOrigin, Popup};
use crate::browse::item::Item;
use crate::browse::picker::Choice;
use crate::browse::worker::{HITS_PER_REQUEST, Request, RequestKind, Response, ResponseData};

impl App {
    /// Requests the first hits of the typed query.
    pub(super) fn search(&mut self) {
        let text = self.text().to_owned();
        match saved_name(&text).map(|_| self.saved_query_reader.expanded(&text)) {
            // If the saved query has mistakes, search for the last query without such mistakes.
            Some(Err(mistakes)) => self.errors = mistakes,
            Some(Ok(expanded)) => {
                self.errors.clear();
                self.query = expanded;
            }
            None => {
                (_, self.errors) = parse_lenient(&text, &self.clock);
                self.query.clone_from(&text);
            }
        }
        self.awaited_list =
            Some(self.ask(RequestKind::Hits { offset: 0, limit: HITS_PER_REQUEST }));
        self.awaited_origin = Some(ListOrigin::Query(text));
    }

    /// Makes a request about the current query. Returns its number, which the response will have.
    pub(super) fn ask(&mut self, kind: RequestKind) -> u64 {
        self.newest_number += 1;
        self.slow = false;
        let request = Request {
            number: self.newest_number,
            query: self.query.clone(),
            snippet_chars: self.layout().snippet_chars,
            sort: self.sort,
            kind,
        };
        self.effects.push(Effect::Ask(request));
        self.newest_number
    }

    /// Applies the response if it answers the newest request for a list, a popup or the preview.
    /// Drops a response to an earlier request.
    pub(super) fn apply_response(&mut self, response: Response) {
        let number = Some(response.number);
        if number == self.awaited_popup {
            self.awaited_popup = None;
            self.fill_popup(response.data);
        } else if number == self.awaited_flashes {
            self.awaited_flashes = None;
            if let ResponseData::Embedded(items) = response.data {
                self.preview.flashes = Some(items);
                self.preview.lines = None;
            }
        } else if number == self.awaited_list {
            self.awaited_list = None;
            self.slow = false;
            self.apply_list(response.data);
        }
    }

    /// Shows the hits or records of a response, or the reason why there are none.
    fn apply_list(&mut self, data: ResponseData) {
        let origin = self.awaited_origin.take();
        match data {
            ResponseData::Hits {
                offset: 0,
                items,
                total,
                documents,
                took,
                relaxed,
                warnings,
                diagnosis,
                highlighter,
            } => {
                let Some(origin) = origin else { return };
                // A resize sends the same query again, for snippets of another width: keep the
                // selection then.
                let (selected, first) =
                    match origin == self.list.origin && self.previous_lists.is_empty() {
                        true => (self.list.selected, self.list.first),
                        false => (0, 0),
                    };
                self.previous_lists.clear();
                let selected = selected.min(items.len().saturating_sub(1));
                let list = List::new(origin, items, Rc::new(highlighter));
                self.list = List {
                    total,
                    documents,
                    took,
                    relaxed,
                    warnings,
                    diagnosis,
                    selected,
                    first,
                    ..list
                };
                self.preview.lines = None;
                self.show_selected();
            }
            ResponseData::Hits { items, total, .. } => {
                self.list.items.extend(items);
                self.list.total = total;
            }
            ResponseData::Records(items) => {
                if let Some(origin) = origin {
                    self.open_related_list(origin, items);
                }
            }
            // Keep the previous hits, and show below the query why it cannot be searched for.
            ResponseData::Refused(diagnostics) => {
                if self.errors.is_empty() {
                    self.errors = diagnostics;
                }
            }
            ResponseData::Failed(message) => self.status = Some(message),
            ResponseData::Embedded(_) | ResponseData::Tags(_) | ResponseData::Dates(_) => {}
        }
    }

    /// Opens a list of records that are related to the selected one, over the list that is shown.
    fn open_related_list(&mut self, origin: ListOrigin, items: Vec<Item>) {
        if items.is_empty() {
            let what = match origin {
                ListOrigin::Pages(_) => "no page contains this flash item",
                ListOrigin::Flashes(_) | ListOrigin::Copies(_) => "this page has no flash items",
                _ => "no similar documents",
            };
            self.status = Some(what.to_owned());
            return;
        }
        let total = items.len();
        let list = List::new(origin, items, Rc::clone(&self.list.highlighter));
        self.previous_lists.push(std::mem::replace(&mut self.list, list));
        self.focus = Focus::List;
        // The layout depends on `preview_only`.
        self.preview_only = false;
        // Open the only item at once if the screen has no room for list and preview together.
        self.preview_only = total == 1 && self.layout().preview.is_none();
        self.show_selected();
    }

    /// Fills the open popup with the tags or dates of the response. If the request failed, the
    /// popup stays empty, and the bottom line says why.
    fn fill_popup(&mut self, data: ResponseData) {
        if let ResponseData::Failed(message) = &data {
            self.status = Some(message.clone());
        }
        match (&mut self.popup, data) {
            (Some(Popup::DateBars(date_bars)), ResponseData::Dates(timeline)) => {
                date_bars.fill(&timeline);
            }
            (Some(Popup::DateBars(date_bars)), _) => date_bars.waiting = false,
            (Some(Popup::Picker(picker)), ResponseData::Tags(tags)) => {
                let choice = |tag: FacetValue| Choice {
                    label: tag.value.clone(),
                    value: Some(tag.value),
                    count: Some(tag.documents),
                };
                picker.fill(tags.into_iter().map(choice).collect());
            }
            (Some(Popup::Picker(picker)), _) => picker.fill(Vec::new()),
            (Some(Popup::Help(_)) | None, _) => {}
        }
    }
}
