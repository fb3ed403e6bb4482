import { containsKey } from "@gift/core/api-key/credential";
import { parseIdempotencyKey } from "@gift/core/send-request/idempotency-key";

/**
 * The request's idempotency key; undefined when it is missing or malformed. One that looks like an API key is as good
 * as none: it would be stored, logged, put into messages and answered.
 */
export function requestIdOf(request: Request): string | undefined {
  const key = parseIdempotencyKey(request.headers.get("idempotency-key"));
  return key !== undefined && containsKey(key) ? undefined : key;
}

/** What is wrong with the request's idempotency key, for its client. */
export function requestIdProblem(request: Request): string {
  const header = request.headers.get("idempotency-key");
  if (header === null) return "Idempotency-Key: is missing, it must be 1 to 255 visible ASCII characters";
  if (containsKey(header)) return "Idempotency-Key: must not be an API key";
  return "Idempotency-Key: must be 1 to 255 visible ASCII characters";
}

/** The same as a field for log lines and error bodies, which don't have it when the request doesn't. */
export function requestIdField(request: Request): { request_id?: string } {
  const requestId = requestIdOf(request);
  return requestId === undefined ? {} : { request_id: requestId };
}
