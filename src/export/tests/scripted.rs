//! An HTTP client that answers from a script, for tests in which time is paused.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use tokio::time::{Instant, sleep_until};

use super::super::client::{Deadline, Incomplete};
use super::super::endpoint::Endpoint;
use super::super::fault::Fault;
use super::super::sender::Ambient;
use super::super::*;
use super::fixtures::{Notes, names, target};

pub const ENDPOINT: &str = "http://collector:4318/v1/traces";

/// Sun, 06 Nov 1994 08:49:37 GMT
pub fn wall_clock() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777)
}

#[derive(Clone)]
pub enum Reply {
    Status(u16, Vec<(&'static str, String)>, Bytes),
    Incomplete(u16, Incomplete),
    Refuse,
    BadCertificate,
    NoHttp,
    Stall,
}

pub fn status(status: u16) -> Reply {
    Reply::Status(status, Vec::new(), Bytes::new())
}

pub fn with_header(status: u16, name: &'static str, value: impl Into<String>) -> Reply {
    Reply::Status(status, vec![(name, value.into())], Bytes::new())
}

pub fn json(status: u16, body: &str) -> Reply {
    let headers = vec![("content-type", "application/json".to_owned())];
    Reply::Status(status, headers, body.to_owned().into())
}

pub fn ok() -> Reply {
    status(200)
}

/// A request as the collector would see it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub at: Instant,
    pub uri: String,
    pub content_type: String,
    pub gzipped: bool,
    pub plain_or_packed: Bytes,
}

impl Seen {
    pub fn names(&self) -> Vec<String> {
        names(&self.plain_or_packed, &self.content_type, self.gzipped)
    }

    pub fn form(&self) -> String {
        format!("{}{}", self.content_type, if self.gzipped { " gzip" } else { "" })
    }
}

type Script = Box<dyn Fn(usize, &Seen) -> Reply + Send + Sync>;

/// A collector that exists only as a function from requests to replies.
#[derive(Clone)]
pub struct Collector {
    script: Arc<Script>,
    seen: Arc<Mutex<Vec<Seen>>>,
    pub notes: Arc<Notes>,
}

impl Collector {
    pub fn new(script: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self { script: Arc::new(Box::new(script)), seen: Arc::default(), notes: Arc::default() }
    }

    /// Answers in this order; the last reply is repeated.
    pub fn answering(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies: Vec<Reply> = replies.into_iter().collect();
        Self::new(move |i, _| replies[i.min(replies.len() - 1)].clone())
    }

    pub fn delivery(&self) -> Delivery {
        self.delivery_with(target(ENDPOINT))
    }

    pub fn delivery_with(&self, target: Target) -> Delivery {
        let endpoint = Endpoint::parse(&target.endpoint).expect("an endpoint");
        let ambient = Ambient { random: || 1.0, wall_clock };
        let client = Arc::new(self.clone());
        let notes: Arc<Notes> = Arc::clone(&self.notes);
        Delivery::over(client, &target, &endpoint, notes, ambient).expect("a delivery")
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("seen").clone()
    }

    pub fn forms(&self) -> Vec<String> {
        self.seen().iter().map(Seen::form).collect()
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Collector")
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let text = |name| {
            let value = request.headers().get(name).map(|value| value.to_str().expect("ascii"));
            value.unwrap_or_default().to_owned()
        };
        let Some(Deadline(deadline)) = request.extensions().get().copied() else {
            panic!("a request without a deadline");
        };
        let seen = Seen {
            at: Instant::now(),
            uri: request.uri().to_string(),
            content_type: text(CONTENT_TYPE),
            gzipped: text(CONTENT_ENCODING) == "gzip",
            plain_or_packed: request.body().clone(),
        };
        let index = {
            let mut all = self.seen.lock().expect("seen");
            all.push(seen.clone());
            all.len() - 1
        };
        match (self.script)(index, &seen) {
            Reply::Status(status, headers, body) => {
                let mut builder = Response::builder().status(status);
                for (name, value) in headers {
                    builder = builder.header(name, value);
                }
                Ok(builder.body(body)?)
            }
            Reply::Incomplete(status, how) => {
                Ok(Response::builder().status(status).extension(how).body(Bytes::new())?)
            }
            Reply::Refuse => Err(Fault::Refused("connection refused".to_owned()).into()),
            Reply::BadCertificate => Err(Fault::Certificate("unknown issuer".to_owned()).into()),
            Reply::NoHttp => Err(Fault::NotHttp("invalid HTTP version".to_owned()).into()),
            Reply::Stall => {
                sleep_until(deadline).await;
                Err(Fault::TimedOut.into())
            }
        }
    }
}
