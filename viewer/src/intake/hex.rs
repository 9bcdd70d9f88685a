//! Ids as text.

use std::fmt::Write as _;

/// `None` unless `text` is whole bytes of hex, in capitals or not.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks_exact(2)
        .map(|pair| Some(digit(pair.first()?)? << 4 | digit(pair.get(1)?)?))
        .collect()
}

pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing into a String does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Span ids are kept as integers.
pub fn encode_span_id(id: u64) -> String {
    format!("{id:016x}")
}

fn digit(byte: &u8) -> Option<u8> {
    char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_read_in_capitals_too_and_nothing_else_is() {
        assert_eq!(decode("00ffAb"), Some(vec![0, 255, 0xAB]));
        assert_eq!(decode(""), Some(vec![]));
        for bad in ["0", "0g", "+1", "äö"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
        assert_eq!(encode(&[0, 255, 0xAB]), "00ffab");
    }
}
