import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Of the client's end: the same for requests over one connection. */
  readonly port: number | undefined;
}

/** Answers one request. */
export type Answer = (res: ServerResponse) => void;

export interface ScriptedSqs {
  readonly queueUrl: string;
  readonly seen: readonly SeenRequest[];
  /** What the next requests are answered; after them, success again. */
  script(...answers: Answer[]): void;
  close(): Promise<void>;
}

const type = { "content-type": "application/x-amz-json-1.0" };

export const success: Answer = (res) => {
  const headers = { ...type, "x-amzn-requestid": "request-1" };
  res.writeHead(200, headers).end(JSON.stringify({ Successful: [{ Id: "0" }], Failed: [] }));
};

/** An error as SQS words it under `x-amzn-query-mode`. */
export function failure(status: number, code: string, headers: Record<string, string> = {}): Answer {
  const query = { "x-amzn-query-error": `${code};Sender` };
  return (res) =>
    void res
      .writeHead(status, { ...type, ...query, ...headers })
      .end(JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message: "scripted" }));
}

/** The wire protocol of SQS with answers as told: what the emulator never says. Sets the SDK's environment to it. */
export async function startScriptedSqs(): Promise<ScriptedSqs> {
  const seen: SeenRequest[] = [];
  const answers: Answer[] = [];
  const server = createServer((req, res) => {
    let body = "";
    req.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    req.on("end", () => {
      seen.push({ headers: req.headers, body, port: req.socket.remotePort });
      (answers.shift() ?? success)(res);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.AWS_ENDPOINT_URL_SQS = origin;
  process.env.AWS_REGION = "us-east-1";
  process.env.AWS_ACCESS_KEY_ID = "LOCAL";
  process.env.AWS_SECRET_ACCESS_KEY = "local";
  return {
    queueUrl: `${origin}/000000000000/scripted`,
    seen,
    script: (...next) => void answers.push(...next),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
