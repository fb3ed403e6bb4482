/**
 * Whether a request that changes something comes from a page of this server. Browsers send Origin with every POST, and
 * Sec-Fetch-Site where a referrer policy hides it; whoever sends neither is no browser we serve.
 * @param request its Host header is what the browser took it to
 */
export function isSameOrigin(request: Request): boolean {
  const origin = request.headers.get("origin");
  if (origin !== null) return URL.canParse(origin) && new URL(origin).host === request.headers.get("host");
  return request.headers.get("sec-fetch-site") === "same-origin";
}
