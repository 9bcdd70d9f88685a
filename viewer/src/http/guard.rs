//! Who may ask. A web page that somebody visits can send requests to this machine: it is told from
//! its `Origin`, and when it has its own name resolve to this machine (DNS rebinding), from the
//! `Host`. Names are what can be rebound; addresses and `localhost` cannot.

use std::net::IpAddr;

use http::header::{AUTHORIZATION, HOST, ORIGIN};
use http::{HeaderMap, StatusCode};

use super::reply::{Reply, failure};

/// `named` is a name that was given with --host.
pub fn check(headers: &HeaderMap, named: Option<&str>) -> Result<(), Box<Reply>> {
    let hosts = headers.get_all(HOST).iter().collect::<Vec<_>>();
    let [host] = hosts.as_slice() else {
        return refuse(StatusCode::BAD_REQUEST, "A request must have one Host header.");
    };
    let host = host.to_str().unwrap_or_default();
    if !is_own(host, named) {
        return refuse(
            StatusCode::MISDIRECTED_REQUEST,
            "This address is not for that host name: use http://localhost, or start with --host.",
        );
    }
    for origin in headers.get_all(ORIGIN) {
        let origin = origin.to_str().unwrap_or_default();
        let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        if !authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host)) {
            return refuse(StatusCode::FORBIDDEN, "Other web pages may not use this address.");
        }
    }
    Ok(())
}

/// Whether the request has the token, where there is one.
pub fn has_token(headers: &HeaderMap, token: Option<&str>) -> bool {
    let Some(token) = token else { return true };
    let given = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, given)| given.trim());
    given.is_some_and(|given| is_same(given.as_bytes(), token.as_bytes()))
}

/// Takes the same time wherever the two differ.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differences, (a, b)| differences | (a ^ b)) == 0
}

fn is_own(host: &str, named: Option<&str>) -> bool {
    // A port may be another one outside, where ports are forwarded.
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok()
        || named.is_some_and(|named| name.eq_ignore_ascii_case(named))
}

fn refuse(status: StatusCode, sentence: &str) -> Result<(), Box<Reply>> {
    Err(Box::new(failure(status, sentence)))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn status(host: &str, origin: Option<&str>, named: Option<&str>) -> u16 {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_str(host).expect("a host"));
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_str(origin).expect("an origin"));
        }
        check(&headers, named).map_or_else(|reply| reply.status().as_u16(), |()| 200)
    }

    #[test]
    fn only_this_machine_and_its_own_page_may_ask() {
        for (host, origin, named, expected) in [
            ("localhost:8799", None, None, 200),
            ("LOCALHOST", None, None, 200),
            ("127.0.0.1:8799", Some("http://127.0.0.1:8799"), None, 200),
            ("[::1]:8799", Some("http://[::1]:8799"), None, 200),
            ("192.168.1.7:1", None, None, 200),
            ("viewer.internal:8799", None, Some("viewer.internal"), 200),
            ("viewer.internal:8799", None, None, 421),
            ("evil.example:8799", Some("http://evil.example:8799"), None, 421),
            ("localhost.evil.example", None, None, 421),
            ("127.0.0.1.evil.example", None, None, 421),
            ("", None, None, 421),
            ("localhost:8799", Some("http://evil.example"), None, 403),
            ("localhost:8799", Some("http://localhost:3000"), None, 403),
            ("localhost:8799", Some("null"), None, 403),
            ("localhost:8799", Some("http://localhost:8799.evil.example"), None, 403),
        ] {
            assert_eq!(status(host, origin, named), expected, "{host} {origin:?}");
        }
        assert!(check(&HeaderMap::new(), None).is_err());
    }

    #[test]
    fn a_token_must_be_the_same() {
        let with = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, HeaderValue::from_str(value).expect("a value"));
            has_token(&headers, Some("secret"))
        };
        assert!(with("Bearer secret"));
        assert!(with("bearer  secret"));
        for wrong in
            ["Bearer", "Bearer ", "Bearer secre", "Bearer secrets", "Basic secret", "secret"]
        {
            assert!(!with(wrong), "{wrong}");
        }
        assert!(!has_token(&HeaderMap::new(), Some("secret")));
        assert!(has_token(&HeaderMap::new(), None));
    }
}
