/**
 * What `setup()` would run with if it got no options, and where each setting comes from.
 */
import type { OptionsResolution } from "../../options.js";
import { shownSettings } from "../../options/shown.js";
import type { Finding, Section } from "../report.js";

/** Settings that people look for first; of the others only those that somebody has set are shown. */
const ALWAYS_SHOWN = new Set(["endpoint", "token", "serviceName", "serviceVersion", "environment"]);

export function inspectConfiguration(resolution: OptionsResolution): Section {
  const settings = shownSettings(resolution);
  const findings: Finding[] = settings
    .filter(({ name, source }) => ALWAYS_SHOWN.has(name) || source !== "default")
    .map(({ name, value, source }) => ({ level: "note", text: `${name}: ${value} (${source})` }));
  for (const warning of resolution.warnings) findings.push({ level: "warning", text: warning });
  if (resolution.options.disabled) {
    const variable = resolution.sources["disabled"] ?? "";
    findings.push({ level: "loss", text: "tracing is disabled", mend: `Unset ${variable}.` });
  }
  if (resolution.options.sampler.kind.includes("off")) {
    findings.push({
      level: "loss",
      text: "the sampler keeps no trace that begins here",
      mend: "Unset OTEL_TRACES_SAMPLER, or choose another one.",
    });
  }
  findings.push({
    level: "note",
    text: "Options that the app passes to setup() come before all of these.",
  });
  return { title: "Configuration", findings, facts: settings };
}
