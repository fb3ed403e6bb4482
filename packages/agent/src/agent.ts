import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { pointsOf } from "./point.ts";
import { createSignals, type Signals } from "./signals.ts";
import { spansOf } from "./span.ts";

/** A running stand-in: what services sent it, and where they send to. */
export interface Agent extends Signals {
  readonly port: number;
  /** For `DD_TRACE_AGENT_URL`. */
  readonly url: string;
  /** Bodies that it could not read; a test that ends expects none. */
  readonly problems: readonly Error[];
  /** Requests so far whose path begins like this: `/v0.6/stats`, `/telemetry`. */
  requestsTo(pathPrefix: string): number;
  /** Ends it; whoever sends then is refused at once, like on a machine without an agent. */
  stop(): Promise<void>;
}

export interface AgentOptions {
  /** Any free one when absent. */
  readonly port?: number;
  /** How many spans, and how many points, are kept. */
  readonly keptSignals?: number;
}

/**
 * A stand-in for the Datadog agent on this machine: takes what dd-trace 6 sends over HTTP, and forwards it to nobody.
 * What a real agent would do with it (sampling, trace metrics) it doesn't do.
 */
export async function startAgent({ port = 0, keptSignals = 200_000 }: AgentOptions = {}): Promise<Agent> {
  const { add, ...signals } = createSignals(keptSignals);
  const problems: Error[] = [];
  const requests = new Map<string, number>();
  const server = createServer((req, res) => {
    const path = req.url ?? "/";
    requests.set(path, (requests.get(path) ?? 0) + 1);
    receive(path, req)
      .then(({ spans = [], points = [] }) => add(spans, points))
      .catch((err: unknown) => problems.push(new Error(`${req.method} ${path}`, { cause: err })))
      .finally(() => answer(path, res));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const boundPort = typeof address === "object" && address ? address.port : port;
  return {
    ...signals,
    port: boundPort,
    url: `http://127.0.0.1:${boundPort}`,
    problems,
    requestsTo: (pathPrefix) =>
      Array.from(requests).reduce((sum, [path, count]) => sum + (path.startsWith(pathPrefix) ? count : 0), 0),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function receive(path: string, req: IncomingMessage) {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (path === "/v0.4/traces") return { spans: spansOf(body) };
  if (path === "/dogstatsd/v2/proxy") return { points: pointsOf(body.toString(), new Date()) };
  return {};
}

/**
 * The tracer asks `/info` what the agent can do. Left out: v0.5, which it uses only when told to, and remote
 * configuration.
 */
const info = {
  version: "7.0.0",
  endpoints: ["/v0.4/traces", "/v0.6/stats", "/dogstatsd/v2/proxy"],
  client_drop_p0s: true,
};

function answer(path: string, res: ServerResponse): void {
  const isKnown = path === "/info" || info.endpoints.includes(path) || path.startsWith("/telemetry/proxy/");
  // A rate of 1: every trace is kept, so that a test sees each.
  const body = path === "/info" ? info : { rate_by_service: { "service:,env:": 1 } };
  res.writeHead(isKnown ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(body));
}
