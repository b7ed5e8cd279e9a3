//! Joins dates whose parts stand in elements of their own, as in
//! `<em>2023</em><em>02</em>/<em>14</em><span>15:20</span>` or `<b>14</b><i>2023-02</i>`.

use super::lines::TextPiece;
use crate::date;
use crate::record::Moment;

/// Maximum number of pieces of a date: three numbers and a time, with separators between them.
const MAX_PIECES: usize = 8;
/// Maximum bytes of a piece.
const MAX_BYTES: usize = 24;

/// Joins the pieces of each date into one piece, which is the first one's.
pub(super) fn join(pieces: &mut Vec<TextPiece>) {
    let mut kept = 0;
    let mut next = 0;
    while next < pieces.len() {
        let (count, text) = date_at(&pieces[next..]).map_or((1, None), |(n, text)| (n, Some(text)));
        if let Some(text) = text {
            pieces[next].text = text;
        }
        pieces.swap(kept, next);
        kept += 1;
        next += count;
    }
    pieces.truncate(kept);
}

/// How many pieces, of those from the first on, are together a date, and that date; `None` if the
/// first piece is no part of a date.
fn date_at(pieces: &[TextPiece]) -> Option<(usize, String)> {
    let first = pieces.first().filter(|piece| is_part(piece) && has_digit(piece))?;
    let is_near = |pair: &[TextPiece]| {
        pair[0].part == pair[1].part && pair[1].line.saturating_sub(pair[0].line) <= 1
    };
    let following = pieces.windows(2).take(MAX_PIECES - 1);
    let count = 1 + following.take_while(|pair| is_near(pair) && is_part(&pair[1])).count();
    if count < 2 || is_date(&first.text) {
        return None;
    }
    (2..=count).rev().find_map(|count| Some((count, joined(&pieces[..count])?)))
}

/// Whether a piece can be a part of a date: it has digits and separators, and is no date itself.
fn is_part(piece: &TextPiece) -> bool {
    let is_of_date =
        |c: char| c.is_ascii_digit() || c.is_whitespace() || "/-.:：,年月日號号".contains(c);
    piece.text.len() <= MAX_BYTES && piece.text.chars().all(is_of_date) && !is_date(&piece.text)
}

fn has_digit(piece: &TextPiece) -> bool {
    piece.text.contains(|c: char| c.is_ascii_digit())
}

fn is_date(text: &str) -> bool {
    matches!(date::at_start(text), Some((Moment::Day(_) | Moment::Time(_), _)))
}

/// The date that pieces are together: year, month and day; day, year and month; or month, day and
/// year; and then perhaps the time.
fn joined(pieces: &[TextPiece]) -> Option<String> {
    if !has_digit(pieces.last()?) {
        return None;
    }
    // Each number, whether it belongs to a time, and the piece that it stands in.
    let mut numbers: Vec<(&str, bool, usize)> = Vec::new();
    for (number, piece) in pieces.iter().enumerate() {
        let mut after_colon = false;
        let mut remaining = &*piece.text;
        while let Some(start) = remaining.find(|c: char| c.is_ascii_digit()) {
            after_colon |= remaining[..start].contains([':', '：']);
            let digits = &remaining[start..];
            let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            let before_colon = digits[end..].starts_with([':', '：']);
            numbers.push((&digits[..end], before_colon || after_colon, number));
            remaining = &digits[end..];
        }
    }
    let (date, time) = numbers.split_at_checked(3)?;
    if date.iter().any(|(_, is_time, _)| *is_time) || time.iter().any(|(_, is_time, _)| !is_time) {
        return None;
    }
    let is_year =
        |text: &str| text.len() == 4 && (text.starts_with("19") || text.starts_with("20"));
    let number = |text: &str, max: u8| {
        text.parse().ok().filter(|number| text.len() <= 2 && (1..=max).contains(number))
    };
    let [a, b, c] = [date[0].0, date[1].0, date[2].0];
    let (year, month, day) = match [a, b, c].map(is_year) {
        [true, false, false] => (a, b, c),
        [false, true, false] => (b, c, a),
        [false, false, true] => day_and_month([date[0], date[1], date[2]])?,
        _ => return None,
    };
    let (month, day): (u8, u8) = (number(month, 12)?, number(day, 31)?);
    let time: Vec<&str> = time.iter().map(|(digits, ..)| *digits).collect();
    if !matches!(time.len(), 0 | 2 | 3) {
        return None;
    }
    let text = format!("{year}-{month:02}-{day:02} {}", time.join(":"));
    is_date(&text).then(|| text.trim_end().to_owned())
}

/// The year, month and day of a date whose year comes last: month and day in one piece are in this
/// order, and a month in one piece with the year follows the day. Otherwise a number above 12 is
/// the day; `None` if neither is.
fn day_and_month([a, b, year]: [(&str, bool, usize); 3]) -> Option<(&str, &str, &str)> {
    let is_day = |text: &str| text.parse::<u8>().is_ok_and(|number| number > 12);
    let is_month_first = match (a.2 == b.2, b.2 == year.2) {
        (true, false) => true,
        (false, true) => false,
        _ if is_day(b.0) => true,
        _ if is_day(a.0) => false,
        _ => return None,
    };
    let (month, day) = if is_month_first { (a.0, b.0) } else { (b.0, a.0) };
    Some((year.0, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined_pieces(texts: &[&str]) -> Vec<String> {
        let piece = |text: &&str| TextPiece {
            line: 0,
            text: (*text).to_owned(),
            roles: super::super::open_elements::Roles::default(),
            part: 0,
        };
        let mut pieces: Vec<TextPiece> = texts.iter().map(piece).collect();
        join(&mut pieces);
        pieces.into_iter().map(|piece| piece.text).collect()
    }

    #[test]
    fn the_pieces_of_a_date_are_joined() {
        for (pieces, wanted) in [
            (&["2023", "02", "/", "14", "15:20:11"][..], "2023-02-14 15:20:11"),
            (&["2023", "04/08", "20:55"], "2023-04-08 20:55"),
            (&["14", "2023-02"], "2023-02-14"),
            (&["14", "/", "2023.02"], "2023-02-14"),
            (&["02-14", "2023"], "2023-02-14"),
            (&["2023年", "2月", "14日"], "2023-02-14"),
        ] {
            assert_eq!(joined_pieces(pieces), [wanted], "{pieces:?}");
        }
        let texts = ["来源", "2023", "02-14", "12", "评论"];
        assert_eq!(joined_pieces(&texts), ["来源", "2023-02-14", "12", "评论"]);
        for pieces in [
            &["14", "2023-02-14 10:00"][..],
            &["2023", "13", "14"],
            &["2023", "2022", "2021"],
            &["1", "2", "3"],
            &["23", "2023-02", "来源"],
        ] {
            let is_joined = joined_pieces(pieces).len() < pieces.len();
            assert_eq!(is_joined, pieces[0] == "23", "{pieces:?}");
        }
    }
}
