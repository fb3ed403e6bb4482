import type { PostgresPoolClient, PostgresQueryResult } from "kysely";
import type { PoolClient } from "pg";

/** A connection keeps a plan per name. Ours run some thirty texts; what comes after so many goes unnamed. */
const mostNames = 200;

/** Of a named statement whose columns a migration has changed since it was planned. */
const planIsStale = "0A000";

const wrapped = new WeakMap<PoolClient, PostgresPoolClient>();

/**
 * Gives each text that a connection runs a second time a name, so that Postgres plans it once and not at every call:
 * unnamed statements cost two to three times as much, mostly planning (measured on 2 cores: a send 0.36 of pgbench's
 * rate unnamed, 0.69 named). Texts without parameters (begin, commit) stay on the simple protocol, which has no plan to
 * keep.
 * @param client one of the pool's, always the same object for the same connection
 */
export function nameStatements(client: PoolClient): PostgresPoolClient {
  const known = wrapped.get(client);
  if (known) return known;
  const named = new NamedStatements(client);
  wrapped.set(client, named);
  return named;
}

class NamedStatements implements PostgresPoolClient {
  readonly #client: PoolClient;
  /** By text; undefined after the first run, which may have been the only one. */
  readonly #names = new Map<string, string | undefined>();
  #lastNumber = 0;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  release(destroy?: boolean): void {
    this.#client.release(destroy);
  }

  query(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<never>>;
  query(cursor: never): never;
  async query(text: string, parameters: readonly unknown[] = []): Promise<unknown> {
    const values = [...parameters];
    const name = values.length > 0 ? this.#nameOf(text) : undefined;
    if (name === undefined) return await this.#client.query({ text, values });
    try {
      return await this.#client.query({ name, text, values });
    } catch (err) {
      if (!isStale(err)) throw err;
      this.#names.delete(text);
      // In a transaction Postgres refuses all that follows; its caller starts over, with a new plan.
      if (this.#client.getTransactionStatus() !== "I") throw err;
      return await this.#client.query({ text, values });
    }
  }

  #nameOf(text: string): string | undefined {
    if (this.#names.has(text)) {
      const name = this.#names.get(text) ?? this.#newName();
      this.#names.set(text, name);
      return name;
    }
    if (this.#names.size < mostNames) this.#names.set(text, undefined);
    return undefined;
  }

  #newName(): string {
    this.#lastNumber += 1;
    return `s${this.#lastNumber}`;
  }
}

function isStale(err: unknown): boolean {
  return err instanceof Error && "code" in err && err.code === planIsStale && err.message.includes("cached plan");
}
