/**
 * `catalyst-tracing doctor`: what a confused user needs to know, found out in the app's folder with
 * the app's environment.
 */
import { readFileSync } from "node:fs";

import { findAppPackage } from "../integrations/app-package.js";
import { resolveOptions } from "../options.js";
import {
  findAppPackage as findIdentity,
  type PackageIdentity,
} from "../options/package-identity.js";
import { inspectConfiguration } from "./doctor/configuration.js";
import { inspectDestinations } from "./doctor/destinations.js";
import { inspectOpenTelemetry } from "./doctor/opentelemetry.js";
import { inspectRuntime } from "./doctor/runtime.js";
import { inspectSdks } from "./doctor/sdks.js";
import type { Section } from "./report.js";

export async function examine(env: NodeJS.ProcessEnv): Promise<Section[]> {
  const app = findAppPackage(undefined);
  const resolution = resolveOptions({}, env, { findPackageJson: appIdentity });
  // First, because SDKs are loaded below, and may register something.
  const openTelemetry = inspectOpenTelemetry(app);
  return [
    inspectRuntime(),
    inspectConfiguration(resolution),
    await inspectDestinations(resolution, env),
    await inspectSdks(app, env),
    openTelemetry,
  ];
}

// The main script is the doctor itself and says nothing about the app.
function appIdentity(): PackageIdentity | undefined {
  return findIdentity(undefined, {
    readFile: (path) => readFileSync(path, "utf8"),
    cwd: () => process.cwd(),
  });
}
