//! Images in a value: as data URIs in any text, as base64 or as a URL where JSON says that there is
//! an image.

use crate::redact::json::{Field, REDACTED, has_beside};

/// Which images go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Images {
    pub all: bool,
    /// Longer ones, where they are base64.
    pub max_length: Option<usize>,
}

/// A text of nothing but base64 that is longer than this is no word or id.
const MIN_BARE_BASE64_BYTES: usize = 256;

impl Images {
    pub fn is_nothing(self) -> bool {
        self == Images::default()
    }

    fn hides(self, length: usize) -> bool {
        self.all || self.max_length.is_some_and(|max| length > max)
    }

    /// The text without images; `None` where it has none.
    pub fn without(self, text: &str) -> Option<String> {
        if self.all && text.len() >= MIN_BARE_BASE64_BYTES && is_base64(text) {
            return Some(REDACTED.to_owned());
        }
        let mut out = String::new();
        let mut copied = 0;
        let mut from = 0;
        while let Some(start) = find_data_uri(text, from) {
            let rest = text.get(start..)?;
            let end = start + rest.bytes().take_while(|byte| is_of_data_uri(*byte)).count();
            if self.hides(end - start) {
                out.push_str(text.get(copied..start)?);
                out.push_str(REDACTED);
                copied = end;
            }
            from = end;
        }
        if copied == 0 {
            return None;
        }
        out.push_str(text.get(copied..)?);
        Some(out)
    }

    /// Whether a field of an object holds an image.
    pub fn is_in(self, field: &Field<'_>, fields: &[Field<'_>]) -> bool {
        if self.is_nothing() || field.is_plain() || !is_image(field, fields) {
            return false;
        }
        if self.all {
            return true;
        }
        // What is inside is looked at by itself.
        let is_url = field.text().is_some_and(|text| text.contains("://"));
        field.is_text() && !is_url && self.hides(field.value.len() - 2)
    }
}

fn is_image(field: &Field<'_>, fields: &[Field<'_>]) -> bool {
    const KEYS: [&str; 14] = [
        "image",
        "images",
        "image_url",
        "imageurl",
        "input_image",
        "image_data",
        "mask",
        "inline_data",
        "inlinedata",
        "b64_json",
        "partial_image_b64",
        "reference_images",
        "image_base64",
        "screenshot",
    ];
    const DATA: [&str; 12] = [
        "data",
        "url",
        "uri",
        "source",
        "bytes",
        "result",
        "name",
        "file_uri",
        "fileuri",
        "file_id",
        "file_data",
        "base64",
    ];
    let key = field.key.to_ascii_lowercase();
    KEYS.contains(&&*key) || (DATA.contains(&&*key) && has_beside(fields, says_image))
}

/// `type: "image"`, `mimeType: "image/png"`. The tool that makes images is none.
fn says_image(field: &Field<'_>) -> bool {
    const KEYS: [&str; 6] =
        ["type", "mime_type", "mimeType", "media_type", "mediaType", "contentType"];
    KEYS.contains(&&*field.key)
        && field.text().is_some_and(|text| {
            text.to_ascii_lowercase().contains("image") && text != "image_generation"
        })
}

fn find_data_uri(text: &str, from: usize) -> Option<usize> {
    const START: &[u8] = b"data:image";
    let mut at = from;
    loop {
        at += memchr::memchr2(b'd', b'D', text.as_bytes().get(at..)?)?;
        if text.as_bytes().get(at..at + START.len())?.eq_ignore_ascii_case(START) {
            return Some(at);
        }
        at += 1;
    }
}

fn is_of_data_uri(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=;,:%._-".contains(&byte)
}

fn is_base64(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=-_\r\n".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Images = Images { all: true, max_length: None };

    #[test]
    fn data_uris_go_from_any_text() {
        for (text, expected) in [
            ("data:image/png;base64,iVBORw0KGgo=", "__REDACTED__"),
            ("see ![a](data:image/png;base64,iVBO) there", "see ![a](__REDACTED__) there"),
            (
                "DATA:IMAGE/svg+xml,%3Csvg%3E and data:image/gif;base64,R0",
                "__REDACTED__ and __REDACTED__",
            ),
        ] {
            assert_eq!(ALL.without(text).as_deref(), Some(expected));
        }
        assert_eq!(ALL.without(&"iVBORw0K".repeat(40)).as_deref(), Some("__REDACTED__"));
        for text in ["", "data:", "data:text/plain,x", "a https://host/cat.png"] {
            assert_eq!(ALL.without(text), None, "{text}");
        }
    }

    #[test]
    fn short_ones_stay_where_there_is_a_limit() {
        let limited = Images { all: false, max_length: Some(30) };
        assert_eq!(limited.without("data:image/png;base64,iVBORw0K"), None);
        assert_eq!(limited.without("data:image/png;base64,iVBORw0KG").as_deref(), Some(REDACTED));
    }
}
