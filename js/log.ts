/**
 * What a developer has to be told, on stderr through `console.warn`, each thing once.
 */
const PREFIX = "[catalyst-tracing]";

const said = new Set<string>();

/** @param code what is said, for telling whether it has been; the message when left out */
export function warnOnce(message: string, code: string = message): void {
  if (said.has(code)) return;
  said.add(code);
  console.warn(`${PREFIX} ${message}`);
}

export function debugLine(message: string): void {
  console.error(`${PREFIX} ${message}`);
}
