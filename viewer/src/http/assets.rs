//! The page's files, embedded: the page works without a network and cannot be changed on the disk.

use http::header::{CACHE_CONTROL, ETAG, HeaderValue, IF_NONE_MATCH};
use http::{HeaderMap, StatusCode};

use super::reply::{Reply, failure, reply};

/// Written by `build.rs`: each file's path in `page/`, and what is in it.
static FILES: &[(&str, &[u8])] = &include!(concat!(env!("OUT_DIR"), "/assets.rs"));

const INDEX: &str = "index.html";

/// `/` is the page, and so is every path of its own; all else is a file.
pub fn serve(path: &str, headers: &HeaderMap) -> Reply {
    let name = match path.trim_start_matches('/') {
        "" => INDEX,
        name => name.strip_prefix("assets/").unwrap_or(name),
    };
    let Some((_, bytes)) = FILES.iter().find(|(file, _)| *file == name) else {
        return failure(StatusCode::NOT_FOUND, &format!("There is nothing at {path}."));
    };
    let tag = format!("\"{:016x}\"", hash(bytes));
    let is_known =
        headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut reply = if is_known {
        reply(StatusCode::NOT_MODIFIED, content_type(name), "")
    } else {
        reply(StatusCode::OK, content_type(name), *bytes)
    };
    let headers = reply.headers_mut();
    // Asked for each time, and sent when it has changed.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    reply
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// FNV-1a: the same for the same file in every build.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
