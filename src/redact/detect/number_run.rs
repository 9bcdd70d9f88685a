//! Numbers in groups, such as `4111 1111 1111 1111` or `+49 (0)30 123456`: read once, and then looked
//! at as payment cards, telephone numbers and addresses.

use super::{Detector, Detectors, Found, byte, byte_before, end_while, end_within, ip, phone};

/// More groups than any number has; a table's row goes on in the next run.
const MAX_GROUPS: usize = 12;

/// `(+`
const MAX_LEAD: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Group {
    pub start: usize,
    pub end: usize,
    /// The sign between this group and the one before; 0 for the first.
    pub sign: u8,
}

impl Group {
    pub fn len(&self) -> usize {
        self.end - self.start
    }
}

#[derive(Debug)]
pub(super) struct Run {
    /// Of the first digit, or what stands before it: `+`, `(`.
    pub start: usize,
    /// What is in front of it will be gone: nothing is glued to that.
    pub follows_found: bool,
    pub groups: Vec<Group>,
}

impl Run {
    /// What begins at `at` with a digit, or a sign right before one.
    pub fn read(bytes: &[u8], at: usize) -> Option<Self> {
        let first = end_within(bytes, at, MAX_LEAD, |byte| matches!(byte, b'+' | b'('));
        if !byte(bytes, first).is_ascii_digit() {
            return None;
        }
        let mut groups = Vec::new();
        let mut start = first;
        let mut sign = 0;
        while groups.len() < MAX_GROUPS {
            let end = end_while(bytes, start, |byte| byte.is_ascii_digit());
            if byte(bytes, end).is_ascii_alphabetic()
                && !byte(bytes, end).eq_ignore_ascii_case(&b'x')
            {
                break;
            }
            groups.push(Group { start, end, sign });
            let Some((next, between)) = next_group(bytes, end) else { break };
            (start, sign) = (next, between);
        }
        (!groups.is_empty()).then_some(Self { start: at, follows_found: false, groups })
    }

    pub fn end(&self) -> usize {
        self.groups.last().map_or(self.start, |group| group.end)
    }

    pub fn find(&self, text: &str, on: Detectors, is_phone: bool, found: &mut Vec<Found>) {
        let bytes = text.as_bytes();
        let mut index = 0;
        while let Some(group) = self.groups.get(index) {
            let hit = self.hit(text, index, on, is_phone);
            let Some((start, end, detector, label)) = hit else {
                index += 1;
                continue;
            };
            debug_assert!(end > group.start && end <= bytes.len());
            found.push(Found { start, end, detector, label });
            index = self.groups.iter().position(|group| group.start >= end).unwrap_or(usize::MAX);
        }
    }

    fn hit(
        &self,
        text: &str,
        index: usize,
        on: Detectors,
        is_phone: bool,
    ) -> Option<(usize, usize, Detector, &'static str)> {
        let bytes = text.as_bytes();
        let start = self.groups.get(index)?.start;
        if on.has(Detector::Ip)
            && let Some(end) = ip::end_of_v4(text, start)
        {
            return Some((start, end, Detector::Ip, "ip"));
        }
        if on.has(Detector::Card)
            && let Some(end) = self.end_of_card(bytes, index)
        {
            return Some((start, end, Detector::Card, "card"));
        }
        if on.has(Detector::Phone)
            && let Some((start, end)) = phone::at(self, text, index, is_phone)
        {
            return Some((start, end, Detector::Phone, "phone"));
        }
        None
    }

    /// The longest card number that begins with this group.
    fn end_of_card(&self, bytes: &[u8], index: usize) -> Option<usize> {
        const MAX_DIGITS: usize = 19;
        /// With separators the first group has four digits, and none has more than six.
        const FIRST_GROUP: usize = 4;
        const OTHER_GROUPS: std::ops::RangeInclusive<usize> = 2..=6;
        let groups = self.groups.get(index..)?;
        let first = groups.first()?;
        let before = byte_before(bytes, first.start);
        let is_fraction = before == b'.' && byte_before(bytes, first.start - 1).is_ascii_digit();
        if before.is_ascii_alphanumeric() || is_fraction {
            return None;
        }
        let mut digits = Vec::with_capacity(MAX_DIGITS);
        let mut end = None;
        let mut sign = 0;
        for (place, group) in groups.iter().enumerate() {
            if place == 1 {
                sign = group.sign;
            }
            let is_shaped = match place {
                0 => true,
                _ => {
                    first.len() == FIRST_GROUP
                        && matches!(sign, b' ' | b'-' | b'.')
                        && group.sign == sign
                        && group.start - groups.get(place - 1)?.end == 1
                        && OTHER_GROUPS.contains(&group.len())
                }
            };
            if !is_shaped || digits.len() + group.len() > MAX_DIGITS {
                break;
            }
            digits.extend(bytes.get(group.start..group.end)?.iter().map(|byte| byte - b'0'));
            let next = byte(bytes, group.end);
            let is_decimal = next == b'.' && byte(bytes, group.end + 1).is_ascii_digit();
            let goes_on = next.is_ascii_alphanumeric() || (is_decimal && sign != b'.');
            if !goes_on && is_card(&digits) {
                end = Some(group.end);
            }
        }
        end
    }
}

/// Where the next group of the same number begins, and the sign that stands between.
fn next_group(bytes: &[u8], end: usize) -> Option<(usize, u8)> {
    /// `) `, ` (`, `)-`
    const MAX_SIGNS: usize = 2;
    let first = byte(bytes, end);
    let next = end_within(bytes, end, MAX_SIGNS + 1, |byte| {
        matches!(byte, b' ' | b'-' | b'.' | b'/' | b'(' | b')')
    });
    let signs = bytes.get(end..next)?;
    let is_pair = matches!(signs, b") " | b")-" | b" (" | b"-(" | b")/");
    let fits = signs.len() == 1 || (signs.len() == MAX_SIGNS && is_pair);
    (fits && byte(bytes, next).is_ascii_digit()).then_some((next, first))
}

const ANY_LENGTH: &[usize] = &[13, 14, 15, 16, 17, 18, 19];

/// The digits that issuers' numbers begin with, and how long such numbers are. Without it one
/// identifier in ten would pass for a card.
#[rustfmt::skip]
const ISSUERS: [(u32, u32, &[usize]); 20] = [
    (2200, 2204, &[16]),             // Mir
    (2221, 2720, &[16]),             // Mastercard
    (3000, 3059, &[14, 16]),         // Diners Club
    (3095, 3095, &[14, 16]),
    (3600, 3699, &[14, 16]),
    (3800, 3999, &[14, 16]),
    (3400, 3499, &[15]),             // American Express
    (3700, 3799, &[15]),
    (3528, 3589, &[16]),             // JCB
    (4000, 4999, &[13, 16, 19]),     // Visa
    (5000, 5999, &[16]),             // Mastercard, Elo
    (5018, 5020, ANY_LENGTH),        // Maestro
    (5038, 5038, ANY_LENGTH),
    (5893, 5893, ANY_LENGTH),
    (6304, 6304, ANY_LENGTH),
    (6759, 6763, ANY_LENGTH),
    (6000, 6999, &[16]),             // Discover, RuPay, Hipercard
    (6200, 6299, &[16, 17, 18, 19]), // UnionPay
    (6500, 6599, &[16, 19]),         // Discover
    (8100, 8299, &[16]),             // RuPay, UnionPay
];

fn is_card(digits: &[u8]) -> bool {
    let head = digits.iter().take(4).fold(0, |head, digit| head * 10 + u32::from(*digit));
    let is_issued = ISSUERS.iter().any(|(from, to, lengths)| {
        (*from..=*to).contains(&head) && lengths.contains(&digits.len())
    });
    is_issued && passes_luhn(digits)
}

fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match u32::from(*digit) * (1 + place as u32 % 2) {
            doubled if doubled > 9 => doubled - 9,
            value => value,
        })
        .sum();
    sum.is_multiple_of(10)
}
