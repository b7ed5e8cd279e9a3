//! Laws for every query: printing and parsing are inverse, nothing panics, locations lie inside the
//! text.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use wensou_query::lang::{
    Clock, DateFilter, Diagnostic, FieldClause, Has, Kind, MAX_LENGTH, Node, NodeKind, Phrase,
    Scope, Script, Span, Style, Term, Value, parse, parse_lenient,
};

fn clock() -> Clock {
    Clock { today: date(2023, 5, 17) }
}

fn node(kind: NodeKind) -> Node {
    Node { kind, span: Span::default() }
}

/// As [`typed`], without invisible characters, which are never part of a word.
fn text() -> impl Strategy<Value = String> {
    let is_invisible = |c: &char| {
        matches!(c,
            '\u{AD}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    let without_invisible =
        move |text: String| -> String { text.chars().filter(|c| !is_invisible(c)).collect() };
    typed()
        .prop_map(without_invisible)
        .prop_map(|text| if text.is_empty() { "幣".to_owned() } else { text })
}

/// Text with as many characters and words of the syntax as possible.
fn typed() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[比特幣減半以太坊]{1,3}",
        3 => "[a-zA-Z0-9.]{1,4}",
        6 => r#"[-+()|"“”「」『』＂*?^~=/\[\]{}:,，：（）＋－～｜＊＜＞＝＼\\' 　…。!！]"#,
        2 => prop::sample::select(vec![
            "AND", "OR", "NOT", "ＯＲ", "or", "tag:", "title：", "date:", "標籤:", "tga:", "http://", "..", " TO ",
            "^2", "~5", "\u{200b}", "\n", "date:7d",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat())
}

/// Text that is not only spaces.
fn visible() -> impl Strategy<Value = String> {
    text().prop_map(|text| text + "幣")
}

/// Text, and whether a `*` follows it, which needs two characters before it.
fn prefixed() -> impl Strategy<Value = (String, bool)> {
    (visible(), any::<bool>()).prop_map(|(text, prefix)| {
        let is_long_enough = text.chars().count() >= 2;
        (text, prefix && is_long_enough)
    })
}

fn values() -> impl Strategy<Value = Vec<Value>> {
    let value = prefixed().prop_map(|(text, prefix)| Value { text, prefix, span: Span::default() });
    prop::collection::vec(value, 1..4)
}

fn day() -> impl Strategy<Value = Date> {
    (1000i16..=2999, 1i8..=12, 1i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

fn dates() -> impl Strategy<Value = DateFilter> {
    let range = (day(), day(), 0u8..3).prop_filter_map("empty", |(from, until, open)| match open {
        0 => Some(DateFilter::Range { from: Some(from), until: None }),
        1 => Some(DateFilter::Range { from: None, until: Some(until) }),
        _ if from < until => Some(DateFilter::Range { from: Some(from), until: Some(until) }),
        _ => None,
    });
    prop_oneof![
        5 => range,
        1 => Just(DateFilter::None),
        1 => Just(DateFilter::Any),
        1 => Just(DateFilter::Inferred),
    ]
}

fn clause() -> impl Strategy<Value = FieldClause> {
    let has = vec![
        Has::Tags,
        Has::Date,
        Has::Source,
        Has::Author,
        Has::Category,
        Has::Related,
        Has::Flash,
        Has::Url,
    ];
    let script = vec![Script::Hans, Script::Hant, Script::Mixed];
    prop_oneof![
        values().prop_map(FieldClause::Tag),
        values().prop_map(FieldClause::Source),
        values().prop_map(FieldClause::Author),
        values().prop_map(FieldClause::Site),
        values().prop_map(FieldClause::Url),
        values().prop_map(FieldClause::Category),
        values().prop_map(FieldClause::Id),
        values().prop_map(FieldClause::Path),
        prop::sample::subsequence(vec![Kind::Article, Kind::Flash], 1..=2)
            .prop_map(FieldClause::Kind),
        prop::sample::subsequence(has, 1..=8).prop_map(FieldClause::Has),
        prop::sample::subsequence(script, 1..=3).prop_map(FieldClause::Script),
        dates().prop_map(FieldClause::Date),
    ]
}

/// Any tree of the shapes that `NodeKind` guarantees.
fn tree() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        4 => prefixed().prop_map(|(text, prefix)| NodeKind::Term(Term { text, prefix })),
        1 => text().prop_map(|text| NodeKind::Term(Term { text, prefix: false })),
        2 => (visible(), prop::option::of(any::<u32>()))
            .prop_map(|(text, near)| NodeKind::Phrase(Phrase { text, near })),
        2 => clause().prop_map(NodeKind::Field),
    ]
    .prop_map(node);
    leaf.prop_recursive(5, 40, 4, |inner| {
        let with_or_without_plus =
            (inner.clone(), any::<bool>()).prop_map(|(inner, required)| match required {
                true => node(NodeKind::Required(Box::new(inner))),
                false => inner,
            });
        prop_oneof![
            3 => prop::collection::vec(with_or_without_plus, 2..5).prop_map(NodeKind::And),
            3 => prop::collection::vec(inner.clone(), 2..5).prop_map(NodeKind::Or),
            1 => inner.clone().prop_map(|inner| NodeKind::Not(Box::new(inner))),
            1 => (inner, prop::sample::select(vec![Scope::Title, Scope::Body]))
                .prop_map(|(inner, scope)| NodeKind::Scoped { scope, node: Box::new(inner) }),
        ]
        .prop_map(node)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_printed_query_parses_to_itself(tree in tree()) {
        let printed = tree.to_string();
        prop_assume!(printed.chars().count() <= MAX_LENGTH);
        match parse(&printed, &clock()) {
            Ok(query) => prop_assert_eq!(query.root, tree, "printed as {}", printed),
            Err(errors) => prop_assert!(false, "{} is refused: {:?}", printed, errors),
        }
    }

    #[test]
    fn the_lenient_reading_of_any_text_prints_as_the_same_query(
        pieces in prop::collection::vec(typed(), 0..8),
    ) {
        let typed = pieces.join(" ");
        let (query, errors) = parse_lenient(&typed, &clock());
        let printed = query.to_string();
        let again = parse(&printed, &clock());
        prop_assert!(again.is_ok(), "{} was read as {}: {:?}", typed, printed, again);
        prop_assert_eq!(&again.expect("just asserted").root, &query.root);
        match parse(&typed, &clock()) {
            Ok(strict) => prop_assert_eq!(strict.root, query.root),
            Err(strict) => prop_assert_eq!(strict, errors),
        }
    }

    #[test]
    fn spans_lie_inside_the_text(pieces in prop::collection::vec(text(), 0..8)) {
        let typed = pieces.join("");
        let (query, errors) = parse_lenient(&typed, &clock());
        for found in errors.iter().chain(&query.warnings) {
            let location = found.location.expect("each mistake has a location");
            prop_assert!(typed.get(location.bytes.start..location.bytes.end).is_some());
            prop_assert_eq!(location.bytes.in_chars(&typed), location.chars);
            prop_assert!(found.render(&typed, Style::PLAIN).contains('^'));
        }
        prop_assert!(errors.is_sorted_by_key(Diagnostic::span));
        assert_spans_inside(&query.root, &typed)?;
    }
}

/// Checks that the span of every node lies inside the text and inside the span of its parent.
fn assert_spans_inside(node: &Node, typed: &str) -> Result<(), TestCaseError> {
    let Span { start, end } = node.span;
    prop_assert!(typed.get(start..end).is_some());
    let children: Vec<&Node> = match &node.kind {
        NodeKind::And(nodes) | NodeKind::Or(nodes) => nodes.iter().collect(),
        NodeKind::Not(inner) | NodeKind::Required(inner) => vec![inner],
        NodeKind::Scoped { node, .. } => vec![node],
        _ => vec![],
    };
    for child in children {
        prop_assert!(start <= child.span.start && child.span.end <= end);
        assert_spans_inside(child, typed)?;
    }
    Ok(())
}
