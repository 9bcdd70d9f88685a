//! A model's price and what a call amounts to under it. Pure arithmetic, in US dollars.
//!
//! Cached and audio tokens are parts of the prompt, reasoning and audio tokens of the completion;
//! each token is paid once, and the parts of a cost add up to its sums.

use serde::Deserialize;

/// US dollars per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rates {
    pub input: f64,
    /// As `input` where there is none: then nothing is saved by caching.
    pub cache_read: Option<f64>,
    /// As `input` where there is none.
    pub cache_write: Option<f64>,
    pub audio_input: Option<f64>,
    /// Absent for embeddings.
    pub output: Option<f64>,
    pub audio_output: Option<f64>,
}

/// A model's rates, and where they end.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Price {
    #[serde(flatten)]
    pub rates: Rates,
    /// What a call costs whose prompt is longer than so many tokens.
    pub above: Option<Above>,
    /// A longer prompt has a price that is not known.
    pub known_up_to: Option<u64>,
    #[serde(default)]
    pub tiers: Tiers,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Above {
    pub prompt_tokens: u64,
    #[serde(flatten)]
    pub rates: Rates,
}

/// Rates of service tiers other than the standard one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
pub struct Tiers {
    pub flex: Option<Rates>,
    pub priority: Option<Rates>,
}

/// Token counts of a call. The details are parts of the two sums.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    pub prompt: u64,
    pub completion: u64,
    pub cache_read: u64,
    pub cache_write: u64,
    pub audio_input: u64,
    pub reasoning: u64,
    pub audio_output: u64,
}

/// What a call costs, in US dollars.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cost {
    pub prompt: f64,
    pub completion: f64,
    pub total: f64,
    /// What of the prompt is neither cached nor audio.
    pub input: f64,
    pub cache_read: f64,
    pub cache_write: f64,
    pub audio_input: f64,
    /// What of the completion is neither reasoning nor audio.
    pub output: f64,
    pub reasoning: f64,
    pub audio_output: f64,
}

/// The words of several APIs for what is paid at the list price.
const STANDARD_TIERS: [&str; 4] = ["default", "standard", "auto", "on_demand"];

impl Price {
    /// `None` where a price is missing for something that was used, and for counts that contradict
    /// each other.
    pub fn cost(&self, usage: &Usage, tier: Option<&str>) -> Option<Cost> {
        self.rates(usage.prompt, tier)?.cost(usage)
    }

    fn rates(&self, prompt_tokens: u64, tier: Option<&str>) -> Option<Rates> {
        if self.known_up_to.is_some_and(|most| prompt_tokens > most) {
            return None;
        }
        let above = self.above.filter(|above| prompt_tokens > above.prompt_tokens);
        match tier {
            Some(tier) if !STANDARD_TIERS.contains(&tier) => match (tier, above) {
                ("flex", None) => self.tiers.flex,
                ("priority", None) => self.tiers.priority,
                _ => None,
            },
            _ => Some(above.map_or(self.rates, |above| above.rates)),
        }
    }
}

impl Rates {
    fn cost(&self, usage: &Usage) -> Option<Cost> {
        let apart =
            usage.cache_read.checked_add(usage.cache_write)?.checked_add(usage.audio_input)?;
        let input = usage.prompt.checked_sub(apart)?;
        let output =
            usage.completion.checked_sub(usage.reasoning.checked_add(usage.audio_output)?)?;
        let cost = Cost {
            input: paid(input, Some(self.input))?,
            cache_read: paid(usage.cache_read, self.cache_read.or(Some(self.input)))?,
            cache_write: paid(usage.cache_write, self.cache_write.or(Some(self.input)))?,
            audio_input: paid(usage.audio_input, self.audio_input)?,
            output: paid(output, self.output)?,
            reasoning: paid(usage.reasoning, self.output)?,
            audio_output: paid(usage.audio_output, self.audio_output)?,
            ..Cost::default()
        };
        let prompt = cost.input + cost.cache_read + cost.cache_write + cost.audio_input;
        let completion = cost.output + cost.reasoning + cost.audio_output;
        Some(Cost {
            prompt: tidy(prompt),
            completion: tidy(completion),
            total: tidy(prompt + completion),
            ..cost
        })
    }
}

/// `None` for tokens that have no price.
fn paid(tokens: u64, rate: Option<f64>) -> Option<f64> {
    const TOKENS_PER_RATE: f64 = 1e6;
    #[expect(clippy::cast_precision_loss, reason = "nobody uses 2^53 tokens in a call")]
    match rate {
        Some(rate) => Some(tidy(tokens as f64 * rate / TOKENS_PER_RATE)),
        None => (tokens == 0).then_some(0.0),
    }
}

/// Without what binary fractions add: a trillionth of a dollar is finer than any price.
fn tidy(dollars: f64) -> f64 {
    const STEPS_PER_DOLLAR: f64 = 1e12;
    (dollars * STEPS_PER_DOLLAR).round() / STEPS_PER_DOLLAR
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: Rates = Rates {
        input: 2.0,
        cache_read: Some(0.5),
        cache_write: Some(2.5),
        audio_input: Some(40.0),
        output: Some(8.0),
        audio_output: Some(80.0),
    };

    fn price(rates: Rates) -> Price {
        Price { rates, above: None, known_up_to: None, tiers: Tiers::default() }
    }

    fn usage(prompt: u64, completion: u64) -> Usage {
        Usage { prompt, completion, ..Usage::default() }
    }

    #[test]
    fn each_token_is_paid_once_and_the_parts_add_up() {
        let used = Usage {
            prompt: 1_000,
            completion: 500,
            cache_read: 600,
            cache_write: 100,
            audio_input: 50,
            reasoning: 300,
            audio_output: 20,
        };
        let cost = price(TEXT).cost(&used, None).unwrap();
        assert_eq!(
            cost,
            Cost {
                prompt: 0.00305,
                completion: 0.00544,
                total: 0.00849,
                input: 0.0005,
                cache_read: 0.0003,
                cache_write: 0.00025,
                audio_input: 0.002,
                output: 0.00144,
                reasoning: 0.0024,
                audio_output: 0.0016,
            }
        );
    }

    #[test]
    fn costs_have_no_noise_of_binary_fractions() {
        let rates = Rates { input: 0.15, output: Some(0.6), ..TEXT };
        let cost = price(rates).cost(&usage(7, 3), None).unwrap();
        assert_eq!(cost.total.to_string(), "0.00000285");
    }

    #[test]
    fn caching_without_a_price_of_its_own_saves_nothing() {
        let rates = Rates { cache_read: None, cache_write: None, ..TEXT };
        let cached = Usage { cache_read: 600, cache_write: 100, ..usage(1_000, 0) };
        assert_eq!(price(rates).cost(&cached, None).unwrap().prompt, 0.002);
    }

    #[test]
    fn what_has_no_price_makes_a_cost_unknown_only_if_it_was_used() {
        let rates = Rates { audio_input: None, audio_output: None, output: None, ..TEXT };
        assert_eq!(price(rates).cost(&usage(1_000, 0), None).unwrap().total, 0.002);
        for used in [
            usage(1_000, 1),
            Usage { audio_input: 1, ..usage(1_000, 0) },
            Usage { audio_output: 1, ..usage(1_000, 1) },
        ] {
            assert_eq!(price(rates).cost(&used, None), None, "{used:?}");
        }
    }

    #[test]
    fn counts_that_contradict_each_other_have_no_cost() {
        for used in [
            Usage { cache_read: 11, ..usage(10, 0) },
            Usage { cache_read: 6, audio_input: 5, ..usage(10, 0) },
            Usage { reasoning: 11, ..usage(10, 10) },
            Usage { cache_read: u64::MAX, cache_write: 1, ..usage(10, 10) },
        ] {
            assert_eq!(price(TEXT).cost(&used, None), None, "{used:?}");
        }
    }

    #[test]
    fn a_long_prompt_makes_the_whole_call_dearer() {
        let dear = Rates { input: 4.0, ..TEXT };
        let above = Some(Above { prompt_tokens: 200_000, rates: dear });
        let price = Price { above, ..price(TEXT) };
        assert_eq!(price.cost(&usage(200_000, 0), None).unwrap().total, 0.4);
        assert_eq!(price.cost(&usage(200_001, 0), None).unwrap().total, 0.800_004);
    }

    #[test]
    fn beyond_what_is_known_there_is_no_cost() {
        let price = Price { known_up_to: Some(100), ..price(TEXT) };
        assert!(price.cost(&usage(100, 0), None).is_some());
        assert_eq!(price.cost(&usage(101, 0), None), None);
    }

    #[test]
    fn a_tier_has_its_own_rates_or_no_cost() {
        let flex = Some(Rates { input: 1.0, ..TEXT });
        let above = Some(Above { prompt_tokens: 200_000, rates: TEXT });
        let price = Price { tiers: Tiers { flex, priority: None }, above, ..price(TEXT) };
        for (tier, prompt, expected) in [
            (None, 1_000, Some(0.002)),
            (Some("default"), 1_000, Some(0.002)),
            (Some("auto"), 1_000, Some(0.002)),
            (Some("flex"), 1_000, Some(0.001)),
            (Some("flex"), 200_001, None),
            (Some("priority"), 1_000, None),
            (Some("scale"), 1_000, None),
            (Some("batch"), 1_000, None),
        ] {
            let total = price.cost(&usage(prompt, 0), tier).map(|cost| cost.total);
            assert_eq!(total, expected, "{tier:?} {prompt}");
        }
    }
}
