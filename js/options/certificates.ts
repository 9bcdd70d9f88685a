/**
 * Certificates and the client's key, as PEM text: given as such or as a file's path.
 *
 * Files are read here, once, so that a wrong path is an error of `setup()` and not a failed export
 * minutes later. Nothing of a key, not even its path, appears in a message.
 */
import { resolve } from "node:path";
import { CatalystTracingError, CatalystTracingErrorCodes, quote } from "../errors.js";
import type { OptionsIo } from "./io.js";
import { invalidOption, type Lookup } from "./lookup.js";

interface Certificates {
  readonly certificatePem: string | null;
  readonly clientCertificatePem: string | null;
  readonly clientKeyPem: string | null;
  readonly extraCaPem: string | null;
}

interface PemSetting {
  readonly name: string;
  readonly env: readonly string[];
  readonly what: string;
  readonly block: RegExp;
  readonly isSecret?: true;
}

const CERTIFICATE_BLOCK = /-----BEGIN CERTIFICATE-----/;
// An encrypted key has a block of another name: there is nowhere to ask for its passphrase.
const KEY_BLOCK = /-----BEGIN (?:RSA |EC )?PRIVATE KEY-----/;

const CERTIFICATE: PemSetting = {
  name: "certificate",
  env: ["OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"],
  what: "a certificate",
  block: CERTIFICATE_BLOCK,
};

const CLIENT_CERTIFICATE: PemSetting = {
  name: "clientCertificate",
  env: ["OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"],
  what: "a certificate",
  block: CERTIFICATE_BLOCK,
};

const CLIENT_KEY: PemSetting = {
  name: "clientKey",
  env: ["OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "OTEL_EXPORTER_OTLP_CLIENT_KEY"],
  what: "an unencrypted private key",
  block: KEY_BLOCK,
  isSecret: true,
};

const EXTRA_CA: PemSetting = {
  name: "extraCa",
  env: ["NODE_EXTRA_CA_CERTS"],
  what: "a certificate",
  block: CERTIFICATE_BLOCK,
};

export function resolveCertificates(lookup: Lookup, io: OptionsIo): Certificates {
  const client = checkPair(
    lookup,
    resolvePem(lookup, io, CLIENT_CERTIFICATE),
    resolvePem(lookup, io, CLIENT_KEY),
  );
  return {
    certificatePem: resolvePem(lookup, io, CERTIFICATE),
    ...client,
    extraCaPem: resolvePem(lookup, io, EXTRA_CA),
  };
}

function resolvePem(lookup: Lookup, io: OptionsIo, setting: PemSetting): string | null {
  const { name, env, what } = setting;
  const wants = `the path of a PEM file with ${what}, or PEM text`;
  const given = lookup.option(name);
  if (given !== undefined) {
    if (typeof given !== "string" || given.trim() === "") {
      throw invalidOption(lookup.path + name, given, wants, setting.isSecret && "secret");
    }
    const read = readPem(given, io, setting);
    if ("pem" in read) return note(lookup, name, "option", read.pem);
    throw new CatalystTracingError(
      CatalystTracingErrorCodes.INVALID_OPTION,
      `setup(): option "${lookup.path}${name}" ${read.problem}; it takes ${wants}.`,
      { cause: read.cause },
    );
  }
  for (const variable of env) {
    const text = lookup.variable(variable);
    if (text === undefined) continue;
    const read = readPem(text, io, setting);
    if ("pem" in read) return note(lookup, name, variable, read.pem);
    lookup.warn(`${variable} ${read.problem}; it takes ${wants}. It is ignored.`);
  }
  return note(lookup, name, "default", null);
}

function note(lookup: Lookup, name: string, source: string, pem: string | null): string | null {
  lookup.sources[name] = source;
  return pem;
}

type PemOrProblem = { pem: string } | { problem: string; cause?: unknown };

function readPem(text: string, io: OptionsIo, setting: PemSetting): PemOrProblem {
  const { what, block, isSecret } = setting;
  if (text.includes("-----BEGIN ")) {
    return block.test(text) ? { pem: text } : { problem: `is PEM text without ${what}` };
  }
  const file = isSecret ? "names a file (not shown) that" : `is ${quote(text)}, a file that`;
  try {
    const pem = io.readFile(resolve(io.cwd(), text));
    return block.test(pem) ? { pem } : { problem: `${file} does not hold ${what} in PEM form` };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    // The cause's own message names the path.
    return { problem: `${file} cannot be read${code}`, ...(isSecret ? {} : { cause: error }) };
  }
}

// One half of the pair is a mistake that would otherwise show as a refused handshake.
function checkPair(lookup: Lookup, certificate: string | null, key: string | null) {
  if ((certificate === null) === (key === null)) {
    return { clientCertificatePem: certificate, clientKeyPem: key };
  }
  const [there, missing] =
    key === null ? [CLIENT_CERTIFICATE, CLIENT_KEY] : [CLIENT_KEY, CLIENT_CERTIFICATE];
  const source = lookup.sources[there.name] ?? "";
  if (source === "option") {
    throw new CatalystTracingError(
      CatalystTracingErrorCodes.INVALID_OPTION,
      `setup(): option "${lookup.path}${there.name}" is set but "${missing.name}" is not; ` +
        "set both or none.",
    );
  }
  lookup.sources[there.name] = "default";
  lookup.warn(`${source} is set but ${missing.env.join(" or ")} is not. It is ignored.`);
  return { clientCertificatePem: null, clientKeyPem: null };
}
