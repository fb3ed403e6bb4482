import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { onTestFinished } from "vitest";

/** What an API may get wrong about who asks. */
export interface Defects {
  /** Answers another client's gift like the own. */
  readonly showsAll?: boolean;
  /** Answers whoever has no right key as if they were a client. */
  readonly isOpen?: boolean;
  /** Goes on to take keys that have ended. */
  readonly forgetsNothing?: boolean;
  /** Refuses right keys. */
  readonly isShut?: boolean;
  /** Answers only this. */
  readonly status?: number;
}

/** As much of the API's door as the chaos run knocks at, with the mistakes that it must notice. */
export async function guardedApi(defects: Defects = {}) {
  const clients = new Map<string, string>();
  const ended = new Set<string>();
  const owners = new Map<string, string>();
  const server = createServer((req, res) => {
    req.resume();
    res.writeHead(defects.status ?? statusOf(req)).end("{}");
  });

  function statusOf({ method, url = "", headers }: IncomingMessage): number {
    const key = String(headers.authorization ?? "").replace("Bearer ", "");
    const isRight = clients.has(key) && !defects.isShut && (defects.forgetsNothing === true || !ended.has(key));
    if (!(isRight || defects.isOpen)) return 401;
    if (url.startsWith("/operator/") && !defects.isOpen) return 401;
    if (method === "POST" && url === "/gifts") return 201;
    const owner = owners.get(url.split("/")[2] ?? "");
    return owner === clients.get(key) || defects.showsAll || defects.isOpen ? 200 : 404;
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : ""}`,
    close,
    admit: (key: string, clientId: string) => void clients.set(key, clientId),
    end: (key: string) => void ended.add(key),
    /** A gift of a client, accepted. */
    gift(clientId: string) {
      const accepted = { giftId: randomUUID(), key: randomUUID() };
      owners.set(accepted.giftId, clientId);
      return accepted;
    },
  };
}
