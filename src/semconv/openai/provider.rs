//! Who answers, by the host that a client talks to. Those that speak OpenAI's API and are not
//! listed count as OpenAI: most often they stand in front of it.

/// The same company under its names in OpenInference (`llm.provider`), in OpenInference once more
/// for whose models and format they are (`llm.system`), and in OpenTelemetry's well-known values.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Provider {
    pub llm_provider: &'static str,
    pub llm_system: &'static str,
    pub gen_ai: &'static str,
}

const fn provider(
    llm_provider: &'static str,
    llm_system: &'static str,
    gen_ai: &'static str,
) -> Provider {
    Provider { llm_provider, llm_system, gen_ai }
}

pub(super) static OPENAI: Provider = provider("openai", "openai", "openai");
pub(super) static AZURE: Provider = provider("azure", "openai", "azure.ai.openai");
static OLLAMA: Provider = provider("ollama", "openai", "ollama");

/// A host belongs to a domain if it is that or ends in it. The first that fits counts.
static BY_DOMAIN: [(&str, Provider); 28] = [
    ("openai.com", provider("openai", "openai", "openai")),
    ("openai.azure.com", provider("azure", "openai", "azure.ai.openai")),
    ("cognitiveservices.azure.com", provider("azure", "openai", "azure.ai.openai")),
    ("services.ai.azure.com", provider("azure", "openai", "azure.ai.openai")),
    ("ai.azure.com", provider("azure", "openai", "azure.ai.inference")),
    ("groq.com", provider("groq", "openai", "groq")),
    ("together.xyz", provider("together", "openai", "together")),
    ("together.ai", provider("together", "openai", "together")),
    ("x.ai", provider("xai", "xai", "x_ai")),
    ("deepseek.com", provider("deepseek", "deepseek", "deepseek")),
    ("mistral.ai", provider("mistralai", "mistralai", "mistral_ai")),
    ("fireworks.ai", provider("fireworks", "openai", "fireworks")),
    ("perplexity.ai", provider("perplexity", "openai", "perplexity")),
    ("openrouter.ai", provider("openrouter", "openai", "openrouter")),
    ("anthropic.com", provider("anthropic", "anthropic", "anthropic")),
    ("generativelanguage.googleapis.com", provider("google", "google", "gcp.gemini")),
    ("aiplatform.googleapis.com", provider("google", "vertexai", "gcp.vertex_ai")),
    ("-aiplatform.googleapis.com", provider("google", "vertexai", "gcp.vertex_ai")),
    ("cerebras.ai", provider("cerebras", "openai", "cerebras")),
    ("moonshot.ai", provider("moonshot", "openai", "moonshot_ai")),
    ("moonshot.cn", provider("moonshot", "openai", "moonshot_ai")),
    ("cohere.com", provider("cohere", "cohere", "cohere")),
    ("cohere.ai", provider("cohere", "cohere", "cohere")),
    ("amazonaws.com", provider("aws", "openai", "aws.bedrock")),
    ("api.aws", provider("aws", "openai", "aws.bedrock")),
    ("watsonx.ai", provider("ibm", "openai", "ibm.watsonx.ai")),
    ("ml.cloud.ibm.com", provider("ibm", "openai", "ibm.watsonx.ai")),
    ("ollama.com", provider("ollama", "openai", "ollama")),
];

const OLLAMA_PORT: u16 = 11434;

pub(super) fn by_host(host: &str, port: u16) -> &'static Provider {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let belongs = |domain: &str| match host.strip_suffix(domain) {
        Some(front) => front.is_empty() || front.ends_with('.') || domain.starts_with('-'),
        None => false,
    };
    match BY_DOMAIN.iter().find(|(domain, _)| belongs(domain)) {
        Some((_, provider)) => provider,
        None if port == OLLAMA_PORT => &OLLAMA,
        None => &OPENAI,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_says_who_answers() {
        for (host, port, expected) in [
            ("api.openai.com", 443, "openai"),
            ("eu.api.openai.com", 443, "openai"),
            ("API.OpenAI.com.", 443, "openai"),
            ("notopenai.com", 443, "openai"),
            ("my-resource.openai.azure.com", 443, "azure"),
            ("my.services.ai.azure.com", 443, "azure"),
            ("api.groq.com", 443, "groq"),
            ("api.together.xyz", 443, "together"),
            ("api.x.ai", 443, "xai"),
            ("notx.ai", 443, "openai"),
            ("not-x.ai", 443, "openai"),
            ("generativelanguage.googleapis.com", 443, "google"),
            ("us-central1-aiplatform.googleapis.com", 443, "google"),
            ("bedrock-runtime.us-west-2.amazonaws.com", 443, "aws"),
            ("openrouter.ai", 443, "openrouter"),
            ("localhost", 11434, "ollama"),
            ("localhost", 8080, "openai"),
            ("api.deepseek.com", 11434, "deepseek"),
            ("", 0, "openai"),
        ] {
            assert_eq!(by_host(host, port).llm_provider, expected, "{host}:{port}");
        }
    }
}
