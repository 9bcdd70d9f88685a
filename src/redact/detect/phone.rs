//! Telephone numbers: international ones, and the national forms of North America and of countries
//! whose numbers begin with a 0. A form that identifiers and counts share needs a word in front of it,
//! such as `phone`.

use super::number_run::{Group, Run};
use super::{byte, byte_before};

/// Words that say that a number follows, lower case.
const WORDS: [&str; 10] =
    ["phone", "tel", "telephone", "mobile", "cell", "fax", "whatsapp", "sms", "telefon", "handy"];

/// How far in front of a number such a word may stand.
const WORD_REACH: usize = 24;

/// E.164 has no longer numbers.
const MAX_DIGITS: usize = 15;

/// Whether what stands under this key is a telephone number.
pub(super) fn is_key(key: &str) -> bool {
    let name = key.rsplit('.').next().unwrap_or(key);
    let lower = name.to_ascii_lowercase();
    ["phone", "mobile", "fax", "msisdn", "whatsapp"].iter().any(|word| lower.contains(word))
        || matches!(lower.as_str(), "tel" | "cell")
}

/// The number that begins with the group at `index`.
pub(super) fn at(run: &Run, text: &str, index: usize, is_phone: bool) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let groups = run.groups.get(index..)?;
    let first = groups.first()?;
    let start = if index == 0 { run.start } else { first.start };
    let before = byte_before(bytes, start);
    let is_sign = before.is_ascii_alphanumeric() || matches!(before, b'_' | b'.' | b'$' | b'%');
    let is_glued = is_sign && !(run.follows_found && start == run.start);
    let is_inside = index > 0 && !matches!(first.sign, b' ' | b'(');
    if is_glued || is_inside {
        return None;
    }
    let lead = bytes.get(start..first.start)?;
    let has_plus = lead.contains(&b'+');
    let length = if has_plus {
        international(bytes, groups)
    } else {
        from_abroad(bytes, groups)
            .or_else(|| north_american(bytes, groups, lead))
            .or_else(|| with_trunk_zero(bytes, groups).filter(|_| !is_inside_list(run, index)))
            .or_else(|| {
                let is_told = is_phone || is_announced(text, start);
                is_told.then(|| any(bytes, groups)).flatten()
            })
    }?;
    let end = groups.get(length - 1)?.end;
    let next = byte(bytes, end);
    let goes_on = next.is_ascii_alphanumeric() && !next.eq_ignore_ascii_case(&b'x');
    let is_decimal = matches!(next, b'.' | b',' | b':') && byte(bytes, end + 1).is_ascii_digit();
    (!goes_on && next != b'_' && !is_decimal).then_some((start, end))
}

fn digits_of(groups: &[Group]) -> usize {
    groups.iter().map(Group::len).sum()
}

/// As many groups as have no more digits than a number can have.
fn fitting(groups: &[Group], max_digits: usize) -> usize {
    let mut digits = 0;
    groups
        .iter()
        .take_while(|group| {
            digits += group.len();
            digits <= max_digits
        })
        .count()
}

/// After a `+`.
fn international(bytes: &[u8], groups: &[Group]) -> Option<usize> {
    const MIN_DIGITS: usize = 8;
    /// The country code 1 and ten digits.
    const NORTH_AMERICAN: usize = 11;
    let first = groups.first()?;
    if byte(bytes, first.start) == b'0' {
        return None;
    }
    let is_north_american = byte(bytes, first.start) == b'1';
    let max = if is_north_american { NORTH_AMERICAN } else { MAX_DIGITS };
    let length = fitting(groups, max);
    (digits_of(groups.get(..length)?) >= MIN_DIGITS).then_some(length)
}

/// With 00 in front of the country code, and something between the groups.
fn from_abroad(bytes: &[u8], groups: &[Group]) -> Option<usize> {
    const MIN_DIGITS: usize = 10;
    let first = groups.first()?;
    let head = bytes.get(first.start..first.start + 3)?;
    let length = fitting(groups, MAX_DIGITS + 2);
    let fits = matches!(head, [b'0', b'0', b'1'..=b'9'])
        && first.len() >= 3
        && length >= 2
        && digits_of(groups.get(..length)?) >= MIN_DIGITS;
    fits.then_some(length)
}

/// `(415) 555-2671`, `1-415-555-2671`, `415.555.2671`; with spaces alone it could be three counts.
fn north_american(bytes: &[u8], groups: &[Group], lead: &[u8]) -> Option<usize> {
    let has_prefix = groups.first()?.len() == 1 && byte(bytes, groups.first()?.start) == b'1';
    let skipped = usize::from(has_prefix);
    let [area, exchange, line, ..] = groups.get(skipped..)? else { return None };
    let is_shaped = (area.len(), exchange.len(), line.len()) == (3, 3, 4)
        && matches!(byte(bytes, area.start), b'2'..=b'9')
        && matches!(byte(bytes, exchange.start), b'2'..=b'9');
    let is_marked = lead.contains(&b'(')
        || area.sign == b'('
        || matches!((exchange.sign, line.sign), (b'-', b'-') | (b'.', b'.') | (b')', _))
        || (exchange.sign == b' ' && line.sign == b'-')
        || (has_prefix && area.sign == b' ' && exchange.sign == b' ' && line.sign == b' ');
    let more = groups.get(skipped + 3);
    let goes_on = more.is_some_and(|next| matches!(next.sign, b'-' | b'.'));
    (is_shaped && is_marked && !goes_on).then_some(skipped + 3)
}

/// `030 1234567`, `0171/234 56 78`, `01 23 45 67 89`: what separates the groups is the same all
/// through, but for what follows the area code.
fn with_trunk_zero(bytes: &[u8], groups: &[Group]) -> Option<usize> {
    const DIGITS: std::ops::RangeInclusive<usize> = 9..=12;
    const MAX_GROUPS: usize = 5;
    let first = groups.first()?;
    let has_zero = byte(bytes, first.start) == b'0'
        && matches!(byte(bytes, first.start + 1), b'1'..=b'9')
        && (2..=6).contains(&first.len());
    if !has_zero {
        return None;
    }
    let most = groups.len().min(MAX_GROUPS);
    (2..=most).rev().find(|length| {
        let (taken, left) = groups.split_at_checked(*length).unwrap_or((groups, &[]));
        // A longer list of such groups is a list.
        let goes_on = left.first().zip(taken.last()).is_some_and(|(next, last)| {
            next.sign != b' ' || (last.sign == b' ' && next.len() == last.len())
        });
        let is_date = taken.iter().map(Group::len).take(3).eq([2, 2, 4]);
        let sign = taken.get(2).map(|group| group.sign);
        let is_even = taken.iter().skip(2).all(|group| Some(group.sign) == sign);
        let is_shaped = taken.iter().all(|group| group.len() >= 2);
        DIGITS.contains(&digits_of(taken)) && is_shaped && is_even && !is_date && !goes_on
    })
}

/// Whether a group of the same length is right in front.
fn is_inside_list(run: &Run, index: usize) -> bool {
    let before = index.checked_sub(1).and_then(|before| run.groups.get(before));
    before.zip(run.groups.get(index)).is_some_and(|(before, group)| before.len() == group.len())
}

/// Where a word says that it is one.
fn any(bytes: &[u8], groups: &[Group]) -> Option<usize> {
    const MIN_DIGITS: usize = 7;
    let length = fitting(groups, MAX_DIGITS);
    let taken = groups.get(..length)?;
    let is_year = groups.first().is_some_and(|first| {
        first.len() == 4 && matches!(bytes.get(first.start..first.start + 2), Some(b"19" | b"20"))
    });
    (digits_of(taken) >= MIN_DIGITS && !is_year).then_some(length)
}

fn is_announced(text: &str, start: usize) -> bool {
    let mut from = start.saturating_sub(WORD_REACH);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let Some(before) = text.get(from..start) else { return false };
    let lower = before.to_ascii_lowercase();
    let is_sign = |character: char| !character.is_alphanumeric();
    let mut next = from;
    lower.split_inclusive(is_sign).any(|part| {
        let begin = next;
        next += part.len();
        // `<phone:1f2e3d4c>` stands where a number was, and says nothing of what follows.
        let is_ours = byte_before(text.as_bytes(), begin) == b'<' && part.ends_with(':');
        let word = part.trim_end_matches(is_sign).trim_end_matches("number");
        !is_ours && WORDS.contains(&word)
    })
}
