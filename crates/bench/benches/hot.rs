//! Benchmarks of the functions in which builds and queries spend most of their time.
//!
//! ```sh
//! cargo bench -p wensou-bench --bench hot
//! ```

use std::hint::black_box;
use std::path::Path;

use criterion::{BatchSize, Criterion, Throughput, criterion_main};
use jieba_rs::Jieba;
use wensou_index::{BuildOptions, Index, build};
use wensou_query::lang::{Clock, Query, parse};
use wensou_query::{Highlighter, Options, Session};
use wensou_text::{Folded, Segmenter};

/// The text of the sample archive.
fn sample_text() -> String {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/archive");
    let pages = walkdir::WalkDir::new(archive).sort_by_file_name().into_iter().flatten();
    pages.filter_map(|page| std::fs::read_to_string(page.path()).ok()).collect()
}

fn query(text: &str) -> Query {
    parse(text, &Clock { today: jiff::civil::date(2024, 1, 1) }).unwrap_or_else(|_| unreachable!())
}

fn bench_text(criterion: &mut Criterion) {
    let text = sample_text();
    let mut group = criterion.benchmark_group("text");
    group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(20);
    group.bench_function("fold", |bench| bench.iter(|| Folded::new(black_box(&text))));
    let (segmenter, folded) = (Segmenter::standard(), Folded::new(&text));
    group.bench_function("segment", |bench| {
        bench.iter(|| {
            let mut words = 0;
            segmenter.segment(black_box(&folded), |_| words += 1);
            words
        });
    });
    // The floor of `segment`: a segmenter cannot do without cutting the text.
    let (jieba, use_hmm) = (Jieba::new(), true);
    group.bench_function("bare Jieba::cut, the floor", |bench| {
        bench.iter(|| jieba.cut(black_box(&text), use_hmm).len());
    });
    group.finish();
}

fn bench_queries(criterion: &mut Criterion) {
    criterion.bench_function("parse", |bench| {
        let text = "比特币 (减半 OR \"以太坊 合并\"~8) -tag:doge date:2023-01..2023-06 kind:flash";
        bench.iter(|| query(black_box(text)));
    });
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/archive");
    let options = BuildOptions::default();
    build(folder.path(), &[archive], &options, &wensou_ingest::Silent)
        .unwrap_or_else(|error| panic!("{error}"));
    let index = Index::open(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    let session = Session::new(&index).unwrap_or_else(|error| panic!("{error}"));
    let options = Options::default();
    for (name, text) in [("phrase", "\"比特币\""), ("2 words", "比特币 价格")] {
        let query = query(text);
        criterion.bench_function(name, |bench| {
            bench.iter(|| session.ids(black_box(&query), &options));
        });
    }
    let highlighter =
        Highlighter::new(&index, &query("比特币 价格")).unwrap_or_else(|e| panic!("{e}"));
    let paragraph: String = sample_text().chars().take(2000).collect();
    criterion.bench_function("highlight 2,000 characters", |bench| {
        bench.iter_batched(
            || &paragraph,
            |text| highlighter.highlight(text),
            BatchSize::SmallInput,
        );
    });
}

mod groups {
    //! The macro generates public items without doc comments.
    #![allow(missing_docs, reason = "made by a macro")]
    use super::{bench_queries, bench_text};
    criterion::criterion_group!(hot, bench_text, bench_queries);
}
criterion_main!(groups::hot);
