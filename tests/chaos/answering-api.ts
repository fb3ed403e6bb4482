import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { onTestFinished } from "vitest";

export interface ApiOptions {
  /** Statuses of its first answers. */
  readonly failures?: readonly number[];
  /** Every send is a conflict. */
  readonly refusesAll?: boolean;
  /** Each answer to a send differs from the others. */
  readonly forgets?: boolean;
}

/** As much of the API as the load sees, with the mistakes that it must notice. */
export async function answeringApi({ failures = [], refusesAll = false, forgets = false }: ApiOptions = {}) {
  const keys = new Map<string, string>();
  const left = [...failures];
  const authorizations: string[] = [];
  const server = createServer((req, res) => {
    req.resume();
    authorizations.push(req.headers.authorization ?? "");
    const failure = left.shift();
    if (failure !== undefined) return void res.writeHead(failure).end("{}");
    const giftId = /^\/gifts\/(.+)\/send$/.exec(req.url ?? "")?.[1];
    if (giftId === undefined) return void res.writeHead(201).end(JSON.stringify({ gift_id: randomUUID() }));
    const key = String(req.headers["idempotency-key"]);
    if (!keys.has(giftId)) keys.set(giftId, key);
    if (refusesAll || keys.get(giftId) !== key) return void res.writeHead(409).end("{}");
    res.writeHead(200).end(JSON.stringify({ request_id: key, ...(forgets ? { changes: randomUUID() } : {}) }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { authorizations, url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : ""}` };
}
