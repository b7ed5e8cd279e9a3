//! Synonyms: names and words that mean the same, from `data/tables/names.tsv`,
//! `data/tables/regions.tsv` and the user's own table.

use std::collections::HashMap;

use super::editable::{self, TableError};
use super::precomputed::contents_if_current;
use crate::fold::key::key_of;
use crate::tables::embedded::{NAMES, REGIONS};

/// The tables of names and of regional words, precomputed. After the fingerprint, the first line
/// has [`Synonyms::max_key_len`]. A group has one line for each key of its members: the key, the
/// relation, and all members. Lines are ordered by key. Computing this table and that of the words
/// at start would take up to a sixth of the time of a query in a new process.
const PRECOMPUTED: &str = include_str!("../../data/synonyms.tsv");

/// Why one word is a synonym of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// Names of the same thing: BTC, 比特幣, Bitcoin.
    Name,
    /// Words of different regions for the same thing: 軟體, 软件.
    Region,
    /// Words that a table of the user puts together.
    User,
}

impl Relation {
    /// The name of the relation, for output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Relation::Name => "name",
            Relation::Region => "region",
            Relation::User => "user",
        }
    }
}

/// Groups of words that mean the same.
///
/// ```
/// use wensou_text::{Synonyms, key_of};
/// let synonyms = Synonyms::standard([]);
/// let key = key_of("比特幣");
/// let words: Vec<&str> = synonyms.synonyms_of(&key).map(|(word, _)| word).collect();
/// assert!(words.contains(&"BTC"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Synonyms {
    /// The lines of [`PRECOMPUTED`], if they are up to date.
    precomputed: &'static str,
    /// The groups of the user; also the built-in ones if [`PRECOMPUTED`] is out of date.
    groups: Vec<(Relation, Vec<String>)>,
    /// By the key of a member: the indexes in `groups` of the groups that have the member.
    by_key: HashMap<Vec<char>, Vec<usize>>,
    /// The length in characters of the longest key of any member.
    max_key_len: usize,
}

impl Synonyms {
    /// The built-in tables, with the groups `own` of the user.
    pub fn standard(own: impl IntoIterator<Item = Vec<String>>) -> Self {
        let mut synonyms = match contents_if_current(PRECOMPUTED) {
            Some((max_key_len, precomputed)) => {
                // If the number cannot be read, no key counts as too long.
                let max_key_len = max_key_len.parse().unwrap_or(usize::MAX);
                Synonyms { precomputed, max_key_len, ..Synonyms::default() }
            }
            None => Synonyms::computed(),
        };
        for group in own {
            synonyms.add(Relation::User, group);
        }
        synonyms
    }

    /// The built-in tables, computed from the embedded text.
    fn computed() -> Self {
        let mut synonyms = Synonyms::default();
        for (relation, table) in [(Relation::Name, NAMES), (Relation::Region, REGIONS)] {
            for (_, line) in editable::lines(table) {
                synonyms.add(relation, members(line).map(str::to_owned).collect());
            }
        }
        synonyms
    }

    fn add(&mut self, relation: Relation, members: Vec<String>) {
        let number = self.groups.len();
        for member in &members {
            let key = key_of(member);
            self.max_key_len = self.max_key_len.max(key.len());
            let groups = self.by_key.entry(key).or_default();
            // Two spellings with one key (gpt-4, GPT4) count as one member.
            if groups.last() != Some(&number) {
                groups.push(number);
            }
        }
        self.groups.push((relation, members));
    }

    /// The synonyms of the word with this key, as the tables write them. Each synonym is returned
    /// once, and the word itself is not.
    pub fn synonyms_of<'s>(
        &'s self,
        key: &[char],
    ) -> impl Iterator<Item = (&'s str, Relation)> + use<'s> {
        let precomputed = lines_with_key(self.precomputed, key).flat_map(|line| {
            let (relation, line) = line.split_once('\t').unwrap_or((line, ""));
            let relation = match relation {
                "name" => Relation::Name,
                _ => Relation::Region,
            };
            members(line).map(move |member| (member, relation))
        });
        let groups = self.by_key.get(key).into_iter().flatten();
        let from_groups = groups.flat_map(|group| {
            let (relation, members) = &self.groups[*group];
            members.iter().map(|member| (member.as_str(), *relation))
        });
        let mut seen = vec![key.to_vec()];
        precomputed.chain(from_groups).filter(move |(member, _)| {
            let key = key_of(member);
            let new = !seen.contains(&key);
            if new {
                seen.push(key);
            }
            new
        })
    }

    /// The length in characters of the longest key of any word in the tables.
    #[must_use]
    pub fn max_key_len(&self) -> usize {
        self.max_key_len
    }
}

/// Every name of the table of names.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    editable::lines(NAMES).flat_map(|(_, line)| members(line))
}

/// What follows the key in each line with this key, in a table that is sorted by key.
fn lines_with_key<'t>(table: &'t str, key: &[char]) -> impl Iterator<Item = &'t str> + use<'t> {
    let key: String = key.iter().collect();
    let bytes = table.as_bytes();
    // Lines before `low` have smaller keys; lines from `high` on do not.
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        let middle = (low + high) / 2;
        let start = bytes[..middle].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let line = table[start..].lines().next().unwrap_or_default();
        match line.split('\t').next() < Some(key.as_str()) {
            true => low = start + line.len() + 1,
            false => high = start,
        }
    }
    let lines = table.get(low..).unwrap_or_default().lines();
    lines.map_while(move |line| line.strip_prefix(key.as_str())?.strip_prefix('\t'))
}

/// The members of a line, which tabs separate.
fn members(line: &str) -> impl Iterator<Item = &str> {
    line.split('\t').map(str::trim).filter(|word| !word.is_empty())
}

/// Parses a user's table: one group a line, with tabs or commas (`,`, `，` or `、`) between its
/// members. A line that starts with `#` is a comment.
///
/// # Errors
///
/// The first line that is not a group.
pub fn parse_synonyms(table: &str) -> Result<Vec<Vec<String>>, TableError> {
    let mut groups = Vec::new();
    for (number, line) in editable::lines(table) {
        let words = line.split(['\t', ',', '\u{ff0c}', '、']).map(str::trim);
        let group: Vec<String> =
            words.filter(|word| !key_of(word).is_empty()).map(str::to_owned).collect();
        if group.len() < 2 {
            let reason = "a line has two words or more, separated by tabs or commas";
            return Err(TableError { line: number, reason });
        }
        groups.push(group);
    }
    Ok(groups)
}

#[cfg(test)]
mod tests {
    use super::super::precomputed::assert_precomputed;
    use super::*;

    #[test]
    fn every_line_of_the_tables_is_a_group_of_different_words() {
        for (name, table) in [("names", NAMES), ("regions", REGIONS)] {
            let mut line_of: HashMap<Vec<char>, usize> = HashMap::new();
            let mut twice = Vec::new();
            for (number, line) in editable::lines(table) {
                let members: Vec<&str> = members(line).collect();
                assert!(members.len() > 1, "{name}:{number}: {line}: a group has two or more");
                for member in members {
                    let key = key_of(member);
                    assert!(!key.is_empty(), "{name}:{number}: {member}");
                    if let Some(other) = line_of.insert(key, number) {
                        twice.push(format!("{name}:{number}: {member} is in line {other} too"));
                    }
                }
            }
            assert_eq!(twice, Vec::<String>::new());
            assert!(line_of.len() > 100, "{name}");
        }
    }

    #[test]
    fn the_precomputed_table_has_what_the_tables_of_names_and_regions_give() {
        let computed = Synonyms::computed();
        let mut keys: Vec<(String, &Vec<usize>)> =
            computed.by_key.iter().map(|(key, groups)| (key.iter().collect(), groups)).collect();
        keys.sort_unstable();
        let mut lines = String::new();
        for (key, groups) in keys {
            for (relation, members) in groups.iter().map(|group| &computed.groups[*group]) {
                lines += &format!("{key}\t{}\t{}\n", relation.as_str(), members.join("\t"));
            }
        }
        let max_key_len = computed.max_key_len.to_string();
        if !assert_precomputed("synonyms.tsv", PRECOMPUTED, &max_key_len, &lines) {
            return;
        }
        let precomputed = Synonyms::standard([]);
        assert_eq!((precomputed.max_key_len, precomputed.groups.len()), (computed.max_key_len, 0));
        // The last three are keys that no member has.
        for key in computed.by_key.keys().map(Vec::as_slice).chain([&['比'][..], &[], &['龘'; 9]])
        {
            assert_eq!(
                precomputed.synonyms_of(key).collect::<Vec<_>>(),
                computed.synonyms_of(key).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn a_word_is_found_in_any_script_and_width_and_is_not_its_own_synonym() {
        let synonyms = Synonyms::standard([vec!["護城河".to_owned(), "moat".to_owned()]]);
        let found = |word: &str| -> Vec<(String, Relation)> {
            synonyms.synonyms_of(&key_of(word)).map(|(word, why)| (word.to_owned(), why)).collect()
        };
        for spelling in ["BTC", "ＢＴＣ", "btc"] {
            assert!(found(spelling).contains(&("比特幣".to_owned(), Relation::Name)), "{spelling}");
            assert!(found(spelling).iter().all(|(word, _)| word != "BTC"));
        }
        assert!(found("軟體").contains(&("軟件".to_owned(), Relation::Region)));
        assert_eq!(found("护城河"), [("moat".to_owned(), Relation::User)]);
        assert_eq!(found("沒有這個詞"), []);
    }

    #[test]
    fn a_users_table_is_parsed_or_its_first_invalid_line_reported() {
        let table = "# mine\n\n護城河,moat\nAI\t人工智慧\t人工智能\n";
        assert_eq!(
            parse_synonyms(table).unwrap(),
            [vec!["護城河", "moat"], vec!["AI", "人工智慧", "人工智能"]]
        );
        assert_eq!(parse_synonyms("a,b\nalone\n").unwrap_err().line, 2);
        assert_eq!(parse_synonyms("a,!?\n").unwrap_err().line, 1);
    }
}
