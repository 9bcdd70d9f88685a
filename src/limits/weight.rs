//! How much of a span has to go, and what gives way: of texts the longest, all to the same length;
//! then whole attributes, the largest first; then events and links, the last first.

use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;

use super::protected::{is_kept, is_protected};
use super::values::{Part, each_text};
use super::{Cuts, text};
use crate::assembly::size_of_span;
use crate::semconv::size_of_entry;

/// Of a shorter text nothing but a mark would be left: then it is better to leave attributes out.
const MIN_TEXT_BYTES: usize = 64;
/// A text without media in it may be that long.
const MIN_MEDIA_BYTES: usize = 256;

/// Makes a span no larger than `most`, marks included, unless what is protected is larger. No text
/// becomes longer than `most_length` by its mark.
pub(super) fn fit(span: &mut SpanData, most: usize, most_length: Option<usize>, cuts: &mut Cuts) {
    if weight(span) + cuts.mark_bytes() <= most {
        return;
    }
    let room = most.saturating_sub(Cuts::MAX_MARK_BYTES);
    take_out_media(span, cuts);
    leave_out(span, room, cuts);
    let texts = text_sizes(span);
    let others = weight(span).saturating_sub(texts.iter().sum());
    let longest = level(texts, room.saturating_sub(others));
    each_text(span, |part, key, value| {
        if is_protected(key, value.as_str()) {
            return;
        }
        if let Some(shorter) = text::lightened(value.as_str(), longest, most_length) {
            *value = shorter.into();
            cuts.add(part, key);
        }
    });
}

/// About what it has on the wire, and not less.
fn weight(span: &SpanData) -> usize {
    let events = span.events.events.iter().flat_map(|event| &event.attributes);
    let links = span.links.links.iter().flat_map(|link| &link.attributes);
    let numbers = span.attributes.iter().chain(events).chain(links).map(numbers_in);
    size_of_span(span) + status_bytes(span) + numbers.sum::<usize>() * PER_NUMBER
}

/// What a number in a list takes besides its eight bytes.
const PER_NUMBER: usize = 3;

fn numbers_in(entry: &KeyValue) -> usize {
    match &entry.value {
        Value::Array(Array::F64(items)) => items.len(),
        Value::Array(Array::I64(items)) => items.len(),
        _ => 0,
    }
}

fn status_bytes(span: &SpanData) -> usize {
    match &span.status {
        opentelemetry::trace::Status::Error { description } => description.len(),
        _ => 0,
    }
}

fn take_out_media(span: &mut SpanData, cuts: &mut Cuts) {
    each_text(span, |part, key, value| {
        if value.as_str().len() < MIN_MEDIA_BYTES || is_protected(key, value.as_str()) {
            return;
        }
        if let Some(lighter) = text::without_media(value.as_str()) {
            *value = lighter.into();
            cuts.add(part, key);
        }
    });
}

fn text_sizes(span: &mut SpanData) -> Vec<usize> {
    let mut sizes = Vec::new();
    each_text(span, |_, key, value| {
        if !is_protected(key, value.as_str()) {
            sizes.push(value.as_str().len());
        }
    });
    sizes
}

/// The length to which all texts have to be cut that are longer, for their sum to be `room` at most.
fn level(mut sizes: Vec<usize>, room: usize) -> usize {
    sizes.sort_unstable();
    let mut left = room;
    let mut longer = sizes.len();
    for size in sizes {
        let share = left / longer;
        if size > share {
            return share;
        }
        left -= size;
        longer -= 1;
    }
    usize::MAX
}

/// Leaves attributes out until what is left of the texts is worth keeping.
fn leave_out(span: &mut SpanData, room: usize, cuts: &mut Cuts) {
    let mut excess = least_weight(span).saturating_sub(room);
    if excess == 0 {
        return;
    }
    let mut by_size: Vec<(usize, usize)> = span
        .attributes
        .iter()
        .enumerate()
        .filter(|(_, entry)| !is_kept(entry.key.as_str()))
        .map(|(index, entry)| (least_entry_weight(entry), index))
        .collect();
    // Of several of one size those that were set first stay.
    by_size.sort_unstable_by_key(|(size, index)| std::cmp::Reverse((*size, *index)));
    let mut out = vec![false; span.attributes.len()];
    for (size, index) in by_size {
        if excess == 0 {
            break;
        }
        excess = excess.saturating_sub(size);
        if let Some(out) = out.get_mut(index) {
            *out = true;
        }
    }
    let mut is_out = out.into_iter();
    let before = span.attributes.len();
    span.attributes.retain(|entry| {
        let stays = !is_out.next().unwrap_or_default();
        if !stays {
            cuts.add(Part::Span, entry.key.as_str());
        }
        stays
    });
    let gone = u32::try_from(before - span.attributes.len()).unwrap_or(u32::MAX);
    span.dropped_attributes_count = span.dropped_attributes_count.saturating_add(gone);
    while least_weight(span) > room && span.events.events.pop().is_some() {
        span.events.dropped_count = span.events.dropped_count.saturating_add(1);
        cuts.count += 1;
    }
    while least_weight(span) > room && span.links.links.pop().is_some() {
        span.links.dropped_count = span.links.dropped_count.saturating_add(1);
        cuts.count += 1;
    }
}

/// The span's weight if each of its texts were as short as is worth keeping.
fn least_weight(span: &mut SpanData) -> usize {
    let spare: usize =
        text_sizes(span).into_iter().map(|size| size.saturating_sub(MIN_TEXT_BYTES)).sum();
    weight(span).saturating_sub(spare)
}

fn least_entry_weight(entry: &KeyValue) -> usize {
    let texts = match &entry.value {
        Value::String(text) => text.as_str().len().saturating_sub(MIN_TEXT_BYTES),
        Value::Array(Array::String(items)) => {
            items.iter().map(|item| item.as_str().len().saturating_sub(MIN_TEXT_BYTES)).sum()
        }
        _ => 0,
    };
    (size_of_entry(entry) + numbers_in(entry) * PER_NUMBER).saturating_sub(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_give_way_and_all_to_the_same_length() {
        for (sizes, room, expected) in [
            (vec![10, 20, 30], 60, usize::MAX),
            (vec![10, 20, 30], 59, 29),
            (vec![10, 1_000, 1_000], 210, 100),
            (vec![500, 500], 0, 0),
            (vec![], 0, usize::MAX),
        ] {
            assert_eq!(level(sizes.clone(), room), expected, "{sizes:?} in {room}");
        }
    }
}
