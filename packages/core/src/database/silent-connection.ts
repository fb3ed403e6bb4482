import type { PoolClient } from "pg";

/** pg's own error for `query_timeout`; it has no code (pg 8.23, lib/client.js). */
const silence = "Query read timeout";

/**
 * Closes a connection as soon as a statement on it went unanswered, so that the pool drops it. pg only fails the statement: the
 * next one on the connection waits behind it until it times out too, and so on until TCP gives up, a quarter of an hour later.
 * That is how a host ends that vanished without a word, e.g. in a failover.
 * @param client one of a pool's, before its first statement
 */
export function closeWhenSilent(client: PoolClient): void {
  client.query = new Proxy(client.query, {
    apply(query, self, words) {
      const answer: unknown = Reflect.apply(query, self, words);
      if (answer instanceof Promise) answer.catch((err: unknown) => isSilence(err) && close(client));
      return answer;
    },
  });
}

function isSilence(err: unknown): boolean {
  return err instanceof Error && err.message === silence;
}

/** With a statement under way pg doesn't say goodbye to the server but destroys the socket. */
function close(client: PoolClient): void {
  if ("end" in client && typeof client.end === "function") client.end(() => undefined);
}
