//! What the screen shows, at any size.

use crossterm::event::KeyCode;
use ratatui::style::{Color, Modifier};

use super::{Colour, Driver, SIZES};
use crate::browse::app::{Effect, Event};

#[test]
fn eighty_columns_show_the_list_and_the_preview_below_it() {
    let mut driver = Driver::new("", (80, 24));
    driver.type_text("质押 OR 减半");
    assert_eq!(
        driver.screen(),
        "\
› 质押 OR 减半                                                   3 hits · 1.5 ms

▌article 以太坊合并后的質押收益                                      ~2023-05-06
▌鏈聞 · 以太坊合并之后,質押收益率約為百分之五,驗證者的數量穩步上升。…
 article 比特币的第四次减半                                     2023-06-01 08:00
 星球日报 · 比特币每四年减半一次,这一次发生在区块高度八十四万。…
 flash   分析師:比特幣減半將至                                  2023-05-06 09:30
 seen in 2 pages · …財經報道,分析師表示,比特幣減半將在明年四月到來,礦工需要準備…




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
    // With 99 columns, there is just no room for a preview beside the list.
    let unusual_sizes =
        (1..=12).flat_map(|rows| [(1, rows), (2, rows), (7, rows), (41, rows), (99, rows)]);
    for size in SIZES.into_iter().chain(unusual_sizes) {
        // `tga` is no field, so a mistake is drawn, too. 警報 is in the hostile record.
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
                driver.press(KeyCode::Esc).type_text("比特幣").ctrl('f');
            },
            |driver| {
                driver.send(Event::Resize(53, 9));
            },
        ];
        for step in steps {
            step(&mut driver);
            // Panics if anything does not fit.
            driver.draw(Colour::On);
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
                    let (columns, rows) = SIZES[next(SIZES.len())];
                    driver.send(Event::Resize(columns, rows))
                }
            };
            driver.draw(Colour::On);
            let list = &driver.app.list;
            assert!(list.selected < list.items.len().max(1));
        }
    }
}

#[test]
fn a_narrow_screen_shows_the_list_until_enter_opens_the_preview() {
    let mut driver = Driver::new("質押", (40, 12));
    let list = driver.screen();
    assert!(list.contains("▌以太坊合并后的質押收益"), "{list}");
    assert!(list.contains("article · ~2023-05-06 · 鏈聞"), "{list}");
    assert!(!list.contains("inferred"), "{list}");
    let preview = driver.press(KeyCode::Enter).screen();
    assert!(preview.contains("~2023-05-06 (inferred"), "{preview}");
    assert_eq!(driver.press(KeyCode::Enter).screen(), list);
}

#[test]
fn matches_are_marked_in_the_script_of_the_page() {
    let mut driver = Driver::new("质押收益", (80, 24));
    let (rows, buffer) = driver.draw(Colour::On);
    let row = rows.iter().position(|row| row.contains("質押收益")).unwrap() as u16;
    let marked: String = (0..80)
        .map(|x| &buffer[(x, row)])
        .filter(|cell| cell.fg == Color::Red && cell.symbol() != " ")
        .map(ratatui::buffer::Cell::symbol)
        .collect();
    assert_eq!(marked, "質押收益");
    // Without colour, matches are underlined, so that they still stand out.
    let (_, buffer) = driver.draw(Colour::Off);
    assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset));
    assert!(buffer.content.iter().any(|cell| cell.modifier.contains(Modifier::UNDERLINED)));
}

#[test]
fn text_from_pages_cannot_act_on_the_terminal() {
    for size in SIZES {
        // The only hit is the hostile record. It is drawn as a hit, full screen, with a list of its
        // tags above, and, after the list is closed, with messages that have its id and citation.
        let mut driver = Driver::new("警報", size);
        assert_eq!(driver.titles().len(), 1);
        let steps = [
            // A key that does nothing, so that the first screen is examined, too.
            (KeyCode::Null, ""),
            (KeyCode::Enter, ""),
            (KeyCode::F(3), ""),
            (KeyCode::Esc, ""),
            (KeyCode::F(9), "copied the id: x-1"),
            (KeyCode::F(10), "copied the citation: "),
        ];
        for (code, message) in steps {
            driver.press(code);
            let screen = driver.screen();
            assert!(screen.contains(message), "{message}: {screen}");
            assert!(
                !screen.contains(|c: char| c != '\n' && c.is_control() || c == '\u{202e}'),
                "{screen:?}"
            );
        }
    }
    // A copied citation is text from the page, too.
    let mut driver = Driver::new("警報", (80, 24));
    driver.alt(KeyCode::Char('y'));
    let Some(Effect::Copy(copied)) = driver.effects_not_performed.pop() else {
        panic!("nothing was copied")
    };
    assert!(!copied.contains(char::is_control), "{copied:?}");
}

#[test]
fn every_word_of_the_help_can_be_read_at_any_width() {
    let squeezed = |text: &str| text.replace([' ', '│', '\n'], "");
    for size in [(80, 24), (40, 12), (30, 10)] {
        let mut driver = Driver::new("减半", size);
        driver.press(KeyCode::F(1));
        let mut read = String::new();
        // More key presses than the help has lines at any width.
        for _ in 0..400 {
            let screen = driver.screen();
            for row in screen.lines().filter(|row| row.contains('│')) {
                if !read.ends_with(&squeezed(row)) {
                    read += &squeezed(row);
                }
            }
            driver.press(KeyCode::Down);
        }
        for line in crate::args::QUERY_HELP.lines() {
            for word in line.split_whitespace() {
                assert!(read.contains(&squeezed(word)), "{size:?}: {word}\n{read}");
            }
        }
        for binding in crate::browse::keys::KEYS {
            for word in binding.help.split_whitespace() {
                assert!(read.contains(word), "{size:?}: {word}");
            }
        }
    }
}
