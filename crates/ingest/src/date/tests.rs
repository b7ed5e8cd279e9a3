use super::parsed_date::ARCHIVE_OFFSET;
use super::*;
use crate::test_support::assert_summaries;
use jiff::civil::{date, datetime};
use proptest::prelude::*;

mod zones;

/// How many characters at the start of a text are searched for the beginning of a date.
const SEARCHED_CHARS: usize = 20;

fn time(y: i16, m: i8, d: i8, h: i8, min: i8, s: i8) -> Option<Moment> {
    Some(Moment::Time(datetime(y, m, d, h, min, s, 0)))
}

#[test]
fn a_date_of_a_page_is_parsed_if_nothing_follows_and_has_a_moment_if_it_is_plausible() {
    let moment = |text| parse_whole(text).map(|found| found.moment);
    assert_eq!(moment("2023/3/14 13:02:32"), Some(time(2023, 3, 14, 13, 2, 32)));
    assert_eq!(moment("2024-04-21 13:50"), Some(time(2024, 4, 21, 13, 50, 0)));
    assert_eq!(moment("2019/8/10"), Some(Some(Moment::Day(date(2019, 8, 10)))));
    assert_eq!(moment("2023年5月10日"), Some(Some(Moment::Day(date(2023, 5, 10)))));
    assert_eq!(moment("1900/1/1 0:00:00"), Some(None), "the null date is no date");
    assert_eq!(moment("2023/13/1"), Some(None));
    assert_eq!(moment("1799/1/1"), Some(None));
    assert_eq!(moment("2100/1/1"), Some(None));
    assert_eq!(moment("2023/3/145"), None);
    assert_eq!(moment("2023/3/14 今天"), None);
}

#[test]
fn a_date_with_an_impossible_time_is_read_as_its_day() {
    assert_eq!(
        parse_whole("2023/3/14 25:00:00").map(|f| f.moment),
        Some(Some(Moment::Day(date(2023, 3, 14))))
    );
}

#[test]
fn times_with_an_offset_are_converted_to_the_archives_time_zone() {
    assert_eq!(parse_any("2023-03-14T05:02:32Z"), time(2023, 3, 14, 13, 2, 32));
    assert_eq!(parse_any("2023-03-14T13:02:32+09:00"), time(2023, 3, 14, 12, 2, 32));
    assert_eq!(parse_any("2023-03-14T13:02:32.5"), time(2023, 3, 14, 13, 2, 32));
    assert_eq!(parse_any("2023-03-14"), Some(Moment::Day(date(2023, 3, 14))));
    assert_eq!(parse_any("1900-01-01T00:00:00"), None);
    assert_eq!(parse_any("soon"), None);
    assert_eq!(from_epoch(1_678_770_152), time(2023, 3, 14, 13, 2, 32));
    assert_eq!(from_epoch(1_678_770_152_000), time(2023, 3, 14, 13, 2, 32));
}

#[test]
fn a_date_inside_text_needs_a_year() {
    assert_eq!(
        find_first("金色晨訊2023年5月10日隔夜", SEARCHED_CHARS),
        Some(Moment::Day(date(2023, 5, 10)))
    );
    assert_eq!(find_first("5月10日隔夜重要動態", SEARCHED_CHARS), None);
}

#[test]
fn a_date_in_chinese_numerals_inside_text_is_found_from_1990_on() {
    let day = |y, m, d| Some(Moment::Day(date(y, m, d)));
    assert_eq!(find_first("記者二〇二三年五月十日電", SEARCHED_CHARS), day(2023, 5, 10));
    assert_eq!(
        find_first("本報一九九九年十二月二十日，澳門回歸", SEARCHED_CHARS),
        day(1999, 12, 20)
    );
    assert_eq!(find_first("一九四九年十月一日，大典", SEARCHED_CHARS), None);
    assert_eq!(find_first("一些重要動態，一九九九年的回顧", SEARCHED_CHARS), None);
}

/// The result of `parse_any` in ISO 8601, or `none`.
fn parsed_as_iso(text: &str) -> String {
    match parse_any(text) {
        None => "none".to_owned(),
        Some(Moment::Day(day)) => day.to_string(),
        Some(Moment::Time(time)) => time.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        Some(Moment::Month(day)) => day.strftime("%Y-%m").to_string(),
        Some(Moment::Year(day)) => day.strftime("%Y").to_string(),
    }
}

/// Asserts that each text is parsed as the moment beside it.
fn assert_all_parsed(forms: &[(&str, &str)]) {
    assert_summaries(forms, parsed_as_iso);
}

#[test]
fn dates_in_digits_are_parsed_with_every_separator_and_without() {
    assert_all_parsed(&[
        ("2023/3/14 13:02:32", "2023-03-14T13:02:32"),
        ("2024.04.21", "2024-04-21"),
        ("2024 - 04 - 21 13:50", "2024-04-21T13:50:00"),
        ("2024／04／21", "2024-04-21"),
        ("２０２４－０４－２１　１３：５０", "2024-04-21T13:50:00"),
        ("2024–04–21", "2024-04-21"),
        ("2024-04-21, 13:50", "2024-04-21T13:50:00"),
        ("[2021-02-10 09:11:56]", "2021-02-10T09:11:56"),
        ("(2021-02-10)", "2021-02-10"),
        ("1949-10-01", "1949-10-01"),
        ("1800/1/1", "1800-01-01"),
        ("2099/12/31", "2099-12-31"),
        ("1799/12/31", "none"),
        ("2100/1/1", "none"),
        ("1900/1/1 0:00:00", "none"),
        ("0000-00-00 00:00:00", "none"),
        ("0001-01-01T00:00:00", "none"),
        ("2024-02-30", "none"),
        ("20230517", "2023-05-17"),
        ("202305171030", "2023-05-17T10:30:00"),
        ("20230517103059", "2023-05-17T10:30:59"),
        ("20230517T103059Z", "2023-05-17T18:30:59"),
        ("20231317", "none"),
        ("13:50 2024-04-21", "2024-04-21T13:50:00"),
        ("13:50:11, 2024/4/21", "2024-04-21T13:50:11"),
    ]);
}

#[test]
fn chinese_dates_and_times_are_parsed() {
    assert_all_parsed(&[
        ("2024年3月4日 星期一", "2024-03-04"),
        ("2024年3月4日（星期一）10:00", "2024-03-04T10:00:00"),
        ("2024年3月4日周一 10:00", "2024-03-04T10:00:00"),
        ("2024-03-04 星期一 10:00:01", "2024-03-04T10:00:01"),
        ("星期一 2024年3月4日", "2024-03-04"),
        ("2024年03月04日10:00", "2024-03-04T10:00:00"),
        ("2024 年 3 月 4 日 10 时 05 分", "2024-03-04T10:05:00"),
        ("2024年3月4日10時5分6秒", "2024-03-04T10:05:06"),
        ("2024年3月4日 下午3:05", "2024-03-04T15:05:00"),
        ("2024年3月4日下午3點05分", "2024-03-04T15:05:00"),
        ("2024/3/4 上午 12:30:00", "2024-03-04T00:30:00"),
        ("2024/3/4 晚上8點", "2024-03-04T20:00:00"),
        ("2024/3/4 中午12:10", "2024-03-04T12:10:00"),
        ("2024/3/4 凌晨1点半", "2024-03-04T01:30:00"),
        ("2024/3/4 下午三點整", "2024-03-04T15:00:00"),
        ("2024/3/4下午3:05", "2024-03-04T15:05:00"),
        ("2024-03-04上午10点30分", "2024-03-04T10:30:00"),
        ("20240304下午3點", "2024-03-04T15:00:00"),
        ("2024/3/4十點", "2024-03-04T10:00:00"),
        ("二〇二四年三月四日", "2024-03-04"),
        ("二零二四年十二月三十一日", "2024-12-31"),
        ("二○二四年十月二十日 上午十時三十分", "2024-10-20T10:30:00"),
        ("一九四九年十月一日", "1949-10-01"),
        ("民國113年3月4日", "2024-03-04"),
        ("中華民國一百一十三年三月四日", "2024-03-04"),
        ("民国113/03/04 10:00", "2024-03-04T10:00:00"),
        ("西元2024年3月4日", "2024-03-04"),
        ("2024年3月4號", "2024-03-04"),
        ("北京時間2024年3月4日10:00", "2024-03-04T10:00:00"),
        ("2024年3月4日 北京時間10:00", "2024-03-04T10:00:00"),
        ("2024年3月4日10:00(北京时间)", "2024-03-04T10:00:00"),
    ]);
}

#[test]
fn hours_in_the_evening_and_at_night_are_before_or_after_midnight() {
    assert_all_parsed(&[
        ("2024/3/4 晚上5點半", "2024-03-04T17:30:00"),
        ("2024/3/4 晚上11點", "2024-03-04T23:00:00"),
        ("2024/3/4 晚間21:30", "2024-03-04T21:30:00"),
        ("2024/3/4 深夜11點", "2024-03-04T23:00:00"),
        ("2024/3/4 夜間8點", "2024-03-04T20:00:00"),
        ("2024/3/4 深夜1點", "2024-03-04T01:00:00"),
        ("2024/3/4 夜裡2點", "2024-03-04T02:00:00"),
        ("2024/3/4 半夜三點", "2024-03-04T03:00:00"),
        ("2024/3/4 夜里5点", "2024-03-04T05:00:00"),
        ("2024/3/4 深夜0點10分", "2024-03-04T00:10:00"),
        // The midnight before or after the day: only the day is certain.
        ("2024/3/4 晚上12點", "2024-03-04"),
        ("2024/3/4 晚上1點", "2024-03-04"),
        ("2024/3/4 深夜12點", "2024-03-04"),
    ]);
}

#[test]
fn english_dates_and_times_are_parsed() {
    assert_all_parsed(&[
        ("March 4, 2024", "2024-03-04"),
        ("March4,2024", "2024-03-04"),
        ("Mar. 4th, 2024 10:05 AM", "2024-03-04T10:05:00"),
        ("March 4, 2024 at 3:05 p.m.", "2024-03-04T15:05:00"),
        ("Monday, March 4, 2024 3 PM EST", "2024-03-05T04:00:00"),
        ("4 March 2024", "2024-03-04"),
        ("4th of March, 2024", "2024-03-04"),
        ("04-Mar-2024 10:00:00", "2024-03-04T10:00:00"),
        ("2024-Mar-04", "2024-03-04"),
        ("2024 March 4", "2024-03-04"),
        ("ＭＡＹ １７， ２０２３", "2023-05-17"),
        ("May 17, 2023", "2023-05-17"),
        ("Wed Nov 27 21:09:36 2013", "2013-11-27T21:09:36"),
        ("Wed Nov 27 21:09:36 +0800 2013", "2013-11-27T21:09:36"),
        ("Wed Nov 27 21:09:36 GMT 2013", "2013-11-28T05:09:36"),
        ("Wed, 27 Nov 2013 21:09:36 GMT", "2013-11-28T05:09:36"),
        ("Wed, 27 Nov 2013 21:09:36 +0100", "2013-11-28T04:09:36"),
        ("27 Nov 2013 21:09:36 +0800 (CST)", "2013-11-27T21:09:36"),
        ("10:05 AM, March 4, 2024", "2024-03-04T10:05:00"),
        ("Market 4, 2024", "none"),
        ("March 40, 2024", "none"),
    ]);
}

#[test]
fn a_date_that_ends_with_the_year_is_parsed_if_month_and_day_are_certain() {
    assert_all_parsed(&[
        ("4/27/2021 12:48:57 PM", "2021-04-27T12:48:57"),
        ("4/27/2021 12:48:57 AM", "2021-04-27T00:48:57"),
        ("4/5/2021 1:02 PM", "2021-04-05T13:02:00"),
        ("27/4/2021", "2021-04-27"),
        ("27-04-2021 10:00", "2021-04-27T10:00:00"),
        ("5.4.2021", "2021-04-05"),
        ("4/4/2021", "2021-04-04"),
        ("4/5/2021", "none"),
        ("13/13/2021", "none"),
    ]);
}

#[test]
fn times_with_a_zone_and_seconds_since_1970_are_converted_to_the_archives_time_zone() {
    assert_all_parsed(&[
        ("2023-03-14T05:02:32Z", "2023-03-14T13:02:32"),
        ("2023-03-14 05:02:32 UTC", "2023-03-14T13:02:32"),
        ("2023-03-14 05:02 GMT", "2023-03-14T13:02:00"),
        ("2023-03-14T13:02:32+09:00", "2023-03-14T12:02:32"),
        ("2023-03-14T13:02:32.123+0900", "2023-03-14T12:02:32"),
        ("2023-03-14 13:02:32 UTC+9", "2023-03-14T12:02:32"),
        ("2023-03-14 13:02:32 (GMT+08:00)", "2023-03-14T13:02:32"),
        ("2023-03-14 13:02:32 CST", "2023-03-14T13:02:32"),
        ("2023-03-14 13:02:32 EST", "2023-03-15T02:02:32"),
        ("2023-03-14T22:00:00-05:00", "2023-03-15T11:00:00"),
        ("1614805567", "2021-03-04T05:06:07"),
        ("1614805567123", "2021-03-04T05:06:07"),
        ("1614805567.5", "2021-03-04T05:06:07"),
        ("0", "none"),
        ("12345", "none"),
    ]);
}

#[test]
fn months_and_years_without_a_day_are_parsed_unless_they_may_be_other_numbers() {
    assert_all_parsed(&[
        ("2023-05", "2023-05"),
        ("2023/05", "2023-05"),
        ("2023年5月", "2023-05"),
        ("May 2023", "2023-05"),
        ("1987年", "1987"),
        ("一九八七年", "1987"),
        ("2023-5", "none"),
        ("2023.05", "none"),
        ("1987", "none"),
    ]);
}

#[test]
fn a_prefix_ends_where_the_date_ends() {
    let after_date = |text: &str| parse_prefix(text).map(|found| text[found.bytes..].to_owned());
    for (text, remaining) in [
        ("2024-03-04 10:00 示例社區", " 示例社區"),
        ("2024-03-04 示例", " 示例"),
        ("2024年03月04日10:00來源", "來源"),
        ("2024-03-04 10:00-11:00", "-11:00"),
        ("2024-03-04 10:00:00-11:00:00", "-11:00:00"),
        ("2024-03-04 Money", " Money"),
        ("2024-03-04 AMD", " AMD"),
        ("2024-03-04 3人評論", " 3人評論"),
        ("2024-03-04三人評論", "三人評論"),
        ("2024-03-04上午發布", "上午發布"),
        ("2024-03-04一点资讯", "一点资讯"),
        ("2024年3月4日一點news", "一點news"),
        ("2024年3月4日十點，開幕", "，開幕"),
        ("2024年3月4日十點半開幕", "開幕"),
        ("2024年3月4日10點開幕", "開幕"),
        ("2024-03-04PM2.5超标", "PM2.5超标"),
        ("2024-03-04 PM2.5超標", " PM2.5超標"),
        ("March 4, 2024 by John", " by John"),
        ("2023年比特幣", "比特幣"),
    ] {
        assert_eq!(after_date(text).as_deref(), Some(remaining), "{text}");
    }
    for text in ["3月4日", "2024", "12.5%", "20240304050", "一些", "May I", "1,000", "10:00"] {
        assert_eq!(after_date(text), None, "{text}");
    }
}

#[test]
fn null_dates_are_recognised() {
    for text in ["1900/1/1 0:00:00", "", "0000-00-00", "0001-01-01T00:00:00", "(1900-01-01)"] {
        assert!(is_null(text), "{text}");
    }
    assert!(!is_null("2023/13/1") && !is_null("昨天"));
}

/// A time in each form of text that states the seconds.
fn forms_with_seconds(time: DateTime) -> Vec<String> {
    let utc = ARCHIVE_OFFSET.to_timestamp(time).unwrap();
    let half = if time.hour() < 12 { "上午" } else { "下午" };
    let hour = if time.hour() % 12 == 0 { 12 } else { time.hour() % 12 };
    let mut forms: Vec<String> = [
        "%Y/%-m/%-d %-H:%M:%S",
        "%Y-%m-%dT%H:%M:%S",
        "%Y年%-m月%-d日%H:%M:%S",
        "%Y年%m月%d日 %H時%M分%S秒",
        "%-m/%-d/%Y %-I:%M:%S %p",
        "%B %-d, %Y %I:%M:%S %p",
        "%a %b %e %H:%M:%S %Y",
        "%A, %d-%b-%Y %H:%M:%S",
        "%Y%m%d%H%M%S",
        "%H:%M:%S %Y-%m-%d",
    ]
    .iter()
    .map(|form| time.strftime(form).to_string())
    .collect();
    forms.extend([
        utc.to_string(),
        utc.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        time.strftime("%Y-%m-%dT%H:%M:%S+08:00").to_string(),
        format!("{} {half}{hour}:{:02}:{:02}", time.date(), time.minute(), time.second()),
    ]);
    if time.year() > 1911 {
        let date = format!("民國{}年{}月{}日", time.year() - 1911, time.month(), time.day());
        forms.push(format!("{date} {}", time.strftime("%H:%M:%S")));
    }
    forms
}

proptest! {
    #[test]
    fn a_printed_time_parses_to_itself(
        day in 0..109_000_i64, second in 0..86_400_i64,
    ) {
        // 109,000 days after 1800 the year is 2098; later than 2099 is not plausible.
        let seconds = jiff::SignedDuration::from_secs(day * 86_400 + second);
        let time = datetime(1800, 1, 2, 0, 0, 0, 0).checked_add(seconds).unwrap();
        prop_assume!(time.date() != date(1900, 1, 1));
        for form in forms_with_seconds(time) {
            prop_assert_eq!(parse_any(&form), Some(Moment::Time(time)), "{}", form);
        }
    }

    #[test]
    fn the_shortcut_for_usual_dates_agrees_with_the_grammar(
        text in "[0-9]{3,5}[/-][0-9]{0,3}[/-][0-9]{0,3} ?[0-9]{0,3}:?[0-9]{0,3}:?[0-9]{0,3}( |]|Z|)",
    ) {
        if let Some(found) = usual::parse(&text) {
            prop_assert_eq!(Some(found), parse_day_then_time(Cursor::new(&text), None));
        }
    }

    #[test]
    fn parsing_never_panics_and_dates_end_on_character_boundaries(
        text in "([0-9０-９年月日時分:： /.,TZ+()一二十〇民國上午下午星期-]|March|AM|UTC|Wed|CST){0,24}",
    ) {
        if let Some(found) = parse_prefix(&text) {
            prop_assert!(found.bytes > 0 && text.is_char_boundary(found.bytes));
            let again = parse_prefix(&text[..found.bytes]);
            prop_assert_eq!(again.map(|again| again.bytes), Some(found.bytes));
        }
        parse_any(&text);
        let searched_chars = 60;
        find_first(&text, searched_chars);
    }
}

#[test]
fn date_parts_are_read_without_checking_that_the_day_exists() {
    for (text, year, month, day, remaining) in [
        ("2023", 2023, None, None, ""),
        ("2023-05..", 2023, Some(5), None, ".."),
        ("2023/13/45", 2023, Some(13), Some(45), ""),
        ("2023-05/17", 2023, Some(5), None, "/17"),
        ("2023年5月17日電", 2023, Some(5), Some(17), "電"),
        ("2023年5月 17日", 2023, Some(5), None, " 17日"),
        ("2023年五月", 2023, None, None, "五月"),
        ("20230517", 2023, Some(5), Some(17), ""),
        ("2023-q2", 2023, None, None, "-q2"),
    ] {
        let found = date_parts(text).unwrap();
        let value = |part: Option<DatePart>| part.map(|part| part.value);
        assert_eq!((found.year.value, value(found.month), value(found.day)), (year, month, day));
        let last = found.day.or(found.month).unwrap_or(found.year);
        assert_eq!(&text[last.end..], remaining, "{text}");
    }
    for text in ["", "203", "20235", "202305171030", "五月", " 2023"] {
        assert_eq!(date_parts(text), None, "{text}");
    }
}
