//! The laws of the segmenter, which cuts text into words.

use std::sync::LazyLock;

use wensou_text::{Folded, Segmenter, Token, TokenKind, is_key_char, number_values};

static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(Segmenter::standard);

/// Panics if `data`, read as text, breaks a law.
pub fn check(data: &[u8]) {
    let text = &*String::from_utf8_lossy(data);
    let folded = Folded::new(text);
    let (mut words, mut tokens) = (Vec::new(), Vec::new());
    SEGMENTER.words(&folded, |token| words.push(token));
    SEGMENTER.segment(&folded, |token| tokens.push(token));
    // `segment` also emits parts of words, and values of numbers, which are not whole.
    assert!(words.iter().eq(tokens.iter().filter(|token| token.whole)), "both modes cut alike");
    check_coverage(&folded, &words);
    // The byte offset of each character, and the end.
    let mut offsets: Vec<usize> = folded.as_str().char_indices().map(|(at, _)| at).collect();
    offsets.push(folded.as_str().len());
    let mut token_values = Vec::new();
    for token in &tokens {
        let chars = token.chars.start as usize..token.chars.end as usize;
        assert!(chars.start < chars.end && chars.end < offsets.len(), "inside the text");
        let slice = &folded.as_str()[offsets[chars.start]..offsets[chars.end]];
        if token.kind == TokenKind::Value {
            assert!(is_number(&token.text), "{}", token.text);
            token_values.push((chars, token.text.to_string()));
        } else {
            let key = |text: &str| text.chars().filter(|c| is_key_char(*c)).collect::<String>();
            assert_eq!(key(&token.text), key(slice), "a token has the key characters of its range");
        }
    }
    assert_eq!(token_values, number_values(&folded));
}

/// Whether a value is digits, possibly with a point and decimals, possibly with a percent sign.
fn is_number(value: &str) -> bool {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let number = value.strip_suffix('%').unwrap_or(value);
    match number.split_once('.') {
        Some((whole, decimals)) => is_digits(whole) && is_digits(decimals),
        None => is_digits(number),
    }
}

/// Checks that words are in order, do not overlap, and leave out no key character.
fn check_coverage(folded: &Folded<'_>, words: &[Token<'_>]) {
    let mut chars = folded.as_str().chars();
    let mut at = 0;
    for word in words {
        assert!(at <= word.chars.start && word.chars.start < word.chars.end, "in order");
        let between = chars.by_ref().take((word.chars.start - at) as usize);
        assert!(!between.into_iter().any(is_key_char), "no key character between words");
        let inside = chars.by_ref().take(word.chars.len());
        assert_eq!(inside.count(), word.chars.len(), "inside the text");
        at = word.chars.end;
    }
    assert!(!chars.any(is_key_char), "no key character after the last word");
}
