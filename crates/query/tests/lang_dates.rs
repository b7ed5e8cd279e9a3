//! The forms of dates, as tables of what they mean on a fixed day: on Wednesday, 17 May 2023,
//! unless a test gives another day.

use wensou_query::lang::{
    Clock, DateError, DateFilter, FieldClause, NodeKind, parse, parse_period,
};

fn clock(today: &str) -> Clock {
    Clock { today: today.parse().expect("a date") }
}

/// The first day of the period that `text` names, and the day after its last; or the error.
fn days(text: &str, today: &str) -> String {
    match parse_period(text, &clock(today)) {
        Ok(days) => format!("{} {}", days.from, days.until),
        Err(error) => error.to_string(),
    }
}

/// The first day that a date clause admits, and the day after the last; `*` for an open end.
fn filter(clause: &str) -> String {
    let query = parse(clause, &clock("2023-05-17")).expect(clause);
    match query.root.kind {
        NodeKind::Field(FieldClause::Date(DateFilter::Range { from, until })) => {
            let end =
                |end: Option<jiff::civil::Date>| end.map_or("*".into(), |day| day.to_string());
            format!("{} {}", end(from), end(until))
        }
        kind => format!("{kind:?}"),
    }
}

#[test]
fn periods_are_read_as_days() {
    for (text, expected) in [
        ("2023", "2023-01-01 2024-01-01"),
        ("２０２３", "2023-01-01 2024-01-01"),
        ("2023年", "2023-01-01 2024-01-01"),
        ("2023-05", "2023-05-01 2023-06-01"),
        ("2023-5", "2023-05-01 2023-06-01"),
        ("2023/5", "2023-05-01 2023-06-01"),
        ("2023-12", "2023-12-01 2024-01-01"),
        ("2023年5月", "2023-05-01 2023-06-01"),
        ("2023年05月", "2023-05-01 2023-06-01"),
        ("2023-05-17", "2023-05-17 2023-05-18"),
        ("2023/5/7", "2023-05-07 2023-05-08"),
        ("2023/05/07", "2023-05-07 2023-05-08"),
        ("20230517", "2023-05-17 2023-05-18"),
        ("2023年5月17日", "2023-05-17 2023-05-18"),
        ("2023年5月7号", "2023-05-07 2023-05-08"),
        ("2023年12月31號", "2023-12-31 2024-01-01"),
        ("2024-02-29", "2024-02-29 2024-03-01"),
        ("2023-Q1", "2023-01-01 2023-04-01"),
        ("2023-q4", "2023-10-01 2024-01-01"),
        ("2023Q2", "2023-04-01 2023-07-01"),
        ("today", "2023-05-17 2023-05-18"),
        ("今天", "2023-05-17 2023-05-18"),
        ("Yesterday", "2023-05-16 2023-05-17"),
        ("昨天", "2023-05-16 2023-05-17"),
        ("this-month", "2023-05-01 2023-06-01"),
        ("本月", "2023-05-01 2023-06-01"),
        ("last-month", "2023-04-01 2023-05-01"),
        ("上月", "2023-04-01 2023-05-01"),
        ("this-year", "2023-01-01 2024-01-01"),
        ("今年", "2023-01-01 2024-01-01"),
        ("last-year", "2022-01-01 2023-01-01"),
        ("去年", "2022-01-01 2023-01-01"),
        ("1d", "2023-05-17 2023-05-18"),
        ("7d", "2023-05-11 2023-05-18"),
        ("7D", "2023-05-11 2023-05-18"),
        ("７天", "2023-05-11 2023-05-18"),
        ("2w", "2023-05-04 2023-05-18"),
        ("2周", "2023-05-04 2023-05-18"),
        ("1mo", "2023-04-18 2023-05-18"),
        ("3月", "2023-02-18 2023-05-18"),
        ("3个月", "2023-02-18 2023-05-18"),
        ("1y", "2022-05-18 2023-05-18"),
        ("2年", "2021-05-18 2023-05-18"),
    ] {
        assert_eq!(days(text, "2023-05-17"), expected, "{text}");
    }
}

#[test]
fn counting_back_to_a_day_that_the_month_lacks_uses_its_last_day() {
    // There is no 31 February or 29 February 2023: the period begins on the day after the 28th.
    assert_eq!(days("1mo", "2023-03-31"), "2023-03-01 2023-04-01");
    assert_eq!(days("1y", "2024-02-29"), "2023-03-01 2024-03-01");
    // `last-month` and `last-year` begin on the first day of that month or year, whatever day it is
    // today.
    assert_eq!(days("last-month", "2023-01-31"), "2022-12-01 2023-01-01");
    assert_eq!(days("last-month", "2023-03-31"), "2023-02-01 2023-03-01");
    assert_eq!(days("last-year", "2024-02-29"), "2023-01-01 2024-01-01");
    // Yesterday may be in another year.
    assert_eq!(days("昨天", "2023-01-01"), "2022-12-31 2023-01-01");
}

#[test]
fn errors_say_why_a_text_is_no_period() {
    for (text, expected) in [
        ("2023-13", "`2023-13` is not a date: there is no month 13"),
        ("2023-00", "`2023-00` is not a date: there is no month 0"),
        ("2023年13月", "`2023年13月` is not a date: there is no month 13"),
        ("2023-02-29", "`2023-02-29` is not a date: 2023-02 has days 1 to 28"),
        ("20230431", "`20230431` is not a date: 2023-04 has days 1 to 30"),
        ("2023-05-00", "`2023-05-00` is not a date: 2023-05 has days 1 to 31"),
        ("2023-Q5", "`2023-Q5` is not a date: quarters are Q1 to Q4"),
        ("0999", "`0999` is not a date: years run from 1000 to 2999"),
        ("3023-01", "`3023-01` is not a date: years run from 1000 to 2999"),
        ("0d", "`0d` is not a date: count from 1, which is today"),
        ("0週", "`0週` is not a date: count from 1, which is the week up to today"),
        ("0mo", "`0mo` is not a date: count from 1, which is the month up to today"),
        ("0y", "`0y` is not a date: count from 1, which is the year up to today"),
        ("2000y", "`2000y` is not a date: that is too far back"),
        ("99999999999d", "`99999999999d` is not a date: that is too far back"),
        ("3m", "`3m` could be minutes or months"),
        ("３Ｍ", "`３Ｍ` could be minutes or months"),
    ] {
        assert_eq!(days(text, "2023-05-17"), expected, "{text}");
    }
    for text in [
        "",
        "-",
        "/",
        "年",
        "2023年5",
        "2023年月",
        "2023年5月17",
        "2023年5月日",
        "年5月",
        "2023-",
        "2023-Q",
        "2023-Q12",
        "2023-05-17-1",
        "2023-5-017",
        "23-05",
        "202305",
        "20230",
        "d",
        "7",
        "7h",
        "-7d",
        "+7d",
        "2023 05",
        "２",
        "q1",
        "２０２３年５",
        "幣",
        "2023-0５月",
        "🪙",
    ] {
        let expected = format!("`{text}` is not a date");
        assert_eq!(days(text, "2023-05-17"), expected, "{text}");
    }
}

#[test]
fn a_mistyped_word_has_a_suggestion() {
    let error = parse_period("yestreday", &clock("2023-05-17")).expect_err("mistyped");
    assert!(matches!(error, DateError::NotADate { meant: Some("yesterday"), .. }), "{error:?}");
}

#[test]
fn date_clauses_admit_ranges_of_days() {
    for (clause, expected) in [
        ("date:2023-05", "2023-05-01 2023-06-01"),
        ("date:2023-01..2023-06", "2023-01-01 2023-07-01"),
        ("date:2023-01...2023-06", "2023-01-01 2023-07-01"),
        ("date:2023-01…2023-06", "2023-01-01 2023-07-01"),
        ("date:2023-01……2023-06", "2023-01-01 2023-07-01"),
        ("date:2023-01。。2023-06", "2023-01-01 2023-07-01"),
        ("date:2023-01～2023-06", "2023-01-01 2023-07-01"),
        ("date:2023-01~2023-06", "2023-01-01 2023-07-01"),
        ("date:２０２３－０１．．２０２３－０６", "2023-01-01 2023-07-01"),
        ("日期：2023年1月～2023年6月", "2023-01-01 2023-07-01"),
        ("date:2023-03..2023", "2023-03-01 2024-01-01"),
        ("date:2023..2023", "2023-01-01 2024-01-01"),
        ("date:30d..yesterday", "2023-04-18 2023-05-17"),
        ("date:2023-01..", "2023-01-01 *"),
        ("date:..2023-01", "* 2023-02-01"),
        ("date:>=2023-01", "2023-01-01 *"),
        ("date:>2023-01", "2023-02-01 *"),
        ("date:<=2023-01", "* 2023-02-01"),
        ("date:<2023-01", "* 2023-01-01"),
        ("date:＜＝2023-01", "* 2023-02-01"),
        ("date:<7d", "* 2023-05-11"),
        ("since:2023-01", "2023-01-01 *"),
        ("until:2023-01", "* 2023-02-01"),
        ("since:7d", "2023-05-11 *"),
        ("until:今天", "* 2023-05-18"),
    ] {
        assert_eq!(filter(clause), expected, "{clause}");
    }
}
