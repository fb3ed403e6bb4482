/**
 * On every answer: what a browser that was led here must not do. Gifts carry codes, so nothing is kept in a cache; an
 * answer is never a page, so nothing in it is run, framed or taken for another type.
 */
export const securityHeaders = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

/** For a year; only where the load balancer was reached over TLS: RFC 6797, section 7.2, forbids it elsewhere. */
export function transportSecurity(request: Request): { "strict-transport-security"?: string } {
  const isSecure = request.headers.get("x-forwarded-proto") === "https";
  return isSecure ? { "strict-transport-security": "max-age=31536000" } : {};
}
