import type { HttpRequest } from "./http-handler.ts";

/** Where calls of one kind go, and as what: all of a request that doesn't change from one to the next. */
export interface Endpoint {
  readonly target: Pick<HttpRequest, "protocol" | "hostname" | "port" | "method" | "path">;
  /** Those to be signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly userAgent: string;
  readonly scope: { readonly region: string; readonly service: string };
}

/** `x-amzn-query-mode` decides how SQS names its errors. The SDK's own, which count attempts, say nothing to it. */
const kept = ["host", "content-type", "x-amz-target", "x-amzn-query-mode"];

const scopePattern = /Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;

/**
 * Learns from a request that the SDK has resolved and signed: its endpoint, its region, its protocol.
 * @returns undefined for what isn't a POST of JSON to `/` under Signature Version 4
 */
export function endpointOf(request: unknown): Endpoint | undefined {
  if (!isRequest(request)) return undefined;
  const { protocol, hostname, port, method, path, headers } = request;
  const [, region, service] = scopePattern.exec(String(headers.authorization)) ?? [];
  const isPlain = method === "POST" && path === "/" && headers["content-type"] === "application/x-amz-json-1.0";
  if (!isPlain || region === undefined || service === undefined) return undefined;
  return {
    target: { protocol, hostname, port, method, path },
    headers: Object.fromEntries(kept.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]))),
    userAgent: headers["user-agent"] ?? "",
    scope: { region, service },
  };
}

function isRequest(request: unknown): request is HttpRequest {
  return typeof request === "object" && request !== null && "hostname" in request && "headers" in request;
}
