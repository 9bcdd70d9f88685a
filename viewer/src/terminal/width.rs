//! How many columns a text takes, and texts cut or filled up to a number of columns.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

const CUT: char = '…';

pub fn of(text: &str) -> usize {
    text.width()
}

/// At most so many columns; that something is missing is shown.
pub fn cut(text: &str, columns: usize) -> String {
    if of(text) <= columns {
        return text.to_owned();
    }
    let Some(room) = columns.checked_sub(1) else { return String::new() };
    let mut kept = String::new();
    let mut taken = 0;
    for char in text.chars() {
        taken += char.width().unwrap_or(0);
        if taken > room {
            break;
        }
        kept.push(char);
    }
    kept.push(CUT);
    kept
}

/// Exactly so many columns, the text at the left.
pub fn left(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    let missing = columns.saturating_sub(of(&text));
    text + &" ".repeat(missing)
}

/// Exactly so many columns, the text at the right.
pub fn right(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    " ".repeat(columns.saturating_sub(of(&text))) + &text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_and_not_characters() {
        assert_eq!(of("返金"), 4);
        for (text, columns, expected) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("返金だ", 5, "返金…"),
            ("返金だ", 4, "返…"),
            ("a", 0, ""),
        ] {
            assert_eq!(cut(text, columns), expected, "{text} {columns}");
        }
        assert_eq!(left("返金だ", 4), "返… ");
        assert_eq!(right("ab", 4), "  ab");
    }
}
