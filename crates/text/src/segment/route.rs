//! The most probable segmentation of a run of Han characters, as jieba computes it.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use jieba_rs::Jieba;

use super::dictionary::{BestWord, Dictionary, ShortWords};
use super::token::{Output, PART, Token, TokenKind, WHOLE};
use crate::tables::char_id;

/// Cuts runs of Han characters.
pub(super) struct HanSegmenter {
    pub(super) dictionary: Dictionary,
    /// jieba with an empty dictionary, for its hidden Markov model (HMM), which joins characters
    /// that the most probable segmentation leaves single. Created at first use, because creating it
    /// writes half a megabyte of memory.
    hmm: OnceLock<Jieba>,
}

impl HanSegmenter {
    /// A segmenter over the built-in dictionary.
    pub(super) fn new() -> Self {
        Self { dictionary: Dictionary::new(), hmm: OnceLock::new() }
    }

    /// Cuts a run of Han characters and passes the tokens that `output` asks for to `sink`.
    /// `scratch.chars` holds the characters of the run, `base` is the index of the first one in the
    /// folded text.
    pub(super) fn cut<'f>(
        &self,
        run: &'f str,
        base: usize,
        output: &Output<'_>,
        scratch: &mut Scratch,
        sink: &mut impl FnMut(Token<'f>),
    ) {
        self.find_route(scratch);
        let Scratch { chars, route, offsets, .. } = scratch;
        let three_bytes = run.len() == chars.len() * 3;
        if !three_bytes {
            offsets.clear();
            offsets.extend(run.char_indices().map(|(offset, _)| offset as u32));
            offsets.push(run.len() as u32);
        }
        let emitter = TokenEmitter { run, base, chars, route, three_bytes, offsets };
        let mut emit = |word: Range<usize>| emitter.emit(word, output, &mut *sink);
        // `pending..at` are single characters of the route that have not been emitted.
        let (mut pending, mut at) = (0, 0);
        while at < chars.len() {
            let end = route[at].end as usize;
            if end - at == 1 {
                at = end;
                continue;
            }
            self.join_single_chars(pending..at, &emitter, output.min_han_chars, &mut emit);
            emit(at..end);
            (pending, at) = (end, end);
        }
        self.join_single_chars(pending..at, &emitter, output.min_han_chars, &mut emit);
    }

    /// Emits `single_chars`, neighbouring characters that the best route leaves single. If together
    /// they are a word of the dictionary, the route has rejected it, and they stay single.
    /// Otherwise jieba's HMM joins them into words.
    fn join_single_chars(
        &self,
        single_chars: Range<usize>,
        emitter: &TokenEmitter<'_, '_>,
        min_han_chars: usize,
        emit: &mut impl FnMut(Range<usize>),
    ) {
        // Even all of them together would be too short for a token.
        if single_chars.len() < min_han_chars {
            return;
        }
        if single_chars.len() < 2 {
            if !single_chars.is_empty() {
                emit(single_chars);
            }
            return;
        }
        if emitter.is_word(single_chars.clone(), &self.dictionary) {
            single_chars.for_each(|at| emit(at..at + 1));
            return;
        }
        let (mut at, use_hmm) = (single_chars.start, true);
        for token in self.hmm.get_or_init(Jieba::empty).cut(emitter.slice(single_chars), use_hmm) {
            let end = at + (token.end - token.start);
            emit(at..end);
            at = end;
        }
    }

    /// Finds the most probable segmentation, from the end to the start, and the lengths of all
    /// words at each character.
    fn find_route(&self, scratch: &mut Scratch) {
        let Scratch { chars, ids, short_words, route, .. } = scratch;
        ids.clear();
        ids.extend(chars.iter().map(|c| char_id(*c)));
        ids.extend([0, 0]);
        Dictionary::short_words(ids, short_words);
        route.clear();
        // A step for the end, and two past it, so that words of three characters can be considered
        // everywhere.
        route.resize(chars.len() + 3, RouteStep { log_prob: 0.0, end: 0, lengths: 0 });
        for at in (0..chars.len()).rev() {
            let (before, after) = route.split_at_mut(at + 1);
            let log_probs = |length: usize| after[length - 1].log_prob;
            let best =
                self.dictionary.best_word(&chars[at..], &ids[at..], short_words[at], log_probs);
            let BestWord { lengths, log_prob, length } = best;
            before[at] = RouteStep { log_prob, end: (at + length) as u32, lengths };
        }
    }

    /// The lowest frequency at which a route takes `word` as one word: that of its parts in
    /// sequence, plus one; but not less than the frequency that it has already.
    pub(super) fn suggest_freq(&self, word: &[char]) -> u64 {
        let mut scratch = Scratch { chars: word.to_vec(), ..Scratch::default() };
        self.find_route(&mut scratch);
        let log_total = self.dictionary.log_total();
        let (mut at, mut log_freq) = (0, 0.0);
        while at < word.len() {
            let end = scratch.route[at].end as usize;
            log_freq += (self.dictionary.freq(&word[at..end]).unwrap_or(1) as f64).ln() - log_total;
            at = end;
        }
        let joined = (log_freq + log_total).exp() as u64 + 1;
        joined.max(self.dictionary.freq(word).unwrap_or(1))
    }
}

/// The best route at one character.
#[derive(Debug, Clone, Copy)]
struct RouteStep {
    /// Log probability of the route from here to the end of the run.
    log_prob: f64,
    /// The end of the word that the route takes here.
    end: u32,
    /// Bit n is set if a word of n characters starts here.
    lengths: u32,
}

/// Buffers of a thread, so that segmenting a text allocates nothing.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) chars: Vec<char>,
    /// Ids of the characters, followed by two zeros.
    ids: Vec<u16>,
    short_words: Vec<ShortWords>,
    route: Vec<RouteStep>,
    /// The byte offset of each character in the run, unless every character takes three bytes.
    offsets: Vec<u32>,
}

impl Scratch {
    /// Capacity worth keeping, in characters. A page without punctuation must not occupy memory for
    /// the life of a thread.
    const MAX_KEPT: usize = 1 << 16;

    pub(super) fn shrink(&mut self) {
        self.chars.clear();
        self.chars.shrink_to(Self::MAX_KEPT);
        self.ids.clear();
        self.ids.shrink_to(Self::MAX_KEPT);
        self.short_words.clear();
        self.short_words.shrink_to(Self::MAX_KEPT);
        self.route.clear();
        self.route.shrink_to(Self::MAX_KEPT);
        self.offsets.clear();
        self.offsets.shrink_to(Self::MAX_KEPT);
    }
}

/// Turns ranges of a Han run into tokens.
struct TokenEmitter<'f, 's> {
    run: &'f str,
    /// The index of the first character of the run in the folded text.
    base: usize,
    chars: &'s [char],
    route: &'s [RouteStep],
    /// Whether every character takes three bytes, so that byte offsets can be computed.
    three_bytes: bool,
    /// The byte offset of each character, followed by the length of the run; used if some character
    /// does not take three bytes.
    offsets: &'s [u32],
}

impl<'f> TokenEmitter<'f, '_> {
    #[inline(always)]
    fn slice(&self, chars: Range<usize>) -> &'f str {
        let (start, end) = if self.three_bytes {
            (chars.start * 3, chars.end * 3)
        } else {
            (self.offsets[chars.start] as usize, self.offsets[chars.end] as usize)
        };
        &self.run[start..end]
    }

    /// Whether these characters are a word of the dictionary. Words of up to 31 characters have
    /// been found already.
    fn is_word(&self, chars: Range<usize>, dictionary: &Dictionary) -> bool {
        match chars.len() {
            length @ ..32 => self.route[chars.start].lengths >> length & 1 == 1,
            _ => dictionary.freq(&self.chars[chars]).is_some(),
        }
    }

    #[inline(always)]
    fn token(&self, chars: Range<usize>, whole: bool) -> Token<'f> {
        Token {
            chars: (self.base + chars.start) as u32..(self.base + chars.end) as u32,
            text: Cow::Borrowed(self.slice(chars)),
            kind: TokenKind::Han,
            whole,
        }
    }

    /// Passes a word to `sink`, and the words of two and three characters inside it if `output`
    /// asks for parts.
    #[inline(always)]
    fn emit(&self, word: Range<usize>, output: &Output<'_>, sink: &mut impl FnMut(Token<'f>)) {
        // If the word is too short, so are its parts.
        if word.len() < output.min_han_chars {
            return;
        }
        if !output.parts || word.len() < 3 {
            sink(self.token(word, WHOLE));
            return;
        }
        for at in word.clone() {
            for length in [2, 3] {
                if at + length <= word.end
                    && length < word.len()
                    && length >= output.min_han_chars
                    && self.route[at].lengths >> length & 1 == 1
                {
                    sink(self.token(at..at + length, PART));
                }
            }
            if at == word.start {
                sink(self.token(word.clone(), WHOLE));
            }
        }
    }
}
