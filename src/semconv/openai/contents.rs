//! What a message holds. A single text is `message.content`; anything else is a list,
//! `message.contents`. Never both: viewers would show the text twice.

use super::Part;
use super::credentials::tool_json;
use super::keys::Prefix;
use crate::handoff::Text;
use crate::semconv::view::{View, items, some_text};

/// One piece of a message's content.
pub(super) enum Content<'a, 'k> {
    Text(Text<'a>),
    Refusal(Text<'a>),
    Reasoning {
        text: Option<String>,
        id: Option<Text<'a>>,
        encrypted: Option<Text<'a>>,
    },
    Image {
        url: Option<String>,
        id: Option<Text<'a>>,
    },
    Audio {
        url: Option<String>,
        mime_type: Option<String>,
        transcript: Option<Text<'a>>,
        id: Option<Text<'a>>,
    },
    File {
        name: Option<Text<'a>>,
        id: Option<Text<'a>>,
        url: Option<Text<'a>>,
        mime_type: Option<Text<'a>>,
    },
    /// Of no type, or of one that is not known here: it is shown as its JSON.
    Other(View<'a, 'k>),
}

impl<'a, 'k> Content<'a, 'k> {
    /// A part of a message's content, as chat completions, the Responses API and the Agents SDK
    /// have it.
    pub fn of(view: View<'a, 'k>) -> Self {
        if let Some(text) = view.text() {
            return Content::Text(text);
        }
        let [kind, text, refusal, image_url, file_id, input_audio, file, image, audio] =
            view.pick([
                "type",
                "text",
                "refusal",
                "image_url",
                "file_id",
                "input_audio",
                "file",
                "image",
                "audio",
            ]);
        let is = |name| kind.and_then(View::text).is_some_and(|kind| kind.is(name));
        if let Some(text) = text.and_then(View::text) {
            Content::Text(text)
        } else if let Some(refusal) = refusal.and_then(View::text) {
            Content::Refusal(refusal)
        } else if image_url.is_some() || is("input_image") || is("computer_screenshot") {
            let url = image_url.and_then(|url| url.text().or(url.text_at("url")));
            let id = file_id.and_then(View::text);
            match image.or(view.get("data")).filter(|_| url.is_none() && id.is_none()) {
                Some(image) => Content::image(image),
                None => Content::Image { url: url.map(Text::into_string), id },
            }
        } else if let Some(image) = image.filter(|_| is("image")) {
            Content::image(image)
        } else if let Some(audio) = input_audio {
            let format = audio.text_at("format").map(Text::into_string);
            Content::audio(audio.text_at("data"), format.as_deref(), None, None)
        } else if let Some(audio) = audio.filter(|_| is("audio")) {
            let [format, transcript] = view.pick(["format", "transcript"]);
            let format = some_text(format).map(Text::into_string);
            let transcript = some_text(transcript);
            Content::audio(audio.text(), format.as_deref(), transcript, audio.text_at("id"))
        } else if file.is_some() || is("input_file") {
            Content::file(view, file.unwrap_or(view))
        } else {
            Content::Other(view)
        }
    }

    /// What the Agents SDK calls an image: its data, its address, or where OpenAI has it.
    fn image(source: View<'a, 'k>) -> Self {
        let [url, data, media_type, id, file_id] =
            source.pick(["url", "data", "mediaType", "id", "fileId"]);
        let media_type = some_text(media_type).map_or("image/png".to_owned(), Text::into_string);
        let inline = |data: Text<'_>| {
            let data = data.to_utf8();
            let is_address = data.starts_with("http://") || data.starts_with("https://");
            if is_address { data.into_owned() } else { data_uri(&media_type, &data) }
        };
        let url = some_text(url).or(source.text()).or(some_text(data)).map(inline);
        Content::Image { url, id: some_text(id).or(some_text(file_id)) }
    }

    /// `source` is `part` itself, or what it says of its file.
    fn file(part: View<'a, 'k>, source: View<'a, 'k>) -> Self {
        let [name, file_id, id, file_data, data, file_url, url] =
            source.pick(["filename", "file_id", "id", "file_data", "data", "file_url", "url"]);
        let content = [file_data, data, file_url, url].into_iter().find_map(some_text);
        Content::File {
            name: some_text(name).or(part.text_at("filename")),
            id: some_text(file_id).or(some_text(id)),
            url: content.or(source.text()),
            mime_type: None,
        }
    }

    /// A file that was sent along: JS notes its name, type and size.
    pub fn upload(file: View<'a, 'k>) -> Self {
        let [name, mime_type] = file.pick(["name", "type"]);
        let name = some_text(name).or(file.text());
        Content::File { name, id: None, url: None, mime_type: some_text(mime_type) }
    }

    pub fn audio(
        data: Option<Text<'a>>,
        format: Option<&str>,
        transcript: Option<Text<'a>>,
        id: Option<Text<'a>>,
    ) -> Self {
        let mime_type = audio_mime_type(format.unwrap_or("wav"));
        let url = data.map(|data| data_uri(&mime_type, &data.to_utf8()));
        Content::Audio { url, mime_type: Some(mime_type), transcript, id }
    }
}

/// What a `content` field holds: nothing, a text, or a list of parts.
pub(super) fn parts<'a, 'k>(content: Option<View<'a, 'k>>) -> Vec<Content<'a, 'k>> {
    let Some(content) = content else {
        return Vec::new();
    };
    if let Some(text) = content.text() {
        return vec![Content::Text(text)];
    }
    if content.is_object() {
        return vec![Content::of(content)];
    }
    items(Some(content)).map(Content::of).collect()
}

pub(super) fn write(part: &mut Part<'_>, message: &Prefix, contents: &[Content<'_, '_>]) {
    let has_refusal = contents.iter().any(|content| matches!(content, Content::Refusal(_)));
    if has_refusal {
        part.add(message.key("refusal"), true);
    }
    if let [Content::Text(text) | Content::Refusal(text)] = contents {
        part.add(message.key("content"), text.into_string());
        return;
    }
    if let [Content::Other(view)] = contents
        && view.get("type").is_none()
    {
        part.add(message.key("content"), tool_json(*view));
        return;
    }
    for (index, content) in contents.iter().enumerate() {
        write_one(part, &message.inside("contents", index, "message_content."), content);
    }
}

fn write_one(part: &mut Part<'_>, prefix: &Prefix, content: &Content<'_, '_>) {
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            part.add(prefix.key(name), value);
        }
    };
    let owned = |text: &Option<Text<'_>>| text.map(Text::into_string);
    let mut set_type = |name: &str| add("type", Some(name.to_owned()));
    match content {
        Content::Text(text) | Content::Refusal(text) => {
            set_type("text");
            add("text", Some(text.into_string()));
        }
        Content::Reasoning { text, id, encrypted } => {
            set_type("reasoning");
            add("text", text.clone());
            add("id", owned(id));
            add("encrypted_content", owned(encrypted));
        }
        Content::Image { url, id } => {
            set_type("image");
            add("image.image.url", url.clone());
            add("id", owned(id));
        }
        Content::Audio { url, mime_type, transcript, id } => {
            set_type("audio");
            add("audio.audio.url", url.clone());
            add("audio.audio.mime_type", mime_type.clone());
            add("audio.audio.transcript", owned(transcript));
            add("id", owned(id));
        }
        Content::File { name, id, url, mime_type } => {
            set_type("file");
            add("text", owned(name));
            add("file.file.url", owned(url));
            add("file.file.mime_type", owned(mime_type));
            add("id", owned(id));
        }
        Content::Other(view) => {
            let kind = some_text(view.get("type")).map(Text::into_string);
            set_type(kind.as_deref().unwrap_or("text"));
            add("text", Some(tool_json(*view)));
        }
    }
}

pub(super) fn data_uri(mime_type: &str, base64: &str) -> String {
    if base64.starts_with("data:") {
        return base64.to_owned();
    }
    ["data:", mime_type, ";base64,", base64].concat()
}

pub(super) fn audio_mime_type(format: &str) -> String {
    let subtype = match format {
        "mp3" => "mpeg",
        "pcm16" => "pcm",
        other => other,
    };
    ["audio/", subtype].concat()
}
