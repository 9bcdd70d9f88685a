//! Durations, counts, money and times as people read them.

const MS_PER_S: f64 = 1e3;
const MS_PER_MINUTE: f64 = 6e4;
const MS_PER_HOUR: f64 = 3.6e6;
const MS_PER_DAY: f64 = 8.64e7;

pub fn duration(ms: f64) -> String {
    if ms < 1.0 {
        format!("{ms:.2} ms")
    } else if ms < 100.0 {
        format!("{ms:.1} ms")
    } else if ms < MS_PER_S {
        format!("{ms:.0} ms")
    } else if ms < MS_PER_MINUTE {
        format!("{:.2} s", ms / MS_PER_S)
    } else if ms < MS_PER_HOUR {
        format!("{:.1} min", ms / MS_PER_MINUTE)
    } else {
        format!("{:.1} h", ms / MS_PER_HOUR)
    }
}

/// How long ago something was.
pub fn age(ms: f64) -> String {
    if ms < 0.0 {
        // Another machine's clock.
        format!("in {}", coarse(-ms))
    } else {
        format!("{} ago", coarse(ms))
    }
}

fn coarse(ms: f64) -> String {
    let (number, unit) = if ms < MS_PER_MINUTE {
        (ms / MS_PER_S, "s")
    } else if ms < MS_PER_HOUR {
        (ms / MS_PER_MINUTE, "min")
    } else if ms < 2.0 * MS_PER_DAY {
        (ms / MS_PER_HOUR, "h")
    } else {
        (ms / MS_PER_DAY, "d")
    };
    format!("{:.0} {unit}", number.floor())
}

/// With the thousands apart.
pub fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    if number < 0 {
        text.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// US dollars; small amounts keep two digits that matter.
pub fn cost(usd: f64) -> String {
    if usd == 0.0 {
        "$0".to_owned()
    } else if usd >= 1.0 {
        format!("${usd:.2}")
    } else if usd >= 0.01 {
        format!("${usd:.4}")
    } else {
        format!("${usd:.6}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_digits_that_matter() {
        for (ms, expected) in [
            (0.0123, "0.01 ms"),
            (12.34, "12.3 ms"),
            (340.2, "340 ms"),
            (1234.0, "1.23 s"),
            (90_000.0, "1.5 min"),
            (5_400_000.0, "1.5 h"),
        ] {
            assert_eq!(duration(ms), expected);
        }
        for (number, expected) in
            [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")]
        {
            assert_eq!(count(number), expected);
        }
        for (ms, expected) in
            [(900.0, "0 s ago"), (61_000.0, "1 min ago"), (1.8e8, "2 d ago"), (-5_000.0, "in 5 s")]
        {
            assert_eq!(age(ms), expected);
        }
        for (usd, expected) in
            [(0.0, "$0"), (12.345, "$12.35"), (0.0123, "$0.0123"), (0.000_042, "$0.000042")]
        {
            assert_eq!(cost(usd), expected);
        }
    }
}
