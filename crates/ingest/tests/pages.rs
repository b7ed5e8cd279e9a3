//! Single pages with one difficulty each, and a real page, through `parse_page`. The real page is
//! in `../shared`, a folder beside the repository.

// Clippy exempts only test functions; their helpers panic on failure, too.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]

use std::path::Path;

use jiff::civil::{date, datetime};
use wensou_ingest::{
    CorpusStatistics, DateBasis, DateOrigin, DateProvenance, Markup, Moment, Page, TitleOrigin,
    parse_page,
};

/// Parses a page as an archive of its own.
fn parse(text: &str) -> Page {
    let markup = Markup::of(text);
    parse_page(text, markup, &CorpusStatistics::from_pages([(text, markup)]))
}

/// The real page of `../shared`; `None` if it is not available.
fn real_page() -> Option<Page> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/archive/000_70ee1a5ae531a587.txt");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("SKIPPED: no ../shared: the real page was NOT read");
        return None;
    };
    Some(parse(&text))
}

#[test]
fn the_header_and_footer_of_the_real_page_are_read() {
    let Some(page) = real_page() else { return };
    assert_eq!(page.article.site.as_deref(), Some("以太坊交易所"));
    assert_eq!(page.article.category.as_deref(), Some("瑞波幣"));
    assert_eq!(page.article.title, "“大廠壟斷大模型”,會被開源終結嗎?");
    assert_eq!(page.article.suffix_tags, ["GPT", "apenft幣價格今日行情"]);
    assert_eq!((page.article.source.as_deref(), page.article.author), (Some("阿爾法工場"), None));
    assert_eq!(
        page.article.tags,
        [
            "OPEN",
            "PEN",
            "NAI",
            "GPT",
            "opensea幣單個價格",
            "apenft幣價格今日行情",
            "Baby Doge Billionaire",
            "CGPT價格"
        ]
    );
    assert_eq!(page.article.related.len(), 6);
    assert_eq!(page.article.related[1].title, "當應用不會再有護城河 價值該被如何捕獲?");
    assert!(page.article.related[1].snippet.starts_with("原文作者:PackyMcCormick"));
}

#[test]
fn the_flash_items_of_the_real_page_are_read() {
    let Some(page) = real_page() else { return };
    let flashes: Vec<_> = page
        .flashes
        .iter()
        .map(|f| (f.column.as_deref(), f.title.as_str(), f.text.lines().count()))
        .collect();
    assert_eq!(
        flashes,
        [
            (None, "“大空頭”原型Michael Burry:硅谷銀行(SVB)引發的這場危機可能很快就會解決", 1),
            (None, "Genesis稱已清算一個“大型交易對手”的頭寸,未直接點名三箭資本", 3),
            (None, "歐盟即將出臺法案吸引“大型芯片項目”投資", 1),
            (Some("聲音"), "黃奇帆:區塊鏈等五大科技構成“大智移云”基礎平臺", 1),
            (Some("聲音"), "“大宗商品之王”Dennis Gartman:加密公司本質上是沒有價值的企業", 1),
        ]
    );
    assert_eq!(page.flashes[0].date.value, Some(Moment::Time(datetime(2023, 3, 14, 13, 2, 32, 0))));
    assert_eq!(page.flashes[3].date.value, Some(Moment::Day(date(2019, 8, 10))));
    assert_eq!(page.flashes[1].outlet.as_deref(), Some("The Block"));
    assert_eq!(page.article.date.provenance, DateProvenance::Inferred(DateBasis::NewestFlash));
    assert_eq!(page.article.date.value, page.flashes[0].date.value);
}

#[test]
fn the_body_of_the_real_page_has_only_the_text_of_the_article() {
    let Some(page) = real_page() else { return };
    assert_eq!(
        page.article.paragraphs[0],
        "最近,正在進行AI大戰的各個大廠,被谷歌泄漏的一份內部文件,翻開了窘迫的一面。"
    );
    assert!(page.article.paragraphs.contains(&"01異軍突起的開源模型".to_owned()));
    assert!(page.article.paragraphs.contains(&"這下谷歌和OpenAI就坐不住了。".to_owned()));
    assert!(page.article.paragraphs.last().unwrap().starts_with("基于這樣的關系"));
    let whole = page.article.paragraphs.join("\n");
    // Words of the flash items, the footer and the metadata.
    for foreign in ["三箭資本", "Moro", "Gartman", "黃奇帆", "FLOW", "泰森", "Tags", "1900"]
    {
        assert!(!whole.contains(foreign), "{foreign}");
    }
}

#[test]
fn a_page_that_is_only_a_body_is_read() {
    let page =
        parse("比特幣在上周突破三萬美元,市場情緒明顯回暖。\r\n\r\n分析認為,這與監管有關。\r\n");
    assert_eq!(
        (page.article.title.as_str(), page.article.title_origin),
        ("比特幣在上周突破三萬美元,市場情緒明顯回暖", TitleOrigin::Derived)
    );
    assert_eq!(page.article.paragraphs.len(), 2, "the first paragraph stays in the body");
    assert_eq!(page.article.date.provenance, DateProvenance::None);
    assert_eq!((page.article.category, page.article.site), (None, None));
}

#[test]
fn english_text_without_spaces_is_read() {
    let unspaced = "CommerceontheInternethascometorelyalmostexclusivelyonfinancialinstitutions,servingastrustedthirdparties.".repeat(20);
    // The line above the title is not recognised as boilerplate. The last line contains a bracketed
    // date, but does not end with it, so it does not end a flash item.
    let page = parse(&format!(
        "ctrl\nBitcoin:APeer-to-PeerElectronicCashSystem_BTC:BTC幣\n\nAuthor:\n\nTime:1900/1/1 0:00:00\n\n{unspaced}\n\nhttps://bitcoin.org/bitcoin.pdf\n\nlet x = [2009/1/3];\n"
    ));
    assert_eq!(page.article.title, "Bitcoin:APeer-to-PeerElectronicCashSystem");
    assert_eq!(
        page.article.paragraphs,
        [unspaced.as_str(), "https://bitcoin.org/bitcoin.pdf", "let x = [2009/1/3];"]
    );
}

#[test]
fn mojibake_in_one_part_of_a_page_is_repaired() {
    let page = parse(
        "題目_GPT:CGPT價格\n\nAuthor:\n\n第一段沒有問題。\n\n浠ュお鍧婁氦鏄撴墍\n\n浠ュお鍧�鐨勫崌绾э紝灏嗗湪鏄庡勾\n\n最后一段。\n",
    );
    assert_eq!(page.article.paragraphs[1], "以太坊交易所");
    assert_eq!(
        page.article.paragraphs[2], "以太\u{fffd}的升级，将在明年",
        "lost characters are marked"
    );
    assert_eq!(page.article.paragraphs.len(), 4);
    assert_eq!((page.notes.mojibake_repaired, page.notes.mojibake_kept.len()), (2, 1));
}

#[test]
fn headings_and_lists_stay_in_the_text() {
    let body = [
        "❶ 以太坊是什么",
        "『壹』 比特幣的由來",
        "1. 先注冊:打開網站并填寫資料。",
        "問:怎么買?",
        "答:先注冊,再充值。",
    ];
    let page = parse(&format!(
        "當前位置:首頁 » 區塊鏈知識 » 正文\n以太坊是什么幣\n發布時間:2024-04-21 13:50:48\n{}\n",
        body.join("\n")
    ));
    assert_eq!(page.article.paragraphs, body);
    assert_eq!(page.article.category.as_deref(), Some("區塊鏈知識"));
    assert_eq!(page.article.date.value, Some(Moment::Time(datetime(2024, 4, 21, 13, 50, 48, 0))));
    assert_eq!(page.article.date.provenance, DateProvenance::Stated(DateOrigin::Text));
}

#[test]
fn dates_are_inferred_from_the_title_or_the_first_paragraph() {
    let date_of =
        |text: &str| (parse(text).article.date.value, parse(text).article.date.provenance);
    let day = Some(Moment::Day(date(2023, 5, 10)));
    assert_eq!(
        date_of("金色晨訊2023年5月10日_DIN\n\nAuthor:\n\nTime:1900/1/1 0:00:00\n\n正文。"),
        (day, DateProvenance::Inferred(DateBasis::Title))
    );
    assert_eq!(
        date_of("2023年5月10日,某公司宣布開源其大模型。\n\n后文。"),
        (day, DateProvenance::Inferred(DateBasis::Lead))
    );
    assert_eq!(date_of("題目_GPT\n\nTime:1900/1/1 0:00:00\n\n正文。").0, None);
    assert_eq!(date_of("題目_GPT\n\nTime:2023/13/45 0:00:00\n\n正文。").0, None);
}

#[test]
fn text_after_a_source_without_a_separator_stays() {
    let line = "來源:師天浩 圖片來源:由無界AI工具生成近來,AIGC技術的快速發展吸引了全球各行各業的關注,成為熱議話題。ChatGPT的加入更是讓人工智能這一領域成為人們關注的焦點。";
    let page = parse(&format!("題目_RAI:TIGC幣\n\nAuthor:\n\nTime:1900/1/1 0:00:00\n\n{line}\n"));
    assert_eq!(page.article.source.as_deref(), Some("師天浩"));
    assert_eq!(page.article.paragraphs, [line]);
    let page = parse(
        "題目_KEN\n\nAuthor:\n\n原文作者:PackyMcCormick,NotBoring原文編譯:Sleepy,BlockBeats\n\n我一直在思考。\n",
    );
    assert_eq!(page.article.author.as_deref(), Some("PackyMcCormick,NotBoring"));
    assert_eq!(page.article.paragraphs, ["我一直在思考。"]);
}

#[test]
fn an_ordinary_html_page_of_another_site_is_read() {
    let page = parse(
        "<!doctype html><html><head><meta charset=utf-8><title>量子計算的下一步 - 科技日報</title></head><body>\
        <header><a href=/>科技日報</a></header><nav><ul><li><a href=/a>首頁</a></li><li><a href=/b>科技</a></li></ul></nav>\
        <main><h1>量子計算的下一步</h1><p>作者:李四 來源:科技日報</p><article><p>量子計算走到了<b>十字</b>路口。</p>\
        <p>業界認為,&ldquo;糾錯&rdquo;是關鍵。</p><pre>let q = 1;\nmeasure(q);</pre></article>\
        <p>標簽:<a href=/tag/1 rel=tag>量子</a> <a href=/tag/2 rel=tag>計算</a></p></main>\
        <aside><p>廣告在這里</p></aside><footer><p>版權所有</p></footer></body></html>",
    );
    assert_eq!(
        (page.article.title.as_str(), page.article.title_origin),
        ("量子計算的下一步", TitleOrigin::Stated)
    );
    assert_eq!(
        (page.article.author.as_deref(), page.article.source.as_deref()),
        (Some("李四"), Some("科技日報"))
    );
    assert_eq!(
        page.article.paragraphs,
        ["量子計算走到了十字路口。", "業界認為,“糾錯”是關鍵。", "let q = 1;", "measure(q);"]
    );
    assert_eq!(page.article.tags, ["量子", "計算"]);
}

#[test]
fn an_item_inside_a_long_paragraph_is_found() {
    let filler = "這一句是文章自己的話,說的是別的事情。".repeat(60);
    let page = parse(&format!(
        "題目_GPT\n\nAuthor:\n\n{filler}\n\n甲公司完成融資:據官方消息,甲公司完成融資。[2022/1/30 9:22:03]{filler}\n"
    ));
    assert_eq!(page.article.paragraphs, [filler.as_str(), filler.as_str()]);
    assert_eq!(page.flashes[0].title, "甲公司完成融資");
}

#[test]
fn tags_that_cannot_be_split_are_kept() {
    let page = parse("題目_GPT\n\nAuthor:\n\n正文。\n\nTags:區塊鏈知識以太萊特是什麼\n\n瑞波幣\n");
    assert_eq!(
        (page.article.tags.len(), page.article.unsplit_tags.as_deref()),
        (0, Some("區塊鏈知識以太萊特是什麼"))
    );
    assert_eq!(page.article.category.as_deref(), Some("瑞波幣"));
}

#[test]
fn the_start_of_an_item_is_found_by_its_other_occurrences() {
    // The first line does not look like the beginning of an item.
    let item = "某地舉行會議\n\n會上各方交換了看法。[2022/6/18 4:36:07]";
    let page =
        |before: &str| format!("題目_GPT\n\nAuthor:\n\n開頭。\n\n{before}\n\n{item}\n\n結尾。\n");
    let pages = [page("甲文的話。"), page("乙文的話。"), page("丙文的話。")];
    let statistics = CorpusStatistics::from_pages(pages.iter().map(|p| (p.as_str(), Markup::Text)));
    let read = parse_page(&pages[0], Markup::Text, &statistics);
    assert_eq!(read.article.paragraphs, ["開頭。", "甲文的話。", "結尾。"]);
    assert_eq!(read.flashes[0].text, "某地舉行會議\n會上各方交換了看法。");
}
