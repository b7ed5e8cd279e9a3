//! The verbs `search`, `show`, `similar`, `explain`, `export`, `tags` and `timeline` give the same
//! output for the index of the sample archive in a folder and for the copy of that index on the
//! cluster.

use super::random_queries::RandomQueries;
use super::{assert_same_output, cluster, run_on, sample_copy, sample_index};
use crate::util::Dir;

/// The number of random queries. All of them are asked with the first set of options.
const QUERY_COUNT: usize = 160;
/// How many of these queries are asked with each of the other sets of options, too.
const FEWER_QUERIES: usize = 40;

#[test]
fn random_queries_have_the_same_answers_on_a_cluster() {
    let Some(cluster) = cluster() else { return };
    let dir = Dir::new();
    let address = sample_copy(cluster);
    let indexes = [sample_index(), address];
    let exported = dir.ok(&["export", "--index", sample_index()]);
    let queries = RandomQueries::with_seed(&exported, 7).lines(QUERY_COUNT);
    dir.write("queries.txt", &queries);
    let options: [&[&str]; 5] = [
        &["-f", "jsonl"],
        &["-f", "jsonl", "--sort", "newest", "-n", "3"],
        &["-f", "jsonl", "--sort", "oldest", "--offset", "2", "-n", "4"],
        &["-f", "jsonl", "--recency", "30d", "--as-of", "2024-02-01", "-n", "5"],
        &["-f", "ids", "-n", "100"],
    ];
    let fewer: Vec<&str> = queries.split_inclusive('\n').take(FEWER_QUERIES).collect();
    dir.write("fewer.txt", fewer.concat());
    for (number, options) in options.into_iter().enumerate() {
        let (file, count) =
            if number == 0 { ("queries.txt", QUERY_COUNT) } else { ("fewer.txt", FEWER_QUERIES) };
        let args = [&["search", "--batch", file], options].concat();
        let [local, remote] = indexes.map(|index| run_on(&dir, index, &args));
        assert_eq!(remote.code, local.code, "{args:?}: {}", remote.stderr);
        let [local, remote] = [&local, &remote].map(|ran| ran.stdout.lines().collect::<Vec<_>>());
        assert_eq!(local.len(), count, "{args:?}");
        let pairs = queries.lines().zip(local.iter().zip(&remote));
        let different: Vec<_> = pairs.filter(|(_, (local, remote))| local != remote).collect();
        assert!(different.is_empty(), "{} answers differ: {different:#?}", different.len());
        assert_eq!(remote.len(), local.len());
        let mistakes = local.iter().filter(|line| line.contains("\"errors\"")).count();
        assert!(mistakes <= count / 10, "{mistakes} of {count} queries do not parse");
    }
}

#[test]
fn texts_with_more_terms_than_the_cluster_accepts_have_the_same_answers() {
    let Some(cluster) = cluster() else { return };
    let dir = Dir::new();
    let indexes = [sample_index(), sample_copy(cluster)];
    let exported = dir.ok(&["export", "--index", indexes[0]]);
    let is_han = |character: &char| ('\u{4e00}'..='\u{9fff}').contains(character);
    let characters: Vec<char> = exported.chars().filter(is_han).collect();
    let text = |from: usize, count: usize| String::from_iter(&characters[from..from + count]);
    let lines = [
        text(0, 300),
        text(2_000, 1_200),
        format!("{} \"{}\" {}", text(0, 190), text(500, 4), text(3_000, 190)),
        format!("{} title:比特幣", text(5_000, 600)),
    ];
    dir.write("queries.txt", lines.join("\n"));
    for options in [&["-f", "jsonl"][..], &["-f", "ids", "--sort", "newest", "-n", "40"]] {
        let search = ["search", "--batch", "queries.txt"];
        assert_same_output(&dir, indexes, &[&search[..], options].concat());
    }
}

#[test]
fn verbs_that_show_records_or_counts_have_the_same_output_on_a_cluster() {
    let Some(cluster) = cluster() else { return };
    let dir = Dir::new();
    let address = sample_copy(cluster);
    let indexes = [sample_index(), address];
    let exported = dir.ok(&["export", "--index", indexes[0]]);
    assert_same_output(&dir, indexes, &["export"]);
    let mut queries = RandomQueries::with_seed(&exported, 11);
    let lines = queries.lines(20);
    for query in ["比特幣", "kind:flash", "(以太坊 OR 模型) NOT 減半"] {
        // A limit of 0 shows all values.
        let facets = ["search", "--facet", "kind,tag,month,source", "--facet-limit", "0"];
        assert_same_output(&dir, indexes, &[&facets[..], &["-f", "json", query]].concat());
        assert_same_output(&dir, indexes, &["timeline", "-f", "json", query]);
        assert_same_output(&dir, indexes, &["tags", "-f", "json", "--limit", "0", query]);
        assert_same_output(&dir, indexes, &["search", query]);
        assert_same_output(&dir, indexes, &["search", "-l", query]);
    }
    assert_same_output(&dir, indexes, &["tags"]);
    assert_same_output(&dir, indexes, &["tags", "--prefix", "B", "--limit", "0"]);
    assert_same_output(&dir, indexes, &["timeline"]);
    assert_same_output(&dir, indexes, &["search", "-n", "300", "-f", "ids"]);
    for query in lines.lines() {
        let id = queries.random_id();
        assert_same_output(&dir, indexes, &["search", "-c", query]);
        assert_same_output(&dir, indexes, &["explain", "-f", "json", query, "--id", &id]);
    }
    for _ in 0..6 {
        let id = queries.random_id();
        assert_same_output(&dir, indexes, &["show", &id, "-f", "json"]);
        assert_same_output(&dir, indexes, &["show", &id, "--highlight", "比特幣 模型"]);
        assert_same_output(&dir, indexes, &["similar", &id, "-f", "json"]);
        assert_same_output(&dir, indexes, &["explain", "以太坊 模型", "--id", &id]);
    }
}
