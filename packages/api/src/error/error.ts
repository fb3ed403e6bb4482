import { isDatabaseBusy, isDatabaseUnavailable } from "@gift/core/database/unavailable";
import { DomainError } from "@gift/core/domain-error";
import { errorFields } from "@gift/telemetry/error-fields";
import type { LogFields } from "@gift/telemetry/log-fields";
import type { Log } from "@gift/telemetry/logger";
import { NotFoundError, ParseError } from "elysia";
import { codeOfKind, type ErrorCode, errorStatus } from "./error-code.ts";
import { InvalidRequestError, RequestError } from "./request-error.ts";
import { SchemaOutdatedError } from "./schema-outdated.ts";

export interface ErrorBody {
  readonly error: { readonly code: ErrorCode; readonly message: string };
  /** The idempotency key, when the request carried a valid one. */
  readonly request_id?: string;
}

export interface ErrorAnswer {
  readonly status: (typeof errorStatus)[ErrorCode];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;
}

/** About as long as a failover's first reconnects take; sooner only adds to the queue for connections. */
const retryAfterSeconds = "5";

const headersOf: Partial<Record<ErrorCode, Readonly<Record<string, string>>>> = {
  SERVICE_UNAVAILABLE: { "retry-after": retryAfterSeconds },
  // RFC 9110, section 11.6.1: a 401 says how to authenticate.
  UNAUTHORIZED: { "www-authenticate": "Bearer" },
};

/**
 * The answer to a request that failed, whatever failed and wherever: nothing else turns errors into responses.
 * Logs what an operator should know of: a dependency that is away, and whatever nobody expected.
 * @param err anything thrown
 * @param request the idempotency key, and more fields for the log
 */
export function answerError(log: Log, err: unknown, request: LogFields = {}): ErrorAnswer {
  const { code, message, event, headers } = describe(err);
  if (event) log(event, { ...request, ...errorFields(err) });
  return {
    status: errorStatus[code],
    headers: { ...headersOf[code], ...headers },
    body: { error: { code, message }, ...(request.request_id !== undefined && { request_id: request.request_id }) },
  };
}

interface Description {
  readonly code: ErrorCode;
  readonly message: string;
  readonly event?: "http.failed" | "http.unavailable";
  readonly headers?: Readonly<Record<string, string>>;
}

function describe(err: unknown): Description {
  if (err instanceof ParseError) return readErrorOf(err.cause);
  if (err instanceof RequestError) return err;
  if (err instanceof DomainError) return { code: codeOfKind[err.kind], message: err.message };
  if (err instanceof NotFoundError) return { code: "NOT_FOUND", message: "there is no such route" };
  if (isDatabaseUnavailable(err) || isDatabaseBusy(err))
    return {
      code: "SERVICE_UNAVAILABLE",
      message: "the database doesn't answer now; ask again later, for a send with the same Idempotency-Key",
      event: "http.unavailable",
    };
  if (err instanceof SchemaOutdatedError)
    return {
      code: "SERVICE_UNAVAILABLE",
      message: "the service is being updated; ask again later, for a send with the same Idempotency-Key",
      event: "http.unavailable",
    };
  return { code: "INTERNAL_ERROR", message: "something went wrong here; it has been logged", event: "http.failed" };
}

/** The body couldn't be read: it is no UTF-8 or too large, or the client went away and won't see the answer. */
function readErrorOf(cause: unknown): RequestError {
  if (cause instanceof RequestError) return cause;
  return new InvalidRequestError(["body: the connection broke before it was complete"], { cause });
}
