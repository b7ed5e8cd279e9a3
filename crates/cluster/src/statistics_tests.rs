//! Tests of the statistics: which documents are written for them.

use serde_json::json;
use wensou_index::analyse_record;
use wensou_ingest::{Article, Record};
use wensou_text::Segmenter;

use super::*;

/// The ids of the documents that are written for these statistics, and the description.
fn written(counted: StatisticsBuilder) -> (Vec<String>, Description) {
    let zeros = [[0; 3]; 2];
    let description: Description = serde_json::from_value(json!({
        "format": crate::FORMAT,
        "analysis": "",
        "program": "",
        "built": "",
        "roots": [],
        "documents": [0, 0],
        "lengths": zeros,
        "with_field": zeros,
        "buckets": 0,
        "name_chunks": 0,
        "word_chunks": 0,
    }))
    .unwrap();
    let mut ids = Vec::new();
    let description = counted.write(description, |id, _| -> serde_json::Result<()> {
        ids.push(id.to_owned());
        Ok(())
    });
    (ids, description.unwrap())
}

#[test]
fn the_statistics_of_one_article_need_a_document_of_words_and_one_bucket() {
    let (ids, description) = written(StatisticsBuilder::default());
    assert!(ids.is_empty());
    assert_eq!(description.min_statistics_documents(), 0);
    let article =
        Article { id: "a1".to_owned(), title: "比特币".to_owned(), ..Article::default() };
    let segmenter = Segmenter::standard();
    let ordinal = 0;
    let (values, terms) = analyse_record(ordinal, &Record::Article(article), &segmenter).unwrap();
    let mut counted = StatisticsBuilder::default();
    counted.add(&values, &terms);
    let (ids, description) = written(counted);
    assert_eq!(ids, ["terms-0", "words-0"]);
    assert_eq!(description.min_statistics_documents(), 2);
}
