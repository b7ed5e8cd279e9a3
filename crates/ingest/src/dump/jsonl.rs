//! Parses the records of JSONL dumps: one object a line, with at least one of `id`, `title` and
//! `text`.

use serde_json::{Map, Value};

use crate::date;
use crate::flash::item::outlet;
use crate::record::{
    Article, Date, DateOrigin, DateProvenance, FlashItem, Moment, Occurrence, Record, Span,
};

/// Maximum length of an id in bytes. Ids are typed, printed and looked up; they never name a file.
const LONGEST_ID: usize = 512;

/// Parses a line of a dump. The record's id is empty if the line has none.
pub(crate) fn parse(line: &str, path: &str, span: Span) -> Result<Record, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let Value::Object(fields) = value else {
        return Err("not an object".to_owned());
    };
    let text = text(&fields, "text").unwrap_or_default();
    let title = string(&fields, "title").unwrap_or_default();
    let id = string(&fields, "id").unwrap_or_default();
    if id.is_empty() && title.is_empty() && text.is_empty() {
        return Err("none of `id`, `title` and `text`".to_owned());
    }
    if id.len() > LONGEST_ID || id.contains(char::is_control) {
        return Err(format!(
            "its `id` is longer than {LONGEST_ID} bytes or has control characters"
        ));
    }
    let date = match fields.get("date").and_then(moment) {
        Some(moment) => {
            Date { value: Some(moment), provenance: DateProvenance::Stated(DateOrigin::Field) }
        }
        None => Date::default(),
    };
    let (source, category) = (string(&fields, "source"), string(&fields, "category"));
    let (tags, url) = (strings(&fields, "tags"), string(&fields, "url"));
    match string(&fields, "kind").as_deref() {
        Some("flash") => Ok(Record::Flash(FlashItem {
            id,
            column: string(&fields, "column"),
            title,
            outlet: source.or_else(|| outlet(&text).map(str::to_owned)),
            text,
            date,
            tags,
            category,
            url,
            occurrences: vec![Occurrence { path: path.to_owned(), span }],
            variants: Vec::new(),
        })),
        None | Some("article") => Ok(Record::Article(Article {
            id,
            path: path.to_owned(),
            span,
            site: string(&fields, "site"),
            category,
            title,
            author: string(&fields, "author"),
            source,
            date,
            paragraphs: text.split('\n').filter(|p| !p.is_empty()).map(str::to_owned).collect(),
            tags,
            url,
            ..Article::default()
        })),
        Some(other) => Err(format!("`kind` is `{other}`, neither `article` nor `flash`")),
    }
}

/// A non-blank string; a number serves as a string, too.
fn string(fields: &Map<String, Value>, key: &str) -> Option<String> {
    let text = match fields.get(key)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Trimmed paragraphs; dumps give them as one string or as a list.
fn text(fields: &Map<String, Value>, key: &str) -> Option<String> {
    let whole = match fields.get(key)? {
        Value::String(text) => text.clone(),
        Value::Array(_) => strings(fields, key).join("\n"),
        _ => return None,
    };
    let paragraphs: Vec<&str> =
        whole.split(['\n', '\r']).map(str::trim).filter(|p| !p.is_empty()).collect();
    Some(paragraphs.join("\n"))
}

fn strings(fields: &Map<String, Value>, key: &str) -> Vec<String> {
    let Some(Value::Array(values)) = fields.get(key) else { return Vec::new() };
    values
        .iter()
        .filter_map(Value::as_str)
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
        .collect()
}

fn moment(value: &Value) -> Option<Moment> {
    match value {
        Value::String(text) => date::iso(text),
        Value::Number(number) => date::epoch(number.as_i64()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::datetime;

    fn of(line: &str) -> Result<Record, String> {
        parse(line, "dump.jsonl", Span { start: 0, end: 1 })
    }

    #[test]
    fn an_article_and_a_flash() {
        let line = r#"{"id":"x1","title":"題目","text":"甲\n\n乙 ","date":"2023-03-14T05:02:32Z","tags":["GPT"],"url":"https://a.b"}"#;
        let Ok(Record::Article(article)) = of(line) else { panic!("an article") };
        assert_eq!(article.id, "x1");
        assert_eq!(article.paragraphs, ["甲", "乙"]);
        assert_eq!(article.date.value, Some(Moment::Time(datetime(2023, 3, 14, 13, 2, 32, 0))));
        let Ok(Record::Flash(flash)) = of(r#"{"kind":"flash","title":"題","text":"文(財聯社)"}"#)
        else {
            panic!("a flash item")
        };
        assert_eq!((flash.id.as_str(), flash.outlet.as_deref()), ("", Some("財聯社")));
        assert_eq!(flash.date, Date::default());
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(of("[]"), Err("not an object".to_owned()));
        assert_eq!(of("{}"), Err("none of `id`, `title` and `text`".to_owned()));
        assert!(of(r#"{"id":"1","kind":"video"}"#).is_err_and(|e| e.contains("video")));
        assert!(of("{\"id\":").is_err());
        assert!(of(r#"{"id":"a\u001b[31m"}"#).is_err_and(|e| e.contains("control")));
        assert!(of(&format!(r#"{{"id":"{}"}}"#, "a".repeat(513))).is_err());
    }
}
