//! Keys of model providers, clouds and developer services, by the prefixes that they were given so
//! that they can be found. One table; a new provider is a row.
//!
//! A key needs a digit, unless its alphabet is capital letters: prefixes such as `sk-` and `hf_` begin
//! names as well. The longest prefix counts.

use std::sync::LazyLock;

use super::{byte, end_within};

/// What may follow the prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    Hex,
    /// Capital letters and digits.
    Upper,
    Alnum,
    /// Also `_` and `-`.
    Word,
    /// Also `.`.
    Dotted,
    /// As base64 has it in its forms: `+`, `/`, `=`, `_`, `-`.
    Equals,
}
use Alphabet::{Alnum, Dotted, Equals, Hex, Upper, Word};

impl Alphabet {
    fn has(self, byte: u8) -> bool {
        let is_word = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        match self {
            Hex => byte.is_ascii_hexdigit(),
            Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Alnum => byte.is_ascii_alphanumeric(),
            Word => is_word,
            Dotted => is_word || byte == b'.',
            Equals => is_word || matches!(byte, b'+' | b'/' | b'=' | b'.'),
        }
    }
}

struct Shape {
    label: &'static str,
    prefix: &'static [u8],
    alphabet: Alphabet,
    min: usize,
    max: usize,
}

/// A key is random: it has a digit among the first.
const HEAD_BYTES: usize = 64;

/// Longer than any; tokens of some clouds have two thousand.
const MAX_KEY: usize = 4096;

const ANY: usize = usize::MAX;

const fn row(
    label: &'static str,
    prefix: &'static [u8],
    alphabet: Alphabet,
    min: usize,
    max: usize,
) -> Shape {
    Shape { label, prefix, alphabet, min, max }
}

/// What a key is called, how it begins, what follows, and how much of that at least and at most.
#[rustfmt::skip]
static SHAPES: [Shape; 101] = [
    row("age_key", b"AGE-SECRET-KEY-1", Upper, 58, 58),
    row("anthropic_key", b"sk-ant-", Word, 20, ANY),
    row("atlassian_key", b"ATATT3", Equals, 40, ANY),
    row("aws_key", b"AKIA", Upper, 16, 16),
    row("aws_key", b"ASIA", Upper, 16, 16),
    row("aws_key", b"ABIA", Upper, 16, 16),
    row("aws_key", b"ACCA", Upper, 16, 16),
    row("cerebras_key", b"csk-", Alnum, 32, ANY),
    row("cloudflare_key", b"v1.0-", Word, 100, ANY),
    row("databricks_key", b"dapi", Hex, 32, 32),
    row("deepgram_key", b"dg_", Alnum, 40, ANY),
    row("digitalocean_key", b"dop_v1_", Hex, 64, 64),
    row("digitalocean_key", b"doo_v1_", Hex, 64, 64),
    row("doppler_key", b"dp.pt.", Alnum, 40, ANY),
    row("doppler_key", b"dp.st.", Dotted, 40, ANY),
    row("elevenlabs_key", b"sk_", Hex, 48, 48),
    row("exa_key", b"exa_", Alnum, 32, ANY),
    row("figma_key", b"figd_", Word, 36, ANY),
    row("fireworks_key", b"fw_", Alnum, 20, ANY),
    row("fly_key", b"fo1_", Word, 40, ANY),
    row("github_key", b"ghp_", Alnum, 36, ANY),
    row("github_key", b"gho_", Alnum, 36, ANY),
    row("github_key", b"ghu_", Alnum, 36, ANY),
    row("github_key", b"ghs_", Alnum, 36, ANY),
    row("github_key", b"ghr_", Alnum, 36, ANY),
    row("github_key", b"github_pat_", Word, 22, ANY),
    row("gitlab_key", b"glpat-", Dotted, 20, ANY),
    row("gitlab_key", b"gldt-", Word, 20, ANY),
    row("gitlab_key", b"glrt-", Dotted, 20, ANY),
    row("gitlab_key", b"glptt-", Hex, 40, 40),
    row("gitlab_key", b"glcbt-", Word, 20, ANY),
    row("google_key", b"AIza", Word, 35, 39),
    row("google_key", b"GOCSPX-", Word, 28, ANY),
    row("google_key", b"ya29.", Word, 30, ANY),
    row("google_key", b"1//", Word, 30, ANY),
    row("grafana_key", b"glc_", Equals, 32, ANY),
    row("grafana_key", b"glsa_", Word, 32, ANY),
    row("groq_key", b"gsk_", Alnum, 40, ANY),
    row("hashicorp_key", b"hvs.", Word, 24, ANY),
    row("hashicorp_key", b"hvb.", Word, 24, ANY),
    row("heroku_key", b"HRKU-", Word, 36, ANY),
    row("huggingface_key", b"hf_", Alnum, 30, ANY),
    row("huggingface_key", b"api_org_", Alnum, 30, ANY),
    row("langfuse_key", b"sk-lf-", Word, 30, ANY),
    row("langfuse_key", b"pk-lf-", Word, 30, ANY),
    row("langsmith_key", b"lsv2_pt_", Word, 30, ANY),
    row("langsmith_key", b"lsv2_sk_", Word, 30, ANY),
    row("linear_key", b"lin_api_", Alnum, 32, ANY),
    row("mailgun_key", b"key-", Hex, 32, 32),
    row("newrelic_key", b"NRAK-", Upper, 27, 27),
    row("notion_key", b"ntn_", Alnum, 40, ANY),
    row("notion_key", b"secret_", Alnum, 43, 43),
    row("npm_key", b"npm_", Alnum, 36, 36),
    row("nvidia_key", b"nvapi-", Word, 40, ANY),
    row("openai_key", b"sk-proj-", Word, 20, ANY),
    row("openai_key", b"sk-svcacct-", Word, 20, ANY),
    row("openai_key", b"sk-admin-", Word, 20, ANY),
    row("openai_key", b"sk-None-", Word, 20, ANY),
    row("openai_key", b"sk-", Alnum, 32, ANY),
    row("openai_key", b"sess-", Alnum, 40, 40),
    row("openrouter_key", b"sk-or-v1-", Hex, 64, 64),
    row("perplexity_key", b"pplx-", Alnum, 40, ANY),
    row("pinecone_key", b"pcsk_", Word, 30, ANY),
    row("planetscale_key", b"pscale_tkn_", Dotted, 32, ANY),
    row("planetscale_key", b"pscale_pw_", Dotted, 32, ANY),
    row("posthog_key", b"phc_", Alnum, 40, ANY),
    row("posthog_key", b"phx_", Alnum, 40, ANY),
    row("postman_key", b"PMAK-", Word, 50, ANY),
    row("pypi_key", b"pypi-AgE", Word, 50, ANY),
    row("replicate_key", b"r8_", Alnum, 37, ANY),
    row("rubygems_key", b"rubygems_", Hex, 48, 48),
    row("sendgrid_key", b"SG.", Dotted, 60, ANY),
    row("sentry_key", b"sntrys_", Equals, 40, ANY),
    row("sentry_key", b"sntryu_", Hex, 64, 64),
    row("shopify_key", b"shpat_", Hex, 32, 32),
    row("shopify_key", b"shpss_", Hex, 32, 32),
    row("shopify_key", b"shpca_", Hex, 32, 32),
    row("shopify_key", b"shppa_", Hex, 32, 32),
    row("slack_key", b"xoxb-", Word, 20, ANY),
    row("slack_key", b"xoxp-", Word, 20, ANY),
    row("slack_key", b"xoxa-", Word, 20, ANY),
    row("slack_key", b"xoxr-", Word, 20, ANY),
    row("slack_key", b"xoxs-", Word, 20, ANY),
    row("slack_key", b"xoxe.", Dotted, 20, ANY),
    row("slack_key", b"xoxe-", Word, 20, ANY),
    row("slack_key", b"xapp-", Word, 20, ANY),
    row("square_key", b"sq0atp-", Word, 22, ANY),
    row("square_key", b"sq0csp-", Word, 40, ANY),
    row("stripe_key", b"sk_live_", Alnum, 16, ANY),
    row("stripe_key", b"sk_test_", Alnum, 16, ANY),
    row("stripe_key", b"rk_live_", Alnum, 16, ANY),
    row("stripe_key", b"rk_test_", Alnum, 16, ANY),
    row("stripe_key", b"whsec_", Equals, 24, ANY),
    row("supabase_key", b"sbp_", Hex, 40, 40),
    row("supabase_key", b"sb_secret_", Word, 20, ANY),
    row("tavily_key", b"tvly-", Word, 20, ANY),
    row("twilio_key", b"SK", Hex, 32, 32),
    row("twilio_key", b"AC", Hex, 32, 32),
    row("vercel_key", b"vcp_", Alnum, 24, ANY),
    row("voyage_key", b"pa-", Word, 40, ANY),
    row("xai_key", b"xai-", Alnum, 40, ANY),
];

/// By first byte, longer prefixes first.
static BY_FIRST_BYTE: LazyLock<Vec<Vec<&'static Shape>>> = LazyLock::new(|| {
    let of = |first: u8| {
        let mut shapes: Vec<_> =
            SHAPES.iter().filter(|shape| shape.prefix.first() == Some(&first)).collect();
        shapes.sort_by_key(|shape| std::cmp::Reverse(shape.prefix.len()));
        shapes
    };
    (0..=u8::MAX).map(of).collect()
});

/// A key that begins at `at`: its end, and what it is called.
pub(super) fn at(bytes: &[u8], at: usize) -> Option<(usize, &'static str)> {
    let rest = bytes.get(at..)?;
    let shapes = BY_FIRST_BYTE.get(usize::from(*rest.first()?))?;
    shapes.iter().find_map(|shape| {
        if !rest.starts_with(shape.prefix) {
            return None;
        }
        let start = at + shape.prefix.len();
        let head = bytes.get(start..bytes.len().min(start + HEAD_BYTES))?;
        if shape.alphabet != Upper && !head.iter().any(u8::is_ascii_digit) {
            return None;
        }
        let end = end_within(bytes, start, MAX_KEY, |byte| shape.alphabet.has(byte));
        // What ends a sentence is no part of it.
        let body = bytes.get(start..end)?.trim_ascii_end();
        let body = body.strip_suffix(b".").unwrap_or(body);
        let end = start + body.len();
        let is_glued = byte(bytes, end).is_ascii_alphanumeric();
        let has_digit = shape.alphabet == Upper || body.iter().any(u8::is_ascii_digit);
        let fits = body.len() >= shape.min && body.len() <= shape.max;
        (fits && has_digit && !is_glued).then_some((end, shape.label))
    })
}
