//! `wensou config`: the settings and where they come from. It does not list the command `pre` and
//! its globs. `config_cluster` has the settings of clusters.

use serde_json::{Value, json};

use super::config_row::Row;
use crate::args::Config;
use crate::config::{GlobalSettings, SettingOrigin, locate};
use crate::exit::Outcome;
use crate::out::text::width;
use crate::out::{Terminal, sanitize};
use crate::types::{Color, ShowFormat, Sort};

/// Prints the path of the config file. Does not read the file, so this works even if the file has
/// mistakes.
pub(crate) fn print_path(terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let location = locate()?;
    writeln!(terminal.out(), "{}", location.path.display())?;
    Ok(Outcome::Done)
}

pub(crate) fn run(
    global: &GlobalSettings,
    args: &Config,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    match args.format {
        ShowFormat::Json => print_json(global, terminal)?,
        ShowFormat::Text => print_text(global, terminal)?,
    }
    Ok(Outcome::Done)
}

/// The settings of the last build, which the index keeps for the next build.
fn rows_from_index(global: &GlobalSettings) -> Vec<Row> {
    let Some(settings) = wensou_index::settings(&global.index) else { return Vec::new() };
    let tables = settings.tables.files();
    let path = |path: Option<std::path::PathBuf>| json!(path.map(|it| it.display().to_string()));
    let roots: Vec<String> = settings.roots.iter().map(|it| it.display().to_string()).collect();
    let row = |name, value| Row::new(name, value, SettingOrigin::Index);
    vec![
        row("index.roots", json!(roots)).with_text(roots.join(", ")),
        row("index.encoding", json!(settings.encoding))
            .with_text(settings.encoding.unwrap_or_else(|| "detected for each file".to_owned())),
        row("index.words", path(tables.words)),
        row("index.synonyms", path(tables.synonyms)),
        row("index.labels", path(tables.labels)),
        // The keys of dumps that stand for fields (`--map`).
        row("index.map", json!(settings.map)).with_text(match settings.map.is_empty() {
            true => "none".to_owned(),
            false => settings.map.to_string(),
        }),
        row("index.exclude", json!(settings.exclude)).with_text(
            match settings.exclude.is_empty() {
                true => "none".to_owned(),
                false => settings.exclude.join(", "),
            },
        ),
    ]
}

/// All rows: settings of the program, then what the index keeps.
fn rows(global: &GlobalSettings) -> Vec<Row> {
    let index = json!(global.index.display().to_string());
    let archive: Vec<String> =
        global.archive.iter().map(|path| path.display().to_string()).collect();
    let archive_text = match archive.is_empty() {
        true => "as in the last build".to_owned(),
        false => archive.join(", "),
    };
    let color = match *global.color {
        Color::Auto => "auto",
        Color::Always => "always",
        Color::Never => "never",
    };
    let sort = global.sort.map(|sort| match sort {
        Sort::Rank => "rank",
        Sort::Newest => "newest",
        Sort::Oldest => "oldest",
    });
    let mut rows = vec![
        Row::new("index", index, global.index.origin),
        Row::new("archive", json!(archive), global.archive.origin).with_text(archive_text),
        Row::new("time_zone", json!(global.zone.to_string()), global.zone.origin),
        Row::new("color", json!(color), global.color.origin),
        Row::new("search.limit", json!(*global.limit), global.limit.origin),
        Row::new("search.snippet", json!(*global.snippet), global.snippet.origin),
        Row::new("search.sort", json!(sort), global.sort.origin)
            .with_text(sort.unwrap_or("rank, or newest if no words are sought")),
    ];
    // `index` is the index that is read; `index.written` is the one that `wensou index` writes.
    if *global.written != *global.index {
        let written = json!(global.written.display().to_string());
        rows.insert(1, Row::new("index.written", written, global.written.origin));
    }
    #[cfg(feature = "cluster")]
    rows.extend(super::config_cluster::rows(global));
    rows.extend(rows_from_index(global));
    rows
}

fn print_text(global: &GlobalSettings, terminal: &mut Terminal) -> anyhow::Result<()> {
    let origin_text = |origin| match origin {
        SettingOrigin::File(line) => global.location(line),
        origin => origin.to_string(),
    };
    let (file, file_origin) = match &global.file {
        Some(file) if global.file_exists => {
            (file.path.display().to_string(), origin_text(file.origin))
        }
        Some(file) => {
            (format!("{} (does not exist)", file.path.display()), origin_text(file.origin))
        }
        None => ("none (there is no home folder)".to_owned(), origin_text(SettingOrigin::Default)),
    };
    let mut lines = vec![["config file".to_owned(), file, file_origin]];
    lines.extend(
        rows(global)
            .into_iter()
            .map(|row| [row.name.to_owned(), row.text, origin_text(row.origin)]),
    );
    for (name, query) in &global.queries {
        lines.push([format!("@{name}"), query.value.clone(), global.location(query.line)]);
    }
    for line in &mut lines {
        line.iter_mut().for_each(|cell| *cell = sanitize::line(cell).into_owned());
    }
    let column_width = |at: usize| lines.iter().map(|line| width(&line[at])).max().unwrap_or(0);
    let (name_width, value_width) = (column_width(0), column_width(1));
    let pad = |cell: &str, columns: usize| " ".repeat(columns.saturating_sub(width(cell)));
    for [name, value, origin] in &lines {
        let (after_name, after_value) = (pad(name, name_width), pad(value, value_width));
        terminal.line(format_args!("{name}{after_name}  {value}{after_value}  {origin}"))?;
    }
    Ok(())
}

fn print_json(global: &GlobalSettings, terminal: &mut Terminal) -> anyhow::Result<()> {
    let origin = |origin| match origin {
        SettingOrigin::Flag(flag) => json!({"kind": "flag", "name": flag}),
        SettingOrigin::Environment(variable) => json!({"kind": "environment", "name": variable}),
        SettingOrigin::File(line) => json!({"kind": "file", "line": line}),
        SettingOrigin::Index => json!({"kind": "index"}),
        SettingOrigin::FoundFromWorkingFolder => json!({"kind": "found"}),
        SettingOrigin::Default => json!({"kind": "default"}),
    };
    let settings: serde_json::Map<String, Value> = rows(global)
        .into_iter()
        .map(|row| (row.name.to_owned(), json!({"value": row.value, "origin": origin(row.origin)})))
        .collect();
    let queries: serde_json::Map<String, Value> = global
        .queries
        .iter()
        .map(|(name, query)| {
            let origin = origin(SettingOrigin::File(query.line));
            (name.clone(), json!({"value": query.value, "origin": origin}))
        })
        .collect();
    let object = json!({
        "file": {
            "path": global.file.as_ref().map(|file| file.path.display().to_string()),
            "found": global.file_exists,
            "origin": global.file.as_ref().map(|file| origin(file.origin)),
        },
        "settings": settings,
        "queries": queries,
    });
    terminal.json_pretty(&object)?;
    Ok(())
}
