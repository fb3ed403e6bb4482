import type { Pool, PoolClient } from "pg";

/** pg's own error for `query_timeout`; it has no code (pg 8.23, lib/client.js). */
const silence = "Query read timeout";

/**
 * Closes a connection as soon as a statement on it went unanswered, and with it those that idle: a host that vanished
 * without a word, e.g. in a failover, has taken all along. pg only fails the statement. The next one on the connection
 * waits behind it until it times out too, and so on until TCP gives up, a quarter of an hour later; and idle ones are
 * found out one by one, at `query_timeout` each.
 * @param pool before its first connection
 */
export function closeSilentConnections(pool: Pool): void {
  const idle = new Set<PoolClient>();
  pool.on("release", (_, client) => idle.add(client));
  for (const leaving of ["acquire", "remove"] as const) pool.on(leaving, (client) => idle.delete(client));
  pool.on("connect", (client) =>
    onSilence(client, () => {
      close(client);
      for (const each of idle) drop(each);
      idle.clear();
    }),
  );
}

function onSilence(client: PoolClient, act: () => void): void {
  client.query = new Proxy(client.query, {
    apply(query, self, words) {
      const answer: unknown = Reflect.apply(query, self, words);
      if (answer instanceof Promise) answer.catch((err: unknown) => isSilence(err) && act());
      return answer;
    },
  });
}

function isSilence(err: unknown): boolean {
  return err instanceof Error && err.message === silence;
}

/**
 * With a statement under way pg doesn't say goodbye to the server but destroys the socket; the pool drops what is
 * ending.
 */
function close(client: PoolClient): void {
  if ("end" in client && typeof client.end === "function") client.end(() => undefined);
}

/** The error makes the pool forget an idle connection at once; its goodbye to the server would wait for ever. */
function drop(client: PoolClient): void {
  client.emit("error", new Error("another connection of the pool no longer answers"));
  const { connection }: { connection?: { stream?: { destroy?(): void } } } = client;
  connection?.stream?.destroy?.();
}
