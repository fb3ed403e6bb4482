import { maxBodyBytes, maxHeaderBytes, maxHeaders } from "../http/limit.ts";
import type { ErrorCode } from "./error-code.ts";

/** A request that is refused before the domain hears of it; the message may be shown to the client. */
export abstract class RequestError extends Error {
  abstract readonly code: ErrorCode;
  /** Sent with the answer. */
  readonly headers: Readonly<Record<string, string>> = {};
}

/** Names every offending field, one `field: problem` each. */
export class InvalidRequestError extends RequestError {
  readonly code = "VALIDATION_ERROR";

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join("; "), options);
  }
}

export class UnauthorizedError extends RequestError {
  readonly code = "UNAUTHORIZED";

  constructor() {
    super("a valid API key is required: Authorization: Bearer <key>");
  }
}

export class RateLimitedError extends RequestError {
  readonly code = "RATE_LIMITED";
  override readonly headers: Readonly<Record<string, string>>;

  constructor(retryAfterSeconds: number) {
    super(`this key has used its limit; the next request is allowed in ${retryAfterSeconds} s`);
    this.headers = { "retry-after": String(retryAfterSeconds) };
  }
}

/** More is under way than can be answered soon: refused at once, which costs nothing, instead of late. */
export class OverloadedError extends RequestError {
  readonly code = "SERVICE_UNAVAILABLE";
  override readonly headers = { "retry-after": "1" };

  constructor() {
    super("too many requests are being answered now; ask again later, for a send with the same Idempotency-Key");
  }
}

export class PayloadTooLargeError extends RequestError {
  readonly code = "PAYLOAD_TOO_LARGE";

  constructor() {
    super(`the body is larger than ${maxBodyBytes} bytes`);
  }
}

export class UnsupportedMediaTypeError extends RequestError {
  readonly code = "UNSUPPORTED_MEDIA_TYPE";

  constructor(requirement: "with content-type: application/json" | "without content-encoding") {
    super(`the body must be sent ${requirement}`);
  }
}

export class HeadersTooLargeError extends RequestError {
  readonly code = "PAYLOAD_TOO_LARGE";

  constructor() {
    super(`the headers are larger than ${maxHeaderBytes} bytes, or more than ${maxHeaders}`);
  }
}
