//! Of a damaged file, only the damaged part is lost or repaired, and the file is reported.

// Clippy exempts only test functions; their helpers panic on failure, too.
#![allow(clippy::unwrap_used)]

use encoding_rs::{BIG5, GB18030, GBK, WINDOWS_1252};
use wensou_ingest::{Article, FlashItem, Options, Reason, Record, Report, Silent, ingest};

const INTACT: &str = "最近,正在進行AI大戰的各個大廠,被谷歌泄漏的一份內部文件,翻開了窘迫的一面。";
const OTHER: &str = "這份文件認為,差距正在縮小,開源模型還能屢次達到匹敵的性能。";
const SIMPLIFIED: &str = "这份文件认为,差距正在缩小,开源模型还能屡次达到匹敌的性能";
const ITEM: &str = "某幣突破新高:據官方消息,某幣今日突破新高。[2023/3/14 13:02:32]";

/// Reads an archive of one file with these bytes.
fn read_file(bytes: &[u8]) -> (Vec<Article>, Vec<FlashItem>, Report) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.txt"), bytes).unwrap();
    let (mut articles, mut flashes) = (Vec::new(), Vec::new());
    let roots = [dir.path().to_owned()];
    let report = ingest(&roots, &Options::default(), &Silent, &mut |record| {
        match record {
            Record::Article(article) => articles.push(article),
            Record::Flash(flash) => flashes.push(flash),
        }
        Ok::<(), std::convert::Infallible>(())
    })
    .unwrap();
    (articles, flashes, report)
}

/// Checks that the span of the first flash item in `bytes` covers exactly the bytes `item`.
fn assert_spans_item(bytes: &[u8], flashes: &[FlashItem], item: &[u8]) {
    let span = flashes[0].occurrences[0].span;
    let found = &bytes[usize::try_from(span.start).unwrap()..usize::try_from(span.end).unwrap()];
    assert_eq!(String::from_utf8_lossy(found), String::from_utf8_lossy(item));
}

#[test]
fn a_page_with_mojibake_that_has_control_characters_is_repaired() {
    let lost = "这是一段双重错误编码的文字，应当被修复或者被指出来，因为没有人能读懂它。";
    // What becomes of text that is decoded as Latin-1 and saved again.
    let latin1 = |text: &str| -> String { text.bytes().map(char::from).collect() };
    for misread in [latin1(lost), latin1(&latin1(lost))] {
        let text = format!("央行升息\n\n2024-03-04\n\n{misread}\n\n{INTACT}\n\n{OTHER}\n");
        let html = format!(
            "<html><body><h1>央行升息</h1><p>{misread}</p><p>{INTACT}</p><p>{OTHER}</p></body></html>"
        );
        for page in [text, html] {
            let (articles, _, report) = read_file(page.as_bytes());
            assert_eq!(report.skipped, [], "{page}");
            let paragraphs = articles[0].paragraphs.join("\n");
            assert!(paragraphs.contains(lost), "{paragraphs}");
            assert_eq!((report.repaired.len(), report.mojibake_kept.len()), (1, 0), "{page}");
        }
    }
}

#[test]
fn nul_bytes_are_removed_and_reported() {
    let plain = format!("{INTACT}\n\n{OTHER}\n\n{ITEM}\n");
    let middle = INTACT.find('歌').unwrap();
    let single = format!("{}\0{}", &plain[..middle], &plain[middle..]);
    let run = format!("{}{}{}", &plain[..middle], "\0".repeat(40), &plain[middle..]);
    let padded = format!("{plain}{}", "\0".repeat(100));
    let leading = format!("\0{plain}");
    for text in [single, run, padded, leading] {
        let (articles, flashes, report) = read_file(text.as_bytes());
        assert_eq!(articles[0].paragraphs, [INTACT, OTHER]);
        assert_eq!((report.skipped.len(), report.lossy.len()), (0, 1));
        assert_spans_item(text.as_bytes(), &flashes, ITEM.as_bytes());
    }
    let gbk: Vec<u8> = [&GBK.encode(INTACT).0[..], b"\0\n", &GBK.encode(OTHER).0].concat();
    let (articles, _, report) = read_file(&gbk);
    assert_eq!(
        (articles[0].paragraphs.clone(), report.lossy.len()),
        (vec![INTACT.into(), OTHER.into()], 1)
    );
    let utf16: Vec<u8> =
        plain.replacen('A', "\0A", 1).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (articles, flashes, report) = read_file(&utf16);
    assert_eq!((&articles[0].paragraphs[0][..], report.lossy.len()), (INTACT, 1));
    let item: Vec<u8> = ITEM.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_spans_item(&utf16, &flashes, &item);
}

#[test]
fn files_with_many_nul_or_control_characters_are_binary() {
    let (intact, nuls) = (INTACT.as_bytes(), [0; 2000]);
    let sprinkled: Vec<u8> =
        INTACT.chars().take(30).flat_map(|c| format!("{c}\0").into_bytes()).collect();
    let controls = [intact, b"\0\x01\x02\x03\x04\x05"].concat();
    // Pseudorandom bytes, and the string table of a program.
    let random: Vec<u8> =
        (0_u32..4000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let program =
        b"\x01\x02\x03\x04\0\x05_ZN5alloc7raw_vec19RawVecInner14grow_amortized17h\0".repeat(40);
    let bytecode =
        [b"\xcb\x0d\r\n\0\0\0\0\x6c\x1e\x5a\x65\xe3\0\0\0", &intact.repeat(20)[..]].concat();
    for bytes in [&nuls.to_vec(), &sprinkled, &controls, &random, &program, &bytecode] {
        let (_, _, report) = read_file(bytes);
        assert_eq!(report.skipped[0].reason, Reason::Binary);
    }
    // Zeros that only fill up the file of a text do no harm.
    for bytes in [[intact, &nuls].concat(), [&nuls, intact].concat()] {
        let (articles, _, report) = read_file(&bytes);
        assert_eq!((&*articles[0].paragraphs[0], report.lossy.len()), (INTACT, 1));
    }
}

#[test]
fn a_damaged_paragraph_costs_no_other_paragraph() {
    let junk: Vec<u8> = (0_u32..60).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let lost_gbk = String::from_utf8_lossy(&GBK.encode(SIMPLIFIED).0).into_owned();
    let lost_big5 = BIG5.decode_without_bom_handling(SIMPLIFIED.as_bytes()).0.into_owned();
    for damaged in
        ["\u{fffd}".repeat(400).as_bytes(), lost_gbk.as_bytes(), lost_big5.as_bytes(), &junk]
    {
        let bytes =
            [format!("{INTACT}\n\n").as_bytes(), damaged, b"\n\n", OTHER.as_bytes()].concat();
        let (articles, _, report) = read_file(&bytes);
        assert_eq!(report.skipped, []);
        let paragraphs = &articles[0].paragraphs;
        assert_eq!((&*paragraphs[0], paragraphs.last().unwrap().as_str()), (INTACT, OTHER));
        assert_eq!(report.lossy.len(), 1);
        assert!(!report.mojibake_kept.is_empty());
    }
}

#[test]
fn codes_of_terminals_and_marks_inside_a_page_are_removed() {
    let item = ITEM.replace("新高", "\u{1b}[1;31m新\u{1b}[0m高");
    let text = format!("\u{feff}\u{feff}\u{ef}\u{bb}\u{bf}{INTACT}\n\n{OTHER}\n\n{item}\n");
    let (articles, flashes, report) = read_file(text.as_bytes());
    assert_eq!(articles[0].paragraphs, [INTACT, OTHER]);
    assert_eq!(flashes[0].text, "據官方消息,某幣今日突破新高。");
    assert_spans_item(text.as_bytes(), &flashes, item.as_bytes());
    assert_eq!((report.lossy.len(), report.repaired.len()), (0, 0));
}

#[test]
fn mojibake_of_other_languages_is_repaired_or_reported() {
    use encoding_rs::{EUC_KR, KOI8_R, MACINTOSH, SHIFT_JIS, WINDOWS_1250, WINDOWS_1251};
    let misread = |bytes: &[u8], via: &'static encoding_rs::Encoding| {
        let damaged = via.decode_without_bom_handling(bytes).0;
        read_file(format!("{INTACT}\n\n{damaged}\n\n{OTHER}\n").as_bytes())
    };
    let gbk = GBK.encode(SIMPLIFIED).0.into_owned();
    let big5 = BIG5.encode(OTHER).0.into_owned();
    for via in [KOI8_R, MACINTOSH, WINDOWS_1250, WINDOWS_1251] {
        for (bytes, wanted) in
            [(SIMPLIFIED.as_bytes(), SIMPLIFIED), (&gbk, SIMPLIFIED), (&big5, OTHER)]
        {
            let (articles, _, report) = misread(bytes, via);
            assert_eq!(articles[0].paragraphs, [INTACT, wanted, OTHER], "{}", via.name());
            assert_eq!((report.mojibake_repaired, report.mojibake_kept.len()), (1, 0));
        }
    }
    for (bytes, via) in [
        (SIMPLIFIED.as_bytes(), SHIFT_JIS),
        (SIMPLIFIED.as_bytes(), EUC_KR),
        (&gbk, SHIFT_JIS),
        (&gbk, EUC_KR),
        (&gbk, BIG5),
        (&big5, SHIFT_JIS),
        (&big5, EUC_KR),
    ] {
        let (articles, _, report) = misread(bytes, via);
        let paragraphs = &articles[0].paragraphs;
        assert_eq!((&*paragraphs[0], &*paragraphs[2]), (INTACT, OTHER), "{}", via.name());
        let named = report.mojibake_repaired as usize + report.mojibake_kept.len();
        assert!(named >= 1, "{} {paragraphs:?}", via.name());
    }
}

#[test]
fn sound_text_in_other_languages_stays() {
    for line in [
        "これは日本語の文章です。東京で会議が開かれ、大臣が発言した。",
        "スミレは青い、次のURLを参照して下さい",
        "ﾊﾛｰﾜｰﾙﾄﾞ ﾆｭｰｽ ｶﾌﾞｼｷｶﾞｲｼｬ",
        "죄송, 제안할 게 없습니다. 파일 일부만 저장할까요?",
        "大韓民國 憲法 第一條 대한민국은 민주공화국이다",
        "Президент России прибыл в Пекин с визитом. 普京抵达北京访问",
        "НОВОСТИ ДНЯ: США, НАТО, ООН «уже» шёл…",
        "Η Αθήνα είναι η πρωτεύουσα της Ελλάδας και η μεγαλύτερη πόλη.",
        "Příliš žluťoučký kůň úpěl ďábelské ódy. Zażółć gęślą jaźń.",
        "习近平同马克龙（Emmanuel Macron）在Élysée宫、Côte d’Ivoire会谈——“很好”……",
        "α、β、γ、π、Σ、μ、σ、τ粒子与±、≥、≤、≈、÷、×、°、√、∞、∫ ┌──┬──┐ │ ║",
    ] {
        let text = format!("{INTACT}\n\n{line}\n\n{OTHER}\n");
        let (articles, _, report) = read_file(text.as_bytes());
        assert_eq!(articles[0].paragraphs, [INTACT, line, OTHER]);
        assert_eq!((report.mojibake_repaired, report.mojibake_kept.len()), (0, 0), "{line}");
    }
}

#[test]
fn short_texts_beside_mojibake_are_repaired() {
    let latin =
        |text: &str| -> String { GBK.encode(text).0.iter().copied().map(char::from).collect() };
    let record = format!(
        "{{\"title\":\"{}\",\"text\":\"{}\",\"author\":\"{}\",\"source\":\"{}\",\"category\":\"{}\"}}\n",
        latin("这份文件认为差距正在缩小"),
        latin(SIMPLIFIED),
        latin("王小明"),
        latin("示例财经"),
        latin("财经"),
    );
    let (articles, _, report) = read_file(record.as_bytes());
    let article = &articles[0];
    assert_eq!(article.author.as_deref(), Some("王小明"));
    assert_eq!(article.source.as_deref(), Some("示例财经"));
    assert_eq!(article.category.as_deref(), Some("财经"));
    assert_eq!(report.mojibake_repaired, 5);
    let page = format!("{}\n\n{}\n", latin("2023-05-17 10:20 来源：示例财经"), latin(SIMPLIFIED));
    let page = format!("{}\n{page}", latin("这份文件认为差距正在缩小"));
    let (articles, ..) = read_file(page.as_bytes());
    assert_eq!(articles[0].source.as_deref(), Some("示例财经"), "{articles:?}");
}

#[test]
fn a_paragraph_in_another_encoding_than_its_page_is_decoded() {
    for encoding in [GB18030, BIG5] {
        let item = encoding.encode(ITEM).0;
        for foreign_lines in [1, 10] {
            let other = encoding.encode(OTHER).0.into_owned();
            let mut bytes = [INTACT.as_bytes(), b"\n\n"].concat();
            (0..foreign_lines).for_each(|_| bytes.extend([&other[..], b"\r\n"].concat()));
            bytes.extend([&item[..], b"\n", INTACT.as_bytes()].concat());
            let (articles, flashes, report) = read_file(&bytes);
            let paragraphs = &articles[0].paragraphs;
            assert_eq!((&*paragraphs[0], &*paragraphs[foreign_lines + 1]), (INTACT, INTACT));
            assert!(
                paragraphs[1..=foreign_lines].iter().all(|text| text == OTHER),
                "{paragraphs:?}"
            );
            assert_eq!((report.repaired.len(), report.lossy.len()), (1, 0));
            assert_spans_item(&bytes, &flashes, &item);
        }
    }
    let latin = "Le d\u{e9}bat a \u{e9}t\u{e9} anim\u{e9} au caf\u{e9}, dit-on.";
    let bytes = [INTACT.as_bytes(), b"\n", &WINDOWS_1252.encode(latin).0].concat();
    assert_eq!(read_file(&bytes).0[0].paragraphs, [INTACT, latin]);
}

#[test]
fn only_invalid_bytes_are_lost() {
    // Two invalid bytes between two characters of the second line: byte 31 begins a character.
    let bytes = [
        INTACT.as_bytes(),
        b"\n",
        &OTHER.as_bytes()[..31],
        b"\xff\xe6",
        &OTHER.as_bytes()[31..],
        b"\n",
        ITEM.as_bytes(),
    ]
    .concat();
    let (articles, flashes, report) = read_file(&bytes);
    assert_eq!(articles[0].paragraphs[0], INTACT);
    assert_eq!(articles[0].paragraphs[1].replace('\u{fffd}', ""), OTHER);
    assert_eq!(report.lossy.len(), 1);
    assert_spans_item(&bytes, &flashes, ITEM.as_bytes());
}

/// What UTF-8 text becomes if it is read as GBK.
fn misread(text: &str) -> String {
    GBK.decode_without_bom_handling(text.as_bytes()).0.into_owned()
}

#[test]
fn mojibake_is_repaired_or_reported() {
    let latin = |bytes: &[u8]| WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
    for damaged in
        [misread(SIMPLIFIED), latin(SIMPLIFIED.as_bytes()), latin(&GBK.encode(SIMPLIFIED).0)]
    {
        for prefix in ["", "❷ ", "下面這一段有問題: "] {
            let text = format!("{INTACT}\n\n{prefix}{damaged}\n\n{ITEM}\n");
            let (articles, flashes, report) = read_file(text.as_bytes());
            let wanted = format!("{prefix}{SIMPLIFIED}");
            // The last character may be lost, because its bytes may end inside a character of GBK.
            let found = articles[0].paragraphs[1].trim_end_matches('\u{fffd}').to_owned();
            assert!(wanted.starts_with(&found) && wanted.len() - found.len() <= 3, "{found}");
            assert_eq!((report.mojibake_repaired, report.repaired.len()), (1, 1));
            assert_spans_item(text.as_bytes(), &flashes, ITEM.as_bytes());
        }
    }
    let text = format!("{INTACT}\n\n{OTHER}\n\n錕斤拷鐨�鏄�鍦�浜�鏈�鍜�\n");
    let (_, _, report) = read_file(text.as_bytes());
    assert_eq!((report.mojibake_kept.len(), report.mojibake_repaired), (1, 0));
}

#[test]
fn mojibake_in_metadata_is_repaired() {
    // Names as short as `李明` are repaired because the title beside them is mojibake, too.
    let (title, author) = ("的有些人在这里说了很多话", "编辑部的人们");
    let html = format!(
        "<!DOCTYPE html><html><head><meta charset=utf-8><title>{0}</title>\
         <meta property=og:title content=\"{0}\"><meta name=author content=\"{1}\"></head>\
         <body><h1>{0}</h1><article><p>{INTACT}{OTHER}</p><p>{OTHER}{INTACT}</p></article></body></html>",
        misread(title),
        misread("李明"),
    );
    let markdown =
        format!("---\ntitle: {}\nauthor: {}\n---\n{INTACT}\n", misread(title), misread(author));
    let message = format!(
        "From: a@b.c\nTo: d@e.f\nDate: Thu, 04 Mar 2021 05:06:07 +0800\nMIME-Version: 1.0\nSubject: {}\n\n{INTACT}\n",
        misread(title)
    );
    let mut pages = Vec::new();
    for text in [html, markdown, message] {
        let (mut articles, _, report) = read_file(text.as_bytes());
        assert_eq!(articles[0].title, title, "{text}");
        pages.append(&mut articles);
        assert_eq!(report.repaired.len(), 1, "{text}");
    }
    let wanted = [Some("李明"), Some(author), Some("a@b.c")];
    let found: Vec<_> = pages.iter().map(|page| page.author.as_deref()).collect();
    assert_eq!(found, wanted);
}

#[test]
fn mojibake_that_stays_in_the_title_element_is_reported_for_the_whole_page() {
    let html = format!(
        "<!DOCTYPE html><html><head><meta charset=utf-8><title>錕斤拷鐨�鏄�鍦�浜�鏈�鍜�</title></head>\
         <body><h1>{SIMPLIFIED}</h1><p>{INTACT}{OTHER}</p><p>{OTHER}{INTACT}</p></body></html>"
    );
    let (_, _, report) = read_file(html.as_bytes());
    let kept = report.mojibake_kept.iter().map(|kept| (kept.span.start, kept.span.end));
    assert_eq!(kept.collect::<Vec<_>>(), [(0, html.len() as u64)]);
    assert_eq!(report.mojibake_repaired, 0);
}

#[test]
fn mojibake_in_dumps_is_repaired_or_reported() {
    let line = |title: &str, text: &str| format!("{{\"title\":\"{title}\",\"text\":\"{text}\"}}\n");
    let damaged = misread("的有些人在这里说了很多话");
    let kept = "錕斤拷鐨�鏄�鍦�浜�鏈�鍜�";
    let dump = [line(&damaged, &damaged), line("甲", OTHER), line("乙", kept)].concat();
    let (articles, _, report) = read_file(dump.as_bytes());
    assert_eq!(articles.len(), 3);
    assert_eq!(articles[0].title, "的有些人在这里说了很多话");
    assert_eq!(articles[0].paragraphs, ["的有些人在这里说了很多话"]);
    assert_eq!((report.mojibake_repaired, report.repaired.len()), (2, 1));
    assert_eq!(report.mojibake_kept.len(), 1);
    assert_eq!(report.mojibake_kept[0].span, articles[2].span);
}

#[test]
fn html_references_and_invisible_characters_in_text_are_resolved() {
    let item = "&#26576;幣突破&shy;新高:據官方&nbsp;消息,&quot;某幣&quot;今日突破新高。[2023/3/14 13:02:32]";
    let text = format!("AT&T&amp;T的&#27979;&#x8bd5;&hellip;\n\n{item}后文&lt;\n");
    let (articles, flashes, report) = read_file(text.as_bytes());
    assert_eq!(articles[0].paragraphs, ["AT&T&T的测试…", "后文<"]);
    assert_eq!(flashes[0].text, "據官方\u{a0}消息,\"某幣\"今日突破新高。");
    assert_eq!(report.lossy.len(), 0);
    assert_spans_item(text.as_bytes(), &flashes, item.as_bytes());
    // The same in another encoding.
    let bytes = GB18030.encode(&text).0;
    assert_spans_item(&bytes, &read_file(&bytes).1, &GB18030.encode(item).0);
}
