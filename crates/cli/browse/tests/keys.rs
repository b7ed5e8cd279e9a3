//! What keys, pasted text and responses of the worker do.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Colour, Driver};
use crate::browse::app::{Effect, Event, Focus, Popup};
use crate::browse::worker::{Request, RequestKind, Response, ResponseData, answer};
use crate::exit::Outcome;

#[test]
fn typing_searches_in_either_script_and_runs_no_command() {
    let mut driver = Driver::new("", (80, 24));
    assert_eq!(driver.app.list.total, 4, "an empty query finds every document");
    driver.type_text("质押");
    assert_eq!(driver.titles(), ["以太坊合并后的質押收益"]);
    driver.press(KeyCode::Backspace).press(KeyCode::Backspace).type_text("？");
    assert_eq!(driver.app.text(), "？");
    assert!(driver.app.popup.is_none());
}

#[test]
fn a_paste_becomes_one_line_and_one_request() {
    let mut driver = Driver::new("減", (80, 24));
    let effects = driver.app.update(Event::Paste("半\r\n質押\u{1b}[31m\t收益\n".to_owned()));
    assert_eq!(driver.app.text(), "減半  質押[31m 收益");
    assert_eq!(effects.iter().filter(|effect| matches!(effect, Effect::Ask(_))).count(), 1);
    driver.perform(effects);
    driver.send(Event::Paste("長".repeat(100_000)));
    assert_eq!(driver.app.text().chars().count(), wensou_query::lang::MAX_LENGTH);
    driver.draw(Colour::On);
}

#[test]
fn a_late_response_to_an_older_request_is_dropped() {
    let mut driver = Driver::new("", (80, 24));
    let requested = |effects: Vec<Effect>| match effects.into_iter().next() {
        Some(Effect::Ask(request)) => request,
        other => panic!("{other:?}"),
    };
    let first = requested(driver.app.update(Event::Paste("質押".to_owned())));
    let second = requested(driver.app.update(Event::Paste(" AND 減半每四年".to_owned())));
    let late = answer(driver.index.into(), &driver.app.clock, &first);
    let newest = answer(driver.index.into(), &driver.app.clock, &second);
    driver.send(Event::Response(newest));
    let titles: Vec<String> = driver.titles().into_iter().map(str::to_owned).collect();
    driver.send(Event::Response(late));
    assert_eq!(driver.titles(), titles);
    assert!(!driver.app.is_waiting());
}

#[test]
fn a_late_response_does_not_fill_the_popup_that_was_opened_after_it_was_requested() {
    let mut driver = Driver::new("减半", (80, 24));
    let key = KeyEvent::new(KeyCode::Char('t'), KeyModifiers::CONTROL);
    let effects = driver.app.update(Event::Key(key));
    let [Effect::Ask(request)] = effects.as_slice() else { panic!("{effects:?}") };
    let late = answer(driver.index.into(), &driver.app.clock, request);
    assert!(matches!(&late.data, ResponseData::Tags(tags) if !tags.is_empty()));
    let dates = driver.ctrl('d').screen();
    assert!(dates.contains("the last 7 days"), "{dates}");
    assert!(!driver.app.is_waiting());
    driver.send(Event::Response(late));
    assert_eq!(driver.screen(), dates);
}

#[test]
fn a_popup_whose_content_cannot_be_counted_stops_waiting_and_says_why() {
    // Ctrl-T opens the tags, Alt-D the hits over time.
    for letter in ['t', 'd'] {
        let mut driver = Driver::new("减半", (80, 24));
        let modifiers = if letter == 't' { KeyModifiers::CONTROL } else { KeyModifiers::ALT };
        let effects =
            driver.app.update(Event::Key(KeyEvent::new(KeyCode::Char(letter), modifiers)));
        let [Effect::Ask(Request { number, .. })] = effects.as_slice() else {
            panic!("{effects:?}")
        };
        assert!(driver.screen().contains("counting…"), "{}", driver.screen());
        let data = ResponseData::Failed("checksum mismatch".to_owned());
        driver.send(Event::Response(Response { number: *number, data }));
        let screen = driver.screen();
        assert!(!screen.contains("counting…") && screen.contains("checksum mismatch"), "{screen}");
    }
}

#[test]
fn a_mistake_is_reported_below_the_query_and_the_hits_stay() {
    let mut driver = Driver::new("減半", (80, 24));
    let before: Vec<String> = driver.titles().into_iter().map(str::to_owned).collect();
    driver.type_text(" kind:");
    let screen = driver.screen();
    assert!(screen.lines().nth(1).unwrap().starts_with("`kind:` without a value"), "{screen}");
    assert_eq!(driver.titles(), before);
    driver.ctrl('u').type_text("。");
    assert_eq!(driver.app.errors.len(), 1, "the query has no text that can be searched for");
    assert_eq!(driver.titles().len(), 4, "the hits of the empty query stay");
}

#[test]
fn a_flash_item_is_followed_to_its_pages_and_back() {
    let mut driver = Driver::new("分析師表示", (80, 24));
    assert_eq!(driver.titles(), ["分析師:比特幣減半將至"]);
    driver.ctrl('f');
    let mut pages = driver.titles();
    pages.sort_unstable();
    assert_eq!(pages, ["以太坊合并后的質押收益", "比特币的第四次减半"]);
    assert!(driver.screen().contains("pages with 分析師"), "{}", driver.screen());
    // Follow one of the pages to its flash items, which are shown in the variant of that page.
    let at = driver.titles().iter().position(|title| title.starts_with("比特币")).unwrap();
    for _ in 0..at {
        driver.press(KeyCode::Down);
    }
    driver.ctrl('f');
    assert_eq!(driver.titles(), ["分析师:比特币减半将至"]);
    driver.alt(KeyCode::Left);
    assert_eq!(driver.titles().len(), 2);
    driver.press(KeyCode::Esc);
    assert_eq!(driver.titles(), ["分析師:比特幣減半將至"]);
    assert_eq!(driver.app.text(), "分析師表示", "the query is as it was");
    driver.press(KeyCode::Esc);
    assert_eq!(driver.app.text(), "");
    driver.press(KeyCode::Esc);
    assert!(matches!(driver.effects_not_performed.as_slice(), [Effect::Quit(Outcome::Done)]));
}

#[test]
fn the_only_page_is_opened_at_once_without_room_for_list_and_preview() {
    let mut driver = Driver::new("第四次減半", (40, 12));
    driver.ctrl('f');
    assert!(driver.app.preview_only && driver.app.shows_related());
    assert_eq!(driver.titles(), ["分析师:比特币减半将至"]);
    driver.press(KeyCode::Esc);
    assert!(
        !driver.app.preview_only && !driver.app.shows_related(),
        "one key opened the list and the page, so one key leaves both"
    );
}

#[test]
fn similar_documents_are_a_list_that_escape_leaves() {
    let mut driver = Driver::new("第四次減半", (80, 24));
    let key = KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL);
    let effects = driver.app.update(Event::Key(key));
    let [Effect::Ask(Request { number, kind: RequestKind::Similar(_), .. })] = effects.as_slice()
    else {
        panic!("{effects:?}")
    };
    // A made-up response: this test is about the list, not about which documents are similar.
    let items = Driver::new("質押", (80, 24)).app.list.items;
    driver.send(Event::Response(Response { number: *number, data: ResponseData::Records(items) }));
    assert!(driver.screen().contains("similar to 比特币的第四次减半"));
    assert_eq!(driver.titles(), ["以太坊合并后的質押收益"]);
    driver.press(KeyCode::Esc);
    assert_eq!(driver.titles(), ["比特币的第四次减半"]);
    driver.ctrl('f');
    driver.type_text("質押");
    assert!(!driver.app.shows_related(), "typing searches again");
}

#[test]
fn more_hits_are_requested_near_the_end_of_the_loaded_ones() {
    let mut driver = Driver::new("", (80, 24));
    // As if only two of the four hits were loaded.
    driver.app.list.items.truncate(2);
    driver.press(KeyCode::Down).press(KeyCode::End);
    assert_eq!(driver.titles().len(), 4);
}

#[test]
fn a_move_or_a_resize_does_not_replace_the_request_for_another_list() {
    let sort = KeyEvent::new(KeyCode::Char('s'), KeyModifiers::ALT);
    let follow = KeyEvent::new(KeyCode::Char('f'), KeyModifiers::CONTROL);
    let end = KeyEvent::new(KeyCode::End, KeyModifiers::NONE);
    // As if not all hits were loaded, so that the last one is near the end.
    let mut driver = Driver::new("减半 OR 質押", (80, 24));
    driver.app.list.items.truncate(1);
    let awaited = driver.app.update(Event::Key(sort));
    let moved = driver.app.update(Event::Key(end));
    let asks_for_hits = |effect: &Effect| match effect {
        Effect::Ask(request) => matches!(request.kind, RequestKind::Hits { .. }),
        _ => false,
    };
    assert!(!moved.iter().any(asks_for_hits), "{moved:?}");
    driver.perform(awaited);
    let newest_first =
        Driver::new("减半 OR 質押", (80, 24)).alt(KeyCode::Char('s')).titles().join(" ");
    assert_eq!(driver.titles().join(" "), newest_first);
    for event in [Event::Key(end), Event::Resize(200, 60)] {
        let mut driver = Driver::new("", (80, 24));
        driver.app.list.items.truncate(2);
        let awaited = driver.app.update(Event::Key(follow));
        driver.send(event).perform(awaited);
        assert!(driver.app.shows_related(), "{:?}", driver.titles());
    }
}

#[test]
fn the_preview_of_a_page_lists_its_flash_items() {
    let mut driver = Driver::new("第四次減半", (200, 60));
    let screen = driver.screen();
    assert!(screen.contains("1 flash item in this page"), "{screen}");
    assert!(screen.contains("◆ 2023-05-06 09:30  分析师"), "{screen}");
}

#[test]
fn a_message_says_that_there_is_nothing_to_follow_or_to_go_back_to() {
    let mut driver = Driver::new("警報", (80, 24));
    driver.ctrl('f');
    assert_eq!(driver.app.status.as_deref(), Some("this page has no flash items"));
    driver.alt(KeyCode::Left);
    assert_eq!(driver.app.status.as_deref(), Some("nothing to go back to"));
}

#[test]
fn filters_are_edits_of_the_query() {
    let mut driver = Driver::new("减半", (80, 24));
    driver.ctrl('k');
    assert_eq!(driver.app.text(), "减半 kind:article ");
    assert!(driver.titles().contains(&"比特币的第四次减半"));
    driver.ctrl('k');
    assert_eq!(driver.app.text(), "减半 kind:flash ");
    assert_eq!(driver.titles(), ["分析師:比特幣減半將至"]);
    driver.ctrl('k');
    assert_eq!(driver.app.text(), "减半");
    driver.ctrl('t').type_text("比特币价").press(KeyCode::Enter);
    assert!(driver.app.text().starts_with("减半 tag:比特"), "{}", driver.app.text());
    driver.ctrl('u').type_text("减半").ctrl('d').type_text("2023").press(KeyCode::Enter);
    assert_eq!(driver.app.text(), "减半 date:2023 ");
    driver.ctrl('d').type_text("all").press(KeyCode::Enter);
    assert_eq!(driver.app.text(), "减半");
}

#[test]
fn the_key_that_opens_a_picker_closes_it_and_escape_keeps_the_query() {
    let mut driver = Driver::new("减半", (80, 24));
    driver.ctrl('t');
    assert!(matches!(driver.app.popup, Some(Popup::Picker(_))));
    driver.ctrl('d');
    assert!(matches!(driver.app.popup, Some(Popup::Picker(_))));
    driver.ctrl('d');
    assert!(driver.app.popup.is_none());
    driver.press(KeyCode::F(1)).press(KeyCode::Esc);
    assert!(driver.app.popup.is_none());
    assert_eq!(driver.app.text(), "减半");
    driver.ctrl('u').press(KeyCode::Char('?'));
    assert!(matches!(driver.app.popup, Some(Popup::Help(_))), "? on an empty query is help");
}

#[test]
fn the_focus_moves_and_the_preview_scrolls() {
    let mut driver = Driver::new("", (80, 18));
    driver.press(KeyCode::Down);
    assert_eq!((driver.app.list.selected, driver.app.preview.scroll), (1, 0));
    driver.press(KeyCode::Tab);
    assert_eq!(driver.app.focus, Focus::Preview);
    driver.press(KeyCode::Down).press(KeyCode::Down);
    assert_eq!((driver.app.list.selected, driver.app.preview.scroll), (1, 2));
    driver.ctrl('p');
    assert_eq!((driver.app.list.selected, driver.app.preview.scroll), (0, 0));
    driver.press(KeyCode::Tab).press(KeyCode::End);
    assert_eq!(driver.app.list.selected, 3);
}

#[test]
fn quitting_and_aborting_have_different_outcomes() {
    let mut driver = Driver::new("减半", (80, 24));
    driver.ctrl('q');
    driver.ctrl('t').ctrl('c');
    let effects: Vec<String> =
        driver.effects_not_performed.iter().map(|effect| format!("{effect:?}")).collect();
    assert_eq!(effects, ["Quit(Done)", "Quit(Signalled(2))"]);
}

#[test]
fn pinyin_saved_queries_and_reasons_for_no_hits_are_those_of_search() {
    // Pinyin, with a hint that says so.
    let mut driver = Driver::new("yitaifang", (80, 24));
    assert_eq!(driver.titles(), ["以太坊合并后的質押收益"]);
    assert!(driver.screen().contains("read as pinyin for 以太坊"), "{}", driver.screen());
    // A saved query, also with mistakes.
    let mut driver = Driver::new("@weekly", (80, 24));
    assert_eq!(driver.titles().len(), 2);
    assert_eq!(driver.app.text(), "@weekly");
    driver.type_text(" kind:flash");
    assert_eq!(driver.titles(), ["分析師:比特幣減半將至"]);
    driver.ctrl('u').type_text("@wee");
    assert_eq!(driver.app.errors.len(), 1);
    assert_eq!(driver.titles().len(), 4, "the hits of the previous query stay");
    // Why there are no hits, and what was meant.
    let mut driver = Driver::new("减半 source:鏈聞 kind:flash", (80, 24));
    let screen = driver.screen();
    assert!(screen.contains("hits of each clause alone: 减半 2"), "{screen}");
    assert!(screen.contains("without source:鏈聞: 1 hit"), "{screen}");
    let mut driver = Driver::new("PackyMcCormik", (80, 24));
    let screen = driver.screen();
    assert!(screen.contains("did you mean packymccormick"), "{screen}");
}

#[test]
fn alt_s_switches_between_the_orders_of_the_hits() {
    let mut driver = Driver::new("减半 OR 質押", (80, 24));
    let best: Vec<String> = driver.titles().into_iter().map(str::to_owned).collect();
    driver.alt(KeyCode::Char('s'));
    assert_eq!(driver.titles()[0], "比特币的第四次减半");
    driver.alt(KeyCode::Char('s'));
    assert_eq!(*driver.titles().last().unwrap(), "比特币的第四次减半");
    driver.alt(KeyCode::Char('s'));
    assert_eq!(driver.titles(), best);
    // In the usual order, hits of a query without words come newest first.
    let mut driver = Driver::new("kind:article", (80, 24));
    for _ in 0..3 {
        driver.alt(KeyCode::Char('s'));
    }
    let status = driver.app.status.clone().unwrap();
    assert!(status.contains("newest first if no words are typed"), "{status}");
}

#[test]
fn up_and_down_recall_earlier_queries() {
    let mut driver = Driver::new("", (80, 24));
    // Enter opens a hit, by which the query joins the history; the second Enter closes the hit.
    for query in ["減半", "質押"] {
        driver.ctrl('u').type_text(query).press(KeyCode::Enter).press(KeyCode::Enter);
    }
    driver.ctrl('u').type_text("收");
    driver.press(KeyCode::Up);
    assert_eq!(driver.app.text(), "質押");
    driver.alt(KeyCode::Up);
    assert_eq!(driver.app.text(), "減半");
    driver.press(KeyCode::Down);
    assert_eq!(driver.app.text(), "質押");
    driver.press(KeyCode::Down);
    assert_eq!(driver.app.text(), "收");
    driver.ctrl('r').type_text("减").press(KeyCode::Enter);
    assert_eq!(driver.app.text(), "減半");
}

#[test]
fn the_mouse_selects_opens_and_scrolls() {
    use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
    let mut driver = Driver::new("", (80, 24));
    let mouse = |kind, column, row| {
        Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })
    };
    let click = MouseEventKind::Down(MouseButton::Left);
    // Items of two lines begin at row 2, so row 5 is in the second one. Row 18 is in the preview.
    driver.send(mouse(click, 5, 5));
    assert_eq!(driver.app.list.selected, 1);
    driver.send(mouse(MouseEventKind::ScrollDown, 5, 5));
    assert_eq!(driver.app.list.selected, 2);
    driver.send(mouse(MouseEventKind::ScrollUp, 5, 5));
    driver.send(mouse(click, 5, 5));
    assert!(driver.app.preview_only, "a click on the selected hit opens it");
    driver.press(KeyCode::Esc).send(mouse(click, 5, 18));
    assert_eq!(driver.app.focus, Focus::Preview);
    driver.press(KeyCode::F(1)).send(mouse(MouseEventKind::ScrollDown, 5, 5));
    assert!(matches!(driver.app.popup, Some(Popup::Help(3))));
    driver.send(mouse(click, 0, 0));
    assert!(driver.app.popup.is_none());
}

#[test]
fn choosing_a_date_bar_narrows_the_query() {
    let mut driver = Driver::new("减半", (80, 24));
    driver.alt(KeyCode::Char('d'));
    let screen = driver.screen();
    assert!(screen.contains("dates of the hits") && screen.contains('█'), "{screen}");
    assert!(screen.contains("2023-06-01: 1 document"), "{screen}");
    driver.press(KeyCode::Home).press(KeyCode::Enter);
    assert_eq!(driver.app.text(), "减半 date:2023-05-06 ");
    assert_eq!(driver.titles(), ["分析師:比特幣減半將至"]);
    for size in [(80, 24), (40, 12), (20, 4), (3, 3), (1, 1)] {
        let mut driver = Driver::new("", size);
        driver.alt(KeyCode::Char('d')).draw(Colour::On);
    }
}

#[test]
fn the_next_match_is_scrolled_to() {
    let mut driver = Driver::new("比特幣", (80, 16));
    driver.press(KeyCode::Down).alt(KeyCode::Char('n'));
    let first = driver.app.status.clone().unwrap();
    assert!(first.starts_with("line 1 of "), "{first}");
    driver.alt(KeyCode::Char('n'));
    driver.alt(KeyCode::Char('p'));
    assert_eq!(driver.app.status.as_deref(), Some(first.as_str()));
    driver.alt(KeyCode::Char('p'));
    assert_eq!(driver.app.status.as_deref(), Some("no further match"));
}

#[test]
fn a_record_without_an_address_is_not_opened_and_ctrl_z_suspends() {
    let mut driver = Driver::new("比特幣", (80, 16));
    driver.alt(KeyCode::Char('o'));
    assert_eq!(driver.app.status.as_deref(), Some("this record has no web address"));
    driver.ctrl('z');
    assert!(matches!(driver.effects_not_performed.as_slice(), [Effect::Suspend]));
}
