import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { leavePort, takePort } from "./port.ts";

/** A server between the services and the SQS emulator. */
export interface SqsProxy {
  readonly origin: string;
  /** Connections are reset and new ones refused. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /**
   * From now on a message that is received is hidden for so long, whatever the consumer asked for; undefined ends it. The
   * fleet's 30 s are long when a killed worker's messages are waited for.
   */
  hideFor(seconds: number | undefined): void;
  close(): Promise<void>;
}

/**
 * Starts a proxy on 127.0.0.1.
 * @param sqsOrigin the emulator's
 */
export async function startSqsProxy(sqsOrigin: string): Promise<SqsProxy> {
  let hiddenSeconds: number | undefined;
  const server = createServer((req, res) => {
    // A connection that was cut, on either side, is what this is for.
    forward(sqsOrigin, req, res, () => hiddenSeconds).catch(() => res.destroy());
  });

  const port = await takePort(server);
  const cut = () => leavePort(server, () => server.closeAllConnections());

  return {
    origin: `http://127.0.0.1:${port}`,
    cut,
    async mend() {
      if (!server.listening) await takePort(server, port);
    },
    hideFor(seconds) {
      hiddenSeconds = seconds;
    },
    close: cut,
  };
}

async function forward(
  sqsOrigin: string,
  req: IncomingMessage,
  res: ServerResponse,
  hiddenSeconds: () => number | undefined,
): Promise<void> {
  const given = await bodyOf(req);
  const isReceive = req.headers["x-amz-target"] === "AmazonSQS.ReceiveMessage";
  const body = isReceive ? hiding(given, hiddenSeconds()) : given;
  const headers = { ...req.headers, "content-length": String(body.length) };
  const call = request(new URL(req.url ?? "/", sqsOrigin), { method: req.method ?? "POST", headers });
  // The emulator keeps a long poll that nobody waits for any more, and would hand it messages.
  res.once("close", () => call.destroy());
  call.end(body);
  const [answer]: IncomingMessage[] = await once(call, "response");
  if (!answer) throw new Error("SQS answered nothing");
  res.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(res);
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
