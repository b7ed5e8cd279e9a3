//! Sends questions to the worker and applies its answers to the lists.

use std::rc::Rc;
use std::time::Duration;

use wensou_query::lang::parse_lenient;

use super::{App, Effect, Focus, List, Origin, Popup};
use crate::browse::picker::Choice;
use crate::browse::worker::{Answer, Ask, BATCH, Found, Item, Wanted};

impl App {
    pub(super) fn search(&mut self) {
        let text = self.text().to_owned();
        (_, self.errors) = parse_lenient(&text, &self.clock);
        self.awaited = Some(self.ask(Wanted::Hits { offset: 0, limit: BATCH }));
        self.awaited_origin = Some(Origin::Query(text));
    }

    pub(super) fn ask(&mut self, wanted: Wanted) -> u64 {
        self.number += 1;
        self.slow = false;
        let snippet = self.layout().snippet;
        let ask = Ask { number: self.number, text: self.text().to_owned(), snippet, wanted };
        self.effects.push(Effect::Ask(ask));
        self.number
    }

    pub(super) fn answer(&mut self, answer: Answer) {
        let number = Some(answer.number);
        if number == self.awaited_tags {
            self.awaited_tags = None;
            self.tags_came(answer.found);
        } else if number == self.awaited_flashes {
            self.awaited_flashes = None;
            if let Found::Embedded(items) = answer.found {
                self.preview.flashes = Some(items);
                self.preview.lines = None;
            }
        } else if number == self.awaited {
            self.awaited = None;
            self.slow = false;
            self.list_came(answer.found);
        }
    }

    pub(super) fn list_came(&mut self, found: Found) {
        match found {
            Found::Hits { offset: 0, items, total, took, relaxed, warnings, highlighter } => {
                let Some(origin) = self.awaited_origin.take() else { return };
                // The same query in another width: keep the selection.
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
                    selected,
                    first,
                    highlighter,
                    is_loading: false,
                };
                self.list = list;
                self.preview.lines = None;
                self.update_selection();
            }
            Found::Hits { items, total, .. } => {
                self.list.items.extend(items);
                self.list.total = total;
                self.list.is_loading = false;
            }
            Found::Records(items) => self.followed_to(items),
            // The query has nothing to search for: keep the previous hits, and show the reason
            // below the query.
            Found::Refused(diagnostics) => {
                if self.errors.is_empty() {
                    self.errors = diagnostics;
                }
            }
            Found::Failed(message) => {
                self.list.is_loading = false;
                self.status = Some(message);
            }
            Found::Embedded(_) | Found::Tags(_) => {}
        }
    }

    pub(super) fn followed_to(&mut self, items: Vec<Item>) {
        let Some(origin) = self.awaited_origin.take() else { return };
        // A request for more hits that was sent before is dropped by the worker.
        self.list.is_loading = false;
        if items.is_empty() {
            let what = match origin {
                Origin::Pages(_) => "no page contains this flash item",
                Origin::Flashes(_) => "this page has no flash items",
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
            selected: 0,
            first: 0,
            highlighter,
            is_loading: false,
        };
        self.previous_lists.push(std::mem::replace(&mut self.list, list));
        self.focus = Focus::List;
        self.whole = false;
        // If there is no room for a preview, open the only item at once.
        self.whole = total == 1 && self.layout().preview.is_none();
        self.update_selection();
    }

    pub(super) fn tags_came(&mut self, found: Found) {
        let Some(Popup::Picker(picker)) = &mut self.popup else { return };
        match found {
            Found::Tags(tags) => picker.fill(
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
