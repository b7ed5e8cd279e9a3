//! The examples on the manual pages: commands, each with what it does.

/// An entry of a section: a tag, such as a file or an exit status, and its explanation. In
/// EXAMPLES: a command and what it does.
pub(super) type Entry = (&'static str, &'static str);

/// The examples of each verb.
const OF_VERBS: &[(&str, &[Entry])] = &[
    (
        "search",
        &[
            ("wensou search 比特幣 減半", "Both words, in either script"),
            (
                "wensou search '\"智能合約\" since:2023-06' --sort newest",
                "An exact phrase, by date",
            ),
            (
                "wensou search 減半 --format ids -0 | xargs -0 -n 1 wensou show --no-pager",
                "Print all",
            ),
            ("wensou search --batch queries.txt > answers.jsonl", "Many queries at once"),
        ],
    ),
    ("browse", &[("wensou browse 減半 kind:flash", "Start with a query")]),
    (
        "index",
        &[
            ("wensou index ~/news/pages", "Build the index of a folder, or update it"),
            ("wensou index", "Update the index from the same folders"),
            ("wensou index --rebuild --log build.log", "Build it from scratch, with a log"),
            (
                "wensou index ~/news/pages --index https://search.example:9200/news",
                "Build or update an index on a cluster",
            ),
        ],
    ),
    (
        "survey",
        &[
            ("wensou survey news/2023 --base news -o 2023.stats", "Survey a part of an archive"),
            ("wensou survey --merge *.stats -o all.stats", "Merge the surveys of all parts"),
            (
                "wensou index news/2023 --base news --stats all.stats",
                "Index a part with the statistics of all",
            ),
        ],
    ),
    (
        "check",
        &[
            ("wensou check --quick", "Compare checksums only"),
            ("wensou check --repair", "Rebuild what is damaged"),
        ],
    ),
    (
        "backup",
        &[
            ("wensou backup ~/backups/news", "Back up the index"),
            ("wensou backup --index ~/backups/news index", "Restore it"),
        ],
    ),
    (
        "copy",
        &[
            ("wensou copy --to https://search.example:9200/news", "Copy the index to a cluster"),
            ("wensou search 比特幣 --index https://search.example:9200/news", "Search the copy"),
        ],
    ),
    (
        "explain",
        &[
            ("wensou explain '比特币 tag:減半'", "How a query is understood"),
            ("wensou explain 比特币 --id fd1a0f", "Why a document ranks where it does"),
        ],
    ),
    ("similar", &[("wensou similar fd1a0f -n 5", "The five most similar documents")]),
    (
        "show",
        &[
            ("wensou show fd1a0f --script hans", "Read a document in Simplified characters"),
            ("wensou show fd1a0f --format cite", "Quote it"),
        ],
    ),
    ("tags", &[("wensou tags 減半 --prefix B", "Tags of the hits that begin with B")]),
    ("timeline", &[("wensou timeline 比特幣 --by year", "Documents for each year")]),
    ("stats", &[("wensou stats --skipped", "What could not be read, and why")]),
    ("export", &[("wensou export | jq .title", "All titles")]),
    (
        "eval",
        &[(
            "wensou eval --queries queries.jsonl --qrels qrels.tsv --run ours.trec",
            "Measure the ranking and keep it",
        )],
    ),
    (
        "config",
        &[
            ("wensou config", "All settings"),
            ("$EDITOR \"$(wensou config --path)\"", "Edit the config file"),
        ],
    ),
    ("completions", &[("source <(wensou completions bash)", "In ~/.bashrc")]),
    (
        "man",
        &[
            ("wensou man query | man -l -", "Read the page of the query language"),
            ("wensou man --dir ~/.local/share/man/man1", "Write all pages"),
        ],
    ),
];

/// The examples of the page of the program itself.
const OF_PROGRAM: &[Entry] = &[
    ("wensou search 開源大模型", "Search; builds the index of the sample archive first"),
    ("wensou index ~/news/pages", "Build or update the index of a folder"),
    ("wensou browse", "Search as you type"),
];

/// The examples of a verb, or of the program.
pub(super) fn of(verb: Option<&str>) -> &'static [Entry] {
    let of_verb = OF_VERBS.iter().find(|(name, _)| Some(*name) == verb);
    of_verb.map_or(OF_PROGRAM, |(_, examples)| examples)
}
