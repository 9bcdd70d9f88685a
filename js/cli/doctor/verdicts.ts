/**
 * What an answer of the collector, or the lack of one, means for spans, and what to do about it.
 */
import type { Finding } from "../report.js";
import { PROXY_REFUSAL } from "./ask.js";

const SET_ENDPOINT = "start a collector there, or set CATALYST_OTLP_ENDPOINT to where one is";

/** Fault codes of sockets and of TLS, in words; `shown` is the endpoint. */
const FAULTS: Readonly<Record<string, (shown: string) => [text: string, mend: string]>> = {
  ECONNREFUSED: (shown) => [`nothing listens at ${shown}`, SET_ENDPOINT],
  ENOTFOUND: (shown) => [`the host of ${shown} has no address`, "check the spelling of the host"],
  EAI_AGAIN: (shown) => [
    `the address of the host of ${shown} cannot be looked up`,
    "check that DNS works here",
  ],
  ECONNRESET: (shown) => [
    `${shown} closed the connection without an answer`,
    "check the port, and whether it wants https: or http:",
  ],
  ETIMEDOUT: (shown) => [
    `${shown} did not answer in time`,
    "check that no firewall is in between, and that the collector works",
  ],
  EHOSTUNREACH: (shown) => [`there is no way to ${shown} from here`, "check the network"],
  ENETUNREACH: (shown) => [`there is no way to ${shown} from here`, "check the network"],
  EPROTO: (shown) => [`${shown} does not speak TLS`, "check the port, or use http:"],
  ERR_SSL_WRONG_VERSION_NUMBER: (shown) => [
    `${shown} does not speak TLS`,
    "check the port, or use http:",
  ],
  CERT_HAS_EXPIRED: (shown) => [
    `the certificate of ${shown} has expired`,
    "renew the collector's certificate",
  ],
  ERR_TLS_CERT_ALTNAME_INVALID: (shown) => [
    `the certificate of ${shown} is for another host`,
    "use the host name that the certificate is for",
  ],
};

const UNTRUSTED = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** Faults of the first hop, which is the proxy where there is one. */
const FIRST_HOP = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/**
 * @param shown - the endpoint without its secrets
 * @param proxy - the proxy's origin, when the way leads through one
 */
export function judgeFault(error: unknown, shown: string, proxy: string | undefined): Finding {
  const { code = "" } = (error ?? {}) as { code?: string };
  const message = error instanceof Error ? error.message : String(error);
  const [text, mend] = describeFault(code, message, shown, proxy);
  return { level: "loss", text, mend: sentence(mend) };
}

function describeFault(
  code: string,
  message: string,
  shown: string,
  proxy: string | undefined,
): [string, string] {
  const known = FAULTS[code];
  if (proxy !== undefined && (code === PROXY_REFUSAL || FIRST_HOP.has(code))) {
    const [text] = known?.(`the proxy ${proxy}`) ?? [`${shown} cannot be reached: ${message}`];
    return [text, "correct HTTP_PROXY, HTTPS_PROXY or ALL_PROXY, or list the host in NO_PROXY"];
  }
  if (known !== undefined) return known(shown);
  if (UNTRUSTED.has(code)) {
    return [
      `the certificate of ${shown} is signed by nobody who is trusted here (${code})`,
      "give the CA's certificate in OTEL_EXPORTER_OTLP_CERTIFICATE or NODE_EXTRA_CA_CERTS",
    ];
  }
  if (code.startsWith("HPE_")) {
    return [
      `${shown} does not answer in HTTP/1.1`,
      "check the port: OTLP/HTTP is usually on 4318, while 4317 is gRPC",
    ];
  }
  return [`${shown} cannot be reached: ${message}`, SET_ENDPOINT];
}

/** @param encoding - the one that got this answer */
export function judgeStatus(
  status: number,
  message: string,
  shown: string,
  encoding: string,
): Finding {
  const said = message === "" ? "" : `: ${message}`;
  if (status >= 200 && status < 300) {
    return { level: "ok", text: `${shown} takes spans as ${encoding} (${status})` };
  }
  const text = `${shown} answered ${status} to ${encoding}${said}`;
  // Not everybody takes a request without spans, and who says so has understood it.
  if (status === 400) {
    return { level: "warning", text, mend: "It answers; it may only dislike that no span came." };
  }
  return { level: "loss", text, mend: sentence(mendFor(status)) };
}

function mendFor(status: number): string {
  switch (status) {
    case 401:
    case 403:
      return "set CATALYST_OTLP_TOKEN, or correct the token or the headers";
    case 404:
    case 405:
      return "check the endpoint's path: /v1/traces is appended to it unless it ends so";
    case 407:
      return "set user and password in the proxy's URL";
    case 415:
      return "check that it is an OTLP endpoint: it takes neither protobuf nor JSON";
    case 429:
    case 502:
    case 503:
    case 504:
      return "spans wait and are sent again; see what is wrong with the collector";
    default:
      return status >= 300 && status < 400
        ? "set the endpoint to the URL that it redirects to"
        : "see the collector's log";
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
