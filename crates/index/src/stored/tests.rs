//! Tests of reading records straight from a document store.

use tantivy::{Index, IndexWriter, TantivyDocument};
use wensou_ingest::Article;

use super::*;
use crate::engine::schema::schema;
use crate::record::encode;

#[test]
fn records_after_one_that_cannot_be_decoded_are_read_and_that_one_counts_as_lost() {
    let dir = tempfile::tempdir().unwrap();
    let (schema, fields) = schema();
    let index = Index::create_in_dir(dir.path(), schema).unwrap();
    let memory_budget_bytes = 15 << 20;
    let mut writer: IndexWriter = index.writer_with_num_threads(1, memory_budget_bytes).unwrap();
    let article = |path: &str| {
        let article = Article { path: path.to_owned(), ..Article::default() };
        encode(&Record::Article(article)).unwrap()
    };
    let not_a_record = b"not a record".to_vec();
    for bytes in [article("archive/one.txt"), not_a_record, article("archive/two.txt")] {
        let mut document = TantivyDocument::default();
        document.add_bytes(fields.record, &bytes);
        writer.add_document(document).unwrap();
    }
    writer.commit().unwrap();
    let roots = vec![PathBuf::from("archive")];
    let settings = Settings { roots: roots.clone(), given: roots.clone(), ..Settings::default() };
    // The number of records is known if the description can be read.
    for expected in [None, Some(3)] {
        let folder = Folder::open(dir.path()).unwrap();
        let mut stored = Stored::new(folder, &settings, expected, &roots);
        assert_eq!(stored.count_under(Path::new("archive")), 2, "{expected:?}");
        assert_eq!(stored.lost_records(), Some(1), "{expected:?}");
    }
}
