//! Servers' words on their way into a message: short, on one line, and without our credentials,
//! which some servers repeat ("token abc is not valid").

use http::HeaderMap;

/// Enough of a server's message to understand it.
const MAX_SERVER_TEXT_CHARS: usize = 300;
/// Values shorter than this occur in ordinary text, and hide nothing.
const MIN_SECRET_BYTES: usize = 6;

/// Knows what must not appear in a message.
pub struct Redactor {
    secrets: Vec<String>,
}

impl Redactor {
    /// Takes every header value for a secret, and what follows a scheme such as `Bearer`.
    pub fn new(headers: &HeaderMap) -> Self {
        let mut secrets: Vec<String> = headers
            .iter()
            .filter(|(_, value)| value.is_sensitive())
            .filter_map(|(_, value)| value.to_str().ok())
            .flat_map(|value| [Some(value), value.split_once(' ').map(|(_, rest)| rest)])
            .flatten()
            .map(|secret| secret.trim().to_owned())
            .filter(|secret| secret.len() >= MIN_SECRET_BYTES)
            .collect();
        // The longest first, so that no remainder of one is left behind by another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self { secrets }
    }

    /// The text as it may be shown.
    pub fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), "***");
            }
        }
        let spaced = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        let mut short: String = spaced.clone().take(MAX_SERVER_TEXT_CHARS).collect();
        if spaced.count() > MAX_SERVER_TEXT_CHARS {
            short.push('…');
        }
        short.trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn redactor(values: &[&str]) -> Redactor {
        let mut headers = HeaderMap::new();
        for value in values {
            let mut value = HeaderValue::from_str(value).expect("a header value");
            value.set_sensitive(true);
            headers.append("x", value);
        }
        Redactor::new(&headers)
    }

    #[test]
    fn credentials_that_a_server_repeats_are_hidden() {
        for (values, text, shown) in [
            (&["Bearer sk-12345678"][..], "token sk-12345678 is bad", "token *** is bad"),
            (&["Bearer sk-12345678"], "got 'Bearer sk-12345678'", "got '***'"),
            (&["abcdef", "abcdefgh"], "abcdefgh abcdef", "*** ***"),
            (&["on"], "moving on", "moving on"),
            (&[], "plain", "plain"),
        ] {
            assert_eq!(redactor(values).clean(text), shown);
        }
    }

    #[test]
    fn a_server_text_is_cut_at_three_hundred_characters_and_kept_on_one_line() {
        let shown = redactor(&[]).clean(&"ä\n".repeat(200));
        assert_eq!(shown.chars().count(), 301);
        assert!(shown.ends_with('…') && !shown.contains('\n'));
    }
}
