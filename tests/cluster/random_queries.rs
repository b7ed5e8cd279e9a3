//! Random queries, with all operators and fields, from the words and values of exported records.

use serde_json::Value;

use crate::util::Random;

/// Makes random queries from the records of an export.
pub(super) struct RandomQueries {
    records: Vec<Value>,
    random: Random,
}

impl RandomQueries {
    pub(super) fn with_seed(exported: &str, seed: u64) -> Self {
        let records = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        Self { records, random: Random::new(seed) }
    }

    /// `count` queries, one per line.
    pub(super) fn lines(&mut self, count: usize) -> String {
        (0..count).map(|number| self.query(number) + "\n").collect()
    }

    fn random_record(&mut self) -> &Value {
        &self.records[self.random.below(self.records.len())]
    }

    /// The id of a random record.
    pub(super) fn random_id(&mut self) -> String {
        self.random_record()["id"].as_str().unwrap().to_owned()
    }

    fn below(&mut self, bound: usize) -> usize {
        self.random.below(bound)
    }

    fn one_of(&mut self, choices: &[&str]) -> String {
        choices[self.below(choices.len())].to_owned()
    }

    /// A text of a random record: its title; or the text of a flash item, or the last paragraph of
    /// an article. Spaces replace line breaks, and the characters that have a meaning between
    /// quotation marks.
    fn text(&mut self) -> String {
        let choice = self.below(3);
        let record = self.random_record();
        let paragraphs = record["paragraphs"].as_array();
        let text = match (choice, &record["text"], paragraphs.and_then(|texts| texts.last())) {
            (1.., Value::String(text), _) => text,
            (1.., _, Some(Value::String(text))) => text,
            _ => record["title"].as_str().unwrap_or("比特幣"),
        };
        text.replace(['\n', '"', '\\'], " ")
    }

    /// A random passage of `min_chars` to `max_chars` characters, or a whole text that is shorter.
    fn passage(&mut self, min_chars: usize, max_chars: usize) -> String {
        let text: Vec<char> = self.text().chars().collect();
        let length = min_chars + self.below(max_chars - min_chars + 1);
        let start = self.below(text.len().saturating_sub(length) + 1);
        text.into_iter().skip(start).take(length).collect()
    }

    /// The letters and digits of a random passage, without symbols that the query language could
    /// take for operators.
    fn word(&mut self) -> String {
        for _ in 0..20 {
            let word: String = self
                .passage(2, 5)
                .chars()
                .filter(|character| character.is_alphanumeric())
                .collect();
            if word.chars().count() > 1 {
                return word;
            }
        }
        "以太坊".to_owned()
    }

    /// A value that a random record has for a key: the first one, if it has a list.
    fn value(&mut self, key: &str) -> String {
        for _ in 0..20 {
            let record = self.random_record();
            let value = match &record[key] {
                Value::Array(values) => values.first().and_then(Value::as_str),
                value => value["value"].as_str().or(value.as_str()),
            };
            if let Some(value) = value.filter(|value| !value.is_empty() && !value.contains('"')) {
                return value.to_owned();
            }
        }
        "x".to_owned()
    }

    /// A filter, or a word or phrase in one field.
    fn field_clause(&mut self) -> String {
        match self.below(14) {
            0 => format!("tag:\"{}\"", self.value("tags")),
            1 => format!("tag:{}*", self.value("tags").chars().next().unwrap()),
            2 => format!("source:\"{}\"", self.value("source")),
            3 => format!("author:\"{}\"", self.value("author")),
            4 => self.one_of(&["kind:flash", "kind:article", "script:hans", "script:hant"]),
            5 => self.one_of(&["has:tags", "has:author", "has:flash", "has:source", "has:date"]),
            6 => format!("id:{}", self.value("id")),
            7 => format!("id:{}*", &self.value("id")[..2]),
            8 => self.one_of(&["path:000", "path:001/*", "path:dump.jsonl", "path:0*"]),
            9 => format!("title:{}", self.word()),
            10 => format!("body:\"{}\"", self.passage(2, 6)),
            11 => format!("category:\"{}\"", self.value("category")),
            12 => format!("site:\"{}\"", self.value("site")),
            _ => self.date(),
        }
    }

    /// A date filter.
    fn date(&mut self) -> String {
        let day = self.value("date").chars().take(10).collect::<String>();
        let month: String = day.chars().take(7).collect();
        let any_date = self.one_of(&["date:2023", "date:none", "date:inferred", "since:2023-06"]);
        match self.below(4) {
            0 => format!("date:{day}"),
            1 => format!("date:{month}"),
            2 => format!("date:..{day}"),
            _ => any_date,
        }
    }

    /// A random query. The twenty kinds of queries take turns: `number` chooses the kind.
    fn query(&mut self, number: usize) -> String {
        let symbols = ["\"3.5%\"", "\"C++\"", "C++", "\"GPT-4\"", "\"$100\"", "3.5%", "\"-0.5%\""];
        // Words with other names or regional forms, pinyin, numbers, and Latin words to join.
        let expanded = ["btc", "eth", "bitebi", "yitaifang", "100萬", "5.4億", "open ai", "計算機"];
        let [one, two, three] = [self.word(), self.word(), self.word()];
        match number % 20 {
            0 => format!("\"{}\"", self.passage(1, 12)),
            1 => one,
            2 => format!("{one} {two}"),
            3 => format!("{one} {two} {three}"),
            4 => format!("{}*", one.chars().take(2).collect::<String>()),
            5 => format!("{one}*"),
            6 => self.field_clause(),
            7 => format!("{one} {}", self.field_clause()),
            8 => format!("{} {}", self.field_clause(), self.date()),
            9 => format!("{one} NOT {two}"),
            10 => format!("NOT {one} {}", self.field_clause()),
            11 => format!("+{one} {two} {three}"),
            12 => format!("({one} OR {two}) {three}"),
            13 => {
                format!("({one} OR {}) NOT ({two} OR {})", self.field_clause(), self.field_clause())
            }
            // Every second of these queries has a word beside the symbols.
            14 => format!("{} {}", self.one_of(&symbols), if number % 40 < 20 { "" } else { &one }),
            15 => format!("\"{one} {two}\"~{}", 1 + self.below(60)),
            16 => format!("{}是什麼?", self.one_of(&["比特幣", "以太坊減半", "大模型"])),
            17 => format!("{} {one}", self.one_of(&expanded)),
            18 => format!("\"{}\" {one}", self.passage(1, 12)),
            // The character in the middle is in no text, so no record has every word, and a search
            // finds the closest matches instead.
            _ => format!("{one}龘{two} {three}"),
        }
    }
}
