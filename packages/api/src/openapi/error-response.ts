import { type ErrorCode, errorStatus } from "../error-code.ts";

const meanings: Record<ErrorCode, string> = {
  VALIDATION_ERROR: "The request is malformed; the message names every offending field.",
  UNAUTHORIZED: "This stage asks for an API key, and the request has no valid one.",
  NOT_FOUND: "There is no such gift.",
  CONFLICT: "The gift is QUEUED, SENT or FAILED under another idempotency key; the message says which.",
  PAYLOAD_TOO_LARGE: "The body is larger than 16 KiB.",
  UNSUPPORTED_MEDIA_TYPE: "The body isn't `application/json`.",
  INTERNAL_ERROR: "A fault of ours.",
  SERVICE_UNAVAILABLE: "The database is away; send the request again after the time given.",
};

const retryAfter = { "Retry-After": { description: "seconds to wait", schema: { type: "integer" } } };

/**
 * OpenAPI responses for the errors that an operation may answer.
 * @param codes besides the three that every operation may answer
 */
export function errorResponsesOf(...codes: ErrorCode[]) {
  const all: ErrorCode[] = ["UNAUTHORIZED", ...codes, "INTERNAL_ERROR", "SERVICE_UNAVAILABLE"];
  return Object.fromEntries(
    all.map((code) => [
      String(errorStatus[code]),
      {
        description: `\`${code}\`: ${meanings[code]}`,
        ...(code === "SERVICE_UNAVAILABLE" && { headers: retryAfter }),
        content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
      },
    ]),
  );
}
