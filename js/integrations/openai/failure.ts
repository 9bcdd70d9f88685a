/**
 * Why a call failed: what is recorded of an error of the SDK's, and whether it was the app that
 * called the call off.
 */
import { type Fields, fieldsOf, textIn } from "./fields.js";
import { headerIn } from "./views.js";

/** The snapshot `openai.error`. */
export interface ErrorFacts {
  readonly name?: string;
  readonly message?: string;
  readonly status?: number;
  readonly code?: string;
  readonly type?: string;
  readonly param?: string;
  readonly requestId?: string;
  readonly aborted?: true;
}

export function errorFacts(error: unknown, aborted: boolean): ErrorFacts {
  const fields = fieldsOf(error);
  const { status, headers } = fields;
  const requestId =
    textIn(fields, "requestID") ?? textIn(fields, "request_id") ?? requestIdIn(headers);
  return present({
    name: errorName(error),
    message: typeof error === "string" ? error : textIn(fields, "message"),
    status: typeof status === "number" ? status : undefined,
    code: textIn(fields, "code"),
    type: textIn(fields, "type"),
    param: textIn(fields, "param"),
    requestId,
    aborted: aborted || undefined,
  });
}

/** The SDK's errors have classes of their own and are all called "Error". */
export function errorName(error: unknown): string | undefined {
  const name = textIn(fieldsOf(error), "name");
  if (name !== undefined && name !== "Error") return name;
  const className = textIn(fieldsOf(fieldsOf(error)["constructor"]), "name");
  return className === undefined || className === "Object" ? name : className;
}

/** An abort has no answer: an API that answers with an error has seen the request. */
export function isAbort(error: unknown, signal: unknown): boolean {
  const fields = fieldsOf(error);
  if (fields["status"] !== undefined && fields["status"] !== null) return false;
  if (fieldsOf(signal)["aborted"] === true) return true;
  const name = errorName(error);
  return name === "APIUserAbortError" || name === "AbortError";
}

/** Some servers in front of the API give the request another name. */
const REQUEST_ID_HEADERS = ["x-request-id", "apim-request-id", "x-ms-request-id"] as const;

export function requestIdIn(headers: unknown): string | undefined {
  for (const name of REQUEST_ID_HEADERS) {
    const id = headerIn(headers, name) ?? textIn(fieldsOf(headers), name);
    if (id !== undefined) return id;
  }
  return undefined;
}

/** What an answer says that reports a failure. */
export function failureMessage(error: unknown): string {
  const fields = fieldsOf(error);
  return textIn(fields, "message") ?? textIn(fields, "code") ?? "the model failed";
}

function present(facts: { [Key in keyof ErrorFacts]: ErrorFacts[Key] | undefined }): ErrorFacts {
  return Object.fromEntries(
    Object.entries(facts as Fields).filter(([, value]) => value !== undefined),
  );
}
