//! Symbols, signs and letters as people and pages write them: outside quotes, in another width,
//! with a space, with an accent. Section 2 of `crates/query/GRAMMAR.md` has the rules.

use crate::util::Dir;

/// The index of texts, whose ids are `0`, `1` and so on.
fn indexed(texts: &[&str]) -> Dir {
    let dir = Dir::new();
    let line = |(id, text): (usize, &&str)| {
        serde_json::json!({"id": id.to_string(), "title": "題", "text": text}).to_string()
    };
    let lines: Vec<String> = texts.iter().enumerate().map(line).collect();
    dir.write("archive/dump.jsonl", lines.join("\n"));
    dir.index();
    dir
}

/// Checks that each query finds exactly the given ones of the texts, and nothing else.
#[track_caller]
fn assert_finds(texts: &[&str], cases: &[(&[&str], &[&str])]) {
    let dir = indexed(texts);
    for (queries, wanted) in cases {
        for query in *queries {
            let mut ids = dir.ids(&["--strict", "--all", "--", query]);
            ids.sort();
            let found: Vec<&str> =
                ids.iter().map(|id| texts[id.parse::<usize>().unwrap()]).collect();
            assert_eq!(found, *wanted, "{query}");
        }
    }
}

#[test]
fn a_sign_of_money_after_an_amount_counts_outside_quotes() {
    assert_finds(
        &[
            "售價50€",
            "售價50元",
            "賣100$以上",
            "賣100一個",
            "得1.5₿",
            "得1.5枚",
            "得150€",
            "美元NT$50",
        ],
        &[
            (&["50€", "\"50€\"", "５０€", "50€ 售價"], &["售價50€"]),
            (&["售價50"], &["售價50€", "售價50元"]),
            (&["100$", "\"100$\"", "100$以上"], &["賣100$以上"]),
            (&["100"], &["賣100$以上", "賣100一個"]),
            (&["1.5₿", "得1.5₿"], &["得1.5₿"]),
            (&["150€"], &["得150€"]),
            (&["NT$"], &["美元NT$50"]),
        ],
    );
}

#[test]
fn a_plus_or_minus_before_a_number_counts_outside_quotes() {
    assert_finds(
        &[
            "漲5%",
            "漲+5%",
            "跌5%",
            "跌-5%",
            "溫度5度",
            "溫度−5度",
            "東風41導彈",
            "東風-41導彈",
            "5G+4K",
            "5G，4K",
        ],
        &[
            (&["漲+5%", "漲＋５％"], &["漲+5%"]),
            (&["漲5%"], &["漲5%", "漲+5%"]),
            (&["跌-5%", "跌－5%"], &["跌-5%"]),
            (&["溫度-5度", "溫度−5度"], &["溫度−5度"]),
            (&["溫度5度"], &["溫度5度", "溫度−5度"]),
            (&["東風-41", "東風41"], &["東風41導彈", "東風-41導彈"]),
            (&["5G+4K"], &["5G+4K", "5G，4K"]),
        ],
    );
}

#[test]
fn a_dash_between_words_and_before_a_word_keeps_its_meaning() {
    assert_finds(
        &["比特幣以太坊", "比特幣，以太坊", "2023-2024", "2023，2024", "增長（％）", "增長"],
        &[
            (&["比特幣-以太坊", "比特幣/以太坊"], &["比特幣以太坊", "比特幣，以太坊"]),
            (&["2023-2024"], &["2023-2024"]),
            (&["增長%"], &["增長（％）"]),
            (&["增長 -%"], &["增長"]),
        ],
    );
}

#[test]
fn an_ellipsis_is_punctuation_however_it_is_written() {
    let texts =
        ["然而……比特幣", "然而…比特幣", "然而比特幣", "然而。比特幣", "然而‥比特幣", "⒈目標"];
    assert_finds(
        &texts,
        &[
            (
                &["\"然而…比特幣\"", "\"然而……比特幣\"", "\"然而‥比特幣\"", "\"然而比特幣\""],
                &texts[..5],
            ),
            (&["\".\"", "\"1.目標\"", "\"⒈目標\""], &["⒈目標"]),
        ],
    );
}

#[test]
fn a_space_before_a_percent_sign_makes_no_difference() {
    let texts = [
        "增長3.5 %。",
        "增長 3.5\u{3000}％，",
        "增長3.5%。",
        "增長百分之三點五。",
        "增長50 ％",
        "增長50",
        "3.5",
    ];
    assert_finds(
        &texts,
        &[
            (&["\"3.5%\""], &texts[..3]),
            (&["3.5%", "３．５％", "百分之三點五"], &texts[..4]),
            (&["3.5"], &[&texts[..3], &texts[6..]].concat()),
            (&["50%", "\"50%\"", "50 %"], &texts[4..5]),
            (&["50"], &texts[4..6]),
        ],
    );
    // A sign that is typed as a word of its own does not shift what other words mean.
    let texts = ["佔50 %與30%。", "佔50 %。"];
    assert_finds(&texts, &[(&["50 % 三成", "三成 50%"], &texts[..1])]);
    let texts = ["增長3.5 %。"];
    let hit = &indexed(&texts).hits(&["3.5%"])[0];
    assert_eq!(hit["snippet"]["highlights"], serde_json::json!([[2, 7]]), "{hit}");
}

#[test]
fn accents_make_no_difference_in_greek_and_cyrillic_and_apostrophes_may_be_letters() {
    let texts = [
        "Ελλάδα。",
        "ΕΛΛΑΔΑ",
        "ёлка。",
        "е\u{308}лка",
        "елка",
        "Москва\u{301}",
        "мой",
        "мои",
        "Hawaiʻi",
        "Oʻahu",
    ];
    assert_finds(
        &texts,
        &[
            (&["ελλαδα", "ΕΛΛΑΔΑ", "Ελλάδα", "\"ελλαδα\"", "\"ΕΛΛΆΔΑ\""], &texts[..2]),
            (&["елка", "ёлка", "ЁЛКА", "\"елка\"", "\"ёлка\""], &texts[2..5]),
            (&["москва", "\"Москва\""], &texts[5..6]),
            (&["мой", "МОЙ"], &["мой"]),
            (&["мои"], &["мои"]),
            (&["hawaii", "Hawaiʻi", "Hawai'i", "Hawaiʼi", "Hawai’i", "\"hawaii\""], &["Hawaiʻi"]),
            (&["oahu", "O'ahu"], &["Oʻahu"]),
        ],
    );
}
