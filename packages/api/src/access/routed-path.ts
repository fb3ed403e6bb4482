/**
 * As Elysia's router reads it (with `standardHostname: false`) and not as `URL` does, which takes `..` and escapes
 * away: what is open or closed here must not be another route there.
 */
export function routedPathOf({ url }: Request): string {
  const start = url.indexOf("/", 7);
  const end = url.indexOf("?", start);
  return url.slice(start, end === -1 ? undefined : end);
}

/** Whether a path is for operators, whatever is there. */
export function isOperatorPath(path: string): boolean {
  return path === "/operator" || path.startsWith("/operator/");
}
