//! Tests of the state and the drawing together, with the index of a small archive: a test sends
//! keys and looks at the screen.

mod drawing;
mod keys;

use std::rc::Rc;
use std::sync::OnceLock;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use unicode_width::UnicodeWidthStr;
use wensou_index::{BuildOptions, Index};
use wensou_ingest::Silent;
use wensou_query::lang::{Clock, Diagnostic, Span};

use crate::browse::app::{App, Effect, Event, SavedQueryReader};
use crate::browse::view;
use crate::browse::worker::{ResponseData, answer};

/// The files of the archive, by path: two pages that share a flash item, and a dump with a hostile
/// record.
const FILES: [(&str, &str); 3] = [
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

/// The state of the screen, driven by keys and drawn into memory.
struct Driver {
    app: App,
    /// Answers the requests of `app`.
    index: &'static Index,
    /// The effects of `app` that are no requests.
    effects_not_performed: Vec<Effect>,
}

/// The index of the archive, built once for all tests.
fn index() -> &'static Index {
    static INDEX: OnceLock<(tempfile::TempDir, Index)> = OnceLock::new();
    let (_, index) = INDEX.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let archive = dir.path().join("archive");
        for (name, content) in FILES {
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
        // The only saved query is `weekly`: 减半. Every other name is a mistake.
        let saved_query_reader =
            SavedQueryReader(Rc::new(|typed| match typed.strip_prefix("@weekly") {
                Some(words) => Ok(format!("(减半) ({words})").replace(" ()", "")),
                None => Err(vec![Diagnostic::nothing_searchable(typed, Span::new(0, typed.len()))]),
            }));
        let (app, effects) = App::new(text.to_owned(), clock, bounds, size, saved_query_reader);
        let mut driver = Self { app, index, effects_not_performed: Vec::new() };
        driver.perform(effects);
        driver
    }

    /// Answers requests at once, as the worker would. Keeps the effects that are no requests.
    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(request) => {
                    let mut response = answer(self.index.into(), &self.app.clock, &request);
                    if let ResponseData::Hits { took, .. } = &mut response.data {
                        *took = Duration::from_micros(1_500);
                    }
                    let more = self.app.update(Event::Response(response));
                    self.perform(more);
                }
                effect => self.effects_not_performed.push(effect),
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

    fn type_text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.press(KeyCode::Char(c));
        }
        self
    }

    fn titles(&self) -> Vec<&str> {
        self.app.list.items.iter().map(|item| item.title.text.as_str()).collect()
    }

    /// Draws the screen, and returns its rows and its cells. Panics if a row is wider than the
    /// screen, or if a wide character covers another one.
    fn draw(&mut self, colour: Colour) -> (Vec<String>, ratatui::buffer::Buffer) {
        let (columns, rows) = self.app.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| view::draw(frame, &mut self.app, colour == Colour::On)).unwrap();
        let buffer = terminal.backend().buffer().clone();
        let row_text = |y: u16| {
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
        ((0..rows).map(row_text).collect(), buffer)
    }

    /// The rows of the screen as one text.
    fn screen(&mut self) -> String {
        let (rows, _) = self.draw(Colour::On);
        rows.join("\n")
    }
}

/// Whether the screen is drawn in colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colour {
    On,
    Off,
}

/// A narrow, a usual and a large terminal, in columns and rows.
const SIZES: [(u16, u16); 3] = [(40, 12), (80, 24), (200, 60)];
