import type { Html } from "../html/html.ts";

/**
 * Whatever a page tries, the browser loads from and talks to this process only, and runs nothing that is in the page.
 */
const contentSecurityPolicy = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'"],
  ...["form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"],
].join("; ");

const everywhere = {
  "content-security-policy": contentSecurityPolicy,
  "x-content-type-options": "nosniff",
  // Not `no-referrer`: browsers then send `Origin: null` with our own forms.
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** Puts the headers that every answer has on this one. */
export function secured(response: Response): Response {
  for (const [name, value] of Object.entries(everywhere)) response.headers.set(name, value);
  if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
  return response;
}

/** A page. */
export function pageAnswer(page: Html, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(page.text, { status, headers: { "content-type": "text/html; charset=utf-8", ...headers } });
}

/** Sends the browser on, with a GET. */
export function redirectAnswer(path: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status: 303, headers: { location: path, ...headers } });
}
