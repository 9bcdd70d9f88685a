//! One request body to the endpoint and the answer to it, redirects on the same origin followed.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, LOCATION,
    TRANSFER_ENCODING, USER_AGENT,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri};
use opentelemetry_http::HttpClient;
use tokio::time::Instant;

use super::classify::{Verdict, classify};
use super::client::Deadline;
use super::endpoint::Endpoint;
use super::fault::Fault;
use super::observer::Observer;
use super::redirect::{self, Refusal};
use super::target::{Target, TargetError};
use super::wire::Body;

/// These describe the body or the connection, and only we know them.
const RESERVED: [HeaderName; 5] =
    [CONTENT_TYPE, CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION];

/// Posts bodies to one endpoint.
pub struct Exchange {
    client: Arc<dyn HttpClient>,
    uri: Uri,
    headers: HeaderMap,
}

/// Why there is no answer to act upon.
#[derive(Debug)]
pub enum Stop {
    /// The request got no answer.
    Fault(Fault),
    /// A redirect leads where requests must not go, or nowhere.
    Redirect(Refusal),
}

impl Exchange {
    /// An exchange with the endpoint through this client.
    pub fn new(client: Arc<dyn HttpClient>, endpoint: &Endpoint, headers: HeaderMap) -> Self {
        Self { client, uri: endpoint.uri.clone(), headers }
    }

    /// Sends the body and returns the answer, whatever its status, unless it is a redirect.
    pub async fn post(
        &self,
        body: &Body,
        deadline: Instant,
        observer: &dyn Observer,
    ) -> Result<Response<Bytes>, Stop> {
        let mut uri = self.uri.clone();
        for _ in 0..=redirect::MAX_HOPS {
            observer.request(body.bytes.len());
            let request = self.request(uri.clone(), body, deadline);
            let response = self.client.send_bytes(request).await.map_err(|error| {
                Stop::Fault(match error.downcast::<Fault>() {
                    Ok(fault) => *fault,
                    Err(other) => Fault::Broken(other.to_string()),
                })
            })?;
            match classify(response.status().as_u16()) {
                Verdict::Follow => {
                    let location = response.headers().get(LOCATION);
                    let location = location.and_then(|value| value.to_str().ok());
                    uri = redirect::follow(&uri, location).map_err(Stop::Redirect)?;
                }
                Verdict::RefuseRedirect => return Err(Stop::Redirect(Refusal::NotForPost)),
                _ => return Ok(response),
            }
        }
        Err(Stop::Redirect(Refusal::Circles))
    }

    fn request(&self, uri: Uri, body: &Body, deadline: Instant) -> Request<Bytes> {
        let mut request = Request::new(body.bytes.clone());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        *request.headers_mut() = self.headers.clone();
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(body.content_type()));
        if body.form.gzip {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        request.extensions_mut().insert(Deadline(deadline));
        request
    }
}

/// The headers of every request, all values marked as sensitive but the user agent; and the names
/// of those that were left out because they are ours to set.
pub fn request_headers(
    target: &Target,
    endpoint: &Endpoint,
) -> Result<(HeaderMap, Vec<String>), TargetError> {
    let mut headers = HeaderMap::new();
    let mut left_out = Vec::new();
    let user_agent = HeaderValue::try_from(&target.user_agent)
        .map_err(|_| TargetError::Header(USER_AGENT.to_string()))?;
    headers.insert(USER_AGENT, user_agent);
    if let Some(authorization) = &endpoint.authorization {
        headers.insert(AUTHORIZATION, authorization.clone());
    }
    for (name, value) in &target.headers {
        let invalid = || TargetError::Header(name.clone());
        let header = HeaderName::try_from(name).map_err(|_| invalid())?;
        let mut value = latin1(value).ok_or_else(invalid)?;
        if RESERVED.contains(&header) {
            left_out.push(header.to_string());
            continue;
        }
        value.set_sensitive(header != USER_AGENT);
        headers.insert(header, value);
    }
    Ok((headers, left_out))
}

/// A header's value on the wire is one byte a character, as other HTTP clients of Node send it.
fn latin1(value: &str) -> Option<HeaderValue> {
    let bytes: Vec<u8> = value.chars().map(u8::try_from).collect::<Result<_, _>>().ok()?;
    HeaderValue::from_bytes(&bytes).ok()
}
