import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { CatalystTracingError } from "../../js/errors.js";
import { resolving } from "./resolving.js";

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----\n";

const FILES: Record<string, string> = {
  [resolve("/app", "ca.pem")]: CERTIFICATE,
  [resolve("/app", "key.pem")]: KEY,
  [resolve("/app", "notes.txt")]: "hunter2",
};

const io = {
  readFile: (path: string) => {
    const text = FILES[path];
    if (text !== undefined) return text;
    throw Object.assign(new Error(`no ${path}`), { code: "ENOENT" });
  },
};

function refusedWith(options: object, env: NodeJS.ProcessEnv = {}): CatalystTracingError {
  try {
    resolving(options, env, io);
  } catch (error) {
    if (error instanceof CatalystTracingError) return error;
    throw error;
  }
  return assert.fail("nothing was thrown");
}

test("a certificate may be a path or PEM text", () => {
  assert.equal(resolving({ certificate: "ca.pem" }, {}, io).options.certificatePem, CERTIFICATE);
  assert.equal(resolving({ certificate: CERTIFICATE }, {}, io).options.certificatePem, CERTIFICATE);
});

test("all three come from OpenTelemetry's variables, those for traces first", () => {
  const env = {
    OTEL_EXPORTER_OTLP_CERTIFICATE: "missing.pem",
    OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: "ca.pem",
    OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: "ca.pem",
    OTEL_EXPORTER_OTLP_CLIENT_KEY: "key.pem",
  };
  const { options, sources, warnings } = resolving({}, env, io);
  assert.equal(options.certificatePem, CERTIFICATE);
  assert.equal(options.clientCertificatePem, CERTIFICATE);
  assert.equal(options.clientKeyPem, KEY);
  assert.equal(sources["clientKey"], "OTEL_EXPORTER_OTLP_CLIENT_KEY");
  assert.deepEqual(warnings, []);
});

test("what Node trusts besides is read as well", () => {
  assert.equal(
    resolving({}, { NODE_EXTRA_CA_CERTS: "ca.pem" }, io).options.extraCaPem,
    CERTIFICATE,
  );
});

test("a file that cannot be read is an error with its code and cause", () => {
  const error = refusedWith({ certificate: "missing.pem" });
  assert.equal(
    error.message,
    'setup(): option "certificate" is "missing.pem", a file that cannot be read (ENOENT); ' +
      "it takes the path of a PEM file with a certificate, or PEM text.",
  );
  assert.ok(error.cause instanceof Error);
});

test("a file that is no PEM is an error that shows nothing of its content", () => {
  const { message } = refusedWith({ certificate: "notes.txt" });
  assert.match(message, /is "notes\.txt", a file that does not hold a certificate in PEM form/);
  assert.doesNotMatch(message, /hunter2/);
});

test("an encrypted key is an error, because nobody can be asked for its passphrase", () => {
  const clientKey = KEY.replaceAll("EC PRIVATE", "ENCRYPTED PRIVATE");
  assert.match(
    refusedWith({ clientCertificate: CERTIFICATE, clientKey }).message,
    /option "clientKey" is PEM text without an unencrypted private key/,
  );
});

test("a key in a certificate's place is an error", () => {
  assert.match(refusedWith({ certificate: KEY }).message, /is PEM text without a certificate/);
});

for (const value of ["", 5, null]) {
  test(`the certificate ${JSON.stringify(value)} is refused`, () => {
    assert.match(refusedWith({ certificate: value }).message, /it takes the path of a PEM file/);
  });
}

test("nothing of a key is ever shown, for it may be the key itself without its first line", () => {
  for (const clientKey of ["hunter2", 12345]) {
    const error = refusedWith({ certificate: CERTIFICATE, clientKey });
    assert.doesNotMatch(error.message, /hunter2|12345/);
    assert.equal(error.cause, undefined);
  }
  const { warnings } = resolving({}, { OTEL_EXPORTER_OTLP_CLIENT_KEY: "hunter2" }, io);
  assert.doesNotMatch(warnings.join(), /hunter2/);
});

test("a variable's file that cannot be read warns, and the next variable counts", () => {
  const env = {
    OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: "missing.pem",
    OTEL_EXPORTER_OTLP_CERTIFICATE: "ca.pem",
  };
  const { options, warnings } = resolving({}, env, io);
  assert.equal(options.certificatePem, CERTIFICATE);
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0] ?? "",
    /^OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE is "missing\.pem", a file/,
  );
});

test("half of the client's pair is an error in code and a warning in the environment", () => {
  assert.match(
    refusedWith({ clientCertificate: CERTIFICATE }).message,
    /option "clientCertificate" is set but "clientKey" is not; set both or none/,
  );
  const { options, warnings } = resolving({}, { OTEL_EXPORTER_OTLP_CLIENT_KEY: "key.pem" }, io);
  assert.equal(options.clientKeyPem, null);
  assert.match(warnings.join(), /^OTEL_EXPORTER_OTLP_CLIENT_KEY is set but .* is not/);
});

test("the two halves may come from different places", () => {
  const env = { OTEL_EXPORTER_OTLP_CLIENT_KEY: "key.pem" };
  const { options } = resolving({ clientCertificate: "ca.pem" }, env, io);
  assert.equal(options.clientCertificatePem, CERTIFICATE);
  assert.equal(options.clientKeyPem, KEY);
});
