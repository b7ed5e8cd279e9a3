//! `wensou stats` of an index on a cluster.

use serde_json::json;
use wensou_cluster::ClusterIndex;

use crate::args::Stats as Args;
use crate::out::count::count_noun;
use crate::out::{Terminal, sanitize};
use crate::types::ShowFormat;

pub(super) fn run(
    index: &ClusterIndex,
    args: &Args,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let description = index.description();
    let overview = wensou_query::overview(index)?;
    let date = |date: Option<jiff::civil::DateTime>| date.map(|at| at.to_string());
    if args.format == ShowFormat::Json {
        return Ok(terminal.json_pretty(&json!({
            "index": index.address().to_string(),
            "built": description.built,
            "program": description.program,
            "format": description.format,
            "analysis": description.analysis,
            "roots": description.roots,
            "articles": overview.articles,
            "flash_items": overview.flashes,
            "undated": overview.undated,
            "inferred": overview.inferred,
            "oldest": date(overview.oldest),
            "newest": date(overview.newest),
            "distinct_tags": overview.tags,
        }))?);
    }
    let range = match (overview.oldest, overview.newest) {
        (Some(oldest), Some(newest)) => format!("{} .. {}", oldest.date(), newest.date()),
        _ => "none".to_owned(),
    };
    let version = index.client().version();
    let server = version.map_or_else(String::new, |it| format!("{} {}", it.product(), it.number()));
    let inferred = count_noun(overview.inferred, "date");
    let rows = [
        ("index", index.address().to_string()),
        ("cluster", server),
        ("built", format!("{} by wensou {}", description.built, description.program)),
        ("versions", format!("format {}, analysis {}", description.format, description.analysis)),
        ("roots", description.roots.join(", ")),
        ("articles", overview.articles.to_string()),
        ("flash items", format!("{} distinct", overview.flashes)),
        ("dates", range),
        ("undated", format!("{}; {inferred} inferred", overview.undated)),
        ("tags", format!("{} distinct", overview.tags)),
    ];
    for (name, value) in rows {
        terminal.line(format_args!("{name:<12} {}", sanitize::line(&value)))?;
    }
    Ok(())
}
