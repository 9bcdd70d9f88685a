//! What a person is told when delivery does not go as it should: the cause and the mend, never a
//! header's value.

use std::sync::Arc;

use super::fault::Fault;
use super::observer::Observer;
use super::redact::Redactor;
use super::redirect::Refusal;
use super::wire::Form;

/// Speaks to the observer about one endpoint.
pub struct Warnings {
    observer: Arc<dyn Observer>,
    endpoint: String,
    is_proxied: bool,
    redactor: Redactor,
}

impl Warnings {
    /// `endpoint` is how the endpoint is named to people.
    pub fn new(
        observer: Arc<dyn Observer>,
        endpoint: String,
        is_proxied: bool,
        redactor: Redactor,
    ) -> Self {
        Self { observer, endpoint, is_proxied, redactor }
    }

    /// No answer, and none is to be expected in this round.
    pub fn fault(&self, fault: &Fault) {
        let endpoint = &self.endpoint;
        let why = self.redactor.clean(&fault.to_string());
        match fault {
            Fault::Certificate(_) => self.say("certificate_refused", format!(
                "the TLS certificates do not fit for {endpoint} ({why}); if the collector uses a \
                 private CA give it in OTEL_EXPORTER_OTLP_CERTIFICATE or NODE_EXTRA_CA_CERTS, if it \
                 asks for a client certificate check that one; spans wait meanwhile"
            )),
            Fault::NotHttp(_) => self.say("not_http", format!(
                "{endpoint} does not answer in HTTP/1.1 ({why}); check scheme and port: OTLP/HTTP is \
                 usually on 4318, while 4317 is gRPC"
            )),
            Fault::TimedOut => self.say("timed_out", format!(
                "{endpoint} did not answer within the export timeout; spans wait and are sent again"
            )),
            Fault::Refused(_) if self.is_proxied => self.say("unreachable", format!(
                "{endpoint} cannot be reached, because nothing listens at the proxy ({why}); \
                 correct HTTP_PROXY, HTTPS_PROXY or ALL_PROXY, or list the host in NO_PROXY; spans \
                 wait and are sent again"
            )),
            Fault::Refused(_) => self.say("unreachable", format!(
                "{endpoint} cannot be reached, because nothing listens there ({why}); start a \
                 collector, or set CATALYST_OTLP_ENDPOINT or the option \"endpoint\" to where one \
                 is; spans wait and are sent again"
            )),
            Fault::Unreachable(_) | Fault::Broken(_) => self.say("unreachable", format!(
                "{endpoint} cannot be reached ({why}); check its host and port, and the way there; \
                 spans wait and are sent again"
            )),
        }
    }

    /// A retryable status for as long as the round lasted.
    pub fn busy(&self, status: u16, text: Option<String>) {
        let what = self.quoted(text);
        let endpoint = &self.endpoint;
        self.say(
            "collector_busy",
            format!("{endpoint} answered {status}{what}; spans wait and are sent again later"),
        );
    }

    /// A status that is final.
    pub fn refused(&self, status: u16, text: Option<String>) {
        let what = self.quoted(text);
        let (code, mend) = match status {
            401 | 403 => ("unauthorized", "check the token or the headers of the exporter"),
            404 => ("not_found", "check the endpoint's path, which usually ends in /v1/traces"),
            407 => ("proxy_unauthorized", "check user and password in the proxy setting"),
            _ => ("http_status", "these spans are lost, as OTLP forbids sending them again"),
        };
        self.say(code, format!("{} answered {status}{what}; {mend}", self.endpoint));
    }

    /// Partial success, or a remark along with full success.
    pub fn partial(&self, rejected: usize, spans: usize, message: &str) {
        let what = self.quoted(Some(message.to_owned()));
        let endpoint = &self.endpoint;
        if rejected > 0 {
            self.say(
                "partial_success",
                format!("{endpoint} rejected {rejected} of {spans} spans{what}; they are lost"),
            );
        } else if !message.is_empty() {
            self.say("collector_note", format!("{endpoint} accepted the spans but says{what}"));
        }
    }

    /// A success whose body is missing or makes no sense.
    pub fn odd_success(&self, why: &str) {
        let endpoint = &self.endpoint;
        self.say("odd_response", format!(
            "{endpoint} accepted the spans, but its response {why}; check that it is an OTLP endpoint"
        ));
    }

    /// A response that is not a success and went over the read cap.
    pub fn response_too_large(&self, status: u16) {
        let endpoint = &self.endpoint;
        self.say("response_too_large", format!(
            "{endpoint} answered {status} with more than 4 MiB; check that it is an OTLP endpoint"
        ));
    }

    /// A span that no request can carry.
    pub fn too_large(&self, bytes: usize) {
        let endpoint = &self.endpoint;
        self.say("too_large", format!(
            "a span of {bytes} bytes is over the request size limit of {endpoint} and lost; raise the \
             collector's limit or limit attribute lengths"
        ));
    }

    /// A redirect that is not followed.
    pub fn redirect(&self, refusal: &Refusal) {
        let why = match refusal {
            Refusal::OtherOrigin => "to another origin, which must not get spans and credentials",
            Refusal::Unreadable => "without a usable Location",
            Refusal::NotForPost => "with a status that does not apply to a POST",
            Refusal::Circles => "in circles",
        };
        let endpoint = &self.endpoint;
        self.say(
            "redirect_refused",
            format!("{endpoint} redirects {why}; set the endpoint to the collector's final URL"),
        );
    }

    /// The collector took another form than the configured one.
    pub fn switched(&self, to: Form) {
        let name = match to.encoding {
            super::Encoding::Protobuf => "http/protobuf",
            super::Encoding::Json => "http/json",
        };
        let gzip = if to.gzip { "" } else { " without compression" };
        let endpoint = &self.endpoint;
        self.say("encoding_switched", format!(
            "{endpoint} does not take the configured encoding; trying {name}{gzip}; set the protocol \
             and compression accordingly to save the extra request"
        ));
    }

    /// The collector took no form at all.
    pub fn no_form_left(&self) {
        let endpoint = &self.endpoint;
        self.say(
            "encoding_refused",
            format!(
                "{endpoint} answered 415 to protobuf and to JSON; check that it is an OTLP endpoint"
            ),
        );
    }

    /// A batch that cannot be read back.
    pub fn unreadable(&self) {
        self.say("unreadable_batch", "a batch of spans is damaged and lost".to_owned());
    }

    /// The proxy setting is of no use.
    pub fn proxy_ignored(&self) {
        let endpoint = &self.endpoint;
        self.say("proxy_ignored", format!(
            "the proxy setting for {endpoint} is not an http or https URL and is ignored; correct \
             HTTP_PROXY, HTTPS_PROXY or ALL_PROXY, or list the host in NO_PROXY"
        ));
    }

    /// The extra certificates are of no use.
    pub fn extra_ca_ignored(&self) {
        self.say(
            "extra_ca_ignored",
            "NODE_EXTRA_CA_CERTS holds no usable PEM certificate and is \
             ignored"
                .to_owned(),
        );
    }

    /// A configured header that is ours to set.
    pub fn header_ignored(&self, name: &str) {
        self.say("header_ignored", format!("the header {name} is set by the exporter; remove it"));
    }

    /// `: "text"` with nothing secret in it.
    fn quoted(&self, text: Option<String>) -> String {
        let text = self.redactor.clean(&text.unwrap_or_default());
        if text.is_empty() { text } else { format!(": \"{text}\"") }
    }

    fn say(&self, code: &'static str, message: String) {
        self.observer.warning(code, message);
    }
}
