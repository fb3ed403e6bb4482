import type { ErrorBody } from "../error/error.ts";
import { standardSchema } from "../input/standard-schema.ts";

const errorBody = standardSchema<ErrorBody>((body) => body);

/**
 * Tells typed clients that a route may answer our error body. It costs nothing: what a handler returns has none of
 * these statuses, and what the error mapper returns isn't checked.
 */
export const errorResponses = {
  400: errorBody,
  401: errorBody,
  404: errorBody,
  409: errorBody,
  413: errorBody,
  415: errorBody,
  // Never sent; but Elysia's types give every route with input a body of its own under this status, unless it has one.
  422: errorBody,
  429: errorBody,
  500: errorBody,
  503: errorBody,
};
