//! `explain`, `similar`, and the messages if nothing is found.

use serde_json::Value;

use crate::sample::indexed;
use crate::util::{Dir, assert_golden};

/// The JSON output of `wensou explain` for the sample archive.
fn explained(args: &[&str]) -> Value {
    let mut all = vec!["explain", "--format", "json"];
    all.extend_from_slice(args);
    let ran = indexed().run(&all);
    assert!(ran.code <= 1, "{args:?}: {}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn the_parts_of_a_score_add_up_to_the_score_that_search_prints() {
    let dir = indexed();
    for query in [
        "比特幣 減半",
        "BTC",
        "開源大模型的護城河在哪裡",
        "質押 OR 挖礦",
        "\"比特幣\"",
        "人工智慧 晶片",
        "title:比特幣",
        "以太坊合并之後質押收益率是多少",
    ] {
        let mut checked = 0;
        for (rank, hit) in dir.hits(&[query]).iter().enumerate().take(40) {
            let id = hit["id"].as_str().unwrap();
            let explained = explained(&[query, "--id", id]);
            let explained = &explained["hit"];
            assert_eq!(explained["rank"], rank + 1, "{query} {id}");
            let score = hit["score"].as_f64().unwrap();
            assert!((explained["score"].as_f64().unwrap() - score).abs() < 1e-4);
            let sum = sum_of_parts(explained);
            assert!((sum - score).abs() < 1e-3 * score.max(1.0), "{query} {id}: {sum} {score}");
            let all_match = explained["matches"].as_array().unwrap().iter().all(|m| m == true);
            assert!(all_match || explained["backfilled"] == true, "{query} {id}");
            checked += 1;
        }
        assert!(checked > 0, "{query}");
    }
}

/// The sum of all scores that the `hit` of an explanation lists: those of the terms, and the two
/// parts of the proximity score, `window` and `runs`.
fn sum_of_parts(hit: &Value) -> f64 {
    let parts = hit["parts"].as_array().unwrap().iter();
    let parts: f64 = parts.map(|part| part["score"].as_f64().unwrap()).sum();
    let proximity = |name: &str| hit[name].as_f64().unwrap_or(0.0);
    parts + proximity("window") + proximity("runs")
}

#[test]
fn the_parts_of_the_score_of_the_only_hit_add_up_to_its_score() {
    let dir = Dir::new();
    let line = |id: &str, text: &str| {
        serde_json::json!({"id": id, "title": "題", "text": text}).to_string() + "\n"
    };
    let matching = line("a", "比特幣第四次減半之後,礦工的收入下降。");
    dir.write("archive/d.jsonl", matching + &line("b", "天氣晴朗,適合出門散步。"));
    dir.index();
    // The score has the proximity score, although a single hit needs no reranking.
    let query = "礦工 收入";
    let hits = dir.hits(&[query]);
    assert_eq!(hits.len(), 1, "{hits:?}");
    let score = hits[0]["score"].as_f64().unwrap();
    let printed = dir.ok(&["explain", "--format", "json", query, "--id", "a"]);
    let hit = &serde_json::from_str::<Value>(&printed).unwrap()["hit"];
    assert!(hit["window"].as_f64().unwrap() > 0.0, "{hit}");
    let sum = sum_of_parts(hit);
    assert!((sum - score).abs() < 1e-3 * score.max(1.0), "{sum} {score}");
}

#[test]
fn each_clause_is_counted_alone_and_the_query_is_counted_without_it() {
    let count = |query: &[&str]| indexed().ids(&[&["--strict"], query].concat()).len();
    let explained = explained(&["比特幣 減半 kind:flash -tag:BTC"]);
    let clauses = explained["clauses"].as_array().unwrap();
    let texts: Vec<&str> = clauses.iter().map(|clause| clause["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["比特幣", "減半", "kind:flash", "-tag:BTC"]);
    for (clause, alone, without) in [
        (&clauses[0], "比特幣", "減半 kind:flash -tag:BTC"),
        (&clauses[1], "減半", "比特幣 kind:flash -tag:BTC"),
        (&clauses[2], "kind:flash", "比特幣 減半 -tag:BTC"),
        (&clauses[3], "-tag:BTC", "比特幣 減半 kind:flash"),
    ] {
        assert_eq!(clause["alone"], count(&["--", alone]), "{alone}");
        assert_eq!(clause["without"], count(&["--", without]), "{without}");
    }
    assert_eq!(explained["total"], count(&["比特幣 減半 kind:flash -tag:BTC"]));
}

#[test]
fn every_variant_of_a_word_has_its_origin() {
    let explained = explained(&["比特币"]);
    let forms = explained["words"][0]["forms"].as_array().unwrap();
    let origin = |text: &str| {
        let form = forms.iter().find(|form| form["text"] == text);
        form.unwrap_or_else(|| panic!("{text} in {forms:?}"))["origin"].clone()
    };
    assert_eq!(origin("比特币"), "typed");
    assert_eq!(origin("btc"), "name");
    assert_eq!(explained["folded"], "比特币");
}

#[test]
fn a_search_without_hits_says_which_clause_is_the_reason() {
    let ran = indexed().run(&["search", "比特幣 kind:flash tag:沒有這個標籤"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("hits of each clause alone: 比特幣 "), "{}", ran.stderr);
    assert!(ran.stderr.contains("tag:沒有這個標籤 0"), "{}", ran.stderr);
    assert!(ran.stderr.contains("without tag:沒有這個標籤: "), "{}", ran.stderr);
    assert!(!ran.stderr.contains("without 比特幣"), "{}", ran.stderr);
    // Two clauses exclude each other: if one of them is left out, there are hits.
    let ran = indexed().run(&["search", "kind:flash has:related"]);
    assert!(ran.stderr.contains("without kind:flash: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("without has:related: "), "{}", ran.stderr);
    // If no document contains every word, the counts show which word is missing.
    let ran = indexed().run(&["search", "比特幣減半zzzz"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stderr.contains("zzzz 0"), "{}", ran.stderr);
}

#[test]
fn explain_as_text_describes_the_query_and_with_an_id_one_record() {
    let mut screen = String::new();
    for query in ["\"比特幣\"~9 -tag:BTC", "比特币 title:減半 5.4億", "packy mccormick"] {
        let ran = indexed().run(&["explain", "--", query]);
        screen.push_str(&format!("$ wensou explain -- '{query}'\n{}\n", ran.stdout));
    }
    assert_golden("explain.txt", &screen);
    let id = &indexed().ids(&["人工智能 芯片"])[0];
    let ran = indexed().ok(&["explain", "人工智能 芯片", "--id", id]);
    assert!(ran.contains("rank 1, score "), "{ran}");
    let other = &indexed().ids(&["--", "-人工智能"])[0];
    let ran = indexed().run(&["explain", "人工智能 芯片", "--id", other]);
    assert!(ran.stdout.contains("does not match 人工智能"), "{}", ran.stdout);
    assert!(ran.stdout.contains("not a hit"), "{}", ran.stdout);
}

#[test]
fn explain_has_the_exit_status_of_search() {
    assert_eq!(indexed().run(&["explain", "比特幣"]).code, 0);
    assert_eq!(indexed().run(&["explain", "tag:沒有這個標籤"]).code, 1);
    let ran = indexed().run(&["explain", "\"沒有關上"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("Q001"));
    let ran = indexed().run(&["explain", "比特幣", "--id", "nosuchid"]);
    assert_eq!(ran.code, 1);
    assert_eq!(Dir::new().run(&["explain", "比特幣"]).code, 3);
}

#[test]
fn similar_names_shared_words_and_never_finds_the_flash_items_of_the_page_itself() {
    let dir = indexed();
    let records: Vec<Value> =
        dir.ok(&["export"]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut articles = 0;
    let mut kinds = std::collections::BTreeSet::new();
    for record in records.iter().filter(|record| record["kind"] == "article").take(20) {
        let id = record["id"].as_str().unwrap();
        let ran = dir.run(&["similar", id, "--format", "jsonl", "-n", "50"]);
        assert!(ran.code <= 1, "{}", ran.stderr);
        for line in ran.stdout.lines() {
            let hit: Value = serde_json::from_str(line).unwrap();
            assert_ne!(hit["id"], id);
            let own = record["flashes"].as_array().unwrap();
            assert!(!own.contains(&hit["id"]), "{id}: its own flash item is given as similar");
            assert!(!hit["shared"].as_array().unwrap().is_empty());
            kinds.insert(hit["kind"].as_str().unwrap().to_owned());
        }
        articles += 1;
    }
    assert_eq!(articles, 20);
    assert_eq!(kinds.len(), 2, "of both kinds: {kinds:?}");
    assert_eq!(dir.run(&["similar", "nosuchid"]).code, 1);
}

#[test]
fn an_article_with_the_same_news_in_other_words_is_the_most_similar() {
    let dir = Dir::new();
    let line = |id: &str, text: &str| {
        serde_json::json!({"id": id, "title": "題", "text": text}).to_string() + "\n"
    };
    let halving = "比特幣第四次減半之後,礦工的收入下降,哈希率仍創新高,礦機廠商推出新機型。";
    let reworded = "减半过去一个月,比特币矿工收入下降,算力与哈希率却创新高,矿机厂商受益。";
    let other = "一家咖啡館推出了新的拿鐵,店主說減半糖也好喝。";
    dir.write(
        "archive/d.jsonl",
        line("a", halving)
            + &line("b", reworded)
            + &line("c", other)
            + &line("d", "天氣晴朗,適合出門散步。"),
    );
    dir.index();
    let found = dir.ok(&["similar", "a", "--format", "ids"]);
    assert_eq!(found.lines().next(), Some("b"), "{found}");
    assert!(!found.contains('d'), "{found}");
}
