const text = (description: string, pattern: string) => ({ description, schema: { type: "string", pattern } });

/** OpenAPI's word for a header that each such answer has. */
const always = { required: true } as const;

export const location = { Location: { ...text("the gift's path", "^/gifts/[0-9a-f-]{36}$"), ...always } };

export const replayed = { "Idempotent-Replayed": { ...text("always `true`", "^true$"), ...always } };

/** RFC 9110, section 11.6.1: a 401 says how to authenticate. */
export const challenge = { "WWW-Authenticate": { ...text("always `Bearer`", "^Bearer$"), ...always } };

export const retryAfter = {
  "Retry-After": { description: "seconds to wait", schema: { type: "integer" }, ...always },
};

const policy = text('`"key";q=1200;w=60`: requests per seconds', '^"key";q=\\d+;w=60$');
const left = text('`"key";r=0;t=60`: requests left, and seconds until none is used', '^"key";r=\\d+;t=\\d+$');

/** Of a key's limit, which is told where it was used up, */
export const usedRateLimit = { "RateLimit-Policy": { ...policy, ...always }, RateLimit: { ...left, ...always } };

/** and with whatever else is answered to a valid key. What is refused before the key was looked at doesn't have it. */
const rateLimit = { "RateLimit-Policy": policy, RateLimit: left };

interface Response {
  readonly description: string;
  readonly headers?: object;
}

/**
 * An operation that a key is asked for, with what every answer of such may have.
 * @param operation as it is described without
 */
export function keyed<Operation extends { readonly responses: Readonly<Record<string, Response>> }>(
  operation: Operation,
) {
  const responses = Object.entries(operation.responses).map(([status, response]) => {
    return [status, { ...response, headers: { ...rateLimit, ...response.headers } }] as const;
  });
  return { ...operation, responses: Object.fromEntries(responses) };
}
