//! Which way requests take: straight to the endpoint, or through a proxy.
//!
//! The rules are curl's, as hyper-util implements them. An http endpoint's requests are handed to
//! the proxy in absolute form; an https endpoint is reached through a CONNECT tunnel, so that the
//! proxy sees neither token nor spans. A proxy setting that cannot be used is ignored and reported:
//! it comes from the environment, which must not take the app down.

use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::Matcher;

use super::target::ProxyEnv;

/// The way to the endpoint.
#[derive(Debug, PartialEq, Eq)]
pub enum Route {
    /// No proxy.
    Direct,
    /// The proxy makes the request.
    Forward(Hop),
    /// The proxy passes bytes on.
    Tunnel(Hop),
}

/// A proxy.
#[derive(Debug, PartialEq, Eq)]
pub struct Hop {
    /// Scheme, host and port; nothing secret.
    pub uri: Uri,
    /// From the userinfo in the setting.
    pub authorization: Option<HeaderValue>,
}

/// The route, and whether a setting for it had to be ignored.
pub fn route(endpoint: &Uri, env: &ProxyEnv) -> (Route, bool) {
    let https = endpoint.scheme_str() == Some("https");
    let specific = if https { &env.https_proxy } else { &env.http_proxy };
    let is_set = |value: &Option<String>| value.as_ref().is_some_and(|value| !value.is_empty());
    if !is_set(specific) && !is_set(&env.all_proxy) {
        return (Route::Direct, false);
    }
    let matcher = |no_proxy: &Option<String>| {
        Matcher::builder()
            .https(env.https_proxy.clone().unwrap_or_default())
            .http(env.http_proxy.clone().unwrap_or_default())
            .all(env.all_proxy.clone().unwrap_or_default())
            .no(no_proxy.clone().unwrap_or_default())
            .build()
    };
    let Some(proxy) = matcher(&env.no_proxy).intercept(endpoint) else {
        let exempt = matcher(&None).intercept(endpoint).is_some();
        return (Route::Direct, !exempt);
    };
    if !matches!(proxy.uri().scheme_str(), Some("http" | "https")) {
        return (Route::Direct, true);
    }
    let hop = Hop { uri: proxy.uri().clone(), authorization: proxy.basic_auth().cloned() };
    (if https { Route::Tunnel(hop) } else { Route::Forward(hop) }, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(https: &str, http: &str, all: &str, no: &str) -> ProxyEnv {
        ProxyEnv {
            https_proxy: Some(https.to_owned()),
            http_proxy: Some(http.to_owned()),
            all_proxy: Some(all.to_owned()),
            no_proxy: Some(no.to_owned()),
        }
    }

    #[test]
    fn the_route_follows_the_environment_by_curls_rules() {
        const HTTP: &str = "http://collector:4318/v1/traces";
        const HTTPS: &str = "https://collector/v1/traces";
        for (endpoint, env, expected) in [
            (HTTP, ProxyEnv::default(), "direct"),
            (HTTP, env("", "", "", ""), "direct"),
            (HTTP, env("http://s:1", "", "", ""), "direct"),
            (HTTP, env("http://s:1", "http://p:2", "", ""), "forward http://p:2/"),
            (HTTPS, env("http://s:1", "http://p:2", "", ""), "tunnel http://s:1/"),
            (HTTPS, env("", "http://p:2", "http://a:3", ""), "tunnel http://a:3/"),
            (HTTP, env("", "p:2", "", ""), "forward http://p:2/"),
            (HTTP, env("", "https://p", "", ""), "forward https://p/"),
            (HTTP, env("", "http://u:p@p:2", "", ""), "forward http://p:2/ Basic dTpw"),
            (HTTP, env("", "http://p:2", "", "collector"), "direct"),
            (HTTP, env("", "http://p:2", "", "*"), "direct"),
            (HTTP, env("", "http://p:2", "", "other, .internal"), "forward http://p:2/"),
            ("http://a.internal/", env("", "http://p:2", "", "other, .internal"), "direct"),
            ("http://10.1.2.3/", env("", "http://p:2", "", "10.0.0.0/8"), "direct"),
            ("http://[::1]:1/", env("", "http://p:2", "", "::1"), "direct"),
            ("http://localhost:1/", env("", "http://p:2", "", ""), "forward http://p:2/"),
            (HTTP, env("", "socks5://p:2", "", ""), "direct, setting ignored"),
            (HTTP, env("", "no proxy", "", ""), "direct, setting ignored"),
            (HTTP, env("", "ftp://p", "", "collector"), "direct, setting ignored"),
        ] {
            let endpoint = Uri::from_static(endpoint);
            let described = match route(&endpoint, &env) {
                (Route::Direct, false) => "direct".to_owned(),
                (Route::Direct, true) => "direct, setting ignored".to_owned(),
                (Route::Forward(hop), _) => format!("forward {}", describe(&hop)),
                (Route::Tunnel(hop), _) => format!("tunnel {}", describe(&hop)),
            };
            assert_eq!(described, expected, "{endpoint}");
        }
    }

    fn describe(hop: &Hop) -> String {
        let authorization = hop.authorization.as_ref().map(|value| value.to_str().expect("ascii"));
        format!("{} {}", hop.uri, authorization.unwrap_or_default()).trim().to_owned()
    }
}
