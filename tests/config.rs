//! The config file: origins of values, saved queries, the time zone.

use crate::util::{Dir, Ran};

const CONFIG_FILE: &str = "config/wensou/config.toml";

/// The index of four articles, and a config file with this content.
fn indexed_with_config(config: &str) -> Dir {
    let dir = Dir::new();
    dir.write(
        "archive/four.jsonl",
        [
            r#"{"id":"a","title":"比特幣減半","text":"礦工","tags":["BTC"],"date":"2023-05-01"}"#,
            r#"{"id":"b","title":"以太坊質押","text":"收益","tags":["ETH"],"date":"2023-05-02"}"#,
            r#"{"id":"c","title":"比特幣質押","text":"@weekly 是文字","tags":["BTC"],"date":"2023-05-03"}"#,
            r#"{"id":"d","title":"廣告","text":"比特幣減半","tags":["廣告"],"date":"2023-05-04"}"#,
        ]
        .join("\n"),
    );
    dir.index();
    dir.write(CONFIG_FILE, config);
    dir
}

/// What a run has printed, with DIR instead of the path of the temporary folder.
fn displayed(dir: &Dir, ran: &Ran) -> String {
    let folder = dir.path().display().to_string();
    format!("{}{}", ran.stdout, ran.stderr).replace(&folder, "DIR")
}

/// A config file with three saved queries.
const SAVED_QUERIES: &str = r#"
[queries]
clean = "-tag:廣告"
either = "減半 OR 質押"
"減半" = "@clean 減半"
"#;

#[test]
fn config_says_where_every_value_comes_from() {
    let dir = indexed_with_config("");
    std::fs::remove_file(dir.path().join(CONFIG_FILE)).unwrap();
    let printed = displayed(&dir, &dir.run(&["config"]));
    // The width of the columns depends on the name of the temporary folder.
    let cells: Vec<Vec<&str>> = printed
        .lines()
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    assert_eq!(
        cells,
        [
            [
                "config file",
                "DIR/config/wensou/config.toml (does not exist)",
                "environment XDG_CONFIG_HOME"
            ],
            ["index", "index", "default"],
            ["archive", "as in the last build", "default"],
            ["time_zone", "+08:00", "default"],
            ["color", "auto", "default"],
            ["search.limit", "10", "default"],
            ["search.snippet", "120", "default"],
            ["search.sort", "rank, or newest if no words are sought", "default"],
            ["index.roots", "DIR/archive", "kept in the index"],
            ["index.encoding", "detected for each file", "kept in the index"],
            ["index.words", "none", "kept in the index"],
            ["index.synonyms", "none", "kept in the index"],
            ["index.labels", "none", "kept in the index"],
            ["index.map", "none", "kept in the index"],
            ["index.exclude", "none", "kept in the index"],
        ]
    );
}

#[test]
fn precedence_is_flag_environment_file_default() {
    let dir = indexed_with_config(
        "index = \"../../index\"\ntime_zone = \"Asia/Tokyo\"\ncolor = \"never\"\n\
                   [search]\nlimit = 2\n",
    );
    // Four settings, each with its value and its origin: a line of the config file, or the name of
    // a variable or flag.
    let values_and_origins = |command: &mut std::process::Command| -> [String; 4] {
        let output = command.output().unwrap();
        let all: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        ["index", "time_zone", "color", "search.limit"].map(|name| {
            let setting = &all["settings"][name];
            let origin = &setting["origin"];
            let line_or_name =
                if origin["line"].is_null() { &origin["name"] } else { &origin["line"] };
            let value = setting["value"].to_string().replace(dir.path().to_str().unwrap(), "DIR");
            format!("{value} {}", line_or_name.to_string().replace('"', ""))
        })
    };
    let args = ["config", "--format", "json"];
    let file = ["\"DIR/config/wensou/../../index\" 1", "\"Asia/Tokyo\" 2", "\"never\" 3", "2 5"];
    assert_eq!(values_and_origins(&mut dir.command(&args)), file);
    let environment =
        ["\"there\" WENSOU_INDEX", "\"UTC\" WENSOU_TZ", "\"always\" CLICOLOR_FORCE", "2 5"];
    let set = [("WENSOU_INDEX", "there"), ("WENSOU_TZ", "UTC"), ("CLICOLOR_FORCE", "1")];
    assert_eq!(values_and_origins(dir.command(&args).envs(set)), environment);
    let flags = ["--index", "here", "--tz", "+1", "--color", "auto"];
    let flagged = ["\"here\" --index", "\"+01:00\" --tz", "\"auto\" --color", "2 5"];
    assert_eq!(values_and_origins(dir.command(&args).args(flags).envs(set)), flagged);
}

#[cfg(feature = "cluster")]
#[test]
fn credentials_of_the_environment_come_before_those_of_the_config_file() {
    let dir = indexed_with_config("[cluster]\napi_key = \"of the file\"\n");
    let kinds_and_origin = |command: &mut std::process::Command| -> [String; 2] {
        let output = command.output().unwrap();
        let all: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let setting = &all["settings"]["cluster.credentials"];
        [setting["value"].to_string(), setting["origin"]["kind"].to_string()]
    };
    let args = ["config", "--format", "json", "--index", "https://localhost:9200/archive"];
    assert_eq!(kinds_and_origin(&mut dir.command(&args)), ["[\"api_key\"]", "\"file\""]);
    let mut command = dir.command(&args);
    command.env("WENSOU_CLUSTER_TOKEN", "of the environment");
    assert_eq!(kinds_and_origin(&mut command), ["[\"token\"]", "\"environment\""]);
}

#[cfg(feature = "cluster")]
#[test]
fn the_settings_of_clusters_are_shown_without_secrets() {
    let file = "[cluster]\ncredentials_file = \"secret.toml\"\nca_file = \"ca.pem\"\ngrace = 7\n";
    let dir = indexed_with_config(file);
    let shown = |flags: &[&str], variables: &[(&str, &str)]| -> String {
        let index = ["config", "--index", "http://127.0.0.1:9200/news"];
        let mut command = dir.command(&[&index[..], flags].concat());
        command.env_remove("WENSOU_CLUSTER_TIMEOUT").envs(variables.iter().copied());
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let row = |shown: &str, name: &str| -> String {
        let line = shown.lines().find(|line| line.split(' ').next() == Some(name));
        let words: Vec<&str> = line.unwrap_or_default().split_whitespace().skip(1).collect();
        words.join(" ").replace(&dir.path().display().to_string(), "DIR")
    };
    let from_file = shown(&[], &[]);
    let config = "DIR/config/wensou/config.toml:1";
    for (name, expected) in [
        ("cluster.credentials", format!("credentials_file {config}")),
        ("cluster.credentials_file", format!("DIR/config/wensou/secret.toml {config}")),
        ("cluster.ca_file", format!("DIR/config/wensou/ca.pem {config}")),
        ("cluster.insecure_http", "false default".to_owned()),
        ("cluster.timeout", "10 s default".to_owned()),
        ("cluster.grace", format!("7 s {config}")),
    ] {
        assert_eq!(row(&from_file, name), expected, "{name}");
    }
    let variables = [
        ("WENSOU_CLUSTER_CA_FILE", "other.pem"),
        ("WENSOU_CLUSTER_TIMEOUT", "20"),
        ("WENSOU_CLUSTER_TOKEN", "s3cret"),
    ];
    let given = shown(&["--insecure-http"], &variables);
    for (name, expected) in [
        ("cluster.credentials", "token environment WENSOU_CLUSTER_TOKEN"),
        ("cluster.ca_file", "other.pem environment WENSOU_CLUSTER_CA_FILE"),
        ("cluster.insecure_http", "true flag --insecure-http"),
        ("cluster.timeout", "20 s environment WENSOU_CLUSTER_TIMEOUT"),
    ] {
        assert_eq!(row(&given, name), expected, "{name}");
    }
    assert!(!given.contains("s3cret"), "{given}");
}

#[test]
fn the_table_of_config_is_aligned_and_lists_saved_queries() {
    let dir = indexed_with_config("");
    dir.write("c.toml", SAVED_QUERIES);
    // Remove the index, because paths among its settings would change the width of the columns.
    std::fs::remove_dir_all(dir.path().join("index")).unwrap();
    let output = dir.command(&["config"]).env("WENSOU_CONFIG", "c.toml").output().unwrap();
    let expected = "\
config file     c.toml                                  environment WENSOU_CONFIG
index           index                                   default
archive         as in the last build                    default
time_zone       +08:00                                  default
color           auto                                    default
search.limit    10                                      default
search.snippet  120                                     default
search.sort     rank, or newest if no words are sought  default
@clean          -tag:廣告                               c.toml:3
@either         減半 OR 質押                            c.toml:4
@減半           @clean 減半                             c.toml:5
";
    assert_eq!(Ran::from(output).stdout, expected);
}

#[test]
fn wensou_config_names_another_file_which_must_exist() {
    let dir = indexed_with_config(SAVED_QUERIES);
    let other = dir.write("other.toml", "[search]\nlimit = 1\n");
    let run = |args: &[&str], path: &str| -> Ran {
        dir.command(args).env("WENSOU_CONFIG", path).output().unwrap().into()
    };
    assert_eq!(
        run(&["search", "比特幣", "-f", "ids"], other.to_str().unwrap()).stdout.lines().count(),
        1
    );
    let missing = run(&["search", "比特幣"], "missing.toml");
    assert_eq!(missing.code, 2);
    assert_eq!(missing.stderr, "error: missing.toml, which WENSOU_CONFIG names, does not exist\n");
    assert_eq!(run(&["config", "--path"], "missing.toml").stdout, "missing.toml\n");
    assert_eq!(run(&["--help"], "missing.toml").code, 0, "help reads no file");
}

#[test]
fn flags_take_precedence_over_search_defaults_of_the_config_file() {
    let dir = indexed_with_config("[search]\nlimit = 1\nsnippet = 10\nsort = \"oldest\"\n");
    let ids = |args: &[&str]| dir.ok(&[&["search", "比特幣", "-f", "ids"], args].concat());
    assert_eq!(ids(&[]), "a\n");
    assert_eq!(ids(&["--sort", "newest", "-n", "2"]), "d\nc\n");
    // `Dir::ids` sets --limit, which takes precedence over the limit of the file.
    assert_eq!(dir.ids(&["比特幣"]), ["a", "c", "d"]);
}

#[test]
fn paths_are_relative_to_the_config_file_or_to_home() {
    let dir = indexed_with_config("index = \"~/elsewhere\"\narchive = [\"../../archive\"]\n");
    let built = dir.run(&["index"]);
    assert!(built.stderr.contains("4 articles"), "{}", built.stderr);
    assert!(dir.path().join("elsewhere/CURRENT").is_file());
    let sub = dir.path().join("sub");
    std::fs::create_dir(&sub).unwrap();
    let output = dir.command(&["search", "以太坊", "-f", "ids"]).current_dir(sub).output().unwrap();
    assert_eq!(Ran::from(output).stdout, "b\n");
}

#[test]
fn a_mistake_in_the_config_file_is_reported_with_line_and_remedy() {
    let dir = indexed_with_config("");
    let mut screen = String::new();
    for config in [
        "indx = \"a\"",
        "limit = 5",
        "[search]\nlimit = \"5\"",
        "[search]\nlimt = 5",
        "[search]\nsort = \"newst\"",
        "[search]\ncolor = \"never\"",
        "time_zone = \"Asia/Shangai\"",
        "[queries]\n減半 = \"x\"",
        "[queries]\n\"a b\" = \"x\"",
        "[queries]\na = \"x",
    ] {
        dir.write(CONFIG_FILE, config);
        let ran = dir.run(&["search", "比特幣"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{config}");
        screen.push_str(&format!("{config}\n{}\n", displayed(&dir, &ran)));
    }
    crate::util::assert_golden("config_mistakes.txt", &screen);
    assert_eq!(displayed(&dir, &dir.run(&["config", "--path"])), format!("DIR/{CONFIG_FILE}\n"));
}

#[test]
fn a_saved_query_stands_for_its_text_in_parentheses() {
    let dir = indexed_with_config(SAVED_QUERIES);
    assert_eq!(dir.ids(&["@either"]).len(), 4);
    assert_eq!(dir.ids(&["@either -tag:廣告 kind:article", "--sort", "oldest"]), ["a", "b", "c"]);
    assert_eq!(dir.ids(&["@clean 減半 OR 質押", "--sort", "oldest"]), ["a", "b", "c"]);
    assert_eq!(dir.ids(&["  ＠減半"]), ["a"], "a saved query can begin with another one");
    assert_eq!(dir.ok(&["tags", "@clean", "-f", "tsv"]), "tag\tdocuments\nBTC\t2\nETH\t1\n");
    assert!(dir.ok(&["show", "a", "--highlight", "@either", "--color", "always"]).contains("減半"));
}

#[test]
fn an_at_sign_that_does_not_begin_the_query_is_text() {
    let dir = indexed_with_config(SAVED_QUERIES);
    for query in ["\"@weekly\"", "\\@weekly", "文字 @weekly", "(@weekly)"] {
        assert_eq!(dir.ids(&[query]), ["c"], "{query}");
    }
}

#[test]
fn a_mistake_in_a_saved_query_is_reported_in_the_text_of_that_query() {
    let dir = indexed_with_config(&format!(
        "{SAVED_QUERIES}broken = \"減半 tga:BTC\"\nloop = \"@loop 減半\"\nempty = \"\"\n"
    ));
    let mut screen = String::new();
    for query in [
        "@eithr 減半",
        "@broken 減半",
        "@either tga:BTC",
        "@loop",
        "@empty 減半",
        "@either OR 減半",
    ] {
        let ran = dir.run(&["search", query]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{query}");
        screen.push_str(&format!("$ wensou search '{query}'\n{}\n", displayed(&dir, &ran)));
    }
    crate::util::assert_golden("saved_queries.txt", &screen);
    let ran = dir.run(&["search", "@broken 減半", "--format", "jsonl"]);
    let object: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(
        (object["code"].as_str(), object["saved_query"]["name"].as_str()),
        (Some("Q003"), Some("broken"))
    );
    dir.write("queries.txt", "@broken 減半\n@either tga:BTC\n");
    let ran = dir.run(&["search", "--batch", "queries.txt"]);
    let [in_saved, in_typed] = [0, 1].map(|line| {
        let line = ran.stdout.lines().nth(line).unwrap();
        serde_json::from_str::<serde_json::Value>(line).unwrap()["errors"][0].clone()
    });
    assert_eq!(in_saved, object, "a batch prints the same object");
    assert_eq!((in_typed["code"].as_str(), in_typed.get("saved_query")), (Some("Q003"), None));
    std::fs::remove_file(dir.path().join(CONFIG_FILE)).unwrap();
    assert!(dir.run(&["search", "@weekly"]).stderr.contains("there are no saved queries"));
}

#[test]
fn date_today_means_today_in_the_time_zone() {
    let dir = Dir::new();
    // The zones differ by 25 hours, so they never have the same day.
    let now = jiff::Timestamp::now();
    let day = |hours| jiff::tz::Offset::constant(hours).to_datetime(now).date();
    let record =
        |id: &str, day| format!("{{\"id\":\"{id}\",\"title\":\"標題\",\"date\":\"{day}\"}}\n");
    dir.write("archive/days.jsonl", record("east", day(13)) + &record("west", day(-12)));
    dir.index();
    let today = |args: &[&str]| dir.ids(&[&["date:today"], args].concat());
    assert_eq!(today(&["--tz", "+13:00"]), ["east"]);
    assert_eq!(today(&["--tz", "UTC-12"]), ["west"]);
    // `Etc/GMT+12` is UTC-12: the signs of these names are reversed.
    dir.write(CONFIG_FILE, "time_zone = \"Etc/GMT+12\"\n");
    assert_eq!(today(&[]), ["west"]);
    let wrong = dir.run(&["search", "date:today", "--tz", "CST-8"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("such as Asia/Shanghai"), "{}", wrong.stderr);
}

#[test]
fn a_password_in_an_address_is_refused_and_printed_nowhere() {
    let dir = Dir::new();
    let address = "https://alice:s3cr3tpw@h.example:9200/news";
    dir.write("config.toml", format!("index = \"{address}\"\n"));
    let config = dir.path().join("config.toml");
    type Run<'r> = (&'r [&'r str], &'r [(&'r str, &'r str)]);
    let runs: [Run<'_>; 7] = [
        (&["config"], &[("WENSOU_INDEX", address)]),
        (&["config", "-f", "json"], &[("WENSOU_INDEX", address)]),
        (&["search", "--help"], &[("WENSOU_INDEX", address)]),
        (&["search", "幣", "--index", address], &[]),
        (&["config"], &[("WENSOU_CONFIG", config.to_str().unwrap())]),
        (&["copy", "--index", "index", "--to", address], &[]),
        (&["check", "--index", "http://127.0.0.1:1/news", "--from", address], &[]),
    ];
    for (args, environment) in runs {
        let mut command = dir.command(args);
        environment.iter().for_each(|(name, value)| {
            command.env(name, value);
        });
        let output = command.output().unwrap();
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8_lossy(&printed).into_owned();
        assert!(!printed.contains("s3cr3tpw"), "{args:?}: {printed}");
        let is_help = args.contains(&"--help");
        assert_eq!(output.status.success(), is_help, "{args:?}: {printed}");
    }
}

#[test]
fn a_mistyped_address_is_no_folder() {
    let dir = Dir::new();
    for address in ["127.0.0.1:9200/news", "ftp://host/news", "http:/host/news"] {
        let Ran { code, stderr, .. } = dir.run(&["index", "archive", "--index", address]);
        assert!(stderr.contains("neither a folder nor an address"), "{address}: {stderr}");
        assert_eq!(code, 2, "{address}");
        assert!(!dir.path().join("127.0.0.1:9200").exists());
    }
}
