//! Finished traces as trees on standard error, which leaves standard output to the app. What is held
//! when the process ends is printed then: a batch without spans says so. Where only some spans come,
//! because of a filter, nobody knows what is still to come, and each batch is printed as it is.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::held::Held;
use super::tree;
use crate::export::{EncodedBatch, Loss, Report};

/// How long a reader of standard error may take before what it was to get is lost.
const MAX_STALL: Duration = Duration::from_secs(2);

const ALONE: &str = "its parent is not here";

pub struct Console {
    is_coloured: bool,
    /// Whether all spans of a trace come here.
    is_whole: bool,
    /// Locked until what came of a batch is written, so that batches keep their order.
    held: Mutex<Held>,
}

impl Console {
    pub fn new(is_coloured: bool, is_whole: bool) -> Self {
        Self { is_coloured, is_whole, held: Mutex::default() }
    }

    /// Prints the traces that this finishes.
    pub async fn print(&self, batch: EncodedBatch) -> Report {
        let mut report = Report::default();
        let mut held = self.held.lock().await;
        let text = if batch.spans == 0 {
            held.take_all(self.is_coloured)
        } else {
            let Ok(request) = ExportTraceServiceRequest::decode(batch.protobuf) else {
                report.lose(Loss::Unreadable, batch.spans);
                return report;
            };
            let resources = request.resource_spans.into_iter();
            let scopes = resources.flat_map(|resource| resource.scope_spans);
            let spans = scopes.flat_map(|scope| scope.spans);
            let spans: Vec<Span> = spans.map(tree::what_is_drawn).collect();
            if self.is_whole {
                held.take_in(spans, self.is_coloured)
            } else {
                tree::draw(&spans, self.is_coloured, ALONE)
            }
        };
        if write(text).await {
            report.delivered = batch.spans;
        } else {
            report.lose(Loss::Closed, batch.spans);
        }
        report
    }
}

/// Whether all of it was written.
async fn write(text: String) -> bool {
    if text.is_empty() {
        return true;
    }
    let written = spawn_blocking(move || write_patiently(&mut io::stderr(), text.as_bytes()));
    written.await.is_ok_and(|written| written.is_ok())
}

/// A runtime may have made standard error non-blocking: then a full pipe is an error, which passes.
fn write_patiently(out: &mut impl Write, mut text: &[u8]) -> io::Result<()> {
    const PAUSE: Duration = Duration::from_millis(1);
    let mut last_success = Instant::now();
    while !text.is_empty() {
        match out.write(text) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(bytes) => {
                text = text.get(bytes..).unwrap_or_default();
                last_success = Instant::now();
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if last_success.elapsed() > MAX_STALL {
                    return Err(error);
                }
                std::thread::sleep(PAUSE);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_pipe_is_waited_for_and_a_closed_one_is_not() {
        struct Pipe(Vec<io::Result<usize>>, Vec<u8>);
        impl Write for Pipe {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                let written = self.0.pop().unwrap_or(Ok(1))?;
                self.1.extend(bytes.iter().take(written));
                Ok(written)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let full = || Err(io::ErrorKind::WouldBlock.into());
        let mut pipe = Pipe(vec![full(), Ok(2), full(), full()], Vec::new());
        assert!(write_patiently(&mut pipe, b"abcd").is_ok());
        assert_eq!(pipe.1, b"abcd");
        let mut closed = Pipe(vec![Err(io::ErrorKind::BrokenPipe.into()), Ok(1)], Vec::new());
        assert!(write_patiently(&mut closed, b"abcd").is_err());
    }
}
