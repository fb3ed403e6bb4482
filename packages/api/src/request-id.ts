import { parseIdempotencyKey } from "@gift/core/send-request/idempotency-key";

/** The request's idempotency key; undefined when it is missing or malformed. */
export function requestIdOf(request: Request): string | undefined {
  return parseIdempotencyKey(request.headers.get("idempotency-key"));
}

/** The same as a field for log lines and error bodies, which don't have it when the request doesn't. */
export function requestIdField(request: Request): { request_id?: string } {
  const requestId = requestIdOf(request);
  return requestId === undefined ? {} : { request_id: requestId };
}
