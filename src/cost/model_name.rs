//! The names under which a model may stand in a table of prices, the most particular first. Only
//! the date of a snapshot is ever left out: whatever else is added to a name makes another model.

/// `name` itself, and without a snapshot's date.
pub(super) fn names_of(name: &str) -> impl Iterator<Item = &str> {
    std::iter::once(name).chain(without_date(name))
}

/// `gpt-4.1-2025-04-14` and `claude-sonnet-4-20250514` without what follows the name.
fn without_date(name: &str) -> Option<&str> {
    [11, 9].into_iter().find_map(|length| {
        let at = name.len().checked_sub(length).filter(|at| *at > 0)?;
        let (model, end) = (name.get(..at)?, name.get(at..)?);
        is_date(end.strip_prefix('-')?).then_some(model)
    })
}

/// `2025-04-14` or `20250514`.
fn is_date(text: &str) -> bool {
    let (year, month, day) = match (text.len(), text.as_bytes()) {
        (10, [_, _, _, _, b'-', _, _, b'-', ..]) => (text.get(..4), text.get(5..7), text.get(8..)),
        (8, _) => (text.get(..4), text.get(4..6), text.get(6..)),
        _ => return false,
    };
    let within = |part: Option<&str>, least: u32, most: u32| {
        part.filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|part| part.parse::<u32>().ok())
            .is_some_and(|number| (least..=most).contains(&number))
    };
    within(year, 2020, 2099) && within(month, 1, 12) && within(day, 1, 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_date_of_a_snapshot_is_left_out() {
        for (name, without) in [
            ("gpt-4.1-2025-04-14", Some("gpt-4.1")),
            ("claude-sonnet-4-20250514", Some("claude-sonnet-4")),
            ("gpt-4o-mini", None),
            ("gpt-4-0613", None),
            ("gpt-4o-2025-13-14", None),
            ("gpt-4o-2025-04-32", None),
            ("gpt-4o-20250400", None),
            ("gpt-4o-12345678", None),
            ("gpt-4o-+025-04-14", None),
            ("model-2025-04-14-beta", None),
            ("-2025-04-14", None),
            ("2025-04-14", None),
            ("modèle-20250514", Some("modèle")),
            ("é20250514", None),
            ("", None),
        ] {
            assert_eq!(without_date(name), without, "{name}");
        }
    }
}
