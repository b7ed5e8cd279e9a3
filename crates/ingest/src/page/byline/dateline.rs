//! Reads datelines: what a news agency or newspaper writes before a report, such as
//! `新華社北京3月4日電（記者李明）`, `（中央社記者王小明台北4日電）` or `〔記者王小明／台北報導〕`.

use crate::date;
use crate::page::labels::{Label, LabelledValue, Labels};
use crate::page::page_words::page_words;
use crate::text::punctuation::{is_colon, is_comma, is_han, is_sentence_end, is_space};

/// How many of the first characters of a line are searched for a dateline.
const MAX_CHARS: usize = 48;
/// Maximum bytes of a line that is only a dateline.
pub(super) const MAX_BYTES: usize = 200;
/// Maximum characters of a place that is not in the table of cities; and of an outlet that no
/// reporter follows, unless its name ends with 社, 網 or 報.
const MAX_PLACE_OR_OUTLET: usize = 8;
/// The words by which a dateline says how a report was sent; several may stand in a row.
const FILED: [&str; 22] = [
    "綜合", "综合", "外電", "外电", "專電", "专电", "急電", "急电", "電訊", "电讯", "專訊", "专讯",
    "快訊", "快讯", "電", "电", "訊", "讯", "報導", "報道", "报道", "报导",
];
/// How an outlet names itself.
const OWN: [&str; 10] =
    ["本報", "本报", "本網", "本网", "本刊", "本社", "本臺", "本台", "本站", "本廣播"];
/// The last words of a report that is not sent by wire.
const REPORT: [&str; 4] = ["報導", "報道", "报道", "报导"];
/// How the desks of a newsroom end, which are no outlets.
const DESKS: [&str; 5] = ["頻道", "频道", "中心", "組", "组"];
/// The job titles of people whom a dateline names.
const TITLES: [&str; 4] = ["記者", "记者", "特派員", "特派员"];

/// A dateline at the beginning of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dateline<'a> {
    pub(crate) fields: Vec<LabelledValue<'a>>,
    /// Whether nothing follows the dateline in the line.
    pub(crate) is_whole: bool,
}

/// Reads the dateline that a line begins with.
pub(crate) fn read<'a>(line: &'a str, labels: &Labels) -> Option<Dateline<'a>> {
    let limit = line.char_indices().nth(MAX_CHARS).map_or(line.len(), |(at, _)| at);
    let searched = &line[..limit];
    // A quick check first, because most lines are text.
    if !searched.contains(['電', '电', '訊', '讯', '導', '导', '道']) {
        return None;
    }
    let open = line.chars().next()?;
    let (dateline, after) = match closing_bracket(open).and_then(|close| searched.find(close)) {
        Some(end) => {
            let dateline = &line[open.len_utf8()..end];
            let after = &line[end..];
            (dateline, &after[after.chars().next().map_or(0, char::len_utf8)..])
        }
        None => (line, ""),
    };
    // What stands before the words of `FILED` has at least two characters.
    let ends = dateline.char_indices().take(MAX_CHARS).skip(2);
    for (at, _) in ends {
        let filed = filed_len(&dateline[at..]);
        if filed == 0 {
            continue;
        }
        let (before, after_filed) = (&dateline[..at], &dateline[at + filed..]);
        let fields = fields(before, &dateline[at..at + filed]);
        let Some(fields) = fields.or_else(|| fields_if_reporter_follows(before, after_filed))
        else {
            continue;
        };
        let (fields, text) = with_reporter(fields, after_filed, labels);
        // Brackets around a dateline contain nothing else.
        let is_all = text.is_empty();
        if dateline.len() < line.len() && !is_all {
            return None;
        }
        let is_whole = is_all && after.trim_matches([' ', '。']).is_empty();
        return Some(Dateline { fields, is_whole });
    }
    None
}

/// Whether a character closes the bracket `open`; `None` if `open` is no bracket.
fn closing_bracket(open: char) -> Option<fn(char) -> bool> {
    match open {
        '(' | '\u{ff08}' => Some(|c| matches!(c, ')' | '\u{ff09}')),
        '〔' => Some(|c| c == '〕'),
        '[' | '\u{ff3b}' => Some(|c| matches!(c, ']' | '\u{ff3d}')),
        '【' => Some(|c| c == '】'),
        _ => None,
    }
}

/// The length in bytes of the words of [`FILED`] at the beginning of `text`.
fn filed_len(text: &str) -> usize {
    let mut bytes = 0;
    while let Some(word) = FILED.iter().find(|word| text[bytes..].starts_with(**word)) {
        bytes += word.len();
    }
    bytes
}

/// The fields of `text`, the part of a dateline before `filed`, which consists of words of
/// [`FILED`]; `None` if `text` is the beginning of a sentence.
fn fields<'a>(text: &'a str, filed: &str) -> Option<Vec<LabelledValue<'a>>> {
    let (before_date, day) = before_day(text);
    let mut fields = Vec::new();
    if let Some(day) = day.filter(|day| day.contains('年')) {
        fields.push(LabelledValue { label: Label::Time, value: day });
    }
    let around_title = TITLES.iter().find_map(|title| before_date.split_once(title));
    let has_title = around_title.is_some();
    if before_date.is_empty()
        || before_date.contains(|c| is_sentence_end(c) || is_colon(c) && !has_title)
    {
        return None;
    }
    let (outlet, names) = around_title.unwrap_or((before_date, ""));
    let outlet = outlet.trim_matches(is_separator);
    // `2024-03-04 10:00 示例報／記者王小明／台北報導` is a byline that begins with a date.
    if date::parse_prefix(outlet).is_some_and(|found| found.has_day()) {
        return None;
    }
    let is_own = OWN.iter().any(|own| outlet.starts_with(own));
    let source = if is_own { None } else { source(outlet, has_title) };
    let desk_and_person =
        || desk_and_person(text).filter(|_| day.is_none() && ends_in(filed, &REPORT));
    if !is_own && source.is_none() && !outlet.is_empty() {
        return Some(vec![desk_and_person()?]);
    }
    fields.extend(source.map(|value| LabelledValue { label: Label::Source, value }));
    let author = names_before_city(names);
    fields.extend(author.map(|value| LabelledValue { label: Label::Author, value }));
    let is_news = filed.ends_with(['訊', '讯']);
    let is_wire = filed.contains(['電', '电', '訊', '讯']);
    // `〔財經頻道／綜合報導〕`
    let is_of_outlet = !has_title && is_name_before_slash(text, outlet);
    if day.is_none() && is_of_outlet && source.is_some() && ends_in(filed, &REPORT) {
        let is_desk = ends_in(outlet, &DESKS);
        return Some(if is_desk { Vec::new() } else { fields });
    }
    let is_dateline = match day {
        // `據某媒體29日報道` is the beginning of a sentence.
        Some(_) => is_wire && !outlet.starts_with(['據', '据']),
        // `本報訊`, `本報北京訊` or `新華社訊`, but not `新華社北京訊`.
        None if is_news => !has_title && (is_own || source == Some(outlet)),
        // A place must stand between names and `報導`: `記者王小明報導…` is a sentence.
        None => author.is_some_and(|author| !text.ends_with(author)),
    };
    is_dateline.then_some(fields)
}

/// The person in a text such as `娛樂中心／陳慧明`.
fn desk_and_person(text: &str) -> Option<LabelledValue<'_>> {
    let (desk, names) = text.split_once(['/', '\u{ff0f}'])?;
    let value = names.trim_matches(is_separator);
    let is_person = ends_in(desk.trim(), &DESKS) && page_words().is_people(value);
    is_person.then_some(LabelledValue { label: Label::Author, value })
}

fn ends_in(text: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| text.ends_with(ending))
}

/// Whether a slash follows the name `outlet`, which is all that `text` has besides.
fn is_name_before_slash(text: &str, outlet: &str) -> bool {
    text.strip_prefix(outlet).is_some_and(|after| matches!(after.trim(), "/" | "\u{ff0f}"))
}

/// Splits the day off the end of a text: `北京3月4日` is `北京` and `3月4日`.
fn before_day(text: &str) -> (&str, Option<&str>) {
    let text = text.trim_end_matches(is_separator);
    match date::day_at_end(text) {
        Some(start) => (text[..start].trim_end_matches(is_separator), Some(text[start..].trim())),
        None => (text, None),
    }
}

/// The outlet in a text such as `新華社北京`. `reporter_follows` says whether a reporter follows
/// the text; then any outlet may have more than [`MAX_PLACE_OR_OUTLET`] characters.
fn source(text: &str, reporter_follows: bool) -> Option<&str> {
    let words = page_words();
    // `明報` is shorter than other names.
    let is_paper = |name: &str| name.ends_with(['報', '报']) && name.chars().count() == 2;
    let is_outlet = |name: &str| {
        (words.is_outlet(name) || is_paper(name)) && name.chars().all(|c| !is_comma(c))
    };
    let outlet = words.before_city(text).trim_end_matches(is_separator);
    if is_outlet(outlet) && (reporter_follows || outlet.chars().count() <= MAX_PLACE_OR_OUTLET) {
        return Some(outlet);
    }
    let mut ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let end = ends.find(|end| {
        text[..*end].ends_with(['社', '網', '网', '報', '报']) && is_outlet(&text[..*end])
    })?;
    let city = text[end..].trim_start_matches(is_separator);
    let is_city = city.chars().count() <= MAX_PLACE_OR_OUTLET && city.chars().all(is_han);
    is_city.then_some(&text[..end])
}

/// The names in a text such as `王小明台北` or `王小明、李四 台北`.
fn names_before_city(text: &str) -> Option<&str> {
    let words = page_words();
    let is_edge = |c: char| is_separator(c) || is_colon(c);
    let text = text.trim_matches(is_edge);
    let is_people = |names: &&str| words.is_people(names);
    let shorter = words.before_city(text).trim_end_matches(is_edge);
    if shorter.len() < text.len() && words.is_people(shorter) {
        return Some(shorter);
    }
    if let Some((names, _)) = text.split_once(['/', '\u{ff0f}']) {
        return Some(names.trim_matches(is_edge)).filter(is_people);
    }
    // A place that is not in the table, after a space.
    let names = text.rsplit_once(is_space).map(|(names, _)| names.trim_matches(is_edge));
    let all = Some(text).filter(is_people);
    all.or_else(|| names.filter(is_people))
}

/// The fields of `text` before the words of [`FILED`] if `after` shows that it is no sentence: a
/// reporter follows, as in `據新華社華盛頓3月4日電（記者李明）` or `環球網報道 記者 李明`.
fn fields_if_reporter_follows<'a>(text: &'a str, after: &str) -> Option<Vec<LabelledValue<'a>>> {
    let after = after.trim_start_matches(|c| is_separator(c) || matches!(c, '(' | '\u{ff08}'));
    let titles = TITLES.iter().any(|title| after.starts_with(title));
    let text = text.strip_prefix(['據', '据']).unwrap_or(text);
    let outlet = before_day(text).0;
    let value = source(outlet, titles).filter(|_| titles)?;
    Some(vec![LabelledValue { label: Label::Source, value }])
}

/// Adds the reporter or editor whom the text after a dateline names, as in `（記者李明）`; returns
/// what follows.
fn with_reporter<'a>(
    mut fields: Vec<LabelledValue<'a>>,
    text: &'a str,
    labels: &Labels,
) -> (Vec<LabelledValue<'a>>, &'a str) {
    let text = text.trim_start_matches(is_separator);
    let open = text.chars().next();
    let close = open.and_then(closing_bracket);
    let named = |text: &'a str| {
        let first = text.split(is_space).next().unwrap_or(text);
        // `中新財經記者 李明`
        let with_employer = || {
            let (label, at) = labels.at_end(first)?;
            (at > 0).then_some((label, first.len()))
        };
        let (label, bytes) = labels.longest_at(text).or_else(with_employer)?;
        let value = text[bytes..].trim_matches(|c| is_separator(c) || is_colon(c));
        let label = match label {
            Label::Reporter => Label::Author,
            Label::Editor | Label::Translator => label,
            _ => return None,
        };
        page_words().is_people(value).then_some(LabelledValue { label, value })
    };
    let limit = text.char_indices().nth(MAX_CHARS).map_or(text.len(), |(at, _)| at);
    let (names, after) = match close.and_then(|close| text[..limit].find(close)) {
        Some(end) => {
            let inner = &text[open.map_or(0, char::len_utf8)..end];
            let after = &text[end..];
            (named(inner), &after[after.chars().next().map_or(0, char::len_utf8)..])
        }
        None => (named(text), ""),
    };
    let Some(field) = names else { return (fields, text.trim_matches([' ', '。'])) };
    fields.push(field);
    (fields, after.trim_matches([' ', '。']))
}

fn is_separator(c: char) -> bool {
    is_space(c) || is_comma(c) || matches!(c, '/' | '\u{ff0f}' | '、')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields of the dateline that a line begins with, then `.` if nothing follows the
    /// dateline, or else `…`; `text` if there is no dateline.
    fn summary(line: &str) -> String {
        let Some(Dateline { fields, is_whole }) = read(line, Labels::builtin()) else {
            return "text".to_owned();
        };
        let mut values: Vec<String> = fields
            .iter()
            .map(|field| format!("{:?}={}", field.label, field.value).to_lowercase())
            .collect();
        values.push(if is_whole { "." } else { "…" }.to_owned());
        values.join(" ")
    }

    #[test]
    fn datelines_name_outlet_and_reporter() {
        for (line, wanted) in [
            ("中央社記者王小明台北4日電", "source=中央社 author=王小明 ."),
            ("（中央社記者王小明台北4日電）", "source=中央社 author=王小明 ."),
            ("（中央社記者王小明台北4日電）總統今天表示", "source=中央社 author=王小明 …"),
            ("（中央社記者王小明東京4日專電）", "source=中央社 author=王小明 ."),
            ("（中央社華盛頓4日綜合外電報導）", "source=中央社 ."),
            ("记者 李明 北京3月4日电", "author=李明 ."),
            ("新华社北京3月4日电（记者李明）", "source=新华社 author=李明 ."),
            (
                "新华社北京3月4日电（记者 李明、王小明）国务院",
                "source=新华社 author=李明、王小明 …",
            ),
            ("新华社北京3月4日电 记者李明", "source=新华社 author=李明 ."),
            ("新华社北京2024年3月4日电", "time=2024年3月4日 source=新华社 ."),
            ("新华社 北京 3月4日电 国务院总理", "source=新华社 …"),
            ("新華社某某鎮三月四日電", "source=新華社 ."),
            ("中新网3月4日电 据报道", "source=中新网 …"),
            ("中新社记者李明上海3月4日电", "source=中新社 author=李明 ."),
            ("（法新社巴黎4日電）法國總統", "source=法新社 …"),
            ("本报北京3月4日电（记者李明）", "author=李明 ."),
            ("本报讯（记者 李明）昨日", "author=李明 …"),
            ("本報訊 昨日", "…"),
            ("〔記者王小明／台北報導〕", "author=王小明 ."),
            ("【記者王小明／綜合報導】", "author=王小明 ."),
            ("[記者王小明台北報導]市長今天", "author=王小明 …"),
            ("自由時報記者王小明／台北報導", "source=自由時報 author=王小明 ."),
            ("記者王小明、李明 某某鎮4日電", "author=王小明、李明 ."),
            ("〔財經頻道／綜合報導〕", "."),
            ("國際中心／綜合報導", "."),
            ("中央社／綜合報導", "source=中央社 ."),
            ("中新网3月4日电 (中新财经记者 李明)", "source=中新网 author=李明 ."),
            ("财联社3月4日讯（编辑 李明）国务院", "source=财联社 editor=李明 …"),
            ("据新华社华盛顿3月4日电（记者李明）", "source=新华社 author=李明 ."),
            ("【环球网报道 记者 李明】据悉", "source=环球网 author=李明 …"),
            ("【明報專訊】政府昨日", "source=明報 …"),
            ("娛樂中心／陳慧明報導", "author=陳慧明 ."),
        ] {
            assert_eq!(summary(line), wanted, "{line}");
        }
    }

    #[test]
    fn sentences_are_no_datelines() {
        for line in [
            "中國電信今天發布財報",
            "他說:3月4日電話打不通",
            "據伊朗媒體29日報道,有關方面正在調查",
            "美國媒體3月4日報導說",
            "據新華社3月4日電,有關方面正在調查",
            "外交部:10月8日電,今天隨著一列",
            "據記者王小明台北報導",
            "公司在北京3月4日電商大會上宣布",
            "記者從會議上獲悉,有關報道不實",
            "記者報導",
            "電",
            "4日電",
            "（記者報導）",
            "2024-03-04 示例報／記者王小明／台北報導",
            "新華社記者在現場看到,電力供應正常",
        ] {
            assert_eq!(summary(line), "text", "{line}");
        }
    }
}
