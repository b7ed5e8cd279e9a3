//! Numbers in words and in digits: each spelling finds the other, and what follows a number is
//! required.

use crate::util::Dir;

/// The index of documents, which are given by id, text and date.
fn indexed(documents: &[(&str, &str, &str)]) -> Dir {
    let dir = Dir::new();
    let lines: Vec<String> = documents
        .iter()
        .map(|(id, text, date)| {
            let date = if date.is_empty() { serde_json::Value::Null } else { (*date).into() };
            serde_json::json!({"id": id, "title": "題", "text": text, "date": date}).to_string()
        })
        .collect();
    dir.write("archive/dump.jsonl", lines.join("\n"));
    dir.index();
    dir
}

/// Checks which documents have every word of a query, in both scripts.
fn assert_finds(dir: &Dir, cases: &[(&str, &[&str])]) {
    for (query, expected) in cases {
        let found = dir.ids(&["--strict", "--all", query]);
        let mut sorted = found.clone();
        sorted.sort();
        assert_eq!(sorted, *expected, "{query}");
        let simplified = wensou_text::fold(query);
        assert_eq!(dir.ids(&["--strict", "--all", &simplified]), found, "{query} as {simplified}");
    }
}

#[test]
fn what_follows_a_number_in_words_is_required() {
    let dir = indexed(&[
        ("a-ordinal", "本屆第十二屆大會。", ""),
        ("b-people", "共12人參加。", ""),
        ("c-words", "十二月開會。", ""),
        ("d-digits", "12月開會。", ""),
        ("e-36", "共36人。", ""),
        ("f-36", "《三十六計》與36計。", ""),
        ("g-16", "打入16強，共360人。", ""),
        ("h-amount", "花費5.4億，很多。", ""),
        ("i-amount", "花費5.4億元。", ""),
    ]);
    assert_finds(
        &dir,
        &[
            ("十二月", &["c-words", "d-digits"]),
            ("12月", &["c-words", "d-digits"]),
            ("十二月份", &[]),
            ("12月份", &[]),
            ("三十六計", &["f-36"]),
            ("36計", &["f-36"]),
            ("十六強", &["g-16"]),
            ("16強", &["g-16"]),
            ("三百六十行", &[]),
            ("540000000元", &["i-amount"]),
            ("5.4億元", &["i-amount"]),
            ("五億四千萬元", &["i-amount"]),
        ],
    );
    let counted = dir.ok(&["search", "-c", "十二月"]);
    assert_eq!(counted.trim(), "2");
}

#[test]
fn numbers_and_dates_stand_for_their_own_words_only() {
    let dir = indexed(&[
        ("quarters", "第二、三季獲利。", ""),
        ("quarter-13", "第十三季獲利。", ""),
        ("range", "上漲3%至5%。", ""),
        ("halved", "5億元減半。", "2023-05-10"),
        ("amount", "5億元。", "2023-05-10"),
    ]);
    assert_finds(
        &dir,
        &[("3季獲利", &["quarters"]), ("3%-5%", &["range"]), ("5 億元 2023年 減半", &["halved"])],
    );
}

#[test]
fn what_follows_a_date_is_required() {
    let dir = indexed(&[
        ("dated", "無關內容。", "2023-05-17"),
        ("end", "到年底為止。", "2023-03-02"),
        ("month-end", "到了月底。", "2023-05-30"),
        ("named", "在2023年底。", "2020-01-01"),
    ]);
    assert_finds(
        &dir,
        &[
            ("2023年底", &["end", "named"]),
            ("2023年初", &[]),
            ("2023年度", &[]),
            ("2023年5月底", &["month-end"]),
            ("2023年五月底", &["month-end"]),
            ("2023年", &["dated", "end", "month-end", "named"]),
        ],
    );
}

#[test]
fn a_date_in_words_is_the_same_date_in_digits() {
    let dir = indexed(&[
        ("dated", "無關內容。", "2023-05-17"),
        ("digits", "會議定於2023年5月17日舉行", "2024-01-01"),
        ("words", "會議定於二○二三年五月十七日舉行", "2024-01-01"),
        ("zero", "會議定於二零二三年五月廿五日舉行", "2024-01-01"),
    ]);
    for query in
        ["2023年5月17日", "二○二三年五月十七日", "二零二三年五月十七日", "2023年五月十七日"]
    {
        assert_finds(&dir, &[(query, &["dated", "digits", "words"])]);
    }
    assert_finds(
        &dir,
        &[
            ("二〇二三年", &["dated", "digits", "words", "zero"]),
            ("三月", &[]),
            ("五月", &["digits", "words", "zero"]),
            ("5月", &["digits", "words", "zero"]),
            ("25日", &["zero"]),
            ("廿五日", &["zero"]),
            ("二〇二三年 -二〇二四年", &["dated", "digits", "words", "zero"]),
        ],
    );
}

#[test]
fn tenths_and_other_numerals_equal_their_digits() {
    let dir = indexed(&[
        ("a-6", "6成民眾贊成。", ""),
        ("b-6", "六成民眾贊成。", ""),
        ("c-6", "60%的民眾。", ""),
        ("d-35", "三成半民眾。", ""),
        ("e-35", "35%的民眾。", ""),
        ("f-30", "30%民眾，半年。", ""),
        ("g-75", "7.5成。", ""),
        ("h-75", "七成五。", ""),
        ("i-36", "卅六年。", ""),
        ("j-discount", "打六折。", ""),
        ("k-bill", "壹佰萬元。", ""),
        ("l-percent", "百分之 9.5。", ""),
        ("m-ordinal", "第一百零一回。", ""),
        ("n-ordinal", "第101回。", ""),
        ("o-6", "6成交易。", ""),
        ("p-13", "1千3百萬元。", ""),
        ("q-10", "1000元。", ""),
    ]);
    assert_finds(
        &dir,
        &[
            ("六成", &["a-6", "b-6", "c-6"]),
            ("60%", &["a-6", "b-6", "c-6"]),
            ("30%", &["f-30"]),
            ("三成半", &["d-35", "e-35"]),
            ("35%", &["d-35", "e-35"]),
            ("3成半", &["d-35", "e-35"]),
            ("75%", &["g-75", "h-75"]),
            ("7.5成", &["g-75", "h-75"]),
            ("36", &["i-36"]),
            ("6折", &["j-discount"]),
            ("100萬", &["k-bill"]),
            ("壹佰萬", &["k-bill"]),
            ("9.5%", &["l-percent"]),
            ("第101回", &["m-ordinal", "n-ordinal"]),
            ("第一百零一回", &["m-ordinal", "n-ordinal"]),
            ("1000", &["q-10"]),
            ("1300萬", &["p-13"]),
            ("一千三百萬", &["p-13"]),
            ("1千3百萬", &["p-13"]),
        ],
    );
}

#[test]
fn quarters_in_words_equal_their_digits() {
    let dir = indexed(&[
        ("a-3", "公布3季獲利", ""),
        ("b-first-3", "公布前3季獲利", ""),
        ("c-13", "第13季", ""),
        ("d-first-3", "公布前三季獲利", ""),
        ("e-13", "第十三季獲利", ""),
    ]);
    assert_finds(
        &dir,
        &[
            ("前3季", &["b-first-3", "d-first-3"]),
            ("前三季", &["b-first-3", "d-first-3"]),
            ("3季", &["a-3", "b-first-3", "d-first-3"]),
            ("第13季", &["c-13", "e-13"]),
            ("第十三季", &["c-13", "e-13"]),
        ],
    );
    let found = dir.ids(&["--strict", "--all", "三季"]);
    assert!(!found.contains(&"c-13".to_owned()), "{found:?}");
}

#[test]
fn ten_and_a_hundred_that_count_something_equal_their_digits() {
    let dir = indexed(&[
        ("bond-digits", "10年期國債", ""),
        ("bond-words", "十年期國債", ""),
        ("days-digits", "執政100天", ""),
        ("days-words", "執政百天", ""),
        ("full", "底氣十足，十分重要，百貨公司。", ""),
        ("losses-digits", "遭遇10連敗", ""),
        ("losses-words", "遭遇十連敗", ""),
        ("money-digits", "市值100億", ""),
        ("money-words", "市值百億", ""),
        ("old-digits", "30歲", ""),
        ("old-words", "卅歲", ""),
        ("rich", "百萬富翁", ""),
        ("times-digits", "漲10倍", ""),
        ("times-words", "漲十倍", ""),
    ]);
    for (words, digits, name) in [
        ("十年期國債", "10年期國債", "bond"),
        ("百天", "100天", "days"),
        ("十連敗", "10連敗", "losses"),
        ("百億", "100億", "money"),
        ("卅歲", "30歲", "old"),
        ("十倍", "10倍", "times"),
    ] {
        let both = [format!("{name}-digits"), format!("{name}-words")];
        let both: Vec<&str> = both.iter().map(String::as_str).collect();
        assert_finds(&dir, &[(words, &both), (digits, &both)]);
    }
    assert_finds(&dir, &[("百萬", &["rich"]), ("100萬", &[]), ("10分", &[]), ("十足", &["full"])]);
}

#[test]
fn a_number_inside_a_word_equals_its_digits() {
    let dir = indexed(&[
        ("digits", "雙11成交額創新高", ""),
        ("other", "雙方在11月成交，成交額不高", ""),
        ("words", "雙十一成交額創新高", ""),
    ]);
    assert_finds(
        &dir,
        &[
            ("雙十一", &["digits", "words"]),
            ("雙十一成交額", &["digits", "words"]),
            ("雙十一當天", &[]),
        ],
    );
}

#[test]
fn ratios_in_words_equal_their_digits() {
    let pairs = [
        ("discount", "打八五折", "打8.5折"),
        ("discount-75", "打七五折", "打75折"),
        ("fraction", "三分之一席次", "1/3席次"),
        ("fraction-3", "四分之三股權", "¾股權"),
        ("mille", "千分之五稅率", "5‰稅率"),
        ("mille-3", "千分之三費率", "0.3%費率"),
        ("myria", "萬分之一機率", "0.01%機率"),
        ("range", "百分之六至七增長", "6%至7%增長"),
        ("minus", "增速負百分之五點二", "增速-5.2%"),
    ];
    let texts: Vec<(String, &str)> = pairs
        .iter()
        .flat_map(|(id, words, digits)| {
            [(format!("{id}-digits"), *digits), (format!("{id}-words"), *words)]
        })
        .collect();
    let documents: Vec<(&str, &str, &str)> =
        texts.iter().map(|(id, text)| (id.as_str(), *text, "")).collect();
    let dir = indexed(&documents);
    for (id, words, digits) in pairs {
        let both = [format!("{id}-digits"), format!("{id}-words")];
        let both: Vec<&str> = both.iter().map(String::as_str).collect();
        assert_finds(&dir, &[(words, &both), (digits, &both)]);
    }
    assert_finds(
        &dir,
        &[
            ("85折", &["discount-digits", "discount-words"]),
            ("八五折", &["discount-digits", "discount-words"]),
            ("7.5折", &["discount-75-digits", "discount-75-words"]),
            ("⅓", &["fraction-digits", "fraction-words"]),
            ("3分之1", &["fraction-digits", "fraction-words"]),
            ("3/4", &["fraction-3-digits", "fraction-3-words"]),
            ("0.5%", &["mille-digits", "mille-words"]),
            ("7%", &["range-digits", "range-words"]),
            ("增速-5%", &[]),
        ],
    );
}
