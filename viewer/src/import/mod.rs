//! Files of traces become requests: OTLP's JSON, a request a line or one over several lines; spans as
//! the API gives them, and HALO's, a line each; a trace that was copied from the page; gzipped or not.
//! A line that cannot be read is counted and named, and spoils no other.

mod halo;
mod members;
mod span;

use std::io::{BufRead, BufReader, ErrorKind, Read};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use serde_json::Value as Json;

use crate::intake;

/// More than any request that was ever taken in: 64 MiB of protobuf, as JSON.
const MAX_LINE_BYTES: u64 = 256 << 20;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// How the table begins that `export --format csv` writes.
const CSV_HEAD: &[u8] = b"trace_id,span_id,";

/// What is wrong with a line, or with the file from there on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    pub line: u64,
    pub why: String,
}

/// Calls `request` with each request of the file and `flaw` with each line that is none. Fails with a
/// clause when the file cannot be read to its end.
pub fn read<E: From<std::io::Error>>(
    file: impl Read,
    mut request: impl FnMut(ExportTraceServiceRequest) -> Result<(), E>,
    mut flaw: impl FnMut(Flaw),
) -> Result<(), E> {
    let mut file = BufReader::with_capacity(1 << 20, file);
    let is_gzip = starts_with(&mut file, &GZIP_MAGIC)?;
    let plain: Box<dyn Read + '_> =
        if is_gzip { Box::new(flate2::read::MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut lines = BufReader::with_capacity(1 << 20, plain);
    if starts_with(&mut lines, BYTE_ORDER_MARK)? {
        lines.consume(BYTE_ORDER_MARK.len());
    }
    if starts_with(&mut lines, CSV_HEAD)? {
        let why = "it is a table, which does not hold all of a span: export it in another format";
        flaw(Flaw { line: 1, why: why.to_owned() });
        return Ok(());
    }
    let mut number = 0;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let length = lines.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut bytes)?;
        if length == 0 {
            return Ok(());
        }
        number += 1;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let is_too_long = length as u64 == MAX_LINE_BYTES && !bytes.ends_with(b"\n");
        let parsed = serde_json::from_slice::<Json>(&bytes);
        let is_begun = number == 1 && parsed.as_ref().is_err_and(serde_json::Error::is_eof);
        if is_begun && !is_too_long {
            // One document over several lines, as people save it.
            lines.by_ref().take(MAX_LINE_BYTES).read_to_end(&mut bytes)?;
            if let Ok(json) = serde_json::from_slice::<Json>(&bytes) {
                return each(&json, 1, &mut request, &mut flaw);
            }
            // Lines after all, the first of which is broken.
            let mut rest = bytes.as_slice();
            let mut number = 0;
            while !rest.is_empty() {
                let end =
                    rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
                let (line, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
                rest = after;
                number += 1;
                if !line.iter().all(u8::is_ascii_whitespace) {
                    one(serde_json::from_slice(line), number, &mut request, &mut flaw)?;
                }
            }
            continue;
        }
        if is_too_long {
            return Err(
                std::io::Error::new(ErrorKind::InvalidData, "a line is over 256 MiB").into()
            );
        }
        one(parsed, number, &mut request, &mut flaw)?;
    }
}

fn one<E>(
    parsed: serde_json::Result<Json>,
    line: u64,
    request: &mut impl FnMut(ExportTraceServiceRequest) -> Result<(), E>,
    flaw: &mut impl FnMut(Flaw),
) -> Result<(), E> {
    match parsed {
        Ok(json) => each(&json, line, request, flaw),
        Err(error) => {
            let why = if error.is_eof() { "it is cut off" } else { "it is no JSON" };
            flaw(Flaw { line, why: why.to_owned() });
            Ok(())
        }
    }
}

/// A document may be an array of what a line is, or a trace with its spans.
fn each<E>(
    json: &Json,
    line: u64,
    request: &mut impl FnMut(ExportTraceServiceRequest) -> Result<(), E>,
    flaw: &mut impl FnMut(Flaw),
) -> Result<(), E> {
    let items = match (json, json.get("spans")) {
        (Json::Array(items), _) => items.as_slice(),
        (_, Some(Json::Array(spans))) if json.get("trace").is_some() => spans.as_slice(),
        (other, _) => std::slice::from_ref(other),
    };
    for item in items {
        match parse(item) {
            Ok(found) => request(found)?,
            Err(why) => flaw(Flaw { line, why }),
        }
    }
    Ok(())
}

fn parse(json: &Json) -> Result<ExportTraceServiceRequest, String> {
    if json.get("resourceSpans").is_some() {
        intake::read_json(json)
    } else if halo::is_line(json) {
        halo::request(json)
    } else if span::is_span(json) {
        span::request(json)
    } else {
        Err("it is neither OTLP, nor HALO's, nor a span as this program writes it".to_owned())
    }
}

fn starts_with(file: &mut impl BufRead, wanted: &[u8]) -> std::io::Result<bool> {
    loop {
        match file.fill_buf() {
            Ok(begin) => return Ok(begin.starts_with(wanted)),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
