import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A message as Slack's incoming webhook is given it. */
export interface SlackMessage {
  readonly text: string;
  readonly unfurl_links: boolean;
  readonly blocks: readonly {
    readonly type: string;
    readonly text: { readonly type: string; readonly text: string };
  }[];
}

/** How the server treats a message. */
export type Behavior = "ok" | "hang" | "endless" | { status: number; headers?: Record<string, string>; body?: string };

export interface SlackServer {
  /** Where a webhook would post; its path is as secret as Slack's. */
  readonly url: string;
  /** Everything that arrived, whatever was answered. */
  readonly messages: SlackMessage[];
  /** When each arrived: monotonic milliseconds. */
  readonly arrivals: number[];
  /** From now on. */
  behave(behavior: Behavior): void;
  /** Connections that clients have open. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

export const webhookSecret = "T0SECRET/B0SECRET/xSECRETx";

/** Starts a real HTTP server that answers like Slack's incoming webhooks, or as badly as a test needs. */
export async function startSlack(): Promise<SlackServer> {
  let behavior: Behavior = "ok";
  const messages: SlackMessage[] = [];
  const arrivals: number[] = [];
  const server = createServer(async (req, res) => {
    const body = await text(req);
    arrivals.push(performance.now());
    messages.push(JSON.parse(body));
    answer(res, behavior);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/services/${webhookSecret}`,
    messages,
    arrivals,
    behave(next) {
      behavior = next;
    },
    connections: () =>
      new Promise((resolve, reject) => server.getConnections((err, count) => (err ? reject(err) : resolve(count)))),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function answer(res: ServerResponse, behavior: Behavior): void {
  if (behavior === "hang") return;
  if (behavior === "ok") res.end("ok");
  else if (behavior === "endless") stream(res);
  else res.writeHead(behavior.status, behavior.headers).end(behavior.body);
}

/** An answer that goes on for as long as somebody reads it. */
function stream(res: ServerResponse): void {
  const chunk = "x".repeat(10_000);
  res.writeHead(500);
  const more = () => {
    while (!res.destroyed && res.write(chunk));
  };
  res.on("drain", more);
  more();
}

/** Everything that a person in the channel can read of a message. */
export function readable({ text: summary, blocks }: SlackMessage): string {
  return [summary, ...blocks.map((block) => block.text.text)].join("\n");
}
