//! The endpoint's URL, taken apart: where to send, which credentials were in it, and how to name it
//! to a person. Userinfo and query may hold secrets and never get into a message.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Uri};
use percent_encoding::percent_decode_str;

use super::target::TargetError;

/// A usable endpoint.
pub struct Endpoint {
    /// Absolute, without userinfo and fragment.
    pub uri: Uri,
    /// Basic authorization from the URL's userinfo.
    pub authorization: Option<HeaderValue>,
    /// Scheme, host, port and path, for messages.
    pub shown: String,
}

impl Endpoint {
    /// Takes the URL apart.
    pub fn parse(url: &str) -> Result<Self, TargetError> {
        let uri: Uri = url.parse().map_err(|_| TargetError::Endpoint("is not a URL"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(TargetError::Endpoint("is not an http or https URL"));
        }
        if uri.host().is_none_or(str::is_empty) {
            return Err(TargetError::Endpoint("names no host"));
        }
        let mut parts = uri.into_parts();
        let mut authorization = None;
        if let Some(authority) = parts.authority.take() {
            let host_and_port = match authority.as_str().rsplit_once('@') {
                Some((userinfo, host_and_port)) => {
                    authorization = basic_authorization(userinfo);
                    host_and_port.parse().map_err(|_| TargetError::Endpoint("is not a URL"))?
                }
                None => authority,
            };
            parts.authority = Some(host_and_port);
        }
        let uri = Uri::from_parts(parts).map_err(|_| TargetError::Endpoint("is not a URL"))?;
        let shown = show(&uri);
        Ok(Self { uri, authorization, shown })
    }
}

/// A URL as it may appear in a message.
pub fn show(uri: &Uri) -> String {
    let host = uri.host().unwrap_or_default();
    let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{host}{port}{}", uri.scheme_str().unwrap_or_default(), uri.path())
}

fn basic_authorization(userinfo: &str) -> Option<HeaderValue> {
    let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
    let mut credentials: Vec<u8> = percent_decode_str(user).collect();
    credentials.push(b':');
    credentials.extend(percent_decode_str(password));
    let mut value =
        HeaderValue::try_from(format!("Basic {}", STANDARD.encode(credentials))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_taken_apart_and_shown_without_its_secrets() {
        for (url, uri, authorization, shown) in [
            ("http://h/v1/traces", "http://h/v1/traces", None, "http://h/v1/traces"),
            ("http://h", "http://h/", None, "http://h/"),
            ("https://h:8443/a?key=s#f", "https://h:8443/a?key=s", None, "https://h:8443/a"),
            ("http://[::1]:1/a", "http://[::1]:1/a", None, "http://[::1]:1/a"),
            ("http://u:p@h/a", "http://h/a", Some("Basic dTpw"), "http://h/a"),
            ("http://u@h/a", "http://h/a", Some("Basic dTo="), "http://h/a"),
            ("http://u%40x:p%3A1@h/a", "http://h/a", Some("Basic dUB4OnA6MQ=="), "http://h/a"),
        ] {
            let endpoint = Endpoint::parse(url).expect(url);
            assert_eq!(endpoint.uri.to_string(), uri);
            assert_eq!(endpoint.shown, shown);
            let header =
                endpoint.authorization.as_ref().map(|value| value.to_str().expect("ascii"));
            assert_eq!(header, authorization);
        }
    }

    #[test]
    fn what_is_no_http_url_is_refused() {
        for url in
            ["", "h", "/v1/traces", "ftp://h/", "http://", "http:///x", "http://h h/", "http://u@/"]
        {
            assert!(Endpoint::parse(url).is_err(), "{url}");
        }
    }
}
