import { type ErrorCode, errorStatus } from "../error/error-code.ts";
import { challenge, retryAfter, usedRateLimit } from "./header.ts";

const meanings: Record<ErrorCode, string> = {
  VALIDATION_ERROR: "The request is malformed; the message names every offending field.",
  UNAUTHORIZED: "An API key is asked for, and the request has no valid one for this operation.",
  NOT_FOUND: "Nothing of yours has this id.",
  CONFLICT: "The gift is QUEUED, SENT or FAILED under another idempotency key; the message says which.",
  PAYLOAD_TOO_LARGE: "The body or the head is larger than 16 KiB, or there are more than 100 headers.",
  UNSUPPORTED_MEDIA_TYPE: "The body isn't `application/json`, or is compressed.",
  RATE_LIMITED: "The key has used its limit; send the request again after the time given.",
  INTERNAL_ERROR: "A fault of ours.",
  SERVICE_UNAVAILABLE:
    "The database is away, or too many requests are being answered; send the request again after the time given.",
};

const headersOf: Partial<Record<ErrorCode, object>> = {
  UNAUTHORIZED: challenge,
  RATE_LIMITED: { ...retryAfter, ...usedRateLimit },
  SERVICE_UNAVAILABLE: retryAfter,
};

/** What is no valid HTTP, or too much of it, is refused before anybody knows what it asks for: health checks too. */
const beforeRouting: readonly ErrorCode[] = ["VALIDATION_ERROR", "PAYLOAD_TOO_LARGE"];

const always: readonly ErrorCode[] = ["UNAUTHORIZED", "RATE_LIMITED", "INTERNAL_ERROR", "SERVICE_UNAVAILABLE"];

/**
 * OpenAPI responses for the errors that an operation may answer.
 * @param codes besides the six that every operation may answer
 */
export function errorResponsesOf(...codes: ErrorCode[]) {
  return responsesOf([...beforeRouting, ...always, ...codes]);
}

/**
 * The same for a health check, which asks for no key.
 * @param codes besides the two that are answered to what is no valid HTTP
 */
export function healthErrorsOf(...codes: ErrorCode[]) {
  return responsesOf([...beforeRouting, ...codes]);
}

function responsesOf(codes: readonly ErrorCode[]) {
  return Object.fromEntries(
    codes.map((code) => [
      String(errorStatus[code]),
      {
        description: `\`${code}\`: ${meanings[code]}`,
        ...(code in headersOf && { headers: headersOf[code] }),
        content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
      },
    ]),
  );
}
