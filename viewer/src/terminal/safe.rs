//! Text of spans as a terminal may get it: what a terminal would obey, or what would change how the
//! text around it reads, is written out (`\u{1b}`).

use std::borrow::Cow;
use std::fmt::Write as _;

/// All of it on one line.
pub fn line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            _ => push(&mut line, char),
        }
    }
    line
}

/// Lines and tabs stay what they are.
pub fn lines(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    for char in text.replace("\r\n", "\n").chars() {
        match char {
            '\n' => lines.push(char),
            '\t' => lines.push_str("    "),
            _ => push(&mut lines, char),
        }
    }
    lines
}

/// JSON that means the same: what has to be written out is inside of its texts, if anywhere.
pub fn json(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|char| is_obeyed(char) && !char.is_ascii_whitespace()) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        if is_obeyed(char) && !char.is_ascii_whitespace() {
            let mut units = [0; 2];
            for unit in char.encode_utf16(&mut units) {
                // Writing into a String does not fail.
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(char);
        }
    }
    Cow::Owned(safe)
}

fn push(text: &mut String, char: char) {
    if is_obeyed(char) {
        let _ = write!(text, "\\u{{{:x}}}", u32::from(char));
    } else {
        text.push(char);
    }
}

/// Control characters, among them those of eight bits; line breaks; what turns the direction of text;
/// and characters that nobody sees.
fn is_obeyed(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\u{1b}[31m\u{9b}2J\u{7f}\u{202e}b\r\n\tc";

    #[test]
    fn no_command_reaches_the_terminal() {
        assert_eq!(line(HOSTILE), "a\\u{1b}[31m\\u{9b}2J\\u{7f}\\u{202e}b\\r\\n\\tc");
        assert_eq!(lines(HOSTILE), "a\\u{1b}[31m\\u{9b}2J\\u{7f}\\u{202e}b\n    c");
        assert_eq!(line("Zürich 返金 👩‍💻"), "Zürich 返金 👩‍💻");
    }

    #[test]
    fn json_means_the_same_when_it_is_safe() {
        let value = serde_json::json!({ "text": format!("{HOSTILE}\u{e0041}") });
        let written = value.to_string();
        let safe = json(&written);
        assert!(!safe.chars().any(is_obeyed), "{safe}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).expect("JSON"), value);
        assert!(matches!(json("{\n \"a\": 1\n}"), Cow::Borrowed(_)));
    }
}
