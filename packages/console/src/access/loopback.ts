const names = new Set(["127.0.0.1", "localhost", "[::1]", "::1"]);

/** Whether a host, without its port, is this machine's own loopback address. */
export function isLoopback(host: string): boolean {
  return names.has(host.toLowerCase());
}

/**
 * Whether a Host header names the loopback address. A page of another site can make its name resolve to 127.0.0.1 (DNS
 * rebinding) and would then count as same-origin; it can't choose the Host header.
 */
export function isLoopbackHost(header: string | null): boolean {
  const url = `http://${header ?? ""}`;
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}
