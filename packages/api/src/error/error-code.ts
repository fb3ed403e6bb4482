import type { ErrorKind } from "@gift/core/domain-error";

/** Every error code and its HTTP status: the one table. docs/errors.md explains each code; a test compares the two. */
export const errorStatus = {
  VALIDATION_ERROR: 400,
  UNAUTHORIZED: 401,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  INTERNAL_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
} as const;

export type ErrorCode = keyof typeof errorStatus;

/** How an error of the domain is answered. */
export const codeOfKind = {
  "not-found": "NOT_FOUND",
  conflict: "CONFLICT",
} as const satisfies Record<ErrorKind, ErrorCode>;
