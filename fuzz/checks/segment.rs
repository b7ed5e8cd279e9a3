//! The laws of the segmenter.

use std::sync::LazyLock;

use wensou_text::{Folded, Segmenter, Token, TokenKind, is_key_char, values};

static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(Segmenter::standard);

/// Panics if `data`, read as text, breaks a law.
pub fn check(data: &[u8]) {
    let text = &*String::from_utf8_lossy(data);
    let folded = Folded::new(text);
    let (mut words, mut tokens) = (Vec::new(), Vec::new());
    SEGMENTER.words(&folded, |token| words.push(token));
    SEGMENTER.segment(&folded, |token| tokens.push(token));
    assert!(words.iter().eq(tokens.iter().filter(|token| token.whole)), "both modes cut alike");
    cover(&folded, &words);
    // Where each character begins, and the end.
    let mut bytes: Vec<usize> = folded.as_str().char_indices().map(|(at, _)| at).collect();
    bytes.push(folded.as_str().len());
    let mut valued = Vec::new();
    for token in &tokens {
        let chars = token.chars.start as usize..token.chars.end as usize;
        assert!(chars.start < chars.end && chars.end < bytes.len(), "inside the text");
        let slice = &folded.as_str()[bytes[chars.start]..bytes[chars.end]];
        if token.kind == TokenKind::Value {
            assert!(is_number(&token.text), "{}", token.text);
            valued.push((chars, token.text.to_string()));
        } else {
            let key = |text: &str| text.chars().filter(|c| is_key_char(*c)).collect::<String>();
            assert_eq!(key(&token.text), key(slice), "a token is what stands there");
        }
    }
    assert_eq!(valued, values(&folded));
}

/// Whether a value is a number as it is written: digits, decimals, a percent sign.
fn is_number(value: &str) -> bool {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let number = value.strip_suffix('%').unwrap_or(value);
    match number.split_once('.') {
        Some((whole, decimals)) => is_digits(whole) && is_digits(decimals),
        None => is_digits(number),
    }
}

/// Words come in order, do not overlap, and leave out no character that takes part in phrases.
fn cover(folded: &Folded<'_>, words: &[Token<'_>]) {
    let mut chars = folded.as_str().chars();
    let mut at = 0;
    for word in words {
        assert!(at <= word.chars.start && word.chars.start < word.chars.end, "in order");
        let between = chars.by_ref().take((word.chars.start - at) as usize);
        assert!(!between.into_iter().any(is_key_char), "between words");
        let inside = chars.by_ref().take(word.chars.len());
        assert_eq!(inside.count(), word.chars.len(), "inside the text");
        at = word.chars.end;
    }
    assert!(!chars.any(is_key_char), "after the last word");
}
