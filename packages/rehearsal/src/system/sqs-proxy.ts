import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { leavePort, takePort } from "./port.ts";

/** What happens to calls of one operation: answered, kept from SQS, or done by SQS while its answer is kept back. */
type Treatment = "pass" | "hold call" | "hold answer";

/** A server between the services and the SQS emulator; it can stop time at the instant a test is about. */
export interface SqsProxy {
  readonly origin: string;
  /** The same queue, as seen through the proxy. */
  through(queueUrl: string): string;
  /** Connections are reset and new ones refused. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /**
   * From now on a message that is received is hidden for so long, whatever the consumer asked for; undefined ends it.
   * The fleet's 30 s are long when a killed worker's messages are waited for.
   */
  hideFor(seconds: number | undefined): void;
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

/**
 * Starts a proxy on 127.0.0.1.
 * @param sqsOrigin the emulator's
 */
export async function startSqsProxy(sqsOrigin: string): Promise<SqsProxy> {
  const treatments = new Map<string, Treatment>();
  const held = createCounts();
  const calls = createCounts();
  let hiddenSeconds: number | undefined;

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const operation = String(req.headers["x-amz-target"]).split(".")[1] ?? "";
    const given = await bodyOf(req);
    const body = operation === "ReceiveMessage" ? hiding(given, hiddenSeconds) : given;
    calls.add(operation);
    const treatment = treatments.get(operation) ?? "pass";
    if (treatment !== "pass") held.add(operation);
    if (treatment === "hold call") return;
    const answer = await forward(sqsOrigin, req, body, res);
    if (treatment === "hold answer") return void answer.resume();
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(res);
  }

  const server = createServer((req, res) => {
    // A connection that was cut, on either side, is what this is for.
    handle(req, res).catch(() => res.destroy());
  });
  const port = await takePort(server);
  const origin = `http://127.0.0.1:${port}`;
  const cut = () => leavePort(server, () => server.closeAllConnections());

  return {
    origin,
    through: (queueUrl) => origin + new URL(queueUrl).pathname,
    cut,
    async mend() {
      if (!server.listening) await takePort(server, port);
    },
    hideFor(seconds) {
      hiddenSeconds = seconds;
    },
    holdCalls: (operation) => void treatments.set(operation, "hold call"),
    holdAnswers: (operation) => void treatments.set(operation, "hold answer"),
    pass: (operation) => void treatments.delete(operation),
    held: held.of,
    calls: calls.sum,
    callsOf: calls.of,
    close: cut,
  };
}

/** Counts by operation. */
function createCounts() {
  const counts = new Map<string, number>();
  const of = (operation: string) => counts.get(operation) ?? 0;
  return {
    of,
    add: (operation: string) => void counts.set(operation, of(operation) + 1),
    sum: () => Array.from(counts.values()).reduce((sum, each) => sum + each, 0),
  };
}

async function forward(
  sqsOrigin: string,
  req: IncomingMessage,
  body: Buffer,
  res: ServerResponse,
): Promise<IncomingMessage> {
  const headers = { ...req.headers, "content-length": String(body.length) };
  const call = request(new URL(req.url ?? "/", sqsOrigin), { method: req.method ?? "POST", headers });
  // The emulator keeps a long poll that nobody waits for any more, and would hand it messages.
  res.once("close", () => call.destroy());
  call.end(body);
  const [answer]: IncomingMessage[] = await once(call, "response");
  if (!answer) throw new Error("SQS answered nothing");
  return answer;
}

function hiding(body: Buffer, seconds: number | undefined): Buffer {
  if (seconds === undefined) return body;
  const input: object = JSON.parse(body.toString());
  return Buffer.from(JSON.stringify({ ...input, VisibilityTimeout: seconds }));
}

async function bodyOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
