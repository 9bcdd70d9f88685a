//! Why a request got no answer, read out of the errors that hyper, rustls and the system nest in one
//! another. Every fault but two may pass by itself: the exceptions are a certificate that does not
//! verify, which needs a person, and a peer that does not speak HTTP.

use std::error::Error;
use std::fmt;
use std::io;

/// A request without an answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// No connection, because nobody listens. Retried.
    Refused(String),
    /// No connection: no such host, proxy or TLS handshake failed. Retried.
    Unreachable(String),
    /// A certificate was refused, theirs by us or ours by them. Kept for a later round.
    Certificate(String),
    /// The round's time was over before an answer began. Retried in a later round.
    TimedOut,
    /// The connection went away before an answer began, which is what a kept-alive connection does
    /// when the server closed it in the same moment. Retried.
    Broken(String),
    /// The answer is not HTTP/1.1. Not retried.
    NotHttp(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => out.write_str("no answer in time"),
            Self::Refused(why)
            | Self::Unreachable(why)
            | Self::Certificate(why)
            | Self::Broken(why)
            | Self::NotHttp(why) => out.write_str(why),
        }
    }
}

impl Error for Fault {}

impl From<hyper_util::client::legacy::Error> for Fault {
    fn from(error: hyper_util::client::legacy::Error) -> Self {
        let why = describe(&error);
        let mut link: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(error) = link {
            if error.downcast_ref::<rustls::Error>().is_some_and(is_about_certificates) {
                return Self::Certificate(why);
            }
            if error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse) {
                return Self::NotHttp(why);
            }
            if error.downcast_ref::<io::Error>().is_some_and(is_refused) {
                return Self::Refused(why);
            }
            link = cause(error);
        }
        if error.is_connect() { Self::Unreachable(why) } else { Self::Broken(why) }
    }
}

fn is_about_certificates(error: &rustls::Error) -> bool {
    use rustls::AlertDescription as Alert;
    match error {
        rustls::Error::InvalidCertificate(_) => true,
        rustls::Error::AlertReceived(alert) => matches!(
            alert,
            Alert::BadCertificate
                | Alert::UnsupportedCertificate
                | Alert::CertificateRevoked
                | Alert::CertificateExpired
                | Alert::CertificateUnknown
                | Alert::CertificateRequired
                | Alert::UnknownCA
                | Alert::AccessDenied
        ),
        _ => false,
    }
}

fn is_refused(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ConnectionRefused
}

/// An `io::Error` made from another error names that error's cause as its own, and so skips it.
fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

/// The chain of causes without the outermost word, which says only that the client failed.
fn describe(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut link = cause(error);
    while let Some(error) = link {
        let text = error.to_string();
        if parts.last() != Some(&text) {
            parts.push(text);
        }
        link = cause(error);
    }
    if parts.is_empty() { error.to_string() } else { parts.join(": ") }
}
