/**
 * Ten rules as an application would write them, the same for all contenders, and the secrets that
 * they are for.
 */
export interface Rule {
  readonly pattern: RegExp;
  readonly replace: string;
}

export const RULES: readonly Rule[] = [
  { pattern: /[\w.+-]+@[\w-]+\.[\w.-]*\w/g, replace: "[email]" },
  { pattern: /\+\d{1,3}[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{2,4}){2,4}/g, replace: "[phone]" },
  { pattern: /\b(?:\d{4}[ -]?){3}\d{4}\b/g, replace: "[card]" },
  { pattern: /\b\d{3}-\d{2}-\d{4}\b/g, replace: "[ssn]" },
  { pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b/g, replace: "[iban]" },
  { pattern: /\b(?:\d{1,3}\.){3}\d{1,3}\b/g, replace: "[ip]" },
  { pattern: /eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g, replace: "[jwt]" },
  { pattern: /\bsk-[A-Za-z0-9_-]{20,}/g, replace: "[key]" },
  { pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, replace: "[aws]" },
  { pattern: /(password|secret)(\s*[:=]\s*)\S+/gi, replace: "$1$2[hidden]" },
];

/** One for each rule. */
export const SECRETS: readonly string[] = [
  "ann.lee@example.com",
  "+49 30 1234 5678",
  "4111 1111 1111 1111",
  "078-05-1120",
  "DE89 3704 0044 0532 0130 00",
  "192.168.17.42",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
  "sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2",
  "AKIAIOSFODNN7EXAMPLE",
  "hunter2-and-more",
];

/** How a secret stands in a text. */
export function mention(secret: string): string {
  return secret.startsWith("hunter2") ? ` password: ${secret} ` : ` ${secret} `;
}
