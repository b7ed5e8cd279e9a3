//! Sends questions to the worker and applies its answers to the lists.

use std::rc::Rc;
use std::time::Duration;

use wensou_query::lang::{parse_lenient, saved_name};

use super::{App, Effect, Focus, List, ListOrigin, Popup};
use crate::browse::picker::Choice;
use crate::browse::worker::{BATCH, Item, Request, RequestKind, Response, ResponseData};

impl App {
    pub(super) fn search(&mut self) {
        let text = self.text().to_owned();
        match saved_name(&text).map(|_| (self.expand.0)(&text)) {
            // The hits of the last query without such mistakes stay.
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
        self.awaited = Some(self.ask(RequestKind::Hits { offset: 0, limit: BATCH }));
        self.awaited_origin = Some(ListOrigin::Query(text));
    }

    pub(super) fn ask(&mut self, kind: RequestKind) -> u64 {
        self.number += 1;
        self.slow = false;
        let snippet = self.layout().snippet;
        let (sort, query) = (self.sort, self.query.clone());
        let request = Request { number: self.number, text: query, snippet, sort, kind };
        self.effects.push(Effect::Ask(request));
        self.number
    }

    pub(super) fn apply_response(&mut self, response: Response) {
        let number = Some(response.number);
        if number == self.awaited_tags {
            self.awaited_tags = None;
            match (&mut self.popup, &response.data) {
                (Some(Popup::Strip(strip)), ResponseData::Dates(timeline)) => strip.fill(timeline),
                _ => self.fill_tag_picker(response.data),
            }
        } else if number == self.awaited_flashes {
            self.awaited_flashes = None;
            if let ResponseData::Embedded(items) = response.data {
                self.preview.flashes = Some(items);
                self.preview.lines = None;
            }
        } else if number == self.awaited {
            self.awaited = None;
            self.slow = false;
            self.apply_list(response.data);
        }
    }

    pub(super) fn apply_list(&mut self, data: ResponseData) {
        match data {
            ResponseData::Hits {
                offset: 0,
                items,
                total,
                took,
                relaxed,
                warnings,
                diagnosis,
                highlighter,
            } => {
                let Some(origin) = self.awaited_origin.take() else { return };
                // After a resize the same query is sent again for snippets of another width: keep
                // the selection.
                let (selected, first) =
                    match origin == self.list.origin && self.previous_lists.is_empty() {
                        true => (self.list.selected, self.list.first),
                        false => (0, 0),
                    };
                self.previous_lists.clear();
                let selected = selected.min(items.len().saturating_sub(1));
                let highlighter = Rc::new(highlighter);
                let list = List {
                    origin,
                    items,
                    total,
                    took,
                    relaxed,
                    warnings,
                    diagnosis,
                    selected,
                    first,
                    highlighter,
                    is_loading: false,
                };
                self.list = list;
                self.preview.lines = None;
                self.update_selection();
            }
            ResponseData::Hits { items, total, .. } => {
                self.list.items.extend(items);
                self.list.total = total;
                self.list.is_loading = false;
            }
            ResponseData::Records(items) => self.open_related_list(items),
            // The query has nothing to search for: keep the previous hits, and show the reason
            // below the query.
            ResponseData::Refused(diagnostics) => {
                if self.errors.is_empty() {
                    self.errors = diagnostics;
                }
            }
            ResponseData::Failed(message) => {
                self.list.is_loading = false;
                self.status = Some(message);
            }
            ResponseData::Embedded(_) | ResponseData::Tags(_) | ResponseData::Dates(_) => {}
        }
    }

    pub(super) fn open_related_list(&mut self, items: Vec<Item>) {
        let Some(origin) = self.awaited_origin.take() else { return };
        // A request for more hits that was sent before is dropped by the worker.
        self.list.is_loading = false;
        if items.is_empty() {
            let what = match origin {
                ListOrigin::Pages(_) => "no page contains this flash item",
                ListOrigin::Flashes(_) => "this page has no flash items",
                _ => "no similar documents",
            };
            self.status = Some(what.to_owned());
            return;
        }
        let total = items.len();
        let highlighter = Rc::clone(&self.list.highlighter);
        let list = List {
            origin,
            items,
            total,
            took: Duration::ZERO,
            relaxed: false,
            warnings: Vec::new(),
            diagnosis: Vec::new(),
            selected: 0,
            first: 0,
            highlighter,
            is_loading: false,
        };
        self.previous_lists.push(std::mem::replace(&mut self.list, list));
        self.focus = Focus::List;
        self.preview_only = false;
        // If there is no room for a preview, open the only item at once.
        self.preview_only = total == 1 && self.layout().preview.is_none();
        self.update_selection();
    }

    pub(super) fn fill_tag_picker(&mut self, data: ResponseData) {
        let Some(Popup::Picker(picker)) = &mut self.popup else { return };
        match data {
            ResponseData::Tags(tags) => picker.fill(
                tags.into_iter()
                    .map(|tag| Choice {
                        label: tag.value.clone(),
                        value: Some(tag.value),
                        count: Some(tag.documents),
                    })
                    .collect(),
            ),
            _ => picker.fill(Vec::new()),
        }
    }
}
