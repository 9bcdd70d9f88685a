// Throw-away certificates for tests, made by the `openssl` command: an authority, a server
// certificate for localhost and 127.0.0.1, and a client certificate, both signed by it.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export interface KeyPair {
  key: string;
  cert: string;
  keyFile: string;
  certFile: string;
}

export interface Certificates extends AsyncDisposable {
  /** PEM, and the file that holds it. */
  ca: string;
  caFile: string;
  server: KeyPair;
  /** As `server`, but no longer valid. */
  expired: KeyPair;
  /** For a host that is not the one that it is used on. */
  misnamed: KeyPair;
  client: KeyPair;
}

const VALID_DAYS = "2";
const EXPIRED_DAYS = "-1";
const EC_KEY = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
const CA_EXTENSIONS = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"];
const SERVER_EXTENSIONS = [
  "basicConstraints=critical,CA:FALSE",
  "subjectAltName=DNS:localhost,IP:127.0.0.1",
  "extendedKeyUsage=serverAuth",
];
const MISNAMED_EXTENSIONS = [
  "basicConstraints=critical,CA:FALSE",
  "subjectAltName=DNS:elsewhere.example",
  "extendedKeyUsage=serverAuth",
];
const CLIENT_EXTENSIONS = ["basicConstraints=critical,CA:FALSE", "extendedKeyUsage=clientAuth"];

/** The files live until the result is disposed of. */
export async function selfSigned(): Promise<Certificates | { skipped: string }> {
  try {
    await openssl(["version"]);
  } catch (error) {
    return { skipped: `the openssl command does not run here: ${String(error)}` };
  }
  const folder = await mkdtemp(join(tmpdir(), "certificates-"));
  const authority = await makeAuthority(folder);
  return {
    ca: authority.cert,
    caFile: authority.certFile,
    server: await makeSigned(folder, "server", SERVER_EXTENSIONS),
    expired: await makeSigned(folder, "expired", SERVER_EXTENSIONS, EXPIRED_DAYS),
    misnamed: await makeSigned(folder, "misnamed", MISNAMED_EXTENSIONS),
    client: await makeSigned(folder, "client", CLIENT_EXTENSIONS),
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  };
}

async function makeAuthority(folder: string): Promise<KeyPair> {
  const { keyFile, certFile } = await makeKey(folder, "ca");
  const subject = ["-key", keyFile, "-subj", "/CN=Test authority", "-days", VALID_DAYS];
  const config = join(folder, "ca.cnf");
  await writeFile(
    config,
    ["[req]", "distinguished_name=name", "[name]", "[ca]", ...CA_EXTENSIONS].join("\n"),
  );
  const extensions = ["-config", config, "-extensions", "ca"];
  await openssl(["req", "-x509", "-new", ...subject, ...extensions, "-out", certFile]);
  return await load(keyFile, certFile);
}

async function makeSigned(
  folder: string,
  name: string,
  extensions: string[],
  days = VALID_DAYS,
): Promise<KeyPair> {
  const { keyFile, certFile } = await makeKey(folder, name);
  const request = join(folder, `${name}.csr`);
  const extensionFile = join(folder, `${name}.ext`);
  await writeFile(extensionFile, extensions.join("\n"));
  await openssl(["req", "-new", "-key", keyFile, "-subj", `/CN=${name}`, "-out", request]);
  const authority = ["-CA", join(folder, "ca.crt"), "-CAkey", join(folder, "ca.key")];
  const serial = ["-CAcreateserial", "-days", days];
  const signed = ["-in", request, "-extfile", extensionFile, "-out", certFile];
  await openssl(["x509", "-req", ...authority, ...serial, ...signed]);
  return await load(keyFile, certFile);
}

async function makeKey(
  folder: string,
  name: string,
): Promise<{ keyFile: string; certFile: string }> {
  const keyFile = join(folder, `${name}.key`);
  await openssl(["genpkey", ...EC_KEY, "-out", keyFile]);
  return { keyFile, certFile: join(folder, `${name}.crt`) };
}

async function load(keyFile: string, certFile: string): Promise<KeyPair> {
  const [key, cert] = await Promise.all([readFile(keyFile, "utf8"), readFile(certFile, "utf8")]);
  return { key, cert, keyFile, certFile };
}

const run = promisify(execFile);

async function openssl(args: string[]): Promise<void> {
  await run("openssl", args);
}
