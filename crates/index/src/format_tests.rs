//! Checks that this crate encodes records as the test vectors in docs/FORMAT.md say.

use jiff::civil::date;
use wensou_ingest::{
    Article, Date, DateBasis, DateProvenance, FlashItem, Moment, Occurrence, Record, Related, Span,
    Variant,
};

use crate::record::encode;

#[path = "../../postings/src/format_vectors.rs"]
mod format_vectors;

fn article() -> Article {
    let date = Date {
        value: Some(Moment::Day(date(2023, 3, 4))),
        provenance: DateProvenance::Inferred(DateBasis::Title),
    };
    Article {
        id: "a000000000001".to_owned(),
        path: "a.txt".to_owned(),
        span: Span { start: 0, end: 300 },
        category: Some("新聞".to_owned()),
        title: "比特幣".to_owned(),
        suffix_tags: vec!["BTC".to_owned()],
        date,
        paragraphs: vec!["一".to_owned(), "二".to_owned()],
        related: vec![Related { title: "三".to_owned(), snippet: "四".to_owned() }],
        flashes: vec!["f000000000002".to_owned()],
        ..Article::default()
    }
}

fn flash_item() -> FlashItem {
    let occurrence = |path: &str, start| Occurrence {
        path: path.to_owned(),
        span: Span { start, end: start + 100 },
    };
    let date = Date {
        value: Some(Moment::Time(date(2023, 3, 4).at(5, 6, 7, 0))),
        provenance: DateProvenance::Stated(Default::default()),
    };
    let variant = Variant {
        id: "f000000000003".to_owned(),
        title: "比特币".to_owned(),
        text: "五".to_owned(),
        occurrences: vec![occurrence("b.txt", 200)],
        ..Variant::default()
    };
    FlashItem {
        id: "f000000000002".to_owned(),
        title: "比特幣".to_owned(),
        text: "五".to_owned(),
        date,
        outlet: Some("六".to_owned()),
        occurrences: vec![occurrence("a.txt", 100)],
        variants: vec![variant],
        ..FlashItem::default()
    }
}

#[test]
fn records_are_encoded_as_in_the_specification() {
    let article = encode(&Record::Article(article())).unwrap();
    let flash_item = encode(&Record::Flash(flash_item())).unwrap();
    let vectors = [("record-article", article), ("record-flash-item", flash_item)];
    // The tests of `wensou-postings` check the vectors with other names.
    format_vectors::check(&vectors, |name| name.starts_with("record"));
}
