//! The names under which credentials stand, in any spelling: `api_key`, `apiKey`, `X-API-Key`,
//! `OPENAI_API_KEY`. What says how many (`max_tokens`) or which page (`next_page_token`) is none.

/// What stands under a name that ends like one of these opens something. Written without what
/// separates words.
const ENDINGS: [&str; 29] = [
    "apikey",
    "apisecret",
    "apitoken",
    "authorization",
    "password",
    "passwd",
    "passphrase",
    "secretkey",
    "clientsecret",
    "appsecret",
    "webhooksecret",
    "signingsecret",
    "secretaccesskey",
    "accesstoken",
    "refreshtoken",
    "authtoken",
    "bearertoken",
    "securitytoken",
    "sessiontoken",
    "privatekey",
    "subscriptionkey",
    "accountkey",
    "sharedaccesskey",
    "embeddingkey",
    "connectionstring",
    "setcookie",
    "githubtoken",
    "gitlabtoken",
    "slacktoken",
];

/// Only whole names: as endings they would be too many others'.
const WHOLE: [&str; 4] = ["cookie", "idtoken", "jwt", "pwd"];

/// No name is longer.
pub(super) const MAX_BYTES: usize = 100;

/// Whether something under this name has to be looked into.
pub(super) fn is_notable(name: &str) -> bool {
    is_secret(name)
        || holds_headers(name)
        || ["server_url", "serverUrl", "env"].iter().any(|known| ends_like(name, known))
}

/// Whether a field or attribute of this name holds a credential.
pub(super) fn is_secret(name: &str) -> bool {
    let mut letters = letters_from_the_back(name);
    let mut letter = || letters.next().unwrap_or_default().to_ascii_lowercase();
    // Nearly all names are told apart by this alone.
    let may_be = matches!(
        &[letter(), letter(), letter()],
        b"yek"
            | b"nek"
            | b"ter"
            | b"noi"
            | b"dro"
            | b"dws"
            | b"esa"
            | b"gni"
            | b"eik"
            | b"twj"
            | b"dwp"
    );
    may_be && is_known(name)
}

fn is_known(name: &str) -> bool {
    ENDINGS.iter().any(|ending| ends_like(name, ending))
        || WHOLE.iter().any(|whole| is_like(last_segment(name), whole))
}

/// Whether a header of this name may hold one. Headers are there for such things, so whatever
/// resembles one counts.
pub(super) fn is_secret_header(name: &str) -> bool {
    const HINTS: [&str; 10] = [
        "auth",
        "token",
        "secret",
        "cookie",
        "key",
        "signature",
        "session",
        "credential",
        "passw",
        "jwt",
    ];
    let lower = name.to_ascii_lowercase();
    // `Keep-Alive`, `Content-Type` and their kind have none of these in them.
    HINTS.iter().any(|hint| lower.contains(hint))
}

/// Whether an object of this name holds headers.
pub(super) fn holds_headers(name: &str) -> bool {
    ends_like(name, "headers")
}

/// Whether a URL's parameter of this name opens something.
pub(super) fn is_secret_parameter(name: &str) -> bool {
    const WHOLE: [&str; 12] = [
        "key",
        "token",
        "auth",
        "sig",
        "signature",
        "secret",
        "pwd",
        "jwt",
        "sas",
        "x-amz-signature",
        "x-goog-signature",
        "awsaccesskeyid",
    ];
    const CREDENTIAL: &str = "-credential";
    WHOLE.iter().any(|whole| name.eq_ignore_ascii_case(whole))
        || is_secret(name)
        || name
            .get(name.len().saturating_sub(CREDENTIAL.len())..)
            .is_some_and(|end| end.eq_ignore_ascii_case(CREDENTIAL))
}

fn last_segment(name: &str) -> &str {
    name.rsplit(['.', '[', '/']).next().unwrap_or(name)
}

fn is_separator(character: char) -> bool {
    matches!(character, '_' | '-' | '.' | ' ')
}

fn ends_like(name: &str, ending: &str) -> bool {
    ends_with(&mut letters_from_the_back(name), ending)
}

fn is_like(name: &str, whole: &str) -> bool {
    let mut letters = letters_from_the_back(name);
    ends_with(&mut letters, whole) && letters.next().is_none()
}

/// That is where names differ.
fn letters_from_the_back(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().rev().filter(|byte| !is_separator(char::from(*byte)))
}

fn ends_with(letters: &mut impl Iterator<Item = u8>, ending: &str) -> bool {
    ending
        .bytes()
        .rev()
        .all(|wanted| letters.next().is_some_and(|letter| letter.eq_ignore_ascii_case(&wanted)))
}

/// As they are written in the wild.
#[cfg(test)]
pub(super) const SPELLINGS: [&str; 20] = [
    "authorization",
    "Proxy-Authorization",
    "http.request.header.authorization",
    "http.request.header.x-api-key",
    "api_key",
    "apiKey",
    "OPENAI_API_KEY",
    "x-goog-api-key",
    "Ocp-Apim-Subscription-Key",
    "AWS_SECRET_ACCESS_KEY",
    "access_token",
    "clientSecret",
    "db.password",
    "http.request.header.cookie",
    "set-cookie",
    "id_token",
    "passWord",
    "sshPassPhrase",
    "JWT",
    "session.Jwt",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_credentials_are_known_in_any_spelling() {
        for name in SPELLINGS {
            assert!(is_secret(name), "{name}");
        }
    }

    #[test]
    fn names_of_anything_else_are_not() {
        for name in [
            "max_tokens",
            "llm.token_count.prompt",
            "token",
            "key",
            "next_page_token",
            "author",
            "authorized",
            "password_policy",
            "keyboard",
            "cookies",
            "logprobs",
            "",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn of_headers_those_that_resemble_one_are_secret() {
        for name in ["Authorization", "X-Auth-Token", "Cookie", "X-Custom-Key", "X-Session"] {
            assert!(is_secret_header(name), "{name}");
        }
        for name in ["Content-Type", "Keep-Alive", "User-Agent", "Accept", "traceparent"] {
            assert!(!is_secret_header(name), "{name}");
        }
    }
}
