/**
 * Instruments SDKs for `setup()`: those that the app passes, and those that it is found to use.
 *
 * An instance that has been loaded is patched at once; one that loads later, as it loads. An SDK
 * that the app's package.json lists is imported here only where there is no other way to find out
 * whether it has been already; any other is never imported. Nothing here throws.
 */
import { pathToFileURL } from "node:url";

import type { Tracer } from "@opentelemetry/api";

import { warnOnce } from "../log.js";
import type { ResolvedOptions } from "../options.js";
import { findAppPackage } from "./app-package.js";
import { findListedSdks, findLoadedSdks, type ListedSdk } from "./discover.js";
import { InstallReport, type InstallResult, type Outcome } from "./install-report.js";
import type { Integration } from "./integration.js";
import { isSeenWhenLoaded, watchLoading } from "./load-hooks.js";
import { INTEGRATIONS } from "./registry.js";

export type { InstallResult } from "./install-report.js";

const PACKAGE_NAMES = INTEGRATIONS.map(({ packageName }) => packageName);

/**
 * @param tracer - for the SDKs' spans; left out, they go to whatever is set up when they start
 * @returns an array whose entries change when an SDK loads later
 */
export async function installModules(
  options: Pick<ResolvedOptions, "modules" | "autoInstrument">,
  tracer?: Tracer,
): Promise<InstallResult[]> {
  const installer = new Installer(options.modules, tracer);
  try {
    installer.installPassed();
    if (options.autoInstrument) await installer.installFound();
    else watchLoading([], undefined);
  } catch (fault) {
    warnOnce(`looking for SDKs to trace failed (${messageOf(fault)}); pass them in "modules".`);
  }
  return installer.report.results;
}

/** For a program in which nothing of the app has been loaded: SDKs will be seen as they load. */
export function watchFromStart(): void {
  watchLoading(PACKAGE_NAMES, undefined, true);
}

class Installer {
  readonly report = new InstallReport();

  constructor(
    private readonly passed: ResolvedOptions["modules"],
    private readonly tracer: Tracer | undefined,
  ) {}

  installPassed(): void {
    for (const [name, module] of Object.entries(this.passed) as [Integration["name"], unknown][]) {
      const integration = INTEGRATIONS.find((each) => each.name === name);
      if (integration === undefined) {
        const reason = "this version does not instrument that SDK";
        this.report.note(name, { installed: false, reason });
        continue;
      }
      try {
        const { version } = integration.install(module, this.tracer);
        this.report.note(name, { installed: true, version });
      } catch (error) {
        this.report.note(name, { installed: false, reason: messageOf(error) });
        warnOnce(`setup(): modules.${name} is not traced. ${messageOf(error)}`);
      }
    }
  }

  async installFound(): Promise<void> {
    watchLoading(PACKAGE_NAMES, (packageName, module) => {
      const integration = INTEGRATIONS.find((each) => each.packageName === packageName);
      if (integration !== undefined) this.installFoundOne(integration, module);
    });
    for (const { integration, copy, module } of findLoadedSdks(INTEGRATIONS)) {
      this.installFoundOne(integration, module, copy.version);
    }
    await Promise.all(
      findListedSdks(INTEGRATIONS, findAppPackage(process.argv[1])).map(
        async (listed) => await this.installListed(listed),
      ),
    );
  }

  private async installListed({ integration, copies }: ListedSdk): Promise<void> {
    for (const { esm, version } of copies) {
      if (esm === undefined || isSeenWhenLoaded(esm)) continue;
      try {
        this.installFoundOne(integration, await importFile(esm), version);
      } catch (error) {
        const reason = `it cannot be imported: ${messageOf(error)}`;
        this.noteFound(integration, { installed: false, version, reason });
      }
    }
    const [own] = copies;
    const reason =
      own === undefined
        ? "package.json lists it, but it is not installed"
        : "it is not loaded yet; it will be instrumented when it is";
    this.report.complete(integration.name, { installed: false, version: own?.version, reason });
  }

  private installFoundOne(integration: Integration, module: unknown, knownVersion?: string): void {
    try {
      const { version = knownVersion } = integration.install(module, this.tracer);
      this.noteFound(integration, { installed: true, version });
    } catch (error) {
      const reason = messageOf(error);
      this.noteFound(integration, { installed: false, version: knownVersion, reason });
      warnOnce(`${integration.packageName} is used here but not traced. ${reason}`);
    }
  }

  /** What became of an SDK that the app passes is said of the instance that it passes. */
  private noteFound({ name }: Integration, outcome: Outcome): void {
    if (this.passed[name] === undefined) this.report.note(name, outcome);
  }
}

async function importFile(file: string): Promise<unknown> {
  const url = pathToFileURL(file).href;
  return (await import(/* webpackIgnore: true */ /* @vite-ignore */ url)) as unknown;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
