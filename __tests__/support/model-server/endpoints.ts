// Which call of the API a path stands for. Only the end of a path says so: what comes before it
// differs between OpenAI, Azure and those who offer the same API.

const ENDPOINTS = [
  ["POST", /\/chat\/completions$/, "chat"],
  ["POST", /\/responses\/compact$/, "responses.compact"],
  ["POST", /\/responses\/input_tokens$/, "responses.inputTokens"],
  ["POST", /\/responses\/([^/]+)\/cancel$/, "responses.cancel"],
  ["GET", /\/responses\/([^/]+)\/input_items$/, "responses.inputItems"],
  ["GET", /\/responses\/([^/]+)$/, "responses.retrieve"],
  ["DELETE", /\/responses\/([^/]+)$/, "responses.delete"],
  ["POST", /\/responses$/, "responses"],
  ["GET", /\/conversations\/([^/]+)\/items$/, "conversations.items"],
  ["POST", /\/conversations\/([^/]+)\/items$/, "conversations.addItems"],
  ["GET", /\/conversations\/([^/]+)$/, "conversations.retrieve"],
  ["DELETE", /\/conversations\/([^/]+)$/, "conversations.delete"],
  ["POST", /\/conversations$/, "conversations"],
  ["POST", /\/embeddings$/, "embeddings"],
  ["POST", /\/completions$/, "completions"],
  ["POST", /\/images\/generations$/, "images.generate"],
  ["POST", /\/images\/edits$/, "images.edit"],
  ["POST", /\/images\/variations$/, "images.variation"],
  ["POST", /\/audio\/speech$/, "speech"],
  ["POST", /\/audio\/transcriptions$/, "transcriptions"],
  ["POST", /\/audio\/translations$/, "translations"],
  ["POST", /\/moderations$/, "moderations"],
  ["GET", /\/models$/, "models"],
  ["GET", /\/models\/([^/]+)$/, "models.retrieve"],
] as const;

export type Endpoint = (typeof ENDPOINTS)[number][2];

export interface Route {
  /** Undefined for what the API does not have. */
  endpoint: Endpoint | undefined;
  /** The id in the path, of calls that have one. */
  id: string;
  query: URLSearchParams;
}

export function routeOf(method: string, url: string): Route {
  const { pathname, searchParams: query } = new URL(url, "http://127.0.0.1");
  for (const [wanted, pattern, endpoint] of ENDPOINTS) {
    const match = wanted === method ? pattern.exec(pathname) : null;
    if (match !== null) return { endpoint, id: decodeURIComponent(match[1] ?? ""), query };
  }
  return { endpoint: undefined, id: "", query };
}
