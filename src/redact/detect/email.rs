//! E-mail addresses as people write them, in any script; also with the `@` as URLs have it.

/// Endings of file names, which follow an `@` in names such as `icon@2x.png`.
const FILE_ENDINGS: [&str; 9] = ["png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "mjs"];

/// Characters in front of the `@`; standards allow 64.
const MAX_LOCAL: usize = 80;

/// Whose local part is a service's name in the address of a repository.
const SERVICE: &str = "git";

/// The address whose `@` is from `at` to `after`.
pub(super) fn around(text: &str, at: usize, after: usize) -> Option<(usize, usize)> {
    let local = text.get(..at)?;
    let start = local
        .char_indices()
        .rev()
        .take(MAX_LOCAL)
        .take_while(|(_, character)| is_local(*character))
        .last()
        .map(|(start, _)| start)?;
    // A dot or a quote may stand before an address, and is no part of it.
    let shown = local.get(start..)?.trim_start_matches(['.', '\'', '-', '%']);
    let start = at - shown.len();
    if shown.is_empty() || shown.ends_with('.') || shown == SERVICE {
        return None;
    }
    let domain = text.get(after..)?;
    let length = domain
        .char_indices()
        .find(|(_, character)| !is_domain(*character))
        .map_or(domain.len(), |(end, _)| end);
    let domain = domain.get(..length)?.trim_end_matches(['.', '-']);
    is_host(domain).then_some((start, after + domain.len()))
}

fn is_local(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '.' | '_' | '%' | '+' | '-' | '\'')
}

fn is_domain(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '.' | '-')
}

fn is_host(domain: &str) -> bool {
    let Some((names, last)) = domain.rsplit_once('.') else { return false };
    let is_top = last.chars().count() >= 2
        && (last.starts_with("xn--") || last.chars().all(char::is_alphabetic))
        && !FILE_ENDINGS.contains(&last.to_ascii_lowercase().as_str());
    is_top && names.split('.').all(|name| !name.is_empty() && !name.starts_with('-'))
}
