//! Where a 307 or 308 may take a request: anywhere on the same origin, nowhere else. Every request
//! carries the token and the spans, so another host, another port or a step down from https to http
//! must not get it on a server's word.

use http::Uri;
use http::uri::PathAndQuery;

/// How often one request follows before it counts as going in circles.
pub const MAX_HOPS: usize = 3;

/// Why a redirect is not followed.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It leads to another scheme, host or port.
    OtherOrigin,
    /// `Location` is missing or not understood.
    Unreadable,
    /// The status asks for a GET, which would deliver nothing.
    NotForPost,
    /// More than `MAX_HOPS` in a row.
    Circles,
}

/// The URL that `location` names, seen from `from`, when it is on the same origin.
pub fn follow(from: &Uri, location: Option<&str>) -> Result<Uri, Refusal> {
    let location = location.ok_or(Refusal::Unreadable)?.trim();
    let location = location.split('#').next().unwrap_or_default();
    let path = if let Some(rest) = location.strip_prefix("//") {
        let scheme = from.scheme_str().unwrap_or_default();
        path_on_same_origin(from, &format!("{scheme}://{rest}"))?
    } else if location.starts_with('/') {
        location.to_owned()
    } else if has_scheme(location) {
        path_on_same_origin(from, location)?
    } else if location.is_empty() {
        return Err(Refusal::Unreadable);
    } else if location.starts_with('?') {
        format!("{}{location}", from.path())
    } else {
        let folder = from.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{folder}/{location}")
    };
    let path: PathAndQuery = without_dots(&path).parse().map_err(|_| Refusal::Unreadable)?;
    let mut parts = from.clone().into_parts();
    parts.path_and_query = Some(path);
    Uri::from_parts(parts).map_err(|_| Refusal::Unreadable)
}

fn path_on_same_origin(from: &Uri, location: &str) -> Result<String, Refusal> {
    let to: Uri = location.parse().map_err(|_| Refusal::Unreadable)?;
    if origin(&to) != origin(from) {
        return Err(Refusal::OtherOrigin);
    }
    Ok(to.path_and_query().map_or("/", PathAndQuery::as_str).to_owned())
}

fn origin(uri: &Uri) -> (String, String, Option<u16>) {
    let scheme = uri.scheme_str().unwrap_or_default().to_ascii_lowercase();
    let port = uri.port_u16().or(match scheme.as_str() {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    });
    (scheme, uri.host().unwrap_or_default().to_ascii_lowercase(), port)
}

fn has_scheme(location: &str) -> bool {
    location.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

fn without_dots(path_and_query: &str) -> String {
    let (path, query) = match path_and_query.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (path_and_query, None),
    };
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/').skip(1) {
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    if path.ends_with("/.") || path.ends_with("/..") {
        kept.push("");
    }
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("/{}{query}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_is_followed_on_the_same_origin_and_nowhere_else() {
        const HTTP: &str = "http://collector:4318/v1/traces?tenant=a";
        const HTTPS: &str = "https://collector/v1/traces";
        let there = Ok;
        for (from, location, expected) in [
            (HTTP, "/v2/traces", there("http://collector:4318/v2/traces")),
            (HTTP, "/v2/traces?x=1#part", there("http://collector:4318/v2/traces?x=1")),
            (HTTP, "spans", there("http://collector:4318/v1/spans")),
            (HTTP, "../v2/./traces/", there("http://collector:4318/v2/traces/")),
            (HTTP, "/a/b/..", there("http://collector:4318/a/")),
            (HTTP, "?tenant=b", there("http://collector:4318/v1/traces?tenant=b")),
            (HTTP, "http://COLLECTOR:4318/x", there("http://collector:4318/x")),
            (HTTP, "http://evil@collector:4318/x", there("http://collector:4318/x")),
            (HTTP, "//collector:4318/x", there("http://collector:4318/x")),
            (HTTPS, "https://collector:443/x", there("https://collector/x")),
            (HTTPS, "https://collector", there("https://collector/")),
            (HTTP, "http://collector/x", Err(Refusal::OtherOrigin)),
            (HTTP, "http://collector:4319/x", Err(Refusal::OtherOrigin)),
            (HTTP, "https://collector:4318/x", Err(Refusal::OtherOrigin)),
            (HTTPS, "http://collector/x", Err(Refusal::OtherOrigin)),
            (HTTPS, "http://collector:443/x", Err(Refusal::OtherOrigin)),
            (HTTPS, "https://collector.evil/x", Err(Refusal::OtherOrigin)),
            (HTTPS, "https://collector@evil/x", Err(Refusal::OtherOrigin)),
            (HTTPS, "//evil/x", Err(Refusal::OtherOrigin)),
            (HTTPS, "javascript:alert(1)", Err(Refusal::OtherOrigin)),
            (HTTPS, "", Err(Refusal::Unreadable)),
            (HTTPS, "https://", Err(Refusal::Unreadable)),
            (HTTPS, "/a b", Err(Refusal::Unreadable)),
        ] {
            let from: Uri = from.parse().expect("a URL");
            let to = follow(&from, Some(location)).map(|uri| uri.to_string());
            assert_eq!(to, expected.map(str::to_owned), "{location}");
        }
    }

    #[test]
    fn a_redirect_without_a_location_is_not_followed() {
        assert_eq!(follow(&Uri::from_static("http://h/"), None), Err(Refusal::Unreadable));
    }
}
