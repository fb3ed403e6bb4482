/**
 * The path that a request line asks for, before anything is known of the request.
 * @param url a path, or a whole URL as proxies write it
 * @returns the path without its query; of what is no URL, whatever is before a question mark
 */
export function pathOf(url: string): string {
  const path = url.startsWith("/") ? url : (URL.parse(url)?.pathname ?? url);
  const end = path.indexOf("?");
  return end < 0 ? path : path.slice(0, end);
}
