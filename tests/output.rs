//! Formats for programs, batches, facets, the timeline, pinyin readings, recency, and `show`.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::util::{Dir, Ran, assert_golden};

/// The index of three flash items and an article without a date.
fn indexed() -> Dir {
    let dir = Dir::new();
    let line = |value: Value| value.to_string() + "\n";
    let flash = |id: &str, text: &str, date: &str, tags: &[&str]| {
        line(serde_json::json!({
            "id": id, "kind": "flash", "title": format!("快訊{id}"), "text": text, "date": date,
            "tags": tags, "source": "鏈聞",
        }))
    };
    dir.write(
        "archive/d.jsonl",
        flash("a1", "比特幣減半完成。", "2024-04-20T08:00:00", &["BTC", "減半"])
            + &flash("a2", "比特幣減半在即。", "2024-04-01T08:00:00", &["BTC"])
            + &flash("a3", "比特币挖矿。", "2023-01-01T08:00:00", &["btc", "挖矿"])
            + &line(serde_json::json!({"id": "b1", "title": "沒有日期的比特幣文章", "text": "比特幣。\n第二段，里面的細節。"})),
    );
    dir.index();
    dir
}

/// Validates JSON documents against a schema of `docs/schema`.
fn validate(schema: &str, documents: &[Value]) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema").join(schema);
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(!documents.is_empty());
    for document in documents {
        let errors: Vec<String> =
            validator.iter_errors(document).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{document}");
    }
}

/// The JSON object in each line.
fn objects(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_format_for_programs_keeps_its_schema() {
    let dir = indexed();
    let sample = Dir::new();
    let path = crate::util::sample_archive();
    sample.ok(&["index", path.to_str().unwrap(), "--quiet"]);
    for dir in [&dir, &sample] {
        let search = |args: &[&str]| dir.run(&[&["search", "--limit", "1000"], args].concat());
        validate("hit.schema.json", &objects(&search(&["-f", "jsonl", "比特幣"]).stdout));
        // No document has every word, so the hits have the key `missing`.
        validate("hit.schema.json", &objects(&search(&["-f", "jsonl", "比特幣 減半 zzzz"]).stdout));
        let all: Vec<Value> = serde_json::from_str(&search(&["-f", "json"]).stdout).unwrap();
        validate("hit.schema.json", &all);
        validate("record.schema.json", &objects(&dir.ok(&["export"])));
        let first = all[0]["id"].as_str().unwrap();
        let printed = dir.ok(&["show", first, "-f", "json"]);
        validate("record.schema.json", &[serde_json::from_str(&printed).unwrap()]);
        let tags: Vec<Value> = serde_json::from_str(&dir.ok(&["tags", "-f", "json"])).unwrap();
        validate("tag.schema.json", &tags);
        let timeline = dir.ok(&["timeline", "-f", "json"]);
        validate("timeline.schema.json", &[serde_json::from_str(&timeline).unwrap()]);
        let explained = dir.ok(&["explain", "-f", "json", "比特幣 2024", "--id", first]);
        validate("explanation.schema.json", &[serde_json::from_str(&explained).unwrap()]);
        let stats = dir.ok(&["stats", "-f", "json"]);
        validate("stats.schema.json", &[serde_json::from_str(&stats).unwrap()]);
    }
    let wrong = dir.run(&["search", "-f", "jsonl", "減半 tga:x ("]);
    validate("diagnostic.schema.json", &objects(&wrong.stderr));
    let queries = dir.write("q.txt", "比特幣\n減半 tga:x\n");
    let batch = dir.run(&["search", "--batch", queries.to_str().unwrap()]);
    validate("batch.schema.json", &objects(&batch.stdout));
}

#[test]
fn the_flag_fields_chooses_keys_and_their_order() {
    let dir = indexed();
    let line =
        dir.ok(&["search", "-f", "jsonl", "-n", "1", "--fields", "title,id,date", "減半 完成"]);
    assert_eq!(
        line,
        "{\"title\":\"快訊a1\",\"id\":\"a1\",\"date\":{\"provenance\":\"stated\",\"value\":\"2024-04-20T08:00:00\"}}\n"
    );
    let table =
        dir.ok(&["search", "-f", "tsv", "--fields", "id,date,tags", "減半", "--sort", "newest"]);
    assert_eq!(
        table,
        "id\tdate\ttags\na1\t2024-04-20T08:00:00\tBTC,減半\na2\t2024-04-01T08:00:00\tBTC\n"
    );
    let ran = dir.run(&["search", "-f", "jsonl", "--fields", "id,nope", "減半"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("no key `nope`; its keys are id, kind, title"), "{}", ran.stderr);
    assert_eq!(dir.run(&["search", "--fields", "id", "減半"]).code, 2);
}

#[test]
fn ids_can_end_with_a_zero_byte_and_only_the_current_format_version_is_accepted() {
    let dir = indexed();
    assert_eq!(dir.ok(&["search", "-f", "ids", "-0", "--sort", "newest", "減半"]), "a1\0a2\0");
    assert_eq!(dir.run(&["search", "-0", "減半"]).code, 2);
    assert_eq!(dir.run(&["search", "--format-version", "2", "減半"]).code, 0);
    assert_eq!(dir.run(&["search", "--format-version", "1", "減半"]).code, 2);
}

#[test]
fn a_batch_answers_every_line_as_search_does() {
    let dir = indexed();
    let queries = ["比特幣 減半", "tag:BTC", "沒有這個詞", "", "比特币"];
    let file = dir.write("queries.txt", queries.join("\n"));
    let file = file.to_str().unwrap();
    let answers = objects(&dir.ok(&["search", "--batch", file]));
    assert_eq!(answers.len(), queries.len());
    for (answer, query) in answers.iter().zip(queries) {
        assert_eq!(answer["query"], query);
        assert_eq!(answer["hits"].as_array().unwrap(), &dir.hits(&[query])[..], "{query}");
    }
    let ids = dir.ok(&["search", "--batch", file, "-f", "ids"]);
    let ids: Vec<Vec<&str>> =
        ids.lines().map(|line| line.split('\t').filter(|id| !id.is_empty()).collect()).collect();
    for (ids, query) in ids.iter().zip(queries) {
        // Before hits that lack words, the batch prints an empty cell, and the search an empty
        // line. Leave out both.
        let searched = dir.ids(&[query]);
        let searched: Vec<&str> =
            searched.iter().map(String::as_str).filter(|id| !id.is_empty()).collect();
        assert_eq!(ids, &searched, "{query}");
    }
    let bad = dir.write("bad.txt", "減半\n\"沒有關上\n比特幣\n");
    let ran = dir.run(&["search", "--batch", bad.to_str().unwrap()]);
    assert_eq!(ran.code, 2, "a mistake gives exit status 2");
    let answers = objects(&ran.stdout);
    assert_eq!(answers.len(), 3, "the other queries are answered");
    assert_eq!(answers[1]["errors"][0]["code"], "Q001");
    let ran = dir.run(&["search", "--batch", bad.to_str().unwrap(), "-f", "ids", "--null"]);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.stdout.matches('\0').count(), 3, "one zero byte for each query");
    assert!(!ran.stdout.contains('\n'), "{:?}", ran.stdout);
    assert_eq!(dir.run(&["search", "--batch", "nosuchfile"]).code, 2);
}

#[test]
fn a_batch_prints_each_answer_before_the_next_query_is_written() {
    let dir = indexed();
    let queries = [("減半", "a1\ta2"), ("\"沒有關上", ""), ("火星", ""), ("挖矿", "a3")];
    for format in ["ids", "jsonl"] {
        let args = ["search", "--batch", "-", "-f", format, "--sort", "newest"];
        let mut command = dir.command(&args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (answer_tx, answer_rx) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            stdout.lines().map_while(Result::ok).try_for_each(|line| answer_tx.send(line))
        });
        for (query, ids) in queries {
            writeln!(stdin, "{query}").unwrap();
            let answer = answer_rx.recv_timeout(Duration::from_secs(30));
            let answer = answer.unwrap_or_else(|_| panic!("{format}: no answer to {query}"));
            match format {
                "ids" => assert_eq!(answer, ids, "{query}"),
                _ => assert_eq!(objects(&answer)[0]["query"], query),
            }
        }
        drop(stdin);
        assert_eq!(child.wait().unwrap().code(), Some(2), "one of the queries has a mistake");
    }
}

#[test]
fn facets_count_all_hits() {
    let dir = indexed();
    let object: Value = serde_json::from_str(&dir.ok(&[
        "search",
        "-n",
        "1",
        "-f",
        "json",
        "--facet",
        "tag,kind,month,source",
        "比特幣",
    ]))
    .unwrap();
    assert_eq!(object["hits"].as_array().unwrap().len(), 1);
    let counts = |facet: &str| -> Vec<(String, u64)> {
        let values = object["facets"][facet].as_array().unwrap();
        let value_and_count = |value: &Value| {
            (value["value"].as_str().unwrap().to_owned(), value["documents"].as_u64().unwrap())
        };
        values.iter().map(value_and_count).collect()
    };
    let with_owned_values = |expected_counts: &[(&str, u64)]| -> Vec<(String, u64)> {
        expected_counts.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
    };
    assert_eq!(counts("kind"), with_owned_values(&[("flash", 3), ("article", 1)]));
    assert_eq!(counts("month"), with_owned_values(&[("2023-01", 1), ("2024-04", 2), ("none", 1)]));
    assert_eq!(counts("tag"), with_owned_values(&[("BTC", 3), ("減半", 1), ("挖矿", 1)]));
    assert_eq!(counts("source"), with_owned_values(&[("鏈聞", 3)]));
    let text = dir.ok(&["search", "-n", "0", "--facet", "tag", "--facet-limit", "1", "比特幣"]);
    assert_eq!(text, "tag\n      3  BTC\n      2  more\n\n");
    let months = ["search", "-n", "0", "--facet", "month", "--facet-limit", "1", "比特幣"];
    let expected = "month\n      1  earlier month\n      2  2024-04\n      1  none\n\n";
    assert_eq!(dir.ok(&months), expected, "the latest month is kept, and none besides");
    assert_eq!(dir.run(&["search", "-f", "tsv", "--facet", "tag", "比特幣"]).code, 2);
    // If no document contains every word, a facet counts the closest matches as well.
    let lines = dir.ok(&["search", "-f", "jsonl", "--facet", "kind", "比特幣 zzzz"]);
    let kinds: u64 = objects(&lines)
        .iter()
        .filter(|object| object["facet"] == "kind")
        .map(|object| object["documents"].as_u64().unwrap())
        .sum();
    assert_eq!(kinds, 4);
    // With --strict they are no hits, so they are not counted.
    let strict = ["search", "-f", "json", "--strict", "--facet", "kind"];
    let none = dir.run(&[&strict[..], &["比特幣 zzzz"]].concat());
    let none: Value = serde_json::from_str(&none.stdout).unwrap();
    assert_eq!(none, serde_json::json!({"hits": [], "facets": {"kind": []}}));
    let all: Value = serde_json::from_str(&dir.ok(&[&strict[..], &["比特幣"]].concat())).unwrap();
    assert_eq!(all["facets"]["kind"], object["facets"]["kind"]);
}

/// Runs `timeline` with `columns` as the width of the terminal.
fn chart(dir: &Dir, columns: &str, args: &[&str]) -> Ran {
    let mut command = dir.command(&[&["timeline"], args].concat());
    Ran::from(command.env("COLUMNS", columns).output().unwrap())
}

#[test]
fn a_timeline_is_drawn_to_scale_and_fits_the_terminal() {
    let dir = indexed();
    let ran = chart(&dir, "40", &["比特幣", "--by", "quarter"]);
    assert_eq!(
        ran.stdout,
        "2023-Q1  1  ██████████████\n⋮        (4 empty)\n2024-Q2  2  ████████████████████████████\n"
    );
    assert_eq!(ran.stderr, "by quarter: 3 stated █, 0 inferred ░, 1 undated\n");
    for columns in [40, 80, 100] {
        for by in ["day", "week", "month", "quarter", "year"] {
            let ran = chart(&dir, &columns.to_string(), &["--by", by]);
            for line in ran.stdout.lines() {
                assert!(line.chars().count() <= columns, "{columns} {by}: {line}");
            }
        }
    }
    let table = dir.ok(&["timeline", "減半", "--by", "month", "-f", "tsv"]);
    assert_eq!(table, "start\tlabel\tstated\tinferred\n2024-04-01\t2024-04\t2\t0\n");
    assert_eq!(dir.run(&["timeline", "沒有這個詞"]).code, 1);
    assert_eq!(dir.run(&["timeline", "tga:x"]).code, 2);
}

#[test]
fn the_timeline_counts_stated_and_inferred_dates_separately() {
    let dir = Dir::new();
    let sample = crate::util::sample_archive();
    dir.ok(&["index", sample.to_str().unwrap(), "--quiet"]);
    let timeline: Value =
        serde_json::from_str(&dir.ok(&["timeline", "--by", "year", "-f", "json"])).unwrap();
    let stats: Value = serde_json::from_str(&dir.ok(&["stats", "-f", "json"])).unwrap();
    let sum = |key: &str| -> u64 {
        timeline["bars"].as_array().unwrap().iter().map(|bar| bar[key].as_u64().unwrap()).sum()
    };
    assert_eq!(sum("inferred"), stats["inferred"].as_u64().unwrap());
    assert_eq!(timeline["undated"], stats["undated"]);
    let all = stats["articles"].as_u64().unwrap() + stats["flash_items"].as_u64().unwrap();
    assert_eq!(sum("stated") + sum("inferred") + timeline["undated"].as_u64().unwrap(), all);
    assert_golden("timeline.txt", &chart(&dir, "80", &["--by", "year"]).stdout);
}

#[test]
fn latin_letters_that_no_text_contains_are_read_as_pinyin() {
    let dir = indexed();
    for typed in ["bitebi", "btb", "Bitebi"] {
        let ran = dir.run(&["search", typed]);
        assert_eq!(ran.code, 0, "{typed}: {}", ran.stderr);
        assert!(ran.stdout.contains("沒有日期的比特幣文章"), "{typed}: {}", ran.stdout);
        let message = "read as pinyin for 比特币 in titles, tags and sources";
        assert!(ran.stderr.contains(message), "{typed}: {}", ran.stderr);
        assert!(!ran.stdout.contains("比特幣減半在即"), "pinyin is not searched for in texts");
    }
    assert!(dir.run(&["search", "wakuang"]).stdout.contains("a3"));
    assert!(dir.run(&["search", "wakuang kind:article"]).stdout.is_empty());
    // Letters that occur in a text are not read as pinyin.
    assert!(!dir.run(&["search", "btc"]).stderr.contains("pinyin"));
    let ids = dir.run(&["search", "-f", "ids", "bitebi"]);
    assert!(ids.code == 0 && ids.stderr.contains("W009"), "{ids:?}");
}

#[test]
fn recency_prefers_newer_documents_and_explain_shows_its_factor() {
    let dir = indexed();
    let line = |id: &str, date: &str| {
        serde_json::json!({"id": id, "title": "題", "text": "同樣的文字。", "date": date})
            .to_string()
            + "\n"
    };
    dir.write("archive/d.jsonl", line("old", "2020-01-01") + &line("new", "2024-01-01"));
    dir.index();
    let search = ["search", "-f", "ids", "同樣", "--as-of", "2024-02-01"];
    let plain = dir.ok(&search);
    let recent = dir.ok(&[&search[..], &["--recency", "30d"]].concat());
    assert_eq!(recent, "new\nold\n");
    assert_eq!(plain.lines().count(), 2);
    let recency_factor = |id: &str| -> f64 {
        let object: Value = serde_json::from_str(&dir.ok(&[
            "explain",
            "-f",
            "json",
            "同樣",
            "--id",
            id,
            "--recency",
            "30d",
            "--as-of",
            "2024-02-01",
        ]))
        .unwrap();
        object["hit"]["recency"].as_f64().unwrap()
    };
    // `new` is 31 days old. After 30 days, a score has lost a quarter. It never loses more than
    // half.
    assert!((0.73..0.75).contains(&recency_factor("new")), "{}", recency_factor("new"));
    assert!((0.5..0.51).contains(&recency_factor("old")));
    assert_eq!(dir.run(&["search", "同樣", "--recency", "3m"]).code, 2);
}

/// The factor of recency must multiply only the score, and not the coverage: otherwise a newer hit
/// with fewer words would come first.
#[test]
fn recency_never_lifts_a_relaxed_hit_above_one_with_more_words() {
    let dir = indexed();
    let line = |id: &str, text: &str, date: &str| {
        serde_json::json!({"id": id, "title": "題", "text": text, "date": date}).to_string() + "\n"
    };
    let three = "蘋果和香蕉和葡萄。";
    let dump = line("old", three, "2015-01-01") + &line("new", "蘋果和香蕉。", "2024-01-31");
    dir.write("archive/d.jsonl", dump);
    dir.index();
    let typed = "蘋果 香蕉 葡萄 西瓜";
    let recency = ["--recency", "30d", "--as-of", "2024-02-01"];
    let scores = |options: &[&str]| -> Vec<(String, f64)> {
        let printed = dir.ok(&[&["search", "-f", "jsonl", typed], options].concat());
        let hits = printed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        hits.map(|hit| (hit["id"].as_str().unwrap().to_owned(), hit["score"].as_f64().unwrap()))
            .collect()
    };
    let (plain, recent) = (scores(&[]), scores(&recency));
    for hits in [&plain, &recent] {
        let ids: Vec<&str> = hits.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["old", "new"], "three words come before two, however old");
    }
    // A very old document keeps half of its score, a document of today nearly all of its score.
    // Because printed scores are rounded, the ratio can be a little less than one half.
    for (at, factor) in [(0, 0.4999..0.51), (1, 0.97..1.0)] {
        let ratio = recent[at].1 / plain[at].1;
        assert!(factor.contains(&ratio), "{plain:?} {recent:?}");
        // Usual scores lie in this range: the printed score does not contain the coverage.
        assert!((0.1..50.0).contains(&recent[at].1), "{recent:?}");
    }
    for (id, score) in &recent {
        let explain = [&["explain", "-f", "json", typed, "--id", id], &recency[..]].concat();
        let hit = &serde_json::from_str::<Value>(&dir.ok(&explain)).unwrap()["hit"];
        assert!((hit["score"].as_f64().unwrap() - score).abs() < 1e-3, "{hit} {score}");
        let parts: f64 = hit["parts"].as_array().unwrap().iter().map(number_for("score")).sum();
        // The two parts of the proximity score.
        let proximity = number_for("window")(hit) + number_for("runs")(hit);
        let expected = (parts + proximity) * number_for("recency")(hit);
        assert!((expected - score).abs() < 1e-3, "the parts are the score: {hit} {score}");
    }
}

/// A function that gets the number that an object has for a key.
fn number_for(key: &str) -> impl Fn(&Value) -> f64 {
    move |object| object[key].as_f64().unwrap()
}

#[test]
fn show_converts_to_either_script_and_prints_citations() {
    let dir = indexed();
    let printed = |args: &[&str]| dir.ok(&[&["show"], args].concat());
    assert!(printed(&["b1"]).contains("里面的細節"), "without --script, as in the archive");
    assert!(printed(&["b1", "--script", "hans"]).contains("里面的细节"));
    assert!(printed(&["a3", "--script", "hant"]).contains("比特幣挖礦"));
    let cite = printed(&["a1", "-f", "cite"]);
    assert!(
        cite.starts_with("快訊a1. 鏈聞. 2024-04-20 08:00. archive/d.jsonl, bytes 0.."),
        "{cite}"
    );
    assert!(printed(&["b1", "-f", "cite"]).contains(". no date. "));
    // The highlights stay on their characters after conversion.
    let marked = printed(&["a3", "--highlight", "挖礦", "--script", "hant", "--color", "always"]);
    assert!(marked.contains("挖礦\u{1b}[0m"), "{marked:?}");
}
