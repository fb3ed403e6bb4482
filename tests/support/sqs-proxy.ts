import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";

/** What happens to calls of one operation: answered, kept from SQS, or done by SQS while its answer is kept back. */
type Treatment = "pass" | "hold call" | "hold answer";

/** A server between a process and SQS that can stop time at the instant a test is about. */
export interface SqsProxy {
  readonly origin: string;
  /** The same queue, as seen through the proxy. */
  through(queueUrl: string): string;
  /** From now on calls of this operation never reach SQS and are never answered. */
  holdCalls(operation: string): void;
  /** From now on SQS does what calls of this operation ask, and nobody hears of it. */
  holdAnswers(operation: string): void;
  pass(operation: string): void;
  /** Calls of an operation that are held now or were cut while held. */
  held(operation: string): number;
  /** Calls of all operations so far. */
  calls(): number;
  callsOf(operation: string): number;
  close(): Promise<void>;
}

export interface SqsProxyOptions {
  /** Received messages come back after this many seconds, whatever the consumer asked for: the fleet's 30 s is long. */
  readonly visibilityTimeoutSeconds?: number;
}

/** Starts a proxy in front of an SQS server. */
export async function startSqsProxy(sqsOrigin: string, options: SqsProxyOptions = {}): Promise<SqsProxy> {
  const treatments = new Map<string, Treatment>();
  const held = new Map<string, number>();
  const calls = new Map<string, number>();
  const count = (counts: Map<string, number>, operation: string) =>
    counts.set(operation, (counts.get(operation) ?? 0) + 1);

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const operation = String(req.headers["x-amz-target"]).split(".")[1] ?? "";
    const body = shortened(operation, await bodyOf(req), options);
    count(calls, operation);
    const treatment = treatments.get(operation) ?? "pass";
    if (treatment !== "pass") count(held, operation);
    if (treatment === "hold call") return;
    const answer = await forward(sqsOrigin, req, body);
    // A hold that began while SQS was answering counts too.
    if (treatment === "hold answer") return;
    res.writeHead(answer.status, answer.headers).end(answer.body);
  }

  const server = createServer((req, res) => {
    // A connection that was cut, on either side, is what these tests are about.
    handle(req, res).catch(() => res.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" && address ? address.port : ""}`;

  return {
    origin,
    through: (queueUrl) => origin + new URL(queueUrl).pathname,
    holdCalls: (operation) => void treatments.set(operation, "hold call"),
    holdAnswers: (operation) => void treatments.set(operation, "hold answer"),
    pass: (operation) => void treatments.set(operation, "pass"),
    held: (operation) => held.get(operation) ?? 0,
    calls: () => Array.from(calls.values()).reduce((sum, each) => sum + each, 0),
    callsOf: (operation) => calls.get(operation) ?? 0,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function shortened(operation: string, body: Buffer, { visibilityTimeoutSeconds }: SqsProxyOptions): Buffer {
  if (operation !== "ReceiveMessage" || visibilityTimeoutSeconds === undefined) return body;
  const input: object = JSON.parse(body.toString());
  return Buffer.from(JSON.stringify({ ...input, VisibilityTimeout: visibilityTimeoutSeconds }));
}

async function bodyOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function forward(sqsOrigin: string, req: IncomingMessage, body: Buffer) {
  const headers = { ...req.headers, "content-length": String(body.length) };
  const call = request(new URL(req.url ?? "/", sqsOrigin), { method: req.method ?? "POST", headers });
  call.end(body);
  const [res]: IncomingMessage[] = await once(call, "response");
  if (!res) throw new Error("SQS answered nothing");
  const { "transfer-encoding": _, ...kept } = res.headers;
  return { status: res.statusCode ?? 502, headers: kept, body: await bodyOf(res) };
}
