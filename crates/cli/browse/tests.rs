//! The state and the screen together, over a small archive: keys go in, a screen comes out.

use std::sync::OnceLock;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;
use wensou_index::{BuildOptions, Index};
use wensou_ingest::Silent;
use wensou_query::lang::Clock;

use super::app::{App, Effect, Event, Focus, Popup};
use super::view;
use super::worker::{Answer, Ask, Found, Wanted, answer};
use crate::exit::Outcome;

/// Two pages that share a flash item, and a dump with a hostile record.
const PAGES: [(&str, &str); 3] = [
    (
        "000/0001.txt",
        "幣圈資訊 幣圈資訊\nCtrl+D 幣圈資訊\nads\n首頁 > 以太坊 > Info\n\n\
         以太坊合并后的質押收益_ETH:以太坊價格\n\nAuthor:\n\nTime:1900/1/1 0:00:00\n\n來源:鏈聞\n\n\
         以太坊合并之后,質押收益率約為百分之五,驗證者的數量穩步上升。\n\n\
         分析師:比特幣減半將至:金色財經報道,分析師表示,比特幣減半將在明年四月到來,礦工需要準備。[2023/5/6 9:30:00]\n\n\
         里面的細節并不復雜,后來的人也能讀懂PackyMcCormick的文章。\n\nTags:ETHBTC以太坊價格BTC幣\n\n以太坊\n\
         比特幣挖礦難度創新高_BTC:比特幣價格\n\n全網算力再次上升,難度隨之調整.\n\n1900/1/1 0:00:00\nads\n",
    ),
    (
        "000/0002.txt",
        "币圈资讯 币圈资讯\nCtrl+D 币圈资讯\nads\n首页 > 比特币 > Info\n\n\
         比特币的第四次减半_BTC:比特币价格\n\nAuthor:\n\nTime:2023/6/1 8:00:00\n\n来源:星球日报\n\n\
         比特币每四年减半一次,这一次发生在区块高度八十四万。\n\n\
         分析师:比特币减半将至:金色财经报道,分析师表示,比特币减半将在明年四月到来,矿工需要准备。[2023/5/6 9:30:00]\n\n\
         人工智能产业的发展也影响了芯片供应。\n\nTags:BTC比特币价格\n\n比特币\n",
    ),
    (
        "dump.jsonl",
        "{\"id\":\"x-1\",\"title\":\"紅色\\u001b[31m警報\\u0007\\u202e\",\"text\":\"終端\\u001b]0;owned\\u0007控制\\u009b2J序列。\",\"tags\":[\"\\u001b[5m\"],\"source\":\"\\u001b[2J社\"}\n",
    ),
];

/// The state with an index to answer it, and what it asked to be done outside.
struct Driver {
    app: App,
    index: &'static Index,
    done: Vec<Effect>,
}

/// The index of the archive, built once for all tests.
fn index() -> &'static Index {
    static INDEX: OnceLock<(tempfile::TempDir, Index)> = OnceLock::new();
    let (_, index) = INDEX.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let archive = dir.path().join("archive");
        for (name, content) in PAGES {
            let path = archive.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let folder = dir.path().join("index");
        wensou_index::build(&folder, &[archive], &BuildOptions::default(), &Silent).unwrap();
        let index = Index::open(&folder).unwrap();
        (dir, index)
    });
    index
}

impl Driver {
    fn new(text: &str, size: (u16, u16)) -> Self {
        let index = index();
        let clock = Clock { today: "2023-06-20".parse().unwrap() };
        let bounds =
            wensou_query::date_bounds(index).unwrap().map(|at| at.map(jiff::civil::DateTime::date));
        let (app, effects) = App::new(text.to_owned(), clock, bounds, size);
        let mut driver = Self { app, index, done: Vec::new() };
        driver.perform(effects);
        driver
    }

    /// Answers at once what is asked, as the worker would.
    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(ask) => {
                    let mut answer = answer(self.index, &self.app.clock, &ask);
                    if let Found::Hits { took, .. } = &mut answer.found {
                        *took = Duration::from_micros(1_500);
                    }
                    let more = self.app.update(Event::Answer(answer));
                    self.perform(more);
                }
                effect => self.done.push(effect),
            }
        }
    }

    fn send(&mut self, event: Event) -> &mut Self {
        let effects = self.app.update(event);
        self.perform(effects);
        self
    }

    fn press(&mut self, code: KeyCode) -> &mut Self {
        self.send(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    fn ctrl(&mut self, letter: char) -> &mut Self {
        self.send(Event::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)))
    }

    fn alt(&mut self, code: KeyCode) -> &mut Self {
        self.send(Event::Key(KeyEvent::new(code, KeyModifiers::ALT)))
    }

    fn kind(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.press(KeyCode::Char(c));
        }
        self
    }

    fn titles(&self) -> Vec<&str> {
        self.app.list.items.iter().map(|item| item.title.text.as_str()).collect()
    }

    /// The screen as its rows, and the buffer.
    fn draw(&mut self, colour: bool) -> (Vec<String>, ratatui::buffer::Buffer) {
        let (columns, rows) = self.app.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| view::draw(frame, &mut self.app, colour)).unwrap();
        let buffer = terminal.backend().buffer().clone();
        let shown = |y: u16| {
            let mut row = String::new();
            let mut x = 0;
            while x < columns {
                let symbol = buffer[(x, y)].symbol();
                row.push_str(symbol);
                let width = (symbol.width() as u16).max(1);
                for hidden in x + 1..(x + width).min(columns) {
                    assert_eq!(buffer[(hidden, y)].symbol(), " ", "hidden by {symbol}");
                }
                x += width;
            }
            assert_eq!(row.width(), usize::from(columns), "row {y} does not fit: {row}");
            row.trim_end().to_owned()
        };
        ((0..rows).map(shown).collect(), buffer)
    }

    fn screen(&mut self) -> String {
        self.draw(true).0.join("\n")
    }
}

const SIZES: [(u16, u16); 3] = [(40, 12), (80, 24), (200, 60)];

#[test]
fn a_screen_of_eighty_columns() {
    let mut driver = Driver::new("", (80, 24));
    driver.kind("质押 OR 减半");
    assert_eq!(
        driver.screen(),
        "\
› 质押 OR 减半                                                   3 hits · 1.5 ms

▌article 以太坊合并后的質押收益                                      ~2023-05-06
▌鏈聞 · 以太坊合并之后,質押收益率約為百分之五,驗證者的數量穩步上升。…
 flash   分析師:比特幣減半將至                                  2023-05-06 09:30
 seen in 2 pages · …財經報道,分析師表示,比特幣減半將在明年四月到來,礦工需要準備…
 article 比特币的第四次减半                                     2023-06-01 08:00
 星球日报 · 比特币每四年减半一次,这一次发生在区块高度八十四万。…




────────────────────────────────────────────────────────────────────────────────
以太坊合并后的質押收益                                                         █
article · ~2023-05-06 (inferred from the newest flash) · source 鏈聞 ·         █
category 以太坊 · site 幣圈資訊                                                █
#ETH #BTC #以太坊價格 #BTC幣                                                   █
                                                                               █
以太坊合并之后,質押收益率約為百分之五,驗證者的數量穩步上升。                   █
                                                                               █
里面的細節并不復雜,后來的人也能讀懂PackyMcCormick的文章。                      ║
                                                                               ║
1 flash item in this page (Ctrl-F opens it)                                    ║
F1 help  Enter open  ^K kind  ^T tags  ^D dates  ^F follow  ^S similar"
    );
}

#[test]
fn every_screen_fits_whatever_its_size() {
    let wide = (1..=12).flat_map(|rows| [(1, rows), (2, rows), (7, rows), (41, rows), (99, rows)]);
    for size in SIZES.into_iter().chain(wide) {
        let mut driver = Driver::new("减半 tga:BTC 警報", size);
        let steps: [fn(&mut Driver); 12] = [
            |_| {},
            |driver| {
                driver.press(KeyCode::Down);
            },
            |driver| {
                driver.press(KeyCode::Tab);
            },
            |driver| {
                driver.press(KeyCode::PageDown);
            },
            |driver| {
                driver.press(KeyCode::Enter);
            },
            |driver| {
                driver.press(KeyCode::Esc);
            },
            |driver| {
                driver.press(KeyCode::F(1)).press(KeyCode::End);
            },
            |driver| {
                driver.press(KeyCode::Esc).ctrl('t');
            },
            |driver| {
                driver.press(KeyCode::Esc).ctrl('d').press(KeyCode::End);
            },
            |driver| {
                driver.press(KeyCode::Esc).alt(KeyCode::Char('y'));
            },
            |driver| {
                driver.press(KeyCode::Esc).kind("比特幣").ctrl('f');
            },
            |driver| {
                driver.send(Event::Resize(53, 9));
            },
        ];
        for step in steps {
            step(&mut driver);
            driver.draw(true);
        }
    }
}

#[test]
fn no_order_of_keys_breaks_the_screen() {
    let codes = [
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::Left,
        KeyCode::Tab,
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Backspace,
        KeyCode::F(1),
        KeyCode::F(2),
        KeyCode::F(3),
        KeyCode::F(4),
        KeyCode::F(5),
        KeyCode::F(6),
        KeyCode::F(9),
        KeyCode::Char('減'),
        KeyCode::Char('半'),
        KeyCode::Char('"'),
        KeyCode::Char('('),
        KeyCode::Char(' '),
    ];
    // A linear congruential generator (Knuth): the same keys every time.
    let mut state = 1_u64;
    let mut next = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for size in SIZES {
        let mut driver = Driver::new("", size);
        for _ in 0..300 {
            match next(codes.len() + 1) {
                at if at < codes.len() => driver.press(codes[at]),
                _ => {
                    let size = SIZES[next(SIZES.len())];
                    driver.send(Event::Resize(size.0, size.1))
                }
            };
            driver.draw(true);
            let list = &driver.app.list;
            assert!(list.selected < list.items.len().max(1));
        }
    }
}

#[test]
fn a_narrow_screen_shows_the_list_and_enter_the_preview() {
    let mut driver = Driver::new("質押", (40, 12));
    let listed = driver.screen();
    assert!(listed.contains("▌以太坊合并后的質押收益"), "{listed}");
    assert!(listed.contains("article · ~2023-05-06 · 鏈聞"), "{listed}");
    assert!(!listed.contains("inferred"), "{listed}");
    let preview = driver.press(KeyCode::Enter).screen();
    assert!(preview.contains("~2023-05-06 (inferred"), "{preview}");
    assert_eq!(driver.press(KeyCode::Enter).screen(), listed);
}

#[test]
fn matches_are_marked_in_the_script_of_the_page() {
    let mut driver = Driver::new("质押收益", (80, 24));
    let (rows, buffer) = driver.draw(true);
    let row = rows.iter().position(|row| row.contains("質押收益")).unwrap() as u16;
    let marked: String = (0..80)
        .map(|x| &buffer[(x, row)])
        .filter(|cell| cell.fg == Color::Red && cell.symbol() != " ")
        .map(ratatui::buffer::Cell::symbol)
        .collect();
    assert_eq!(marked, "質押收益");
    // Without colour a match can still be told.
    let (_, buffer) = driver.draw(false);
    assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset));
    assert!(buffer.content.iter().any(|cell| cell.modifier.contains(Modifier::UNDERLINED)));
}

#[test]
fn text_from_pages_cannot_act_on_the_terminal() {
    for size in SIZES {
        let mut driver = Driver::new("警報", size);
        assert_eq!(driver.titles().len(), 1);
        for code in [KeyCode::Null, KeyCode::Enter, KeyCode::F(3), KeyCode::F(9)] {
            driver.press(code);
            let screen = driver.screen();
            assert!(
                !screen.contains(|c: char| c != '\n' && c.is_control() || c == '\u{202e}'),
                "{screen:?}"
            );
        }
    }
    let mut driver = Driver::new("警報", (80, 24));
    driver.alt(KeyCode::Char('y'));
    let Some(Effect::Copy(copied)) = driver.done.pop() else { panic!("nothing was copied") };
    assert!(!copied.contains(char::is_control), "{copied:?}");
}

#[test]
fn typing_searches_in_either_script_and_keeps_to_the_query() {
    let mut driver = Driver::new("", (80, 24));
    assert_eq!(driver.app.list.total, 4, "everything");
    driver.kind("质押");
    assert_eq!(driver.titles(), ["以太坊合并后的質押收益"]);
    driver.press(KeyCode::Backspace).press(KeyCode::Backspace).kind("？");
    assert_eq!(driver.app.text(), "？");
    assert!(driver.app.popup.is_none());
}

#[test]
fn a_paste_is_one_line_and_one_question() {
    let mut driver = Driver::new("減", (80, 24));
    let effects = driver.app.update(Event::Paste("半\r\n質押\u{1b}[31m\t收益\n".to_owned()));
    assert_eq!(driver.app.text(), "減半  質押[31m 收益");
    assert_eq!(effects.iter().filter(|effect| matches!(effect, Effect::Ask(_))).count(), 1);
    driver.perform(effects);
    driver.send(Event::Paste("長".repeat(100_000)));
    assert_eq!(driver.app.text().chars().count(), wensou_query::lang::MAX_LENGTH);
    driver.draw(true);
}

#[test]
fn only_the_newest_answer_counts() {
    let mut driver = Driver::new("", (80, 24));
    let asked = |effects: Vec<Effect>| match effects.into_iter().next() {
        Some(Effect::Ask(ask)) => ask,
        other => panic!("{other:?}"),
    };
    let first = asked(driver.app.update(Event::Paste("質押".to_owned())));
    let second = asked(driver.app.update(Event::Paste(" AND 減半每四年".to_owned())));
    let late = answer(driver.index, &driver.app.clock, &first);
    let newest = answer(driver.index, &driver.app.clock, &second);
    driver.send(Event::Answer(newest));
    let titles: Vec<String> = driver.titles().into_iter().map(str::to_owned).collect();
    driver.send(Event::Answer(late));
    assert_eq!(driver.titles(), titles);
    assert!(!driver.app.is_waiting());
}

#[test]
fn a_mistake_is_told_below_the_query_and_the_hits_stay() {
    let mut driver = Driver::new("減半", (80, 24));
    let before: Vec<String> = driver.titles().into_iter().map(str::to_owned).collect();
    driver.kind(" kind:");
    let screen = driver.screen();
    assert!(screen.lines().nth(1).unwrap().starts_with("`kind:` without a value"), "{screen}");
    assert_eq!(driver.titles(), before);
    driver.ctrl('u').kind("。");
    assert_eq!(driver.app.errors.len(), 1, "nothing in it can be searched");
    assert_eq!(driver.titles().len(), 4, "what the empty query found");
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
    // And on, from a page to its flash items, in the page's own writing.
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
    assert!(matches!(driver.done.as_slice(), [Effect::Quit(Outcome::Done)]));
}

#[test]
fn the_only_page_is_opened_where_there_is_no_room_beside_the_list() {
    let mut driver = Driver::new("第四次減半", (40, 12));
    driver.ctrl('f');
    assert!(driver.app.whole && driver.app.followed());
    assert_eq!(driver.titles(), ["分析师:比特币减半将至"]);
    driver.press(KeyCode::Esc);
    assert!(!driver.app.whole && !driver.app.followed(), "one step there, one step back");
}

#[test]
fn what_is_similar_is_a_list_to_come_back_from() {
    let mut driver = Driver::new("第四次減半", (80, 24));
    let key = KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL);
    let effects = driver.app.update(Event::Key(key));
    let [Effect::Ask(Ask { number, wanted: Wanted::Similar(_), .. })] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    let items = Driver::new("質押", (80, 24)).app.list.items;
    driver.send(Event::Answer(Answer { number: *number, found: Found::Records(items) }));
    assert!(driver.screen().contains("similar to 比特币的第四次减半"));
    assert_eq!(driver.titles(), ["以太坊合并后的質押收益"]);
    driver.press(KeyCode::Esc);
    assert_eq!(driver.titles(), ["比特币的第四次减半"]);
    driver.ctrl('f');
    driver.kind("質押");
    assert!(!driver.app.followed(), "typing is a search again");
}

#[test]
fn more_hits_are_read_near_the_end_of_those_that_are_there() {
    let mut driver = Driver::new("", (80, 24));
    driver.app.list.items.truncate(2);
    driver.press(KeyCode::Down).press(KeyCode::End);
    assert_eq!(driver.titles().len(), 4);
}

#[test]
fn the_preview_of_a_page_lists_its_flash_items() {
    let mut driver = Driver::new("第四次減半", (200, 60));
    let screen = driver.screen();
    assert!(screen.contains("1 flash item in this page"), "{screen}");
    assert!(screen.contains("◆ 2023-05-06 09:30  分析师"), "{screen}");
}

#[test]
fn what_cannot_be_followed_says_so() {
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
    driver.ctrl('t').kind("比特币价").press(KeyCode::Enter);
    assert!(driver.app.text().starts_with("减半 tag:比特"), "{}", driver.app.text());
    driver.ctrl('u').kind("减半").ctrl('d').kind("2023").press(KeyCode::Enter);
    assert_eq!(driver.app.text(), "减半 date:2023 ");
    driver.ctrl('d').kind("all").press(KeyCode::Enter);
    assert_eq!(driver.app.text(), "减半");
}

#[test]
fn a_key_of_a_picker_closes_it_and_escape_leaves_the_query_alone() {
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
fn leaving_says_how() {
    let mut driver = Driver::new("减半", (80, 24));
    driver.ctrl('q');
    driver.ctrl('t').ctrl('c');
    let done: Vec<String> = driver.done.iter().map(|effect| format!("{effect:?}")).collect();
    assert_eq!(done, ["Quit(Done)", "Quit(Signalled(2))"]);
}
