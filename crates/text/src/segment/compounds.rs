//! Compounds: the user's own words that consist of several words.

use super::Segmenter;
use crate::fold::Folded;

impl Segmenter {
    /// `word`, folded, with the lengths of the words that it is cut into. `None` if it is not cut,
    /// or if a word that it is cut into has only one character.
    pub(super) fn compound(&self, word: &str) -> Option<(String, Vec<usize>)> {
        let folded = Folded::new(word);
        let mut lengths = Vec::new();
        self.words(&folded, |token| lengths.push(token.chars.len()));
        let is_compound = lengths.len() > 1 && lengths.iter().all(|length| *length > 1);
        is_compound.then(|| (folded.as_str().to_owned(), lengths))
    }

    /// The lengths in characters of the words that `word`, a folded word of the user's own,
    /// consists of. `None` if `word` is not one of the user's own words, or if it does not consist
    /// of several words of two characters or more. A query has to find these words, too: a page may
    /// have them apart from each other.
    ///
    /// ```
    /// use wensou_text::Segmenter;
    /// let segmenter = Segmenter::standard_with([("柴犬幣大漲".to_owned(), None)]);
    /// assert_eq!(segmenter.compound_parts("柴犬币大涨"), Some(&[3, 2][..]));
    /// assert_eq!(segmenter.compound_parts("人工智能"), None);
    /// ```
    #[must_use]
    pub fn compound_parts(&self, word: &str) -> Option<&[usize]> {
        self.compounds.get(word).map(Vec::as_slice)
    }
}
