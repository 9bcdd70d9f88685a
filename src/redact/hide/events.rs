//! Events that hold messages: OpenTelemetry's convention before there were attributes for them.

use super::flags::Flags;

const INPUT: Flags = Flags::INPUTS.or(Flags::INPUT_MESSAGES).or(Flags::INPUT_TEXT);
const OUTPUT: Flags = Flags::OUTPUTS.or(Flags::OUTPUT_MESSAGES).or(Flags::OUTPUT_TEXT);

/// What hides the content of an event of this name, if it is of these.
pub(super) fn side(name: &str) -> Option<Flags> {
    match name {
        "gen_ai.user.message"
        | "gen_ai.system.message"
        | "gen_ai.tool.message"
        | "gen_ai.content.prompt" => Some(INPUT.or(Flags::PROMPTS).or(Flags::INPUT_IMAGES)),
        // What the model said before is given to it again.
        "gen_ai.assistant.message" => Some(INPUT.or(OUTPUT)),
        "gen_ai.choice" | "gen_ai.content.completion" => Some(OUTPUT.or(Flags::CHOICES)),
        _ => None,
    }
}

/// Attributes of such an event that say nothing.
pub(super) fn is_structure(key: &str) -> bool {
    matches!(
        key,
        "gen_ai.system"
            | "gen_ai.provider.name"
            | "event.name"
            | "role"
            | "id"
            | "name"
            | "index"
            | "finish_reason"
    )
}
