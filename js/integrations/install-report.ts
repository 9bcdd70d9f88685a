/**
 * What became of each SDK that was passed or found. An entry changes when its SDK loads later.
 */
import type { InstrumentModules } from "../options.js";

export interface InstallResult {
  /** Such as `openai` or `openai-agents`. */
  readonly name: string;
  /** Whether at least one instance of it is instrumented. */
  installed: boolean;
  version?: string;
  /** Why it is not installed. */
  reason?: string;
}

export interface Outcome {
  readonly installed: boolean;
  readonly version?: string | undefined;
  readonly reason?: string;
}

export class InstallReport {
  readonly results: InstallResult[] = [];

  /** One instance that is instrumented outweighs all that are not. */
  note(name: keyof InstrumentModules, { installed, version, reason }: Outcome): void {
    const before = this.find(name);
    if (before?.installed === true && !installed) return;
    const result = before ?? this.add(name);
    result.installed = installed;
    if (version !== undefined) result.version ??= version;
    delete result.reason;
    if (reason !== undefined) result.reason = reason;
  }

  /** Fills in what has not been said. */
  complete(name: keyof InstrumentModules, outcome: Outcome): void {
    const before = this.find(name);
    if (before === undefined) this.note(name, outcome);
    else if (outcome.version !== undefined) before.version ??= outcome.version;
  }

  private find(name: keyof InstrumentModules): InstallResult | undefined {
    return this.results.find((result) => result.name === shownName(name));
  }

  private add(name: keyof InstrumentModules): InstallResult {
    const result = { name: shownName(name), installed: false };
    this.results.push(result);
    return result;
  }
}

// The names that logs and CI scripts already look for.
function shownName(name: keyof InstrumentModules): string {
  if (name === "langchainCallbacksManager") return "langchain";
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
