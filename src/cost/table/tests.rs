use super::*;

fn per_million_input(model: &str, provider: Option<&str>) -> Option<f64> {
    TABLE.find(model, provider).map(|price| price.rates.input)
}

#[test]
fn the_table_can_be_read_and_names_no_model_twice() {
    let table: Table = serde_json::from_str(include_str!("../../../data/prices.json")).unwrap();
    for vendor in &table.vendors {
        let ids: Vec<&String> = vendor.models.iter().flat_map(|row| &row.ids).collect();
        let mut unique = ids.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), ids.len(), "{:?}", vendor.providers);
        assert!(ids.iter().all(|id| **id == id.to_lowercase()));
    }
    assert!(table.vendors.iter().map(|vendor| vendor.models.len()).sum::<usize>() > 90);
}

#[test]
fn no_price_of_the_table_is_out_of_all_proportion() {
    for row in TABLE.vendors.iter().flat_map(|vendor| &vendor.models) {
        let Price { rates, above, tiers, .. } = &row.price;
        let ids = &row.ids;
        assert!((0.01..=150.0).contains(&rates.input), "{ids:?}");
        assert!(rates.cache_read.is_none_or(|read| read < rates.input), "{ids:?}");
        assert!(rates.cache_write.is_none_or(|write| write > rates.input), "{ids:?}");
        assert!(rates.audio_input.is_none_or(|audio| audio > rates.input), "{ids:?}");
        assert!(rates.output.is_none_or(|output| output >= rates.input), "{ids:?}");
        assert!(above.is_none_or(|above| above.rates.input > rates.input), "{ids:?}");
        assert!(tiers.flex.is_none_or(|flex| flex.input < rates.input), "{ids:?}");
        assert!(tiers.priority.is_none_or(|priority| priority.input > rates.input), "{ids:?}");
    }
}

/// The file as it is, of which the table reads what it knows.
fn file() -> serde_json::Value {
    serde_json::from_str(include_str!("../../../data/prices.json")).unwrap()
}

#[test]
fn the_file_says_of_when_and_in_which_unit_its_prices_are() {
    let file = file();
    assert_eq!(file["unit"], "USD per million tokens");
    let date: Vec<u32> =
        file["date"].as_str().unwrap().split('-').map(|part| part.parse().unwrap()).collect();
    let [year, month, day] = date[..] else { panic!("a date") };
    assert!((2026..2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day));
    assert!(file["source"].as_str().is_some_and(|source| source.contains("as known on that date")));
}

#[test]
fn no_price_of_the_file_stands_under_a_name_that_nobody_reads() {
    const RATES: [&str; 6] =
        ["input", "cacheRead", "cacheWrite", "audioInput", "output", "audioOutput"];
    fn check(value: &serde_json::Value, known: &[&str], of: &serde_json::Value) {
        for (name, value) in value.as_object().unwrap() {
            assert!(
                RATES.contains(&name.as_str()) || known.contains(&name.as_str()),
                "{name} {of}"
            );
            assert!(!RATES.contains(&name.as_str()) || value.as_f64() > Some(0.0), "{name} {of}");
        }
    }
    for vendor in file()["vendors"].as_array().unwrap() {
        for row in vendor["models"].as_array().unwrap() {
            check(row, &["ids", "above", "knownUpTo", "tiers"], row);
            row.get("above").into_iter().for_each(|above| check(above, &["promptTokens"], row));
            let tiers = row.get("tiers").and_then(serde_json::Value::as_object);
            for (tier, rates) in tiers.into_iter().flatten() {
                assert!(["flex", "priority"].contains(&tier.as_str()), "{tier} {row}");
                check(rates, &[], row);
            }
        }
    }
}

#[test]
fn what_has_a_price_has_one_for_long_prompts_and_in_every_tier() {
    for row in TABLE.vendors.iter().flat_map(|vendor| &vendor.models) {
        let Price { rates, above, tiers, .. } = &row.price;
        let ids = &row.ids;
        for other in
            above.map(|above| above.rates).into_iter().chain(tiers.flex).chain(tiers.priority)
        {
            for (here, there) in [
                (rates.cache_read, other.cache_read),
                (rates.cache_write, other.cache_write),
                (rates.audio_input, other.audio_input),
                (rates.output, other.output),
                (rates.audio_output, other.audio_output),
            ] {
                assert_eq!(here.is_some(), there.is_some(), "{ids:?}");
            }
            assert!(other.cache_read.is_none_or(|read| read < other.input), "{ids:?}");
            assert!(other.cache_write.is_none_or(|write| write > other.input), "{ids:?}");
            assert!(other.output.is_none_or(|output| output >= other.input), "{ids:?}");
        }
        let (input, output) = (rates.audio_input, rates.audio_output);
        assert!(input.zip(output).is_none_or(|(input, output)| output >= input), "{ids:?}");
    }
}

#[test]
fn each_name_in_the_table_leads_to_its_own_row() {
    for vendor in &TABLE.vendors {
        for row in &vendor.models {
            for id in &row.ids {
                for provider in &vendor.providers {
                    let found = TABLE.find(id, Some(provider)).unwrap();
                    assert!(std::ptr::eq(found, &row.price), "{id} at {provider}");
                }
                for prefix in &vendor.prefixes {
                    let found = TABLE.find(&format!("{prefix}{id}"), None).unwrap();
                    assert!(std::ptr::eq(found, &row.price), "{prefix}{id}");
                }
                let bare = TABLE.find(id, None);
                let is_own = bare.is_some_and(|found| std::ptr::eq(found, &row.price));
                assert_eq!(is_own, vendor.names_are_its_own, "{id} of nobody in particular");
            }
        }
    }
}

#[test]
fn a_model_is_found_under_every_name_it_goes_by_and_under_no_other() {
    for (model, provider, input) in [
        ("gpt-4o", Some("openai"), Some(2.5)),
        ("gpt-4o", None, Some(2.5)),
        ("gpt-4o", Some("azure"), Some(2.5)),
        ("gpt-4o-2024-08-06", Some("openai"), Some(2.5)),
        ("gpt-4o-2024-05-13", Some("openai"), Some(5.0)),
        ("gpt-4o-mini", Some("openai"), Some(0.15)),
        ("gpt-4o-mini-2024-07-18", Some("openai"), Some(0.15)),
        ("openai/gpt-4o", Some("openrouter"), Some(2.5)),
        ("openai/gpt-4o-2024-08-06", None, Some(2.5)),
        ("azure/gpt-4o", Some("openai"), Some(2.5)),
        ("gpt-4.1-2025-04-14", Some("openai"), Some(2.0)),
        ("gpt-35-turbo", Some("azure"), Some(0.5)),
        ("claude-sonnet-4-5-20250929", Some("anthropic"), Some(3.0)),
        ("anthropic/claude-sonnet-4.5", Some("openrouter"), Some(3.0)),
        ("claude-sonnet-4-20250514", Some("openai"), Some(3.0)),
        ("models/gemini-2.5-flash", Some("google"), Some(0.3)),
        ("gemini-2.5-flash-lite", Some("google"), Some(0.1)),
        ("text-embedding-3-small", Some("openai"), Some(0.02)),
        ("openai/gpt-oss-120b", Some("groq"), Some(0.15)),
        ("groq/openai/gpt-oss-120b", Some("openai"), Some(0.15)),
        ("llama-3.1-8b-instant", Some("groq"), Some(0.05)),
        // Another model, or none that is known.
        ("gpt-9", Some("openai"), None),
        ("gpt-4o-2", Some("openai"), None),
        ("gpt-4o-miniature", Some("openai"), None),
        ("gpt-4o:extended", Some("openrouter"), None),
        ("gpt-4o-mini-search-preview", Some("openai"), None),
        ("ft:gpt-4o-2024-08-06:org::id", Some("openai"), None),
        ("ft:gpt-4o", Some("openai"), None),
        ("my-gpt-4o", Some("azure"), None),
        ("openai/", Some("openrouter"), None),
        ("", Some("openai"), None),
        // Somebody else's prices.
        ("openai/gpt-oss-120b", Some("openrouter"), None),
        ("openai/gpt-oss-120b", Some("together"), None),
        ("llama-3.1-8b-instant", None, None),
        ("gpt-4o", Some("groq"), None),
        ("claude-sonnet-4-5", Some("aws"), None),
        ("gemini-2.5-flash", Some("ollama"), None),
    ] {
        assert_eq!(per_million_input(model, provider), input, "{model} at {provider:?}");
    }
}

#[test]
fn the_apps_prices_come_first_whoever_hosts_the_model_and_whatever_its_snapshot() {
    let own = r#"{"GPT-4o": {"input": 1}, "ft:gpt-4o:me": {"input": 7, "output": 8}}"#;
    let prices = Prices::with(own).unwrap();
    let usage = Usage { prompt: 1_000_000, ..Usage::default() };
    for (model, provider, total) in [
        ("gpt-4o", "openai", Some(1.0)),
        ("gpt-4o-2024-05-13", "openai", Some(1.0)),
        ("GPT-4o", "together", Some(1.0)),
        ("ft:gpt-4o:me", "openai", Some(7.0)),
        ("gpt-4o-mini", "openai", Some(0.15)),
        ("openai/gpt-4o", "openrouter", Some(2.5)),
        ("gpt-9", "openai", None),
    ] {
        let call = Call { model, provider: Some(provider), tier: None };
        let cost = prices.cost(call, &usage).map(|cost| cost.total);
        assert_eq!(cost, total, "{model} at {provider}");
    }
}

#[test]
fn prices_that_are_none_are_refused() {
    for wrong in ["", "[]", r#"{"a": 1}"#, r#"{"a": {}}"#, r#"{"a": {"input": "1"}}"#] {
        assert!(Prices::with(wrong).is_err(), "{wrong}");
    }
}
