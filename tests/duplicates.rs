//! Articles with the same text, or nearly so, are one hit.

use serde_json::Value;

use crate::util::Dir;

const REPORT: &str = "比特幣價格週一突破三萬美元，創下2022年6月以來的新高，交易量較前一日增加24%。分析師認為，市場對現貨\
    基金獲批的期待推動了這一輪上漲，多家資產管理公司近日向監管機構提交了申請，結果將在秋天公布。";

fn line(id: &str, title: &str, text: &str) -> String {
    serde_json::json!({"id": id, "title": title, "text": text}).to_string() + "\n"
}

/// The index of five articles, as sites that copy from each other have them: three with nearly the
/// same report, one (`week`) with that report but other numbers, and one about something else.
fn indexed_copies() -> Dir {
    let dir = Dir::new();
    let simplified = REPORT.replace('價', "价").replace('漲', "涨").replace('資', "资");
    let cut: String = REPORT.chars().take(REPORT.chars().count() * 4 / 5).collect();
    dir.write(
        "archive/d.jsonl",
        line("first", "比特幣突破三萬美元", REPORT)
            + &line("second", "突破三萬！", &format!("{simplified}\n轉載請註明出處。"))
            + &line("third", "比特幣新高", &cut)
            + &line("week", "比特幣突破", &REPORT.replace("24%", "31%").replace("6月", "7月"))
            + &line("other", "比特幣的歷史", "比特幣由中本聰在2008年提出，最早的區塊在次年產生。"),
    );
    dir.index();
    dir
}

/// The hits of a search with these arguments: a query, and perhaps options.
fn hits(dir: &Dir, args: &[&str]) -> Vec<Value> {
    let printed = dir.ok(&[&["search", "-f", "jsonl"], args].concat());
    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ids(hits: &[Value]) -> Vec<&str> {
    hits.iter().map(|hit| hit["id"].as_str().unwrap()).collect()
}

/// The hit that stands for all near-duplicates of the report.
fn report_of(dir: &Dir) -> Value {
    let found = hits(dir, &["現貨基金獲批的期待"]);
    // The other hit is `week`.
    assert_eq!(found.len(), 2, "{found:?}");
    found.into_iter().find(|hit| hit.get("near_duplicates").is_some()).unwrap()
}

#[test]
fn near_duplicates_are_one_hit_that_names_the_others() {
    let dir = indexed_copies();
    let report = report_of(&dir);
    let mut all: Vec<String> = report["near_duplicates"]
        .as_array()
        .unwrap()
        .iter()
        .chain([&report["id"]])
        .map(|id| id.as_str().unwrap().to_owned())
        .collect();
    all.sort();
    assert_eq!(all, ["first", "second", "third"]);
    let ran = dir.run(&["search", "現貨基金獲批的期待"]);
    assert!(ran.stderr.contains("2 hits, 4 documents"), "{}", ran.stderr);
    assert!(ran.stdout.contains("seen in 3 pages, also "), "{}", ran.stdout);
}

#[test]
fn every_document_can_be_found_and_counted() {
    let dir = indexed_copies();
    let all = hits(&dir, &["--all", "現貨基金獲批的期待"]);
    let mut all_ids = ids(&all);
    all_ids.sort_unstable();
    assert_eq!(all_ids, ["first", "second", "third", "week"]);
    // With `-f ids` and `-c`, each document counts.
    assert_eq!(dir.ok(&["search", "-f", "ids", "現貨基金獲批的期待"]).lines().count(), 4);
    assert_eq!(dir.ok(&["search", "-c", "現貨基金獲批的期待"]), "4\n");
    for id in ["first", "second", "third"] {
        let only = hits(&dir, &[&format!("id:{id}")]);
        assert_eq!(ids(&only), [id]);
    }
    // Three hits: the near-duplicates as one, `week` and `other`. A search for one hit with an
    // --offset gives the hit at that offset.
    let found = hits(&dir, &["比特幣"]);
    assert_eq!(found.len(), 3);
    for (at, hit) in found.iter().enumerate() {
        let one = hits(&dir, &["比特幣", "-n", "1", "--offset", &at.to_string()]);
        assert_eq!(ids(&one), [hit["id"].as_str().unwrap()]);
    }
}

#[test]
fn an_update_finds_what_a_whole_build_finds() {
    let dir = indexed_copies();
    let later =
        line("later", "舊聞", REPORT) + &line("alone", "天氣", "今天天氣晴朗，適合出門散步。");
    dir.write("archive/e.jsonl", later);
    let updated = dir.run(&["index"]);
    assert_eq!(updated.code, 0, "{}", updated.stderr);
    let all_hits = || hits(&dir, &["比特幣 OR 天氣", "-n", "100"]);
    let after_update = all_hits();
    assert_eq!(dir.run(&["index", "--rebuild"]).code, 0);
    assert_eq!(all_hits(), after_update);
    // `later` is the fourth article of the group.
    assert_eq!(report_of(&dir)["near_duplicates"].as_array().unwrap().len(), 3);
    assert_eq!(dir.run(&["check"]).code, 0);
    // Once the new file is removed, the group is as before.
    std::fs::remove_file(dir.path().join("archive/e.jsonl")).unwrap();
    assert_eq!(dir.run(&["index"]).code, 0);
    assert_eq!(report_of(&dir)["near_duplicates"].as_array().unwrap().len(), 2);
    assert_eq!(dir.run(&["check"]).code, 0);
}

#[test]
fn articles_that_differ_in_numbers_are_no_near_duplicates() {
    let dir = Dir::new();
    let report = |growth: &str, revenue: &str| {
        format!(
            "公司今日公布年報，全年營業收入{revenue}億元，同比增長{growth}，擬每股派息1.5元，董事會已通過分紅方案，將提交股東大會審議。"
        )
    };
    dir.write(
        "archive/d.jsonl",
        line("up", "快訊", "比特幣漲跌幅+3.5%")
            + &line("down", "快訊", "比特幣漲跌幅-3.5%")
            + &line("more", "快訊", "比特幣漲跌幅35%")
            + &line("small", "年報", &report("3.5%", "35.2"))
            + &line("large", "年報", &report("35%", "3.52")),
    );
    dir.index();
    assert_eq!(hits(&dir, &["漲跌幅"]).len(), 3);
    assert_eq!(hits(&dir, &["年報"]).len(), 2);
}

#[test]
fn eval_names_a_hit_by_the_judged_article_of_its_group() {
    let dir = indexed_copies();
    dir.write("q.jsonl", "{\"id\": \"q\", \"text\": \"現貨基金獲批的期待\"}\n");
    // Whichever article of the group is judged, the run file names that one as the hit.
    for id in ["first", "second", "third"] {
        dir.write("qrels.tsv", format!("q\t{id}\t1\n"));
        dir.ok(&["eval", "--run", "run.txt", "--queries", "q.jsonl", "--qrels", "qrels.tsv"]);
        let run = std::fs::read_to_string(dir.path().join("run.txt")).unwrap();
        assert!(run.contains(&format!(" {id} ")), "{id}: {run}");
    }
}

#[test]
fn a_hit_names_only_the_near_duplicates_that_match() {
    let dir = indexed_copies();
    let others = |query: &str| -> Vec<String> {
        let hit = hits(&dir, &[query]).into_iter().find(|hit| hit["id"] != "week").unwrap();
        let others = hit["near_duplicates"].as_array().cloned().unwrap_or_default();
        others.iter().map(|id| id.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(others("現貨基金獲批的期待").len(), 2);
    // Of the three near-duplicates, two match: one is the hit, and the hit names the other.
    for (query, matching) in [
        ("現貨基金獲批的期待 -轉載", &["first", "third"][..]),
        ("現貨基金獲批的期待 id:second,third", &["second", "third"]),
        ("現貨基金獲批的期待 title:比特幣", &["first", "third"]),
    ] {
        let others = others(query);
        assert_eq!(others.len(), 1, "{query}: {others:?}");
        assert!(matching.contains(&others[0].as_str()), "{query}: {others:?}");
    }
}

#[test]
fn the_explanation_of_a_near_duplicate_names_the_hit_that_shows_it() {
    let dir = indexed_copies();
    let query = "現貨基金獲批的期待";
    let all_hits = hits(&dir, &[query]);
    for (at, hit) in all_hits.iter().enumerate() {
        let id = hit["id"].as_str().unwrap();
        let explained = |id: &str| -> Value {
            let printed = dir.ok(&["explain", query, "--id", id, "--format", "json"]);
            serde_json::from_str::<Value>(&printed).unwrap()["hit"].clone()
        };
        assert_eq!(explained(id)["rank"], at + 1);
        assert!(explained(id)["near_duplicate_of"].is_null());
        for other in hit["near_duplicates"].as_array().into_iter().flatten() {
            let other = other.as_str().unwrap();
            assert_eq!(explained(other)["rank"], at + 1, "{other}");
            assert_eq!(explained(other)["near_duplicate_of"], id, "{other}");
            let text = dir.ok(&["explain", query, "--id", other]);
            let message = format!("near-duplicate of {id}, shown under hit {}", at + 1);
            assert!(text.contains(&message), "{text}");
        }
    }
}

#[test]
fn similar_shows_near_duplicates_as_one_document_and_not_those_of_the_given_one() {
    let dir = indexed_copies();
    let similar = |id: &str| -> Vec<Value> {
        let printed = dir.ok(&["similar", id, "-f", "jsonl"]);
        printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let found = similar("week");
    let of_report: Vec<&Value> = found
        .iter()
        .filter(|hit| ["first", "second", "third"].contains(&hit["id"].as_str().unwrap()))
        .collect();
    assert_eq!(of_report.len(), 1, "{found:?}");
    assert_eq!(of_report[0]["near_duplicates"].as_array().unwrap().len(), 2);
    let found = similar("first");
    assert!(ids(&found).contains(&"week") && !ids(&found).contains(&"second"), "{found:?}");
}
