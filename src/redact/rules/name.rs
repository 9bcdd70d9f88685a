//! Names of attributes and of JSON's members, as rules give them: without regard to the case of ASCII
//! letters, `*` for any characters.

#[derive(Debug, Clone)]
pub struct Name(String);

impl Name {
    pub fn new(given: &str) -> Self {
        Self(given.to_ascii_lowercase())
    }

    pub fn matches(&self, name: &str) -> bool {
        let mut pieces = self.0.split('*');
        let first = pieces.next().unwrap_or_default();
        let name = name.as_bytes();
        let Some(mut rest) = without_start(name, first) else { return false };
        let mut last = None;
        for piece in pieces {
            if let Some(piece) = last.replace(piece) {
                let Some(at) = position(rest, piece) else { return false };
                rest = rest.get(at + piece.len()..).unwrap_or_default();
            }
        }
        match last {
            None => rest.is_empty(),
            Some(end) => rest
                .len()
                .checked_sub(end.len())
                .and_then(|at| rest.get(at..))
                .is_some_and(|tail| tail.eq_ignore_ascii_case(end.as_bytes())),
        }
    }
}

fn without_start<'a>(name: &'a [u8], start: &str) -> Option<&'a [u8]> {
    let (head, rest) = name.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start.as_bytes()).then_some(rest)
}

fn position(name: &[u8], piece: &str) -> Option<usize> {
    if piece.is_empty() {
        return Some(0);
    }
    name.windows(piece.len()).position(|window| window.eq_ignore_ascii_case(piece.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn a_name_is_found_in_any_case_and_a_star_stands_for_anything() {
        let rows = [
            ("ssn", "SSN", true),
            ("ssn", "ssn2", false),
            ("*.ssn", "person.Ssn", true),
            ("*.ssn", "ssn", false),
            ("llm.*.content", "llm.input_messages.0.message.content", true),
            ("llm.*.content", "llm.content", false),
            ("*", "", true),
            ("a*a", "a", false),
            ("a*b*c", "a-b-b-c", true),
            ("größe", "größe", true),
        ];
        for (given, name, expected) in rows {
            assert_eq!(Name::new(given).matches(name), expected, "{given} {name}");
        }
    }
}
