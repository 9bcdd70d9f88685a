//! Shortening JSON so that it stays JSON: media go, then the longest strings are cut, then lists and
//! objects lose what is in their middle and at their end. Each cut leaves a mark where it was made.
//!
//! Strings are kept as they are written, escapes and all, so nothing that stays is changed but for
//! whitespace between values.

use super::json_tree::{Node, parse};
use super::measure::Measure;
use super::media;
use crate::redact::without_half;

/// The JSON in `most` or less; `None` for a text that is no JSON object or list.
pub(super) fn shortened(text: &str, most: usize, measure: Measure) -> Option<String> {
    let mut tree = parse(text)?;
    take_out_media(&mut tree);
    let fits = |caps: Caps| size(&tree, caps, measure) <= most;
    let caps = Caps::search(most, fits);
    Some(match caps {
        Some(caps) => {
            let mut out = String::new();
            write(&tree, caps, measure, &mut |piece| out.push_str(piece));
            out
        }
        None => stump(&tree, text, most, measure),
    })
}

/// The JSON without media: `None` for a text that is none, `Some(None)` where there is nothing to
/// take out.
pub(super) fn without_media(text: &str) -> Option<Option<String>> {
    let mut tree = parse(text)?;
    if !take_out_media(&mut tree) {
        return Some(None);
    }
    let mut out = String::new();
    write(&tree, Caps::NONE, Measure::Bytes, &mut |piece| out.push_str(piece));
    Some(Some(out))
}

/// What longer strings, lists and objects are cut to.
#[derive(Debug, Clone, Copy)]
struct Caps {
    text: usize,
    items: usize,
}

impl Caps {
    const NONE: Self = Self { text: usize::MAX, items: usize::MAX };
    /// A shorter string says nothing beside its mark.
    const MIN_TEXT: usize = 32;

    /// The mildest that fits: strings are cut first, and lists only when that is not enough.
    fn search(most: usize, fits: impl Fn(Self) -> bool) -> Option<Self> {
        if fits(Self::NONE) {
            return Some(Self::NONE);
        }
        let texts = |text| Self { text, ..Self::NONE };
        let items = |items| Self { text: Self::MIN_TEXT, items };
        greatest(Self::MIN_TEXT, most, |cap| fits(texts(cap)))
            .map(texts)
            .or_else(|| greatest(1, most, |cap| fits(items(cap))).map(items))
    }
}

/// The greatest number from `least` on, up to `most`, that fits; if one does so do all below it, or
/// nearly: what is returned does fit.
fn greatest(least: usize, most: usize, fits: impl Fn(usize) -> bool) -> Option<usize> {
    if most < least || !fits(least) {
        return None;
    }
    let (mut good, mut bad) = (least, most.saturating_add(1));
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if fits(middle) { good = middle } else { bad = middle }
    }
    Some(good)
}

/// For want of room to say more.
fn stump(tree: &Node<'_>, text: &str, most: usize, measure: Measure) -> String {
    let whole = format!("\"[cut {} chars]\"", Measure::Length.of(text));
    let empty = if matches!(tree, Node::List(_)) { "[]" } else { "{}" };
    if measure.fits(&whole, most) {
        whole
    } else if most >= empty.len() {
        empty.to_owned()
    } else {
        "0".get(..most.min(1)).unwrap_or_default().to_owned()
    }
}

/// Whether there were any.
fn take_out_media(node: &mut Node<'_>) -> bool {
    match node {
        Node::Plain(_) => false,
        Node::Text(raw) => match media::in_text(raw) {
            Some(lighter) => {
                *raw = lighter.into();
                true
            }
            None => false,
        },
        Node::List(items) => items.iter_mut().map(take_out_media).fold(false, |a, b| a | b),
        Node::Map(fields) => {
            let mime_type = fields.iter().find_map(|(name, value)| match value {
                Node::Text(raw) if media::TYPE_MEMBERS.contains(name) => Some(raw.clone()),
                _ => None,
            });
            let mut any = false;
            for (name, value) in fields {
                let summary = match value {
                    Node::Text(raw) => media::member(name, raw, mime_type.as_deref()),
                    _ => None,
                };
                match summary {
                    Some(summary) => {
                        *value = Node::Text(summary.into());
                        any = true;
                    }
                    None => any |= take_out_media(value),
                }
            }
            any
        }
    }
}

/// No less than what [`write`] writes comes to.
fn size(node: &Node<'_>, caps: Caps, measure: Measure) -> usize {
    let mut size = 0;
    walk(node, caps, &mut |piece| {
        size += match piece {
            Piece::Plain(text) => measure.of(text),
            Piece::Text(raw) if raw.len() <= caps.text => measure.of(raw),
            Piece::Text(raw) => measure.of(raw).min(caps.text),
        };
    });
    size
}

fn write(node: &Node<'_>, caps: Caps, measure: Measure, out: &mut impl FnMut(&str)) {
    walk(node, caps, &mut |piece| match piece {
        Piece::Plain(text) => out(text),
        Piece::Text(raw) => match cut_string(raw, caps.text, measure) {
            Some(cut) => out(&cut),
            None => out(raw),
        },
    });
}

/// What JSON is made of, in order.
enum Piece<'p> {
    /// To be written as it is.
    Plain(&'p str),
    /// What is between the quotes of a string that may be cut.
    Text(&'p str),
}

fn walk(node: &Node<'_>, caps: Caps, visit: &mut impl FnMut(Piece<'_>)) {
    match node {
        Node::Plain(text) => visit(Piece::Plain(text)),
        Node::Text(raw) => {
            visit(Piece::Plain("\""));
            visit(Piece::Text(raw));
            visit(Piece::Plain("\""));
        }
        Node::List(items) => {
            visit(Piece::Plain("["));
            // Of a conversation both the beginning and the end matter.
            let first = caps.items - caps.items / 2;
            let left_out = left_out_of(items.len(), caps.items);
            let kept = |index: &usize| *index < first || *index >= first + left_out;
            for (position, index) in (0..items.len()).filter(kept).enumerate() {
                if left_out > 0 && position == first {
                    visit(Piece::Plain(&format!(",\"[cut {left_out} items]\"")));
                }
                if position > 0 {
                    visit(Piece::Plain(","));
                }
                if let Some(item) = items.get(index) {
                    walk(item, caps, visit);
                }
            }
            if left_out > 0 && caps.items == first {
                visit(Piece::Plain(&format!(",\"[cut {left_out} items]\"")));
            }
            visit(Piece::Plain("]"));
        }
        Node::Map(fields) => {
            visit(Piece::Plain("{"));
            let left_out = left_out_of(fields.len(), caps.items);
            for (position, (name, value)) in fields.iter().take(fields.len() - left_out).enumerate()
            {
                visit(Piece::Plain(if position > 0 { ",\"" } else { "\"" }));
                visit(Piece::Plain(name));
                visit(Piece::Plain("\":"));
                walk(value, caps, visit);
            }
            if left_out > 0 {
                visit(Piece::Plain(&format!(",\"…\":\"[cut {left_out} fields]\"")));
            }
            visit(Piece::Plain("}"));
        }
    }
}

/// One alone would give way to a mark that is hardly shorter.
fn left_out_of(items: usize, most: usize) -> usize {
    let left_out = items.saturating_sub(most);
    if left_out > 1 { left_out } else { 0 }
}

/// What is between the quotes, in `most` or less and without half an escape. A string that is JSON
/// itself, as arguments of tools are, stays JSON.
fn cut_string(raw: &str, most: usize, measure: Measure) -> Option<String> {
    if measure.fits(raw, most) {
        return None;
    }
    if raw.starts_with(['{', '['])
        && let Some(nested) = cut_nested(raw, most, measure)
    {
        return Some(nested);
    }
    let whole = Measure::Length.of(raw);
    let mark = |chars: usize| format!("…[cut {chars} chars]");
    let room = most.saturating_sub(measure.of(&mark(whole)));
    let start = without_half(raw, measure.start(raw, room).len());
    let start = start.get(..whole_escapes(start)).unwrap_or_default();
    Some([start, &mark(whole - Measure::Length.of(start))].concat())
}

fn cut_nested(raw: &str, most: usize, measure: Measure) -> Option<String> {
    const ATTEMPTS: usize = 4;
    let nested: String = serde_json::from_str(&format!("\"{raw}\"")).ok()?;
    let mut room = most;
    for _ in 0..ATTEMPTS {
        let shorter = shortened(&nested, room, measure)?;
        let quoted = serde_json::to_string(&shorter).ok()?;
        let escaped = quoted.get(1..quoted.len() - 1)?;
        if measure.fits(escaped, most) {
            return Some(escaped.to_owned());
        }
        // Escapes made it longer again.
        room = room.saturating_mul(most) / measure.of(escaped).max(1);
        if room < Caps::MIN_TEXT {
            return None;
        }
    }
    None
}

/// How much of a string's start is whole: an escape may be cut in two, or a pair of them that is one
/// character.
fn whole_escapes(start: &str) -> usize {
    let bytes = start.as_bytes();
    let mut at = 0;
    let mut whole = 0;
    let mut is_high = false;
    while let Some(byte) = bytes.get(at) {
        let length = match (byte, bytes.get(at + 1)) {
            (b'\\', Some(b'u')) => 6,
            (b'\\', _) => 2,
            _ => 1,
        };
        let Some(piece) = bytes.get(at..at + length) else { break };
        is_high = !is_high
            && matches!(
                piece,
                [b'\\', b'u', b'd' | b'D', b'8' | b'9' | b'a' | b'b' | b'A' | b'B', ..]
            );
        at += length;
        if !is_high {
            whole = at;
        }
    }
    // The cut was between characters, so what is behind the last escape is whole.
    if at == bytes.len() && !is_high { bytes.len() } else { whole }
}

#[cfg(test)]
mod tests;
