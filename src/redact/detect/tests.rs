//! What each detector finds, and what it must leave alone.

use super::{Detectors, Found, detect};

fn found(text: &str, key: &str) -> Vec<(&'static str, String)> {
    let mut found: Vec<Found> = Vec::new();
    detect(text, key, Detectors::all(), &mut found);
    found.sort_by_key(|hit| (hit.start, hit.end));
    found.iter().map(|hit| (hit.label, text[hit.start..hit.end].to_owned())).collect()
}

/// A row is a text in which what is between `«` and `»` is to be found under this label.
fn check(label: &str, rows: &[&str]) {
    for row in rows {
        let text = row.replace(['«', '»'], "");
        let expected: Vec<(&str, String)> = row
            .split('«')
            .skip(1)
            .map(|piece| (label, piece.split('»').next().unwrap_or_default().to_owned()))
            .collect();
        let found: Vec<(&str, String)> = found(&text, "");
        assert_eq!(found, expected, "{row}");
    }
}

#[test]
fn e_mail_addresses_are_found_in_any_script_and_in_urls() {
    check(
        "email",
        &[
            "Write to «ann.lee+news@mail.example.com».",
            "«ann@example.com», «bob@example.org»; <«c@d.io»>",
            "mailto:«ann@example.com»?subject=x",
            "'«ann@example.com»'",
            "to=«ann%40example.com»&x=1",
            "«jörg@müller.de» «用户@例子.中国»",
            "«o'brien@example.ie»",
            "«a_b-c@x-y.co.uk»-",
            "«x@xn--bcher-kva.xn--p1ai»",
            "npm i @openai/agents@0.8.1 react@18.2.0",
            "icon@2x.png user@localhost @ann a@b @",
            "git@github.com:org/repo.git",
            "@media (min-width: 3px) { } ... @example.com",
            "foo@.com foo@bar..com foo@-bar.com",
        ],
    );
}

#[test]
fn telephone_numbers_are_found_in_international_and_national_forms() {
    check(
        "phone",
        &[
            "Call «+1 415 555 2671» now",
            "«+14155552671»",
            "«+49 (0)30 1234567», «+44 20 7946 0958».",
            "«+33 1 23 45 67 89»",
            "«+91-98765-43210»",
            "«0049 30 1234567»",
            "«(415) 555-2671» or «415-555-2671» or «415.555.2671»",
            "«1-800-555-0199»",
            "«+1 (415) 555-2671»",
            "«030 1234567» «0171/2345678»",
            "«01 23 45 67 89»",
            "«020 7946 0958»",
            "«(030) 1234567»",
            "phone: «4155552671»",
            "Phone number is «415 555 2671»",
            "tel:«004915112345678»",
        ],
    );
}

#[test]
fn identifiers_times_and_counts_are_no_telephone_numbers() {
    check(
        "phone",
        &[
            "tokens: 512 256 1024",
            "1732204800000 1732204800000000000",
            "2024-11-21T17:58:36+00:00 2024-11-21 17:58:36.123456",
            "01.02.2024 10:30:00",
            "01 02 03 04 05 06 07",
            "550e8400-e29b-41d4-a716-446655440000",
            "call_8Zx0192837465 chatcmpl-9012345678 id 4155552671",
            "0.123456789 3.14159265358979 1e+10000000",
            "order 2024-0001-0002",
            "v1.2.3-4567",
            "12345678 1234567890123 0000012345678",
            "1,234,567 and 1 234 567",
            "+5 points, 1+12345678",
            "rgb(200 300 4000) [100, 200, 3000]",
            "2024-01-02 2025-11-21 phone 2024-11-21",
        ],
    );
}

#[test]
fn what_stands_in_a_numbers_place_does_not_announce_the_next_one() {
    check(
        "phone",
        &[
            "<phone:294e050c>; 4111 1111 11 11111",
            "<phone:294e050c>, phone: «4111 1111 11 11111»",
            "<phone>«4155552671»</phone>",
        ],
    );
}

#[test]
fn payment_cards_are_found_by_issuer_and_check_digit() {
    check(
        "card",
        &[
            "«4111 1111 1111 1111»",
            "«4111111111111111», «5555-5555-5555-4444».",
            "amex «378282246310005» «3782 822463 10005»",
            "«6011111111111117» «30569309025904» «3530111333300000»",
            "«2223003122003222» «6304000000000000»",
            "card-«4111111111111111»",
            "12 «4111 1111 1111 1111» 12/27 123",
            "«4222222222222»",
            "4111 1111 1111 1112",
            "0.4111111111111111 14111111111111111",
            "1732204800000 1732204800000000003 534290571209801739 80351110224678912",
            "abc4111111111111111 4111111111111111def",
            "4111  1111  1111  1111",
            "550e8400-4111-4111-a716-446655440000",
        ],
    );
}

#[test]
fn ibans_are_found_by_country_and_check_digits() {
    check(
        "iban",
        &[
            "«DE89 3704 0044 0532 0130 00»",
            "«DE89370400440532013000».",
            "«GB29 NWBK 6016 1331 9268 19» «FR14 2004 1010 0505 0001 3M02 606»",
            "«NO9386011117947» «gb29nwbk60161331926819»",
            "DE88370400440532013000 XX89370400440532013000",
            "ADE89370400440532013000",
            "DE89 3704 0044",
        ],
    );
}

#[test]
fn ip_addresses_are_found_but_not_loopback_versions_times_or_names() {
    check(
        "ip",
        &[
            "from «192.168.1.17», «8.8.8.8»:443",
            "http://«10.0.0.1»/x «10.0.0.0»/8",
            "«2001:db8::1» [«fe80::1ff:fe23:4567:890a%eth0»]:80",
            "«::ffff:10.1.2.3» «2001:0db8:85a3:0000:0000:8a2e:0370:7334»",
            "between 10 «192.168.1.1» and 20",
            "127.0.0.1 0.0.0.0 ::1 ::",
            "Chrome/120.0.0.0 1.2.3 1.2.3.4.5 256.1.1.1 v10.0.0.1x",
            "12:30:45 std::vec a::b dead::beef fade::cafe aa:bb:cc:dd:ee:ff",
            "std::fs::read crate::a::b {\"a\":1}",
        ],
    );
}

#[test]
fn tokens_and_private_keys_are_found_whole() {
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P";
    let open = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0NTY3ODkwIn0.";
    check("jwt", &[&format!("x=«{jwt}»; «{open}»"), "eyJ eyJhbGciOiJub25lIn0 eyJhbGciOi.x"]);
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7";
    let pem = format!("-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----");
    let escaped = pem.replace('\n', "\\n");
    check(
        "private_key",
        &[
            &format!("key: «{pem}» end"),
            &format!("«{escaped}»"),
            &format!("«-----BEGIN OPENSSH PRIVATE KEY-----\n{body}»"),
            "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
            "----- BEGIN -----",
        ],
    );
}

#[test]
fn keys_of_providers_are_found_by_their_prefix() {
    let digits = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4";
    let hex = "0123456789abcdef0123456789abcdef0123456789abcdef";
    let of = |length: usize| &digits[..length];
    let rows = [
        ("openai_key", format!("sk-proj-{}", of(40))),
        ("openai_key", format!("sk-{digits}")),
        ("anthropic_key", format!("sk-ant-api03-{}", of(40))),
        ("openrouter_key", format!("sk-or-v1-{hex}{}", &hex[..16])),
        ("google_key", format!("AIza{}", of(35))),
        ("aws_key", "AKIAIOSFODNN7EXAMPLE".to_owned()),
        ("aws_key", "ASIAIOSFODNNTEXAMPLE".to_owned()),
        ("github_key", format!("ghp_{}", of(36))),
        ("github_key", format!("github_pat_{}_{}", of(22), of(20))),
        ("gitlab_key", format!("glpat-{}", of(20))),
        ("slack_key", "xoxb-123456789012-1234567890123-abcdefABCDEF".to_owned()),
        ("stripe_key", format!("sk_live_{}", of(24))),
        ("huggingface_key", format!("hf_{}", of(34))),
        ("npm_key", format!("npm_{}", of(36))),
        ("twilio_key", format!("SK{}", &hex[..32])),
        ("sendgrid_key", format!("SG.{}.{}", of(22), of(43))),
        ("groq_key", format!("gsk_{}", of(48))),
        ("databricks_key", format!("dapi{}", &hex[..32])),
        ("telegram_key", format!("123456789:AA{}", of(33))),
    ];
    for (label, key) in rows {
        check(
            label,
            &[
                &format!("«{key}»"),
                &format!("the key is «{key}»."),
                &format!("(\"«{key}»\")"),
                &format!("\\n«{key}»\\n"),
                &format!("%3D«{key}»&"),
            ],
        );
        assert_eq!(found(&format!("x{key}"), ""), [], "inside a word: {key}");
    }
}

#[test]
fn names_that_begin_like_keys_are_left_alone() {
    check(
        "",
        &[
            "sk-learn sk-proj sk-ant-api hf_hub_download npm_config_registry ghp_ AIza AKIA",
            "SKILL SK ACCOUNT ACID0123456789 pk-lf glpat-short xoxb-short SG.a.b",
            "secret_santa_list_for_the_whole_team_and_more",
            "task-1234567890123456789012345678901234567890",
        ],
    );
}

#[test]
fn what_a_text_calls_a_key_is_hidden_and_what_it_merely_mentions_is_not() {
    check(
        "secret",
        &[
            "aws_secret_access_key = «wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»",
            "AZURE_OPENAI_API_KEY=«0123456789abcdef0123456789abcdef»",
            "AccountKey=«Zm9vYmFyMTIzNDU2Nzg5MA==»;EndpointSuffix=x",
            "api-key: «0123456789abcdef0123456789abcdef»",
            "\"clientSecret\": \"«abcDEF123456~ghiJKL7890»\"",
            "Authorization: Bearer «abcdef0123456789abcdef»",
            "api_key=YOUR_API_KEY secret: none, token: 12345678901234567890",
            "the secret: be kind. max_tokens: 1234567890123456",
            "apiKey: process.env.KEY, key: 0123456789abcdef0123",
        ],
    );
    let aws = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    assert_eq!(found(aws, "secretAccessKey"), [("secret", aws.to_owned())]);
    assert_eq!(found(aws, "comment"), []);
    assert_eq!(found("4155552671", "customer.phone_number"), [("phone", "4155552671".to_owned())]);
    assert_eq!(found("4155552671", "order"), []);
}

/// Each would take minutes if what it repeats were read to its end again and again.
#[test]
fn texts_that_repeat_what_a_detector_begins_with_are_read_in_linear_time() {
    let pieces = [
        "a%40",
        "a@",
        "apikey=",
        "sk-proj-",
        "eyJ-",
        "eyJ-eyJhbGciOiJ.",
        "(",
        "+",
        "((1",
        "a:",
        "1.",
        ":",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY",
        "1 ",
        "0",
        "1-",
        "::a",
        "DE8",
        "token: ",
        "%",
        "\\n",
        "123456789:AA",
        "phone 1 ",
        "ghp_-",
        "-",
    ];
    for piece in pieces {
        let text = piece.repeat(100_000 / piece.len());
        detect(&text, "phone", Detectors::all(), &mut Vec::new());
    }
}

proptest::proptest! {
    #[test]
    fn any_text_can_be_looked_at(text in "\\PC{0,80}") {
        let mut found = Vec::new();
        detect(&text, "phone", Detectors::all(), &mut found);
        for hit in found {
            assert!(text.get(hit.start..hit.end).is_some_and(|text| !text.is_empty()));
        }
    }

    #[test]
    fn any_row_of_signs_can_be_looked_at(
        text in "[-+@%:=.()/0-9a-fE \\\\é]{0,60}|sk-[a-z0-9]{0,40}|eyJ[.a-z0-9]{0,60}"
    ) {
        let mut found = Vec::new();
        detect(&text, "", Detectors::all(), &mut found);
        for hit in found {
            assert!(text.get(hit.start..hit.end).is_some_and(|text| !text.is_empty()));
        }
    }
}
