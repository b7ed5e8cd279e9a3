//! Forms of words that what stands around them decides.

use std::ops::Range;

use super::tables::Tables;
use crate::tables::class::is_han;

/// How far a word looks for others in its sentence, in characters to either side.
const REACH: usize = 40;

/// Food that is dried, before 干.
const FOOD: &str = "鱼瓜菜笋豆肉薯枣杏莓蕉菇梨桃虾贝鲍蚝鱿参萄柿莲芋蒜藻菌梅茄魚筍貝鮑";
/// What follows the verb 干, or makes it 干部.
const AFTER_VERB: &str = "得了不什掉活完起下出一着过吗嘛啥净這这那甚部";
/// What names of places end with.
const PLACES: &str = "阳州江山海河湖城岭京东西南北";

/// What is no number with the numeral after it, where the segmenter takes that for a word.
const DAYS: [&str; 5] = ["周", "週", "星期", "礼拜", "禮拜"];

/// A word in its text.
pub(super) struct Context<'t> {
    pub(super) tables: &'t Tables,
    pub(super) text: &'t str,
    /// The Han words of the text and what stands between them, as ranges of bytes; whether each is
    /// a Han word.
    pub(super) parts: &'t [(Range<usize>, bool)],
    /// The index of the word in `parts`.
    pub(super) at: usize,
}

/// Whether a character is a Chinese numeral, also a vague one (幾, 數, 餘).
pub(super) fn is_numeral(c: char) -> bool {
    "一二三四五六七八九十百千萬万億亿余餘數数兩两几幾".contains(c)
}

/// Whether a character ends a sentence, or a part of one that stands for itself.
fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '；' | '!' | '?' | ';' | '\n')
}

/// Removes the first of some beginnings that a text has.
fn trim_one<'t>(text: &'t str, beginnings: &[&str]) -> &'t str {
    beginnings.iter().find_map(|beginning| text.strip_prefix(beginning)).unwrap_or(text)
}

/// Whether the text after 干 makes it 乾 as in 乾杯: 一杯, 了這杯, 完最後三杯.
fn drinks(after: &str) -> bool {
    let after = trim_one(after, &["了", "完", "掉", "过"]);
    let after = trim_one(after, &["这", "那", "最后", "满满", "满"]);
    let number = |c: char| is_numeral(c) || c.is_ascii_digit();
    let after = trim_one(after.trim_start_matches(number), &["大", "小", "满"]);
    ["杯", "盅", "盏"].iter().any(|cup| after.starts_with(cup))
}

impl<'t> Context<'t> {
    /// The part at a distance; its text only if it is a Han word.
    fn neighbour(&self, distance: isize) -> Option<&'t str> {
        let (bytes, is_word) = self.parts.get(self.at.checked_add_signed(distance)?)?;
        is_word.then(|| &self.text[bytes.clone()])
    }

    fn bytes(&self) -> Range<usize> {
        self.parts[self.at].0.clone()
    }

    /// The text before the word in its sentence, at most [`REACH`] characters.
    fn before(&self) -> &'t str {
        let before = &self.text[..self.bytes().start];
        let chars = before.char_indices().rev().take(REACH);
        let start = chars.take_while(|(_, c)| !ends_sentence(*c)).last().map(|(at, _)| at);
        &before[start.unwrap_or(before.len())..]
    }

    /// The text after the word in its sentence, at most [`REACH`] characters.
    fn after(&self) -> &'t str {
        let after = &self.text[self.bytes().end..];
        let chars = after.char_indices().take(REACH);
        let end = chars.take_while(|(_, c)| !ends_sentence(*c)).last();
        &after[..end.map_or(0, |(at, c)| at + c.len_utf8())]
    }

    /// The form of the word, if its context decides it.
    pub(super) fn form(&self) -> Option<String> {
        let word = &self.text[self.bytes()];
        if word == "只" && self.is_measure_word() {
            return Some("隻".to_owned());
        }
        // 一只 in 周一只涨了 is no measure word.
        let is_day = |word: &str| word.chars().count() == 1 && word.chars().all(is_numeral);
        if word.strip_suffix('只').is_some_and(is_day) && self.is_after_day() {
            return Some(word.to_owned());
        }
        if let Some(name) = self.name_form(word) {
            return Some(name);
        }
        if let Some(state) = word.strip_suffix('干')
            && self.is_dry(state)
        {
            let form = |c| self.tables.chars.get(&c).copied().unwrap_or(c);
            return Some(state.chars().map(form).collect::<String>() + "乾");
        }
        let forms = self.tables.near.get(word)?;
        let (before, after) = (self.before(), self.after());
        let is_near = |words: &[String]| {
            words.iter().any(|word| before.contains(word.as_str()) || after.contains(word.as_str()))
        };
        forms.iter().find(|(_, words)| is_near(words)).map(|(form, _)| form.clone())
    }

    /// Whether the word follows a number. Then it is probably a measure word.
    pub(super) fn is_after_number(&self) -> bool {
        /// What can stand before a number in one word.
        const BEFORE: [char; 12] =
            ['第', '上', '近', '约', '逾', '超', '成', '每', '这', '那', '共', '仅'];
        let before = &self.text[..self.bytes().start];
        if before.ends_with(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c)) {
            return true;
        }
        let Some(word) = self.neighbour(-1) else { return false };
        let number = word.trim_start_matches(BEFORE);
        !number.is_empty()
            && number.chars().all(is_numeral)
            && !Context { at: self.at - 1, ..*self }.is_after_day()
    }

    /// Whether the word follows 周 or the like, so that it is, or begins with, the name of a day.
    fn is_after_day(&self) -> bool {
        let before = &self.text[..self.bytes().start];
        DAYS.iter().any(|day| before.ends_with(day))
    }

    /// Whether 只 is a measure word after 這 or the like: it is one if something follows that 隻
    /// counts, perhaps after a short description.
    fn is_measure_word(&self) -> bool {
        /// Before a measure word, or an adverb.
        const BEFORE: &str = "這那哪每某此这该該各多另";
        /// Before a measure word only.
        const COUNTING: [&str; 6] = ["首", "单", "單", "整", "半", "前几"];
        /// Adjectives of one character.
        const SHORT: &str = "小大老黑白花紅红灰黃黄母公幼野新舊旧好死壞坏胖瘦肥";
        /// The longest description that ends with 的, in characters.
        const LONGEST: usize = 3;
        if self.neighbour(-1).is_some_and(|word| COUNTING.contains(&word)) {
            return true;
        }
        let (before, after) = (self.before(), self.after());
        if !before.ends_with(|c| BEFORE.contains(c)) {
            return false;
        }
        let is_counted = |text: &str| {
            let described = text.trim_start_matches(|c| SHORT.contains(c));
            let counted = &self.tables.counted;
            let starts_with = |text: &str| counted.iter().any(|noun| text.starts_with(noun));
            starts_with(text) || starts_with(described)
        };
        let is_han_char = |(_, c): &(usize, char)| is_han(*c);
        let start = after.char_indices().take_while(is_han_char).take(LONGEST);
        let after_de = start.filter(|(_, c)| *c == '的').map(|(at, c)| &after[at + c.len_utf8()..]);
        is_counted(after) || after_de.take(1).any(is_counted)
    }

    /// Whether 干 is 乾: a glass that is emptied, something that is or was made dry, or dried food.
    /// `state` is what the word has before 干, such as 没; mostly nothing.
    fn is_dry(&self, state: &str) -> bool {
        let after = self.after();
        if state.is_empty() && drinks(after) {
            return true;
        }
        let list = |name| self.tables.list(name);
        let (degrees, states, wet) = (list("degree"), list("state"), list("wet"));
        if !state.is_empty() && !degrees.iter().chain(states).any(|word| word == state) {
            return false;
        }
        let before = self.before();
        let next = after.chars().next();
        let ends = !next.is_some_and(is_han)
            || next.is_some_and(|c| "的就后後时時而透".contains(c))
            || after
                .strip_prefix('了')
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit() || is_han(c)));
        let adverb = if state.is_empty() { self.neighbour(-1).unwrap_or_default() } else { state };
        let ends_with = |words: &[String]| words.iter().any(|word| adverb.ends_with(word.as_str()));
        let is_wet = || wet.iter().any(|noun| before.contains(noun.as_str()));
        let has_dried = || {
            state.is_empty()
                && (after.starts_with(['了', '透']) || !next.is_some_and(is_han))
                && wet.iter().any(|noun| adverb.contains(noun.as_str()))
        };
        // 李秀莲干的: what is no word of the dictionary is a name.
        let is_name = || {
            let previous = self.neighbour(-1).unwrap_or_default();
            previous.chars().count() > 1
                && self.tables.segmenter.rarity(&crate::fold(previous)) >= 1.0
        };
        let is_food = || {
            state.is_empty()
                && !(next == Some('的') && is_name())
                && before.ends_with(|c| FOOD.contains(c))
                && !next.is_some_and(|c| AFTER_VERB.contains(c))
        };
        ends && (ends_with(degrees) || ends_with(states) && is_wet() || has_dried()) || is_food()
    }

    /// The form of a name, or of a surname with the given name in the next word, if the word is
    /// that. 于 at the start of a name is otherwise 於 before a place or a time, 涂 is 塗, 游 is 遊.
    /// Names stand alone, or between a title and a verb.
    fn name_form(&self, word: &str) -> Option<String> {
        let tables = self.tables;
        let surname = word.chars().next()?;
        let form = tables.as_surname.get(&surname)?;
        let in_word = &word[surname.len_utf8()..];
        let (given, next) = match in_word {
            "" => (self.neighbour(1)?, 2),
            _ => (in_word, 1),
        };
        // A known word such as 平阳 or 东海 is more often a place.
        let rarity = tables.segmenter.rarity(&crate::fold(given));
        let is_place = rarity < 1.0 && given.ends_with(|c| PLACES.contains(c));
        let titles = || tables.list("title").iter();
        let verbs = || tables.list("verb").iter();
        let is_given = |c| tables.given.contains(&c) || tables.in_given.contains_key(&c);
        let length = given.chars().count();
        let is_name = (1..=2).contains(&length)
            && given.chars().all(is_given)
            && !tables.phrases.contains_key(word)
            && (length == 1 || rarity >= super::COMMON && !is_place)
            && self.neighbour(-1).is_none_or(|word| titles().any(|title| title == word))
            && !self.text[..self.bytes().start].ends_with(|c: char| c.is_ascii_digit())
            && self.neighbour(next).is_none_or(|word| {
                verbs().chain(titles()).any(|verb| word.starts_with(verb.as_str()))
            });
        let given_form = || {
            let form = |c: char| tables.in_given.get(&c).or_else(|| tables.chars.get(&c));
            let by_chars = || in_word.chars().map(|c| form(c).copied().unwrap_or(c)).collect();
            tables.phrases.get(in_word).cloned().unwrap_or_else(by_chars)
        };
        is_name.then(|| format!("{form}{}", given_form()))
    }
}
