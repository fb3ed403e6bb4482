import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { fleet } from "@gift/fleet/fleet";
import type { Log } from "@gift/telemetry/logger";
import { type Connections, followConnections } from "./connections.ts";
import { IncomingRequest } from "./incoming-request.ts";
import {
  idleTimeoutMilliseconds,
  maxConnections,
  maxHeaderBytes,
  maxHeaders,
  maxRequestsAtWork,
  requestTimeoutMilliseconds,
} from "./limit.ts";
import { writeResponse } from "./outgoing-response.ts";
import { createOverload } from "./overload.ts";
import { checkHead, refuse, refuseConnection } from "./refusal.ts";
import { measureRequests } from "./request-metric.ts";
import { traceRequest } from "./request-trace.ts";

/** What answers, e.g. an Elysia app. */
export interface FetchHandler {
  fetch(request: Request): Response | Promise<Response>;
}

export interface ServerOptions {
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  readonly log: Log;
  /** Overrides the 15 s in which a request must have arrived. */
  readonly requestTimeoutMilliseconds?: number;
  /** Overrides the 30 s after which a connection is closed on which an answer doesn't get on. */
  readonly idleTimeoutMilliseconds?: number;
  /** Overrides the 12,000 connections that are held at once. */
  readonly maxConnections?: number;
  /** Overrides the 256 requests that are answered at once. */
  readonly maxRequestsAtWork?: number;
}

export interface HttpServer extends Pick<Connections, "announceClose" | "close"> {
  readonly port: number;
}

/**
 * Listens. A server of our own and not the adapter's `listen`, which hides the error of a port in use, takes SIGTERM
 * for itself and leaves no way to set timeouts afterwards. Requests still travel through the adapter's own bridge,
 * srvx; answers don't (`outgoing-response.ts`).
 * @throws Error when it can't listen
 */
export async function listen(app: FetchHandler, { host, port, log, ...options }: ServerOptions): Promise<HttpServer> {
  const server = boundedServer(options);
  const metric = measureRequests(server);
  const answeredEarly = new WeakSet<Duplex>();
  const overload = createOverload(log, options.maxRequestsAtWork ?? maxRequestsAtWork);
  const connections = followConnections(server);
  async function serve(req: IncomingMessage, res: ServerResponse): Promise<number> {
    let leave = () => {};
    try {
      leave = overload.admit(req, res);
      checkHead(req);
      const response = await app.fetch(new IncomingRequest(req, res));
      connections.beforeHead(res);
      await writeResponse(res, response);
    } catch (err) {
      connections.beforeHead(res);
      refuse(log, err, res);
    } finally {
      leave();
    }
    if (!req.complete) discardRest(req, answeredEarly);
    return res.statusCode;
  }
  server.on("request", (req, res) => void traceRequest(req, () => serve(req, res)));
  // Node would answer what it doesn't expect to be expected (`Expect: x`) by itself, with a 417 and no body.
  server.on("checkExpectation", (req, res) => void server.emit("request", req, res));
  server.on("clientError", (err, socket) => {
    if (answeredEarly.has(socket)) return void socket.destroy();
    // Bytes behind a whole request are the next one: the answer to the first comes first.
    connections.afterAnswer(socket, () => {
      const status = refuseConnection(log, err, socket);
      if (status !== undefined) metric.refused(socket, status);
    });
  });
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  return { ...connections, port: typeof address === "object" && address ? address.port : port };
}

/** Every edge has its bound: sizes, times, and how many. */
function boundedServer(options: Omit<ServerOptions, "host" | "port" | "log">): Server {
  const timeout = options.requestTimeoutMilliseconds ?? requestTimeoutMilliseconds;
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    requireHostHeader: false,
    headersTimeout: timeout,
    requestTimeout: timeout,
    // Node's default of 30 s would let a request take 45.
    connectionsCheckingInterval: Math.min(1_000, timeout),
    keepAliveTimeout: fleet.services.api.keepAliveSeconds * 1_000,
  });
  server.maxHeadersCount = maxHeaders;
  server.maxConnections = options.maxConnections ?? maxConnections;
  // Without a listener to "timeout" Node destroys the socket. While nothing is asked, keepAliveTimeout holds instead.
  return server.setTimeout(options.idleTimeoutMilliseconds ?? idleTimeoutMilliseconds);
}

/**
 * Reads on after an answer that didn't wait for the body, so that the connection can be used again and the answer isn't
 * lost in a reset; the request timeout is the bound.
 */
function discardRest(req: IncomingMessage, answeredEarly: WeakSet<Duplex>): void {
  answeredEarly.add(req.socket);
  req.once("end", () => answeredEarly.delete(req.socket));
  req.resume();
}
