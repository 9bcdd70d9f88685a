/**
 * The SDK may have another copy of the `openai` package than the app. Where its models show their
 * client, that client's class is the copy's; older versions hide it, and then the copy is looked up
 * from the file that makes clients. Either way it is loaded already.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

import type { Tracer } from "@opentelemetry/api";

import { faultless } from "../guard.js";
import { fieldsOf, isFunction } from "../openai/fields.js";
import { installOpenAIInstrumentation, openai } from "../openai/index.js";
import { folderInNodeModules, readSdkPackage } from "../sdk-package.js";
import type { AgentsSdk } from "./sdk.js";

export function instrumentOwnClient({ OpenAIProvider }: AgentsSdk, tracer?: Tracer): void {
  if (!isFunction(OpenAIProvider)) return;
  const maker = { stack: "" };
  const options = {
    // Read where a client is made.
    get apiKey(): string {
      maker.stack = new Error().stack ?? "";
      return "unused";
    },
  };
  const install = (copy: unknown): void => {
    faultless(() => void installOpenAIInstrumentation(copy, tracer));
  };
  const use = (model: unknown): void => {
    const { constructor: client } = fieldsOf(fieldsOf(model)["_client"]);
    if (isFunction(client) && client !== Object) install(client);
    else findCopy(maker.stack, install);
  };
  const model = new OpenAIProvider(options).getModel("unused");
  if (!(model instanceof Promise)) return use(model);
  model.then(
    (known) => faultless(() => use(known)),
    () => undefined,
  );
}

/** A line of a stack that names a file of an installed package. */
const INSTALLED_FILE = /(?<file>(?:file:\/\/)?[^\s()]*[\\/]node_modules[\\/][^\s()]*?):\d+:\d+/;

function findCopy(stack: string, install: (copy: unknown) => void): void {
  const file = stack
    .split("\n")
    .map((line) => INSTALLED_FILE.exec(line)?.groups?.["file"])
    .find((named) => named?.includes("agents-openai"));
  if (file === undefined) return;
  const require = createRequire(file);
  const required = require.resolve(openai.packageName);
  const folder = folderInNodeModules(required, openai.packageName);
  if (!file.startsWith("file:")) {
    const loaded = require.cache[required];
    if (loaded !== undefined) install(loaded.exports);
    return;
  }
  const esm = folder === undefined ? undefined : readSdkPackage(folder)?.esm;
  if (esm === undefined) return;
  import(pathToFileURL(esm).href).then(install, () => undefined);
}
