import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Log } from "@gift/telemetry/logger";
import { answerError } from "../error/error.ts";
import { HeadersTooLargeError, InvalidRequestError } from "../error/request-error.ts";
import { requestTimeoutMilliseconds } from "./limit.ts";
import { securityHeaders } from "./security-header.ts";

/** Answers a request that never reaches the app, or whose app failed to answer. */
export function refuse(log: Log, err: unknown, res: ServerResponse): void {
  if (res.headersSent) return void res.destroy();
  const { status, headers, body } = answerError(log, err);
  const text = JSON.stringify(body);
  res
    .writeHead(status, {
      ...securityHeaders,
      ...headers,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
    })
    .end(text);
}

/**
 * Answers bytes that are no request; there is no response object to write to.
 * @returns the status, or undefined when nobody can be answered any more
 */
export function refuseConnection(log: Log, err: Error, socket: Duplex): number | undefined {
  if (!socket.writable) {
    socket.destroy();
    return undefined;
  }
  const { status, body } = answerError(log, requestErrorOf(err));
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "connection: close",
    ...Object.entries(securityHeaders).map(([name, value]) => `${name}: ${value}`),
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(text)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${text}`, () => socket.destroy());
  return status;
}

function requestErrorOf(err: Error): Error {
  const code = "code" in err ? err.code : undefined;
  if (code === "HPE_HEADER_OVERFLOW") return new HeadersTooLargeError();
  if (code === "ERR_HTTP_REQUEST_TIMEOUT")
    return new InvalidRequestError([`request: must arrive within ${requestTimeoutMilliseconds / 1_000} s`]);
  return new InvalidRequestError(["request: must be valid HTTP"], { cause: err });
}

/** The app would take `/healthz/../gifts` and `\gifts` for `/gifts`, which a firewall's rule for `/gifts` may not. */
const detour = /^[^?#]*([/\\](\.|%2e){1,2}(?=[/\\?#]|$)|\\)/i;

/** RFC 9112, section 3.2: a path, a URL as for a proxy, or the server as such. */
const target = /^(\/|https?:\/\/|\*$)/i;

/**
 * Refuses what Node's parser lets through and the app couldn't work with; it would refuse a missing host without a
 * body.
 * @throws InvalidRequestError
 */
export function checkHead(req: IncomingMessage): void {
  const problem = headProblem(req);
  if (problem) throw new InvalidRequestError([problem]);
}

function headProblem({ headers, httpVersion, url = "" }: IncomingMessage): string | undefined {
  // RFC 9112, section 3.2: HTTP/1.0 needs none.
  if (headers.host === undefined && httpVersion === "1.1") return "Host: is missing";
  if (headers.host !== undefined && !isHost(headers.host)) return "Host: must be a host, and a port if wanted";
  if (!target.test(url) || !(/^[/*]/.test(url) || URL.canParse(url))) return "request: must name a valid URL";
  if (detour.test(url)) return "request: must name a path without dot segments and backslashes";
  return undefined;
}

let lastHost: string | undefined;

/** The app reads its URL with the host in front: one with a path of its own (`a/healthz?`) would be routed by it. */
function isHost(host: string): boolean {
  // Clients of a service name the same one.
  if (host === lastHost) return true;
  if (/[/?#@\\\s]/.test(host) || !URL.canParse(`http://${host}`)) return false;
  lastHost = host;
  return true;
}
