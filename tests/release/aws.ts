import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Call {
  readonly operation: string;
  readonly body: Record<string, unknown>;
  readonly authorization: string;
}

/** What AWS answers to a call; a `__type` makes it an error. */
export type Answers = (call: Call, earlier: readonly Call[]) => object;

/**
 * AWS as its SDK sees it: the JSON protocol, with the operation in a header and its input in the body.
 * @returns its address, and the calls it has got so far
 */
export async function serveAws(answers: Answers): Promise<{ endpoint: string; calls: readonly Call[] }> {
  const calls: Call[] = [];
  const server = createServer((req, res) => {
    callOf(req).then(
      (call) => {
        const answer = answers(call, [...calls]);
        calls.push(call);
        res.writeHead("__type" in answer ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
        res.end(JSON.stringify(answer));
      },
      () => res.writeHead(500).end(),
    );
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

async function callOf(req: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(Buffer.from(chunk));
  return {
    operation: String(req.headers["x-amz-target"]).split(".").at(-1) ?? "",
    body: JSON.parse(Buffer.concat(chunks).toString()),
    authorization: String(req.headers.authorization),
  };
}
