//! What to hide, as `js/options/hide.ts` resolved it.

use napi_derive::napi;

use crate::redact::{Flags, Hide};

#[napi(object, use_nullable = true)]
#[derive(Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "they are OpenInference's flags, one by one")]
pub struct NativeHide {
    pub inputs: bool,
    pub outputs: bool,
    pub input_messages: bool,
    pub output_messages: bool,
    pub input_images: bool,
    pub input_text: bool,
    pub output_text: bool,
    pub prompts: bool,
    pub choices: bool,
    pub llm_tools: bool,
    pub llm_invocation_parameters: bool,
    pub embeddings_vectors: bool,
    pub embeddings_text: bool,
    pub base64_image_max_length: Option<u32>,
}

impl From<NativeHide> for Hide {
    fn from(hide: NativeHide) -> Self {
        Hide {
            flags: Flags::NONE
                .with(Flags::INPUTS, hide.inputs)
                .with(Flags::OUTPUTS, hide.outputs)
                .with(Flags::INPUT_MESSAGES, hide.input_messages)
                .with(Flags::OUTPUT_MESSAGES, hide.output_messages)
                .with(Flags::INPUT_IMAGES, hide.input_images)
                .with(Flags::INPUT_TEXT, hide.input_text)
                .with(Flags::OUTPUT_TEXT, hide.output_text)
                .with(Flags::PROMPTS, hide.prompts)
                .with(Flags::CHOICES, hide.choices)
                .with(Flags::LLM_TOOLS, hide.llm_tools)
                .with(Flags::LLM_INVOCATION_PARAMETERS, hide.llm_invocation_parameters)
                .with(Flags::EMBEDDINGS_VECTORS, hide.embeddings_vectors)
                .with(Flags::EMBEDDINGS_TEXT, hide.embeddings_text),
            base64_image_max_length: hide.base64_image_max_length.map(|length| length as usize),
        }
    }
}
