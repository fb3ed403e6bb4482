import { AskAgainError, type Client, createClient } from "@gift/rehearsal/load/client";
import type { ClientKey } from "../access/client-key.ts";

/** The load's clients at the API, each with its own key; what one has created is asked for by it alone. */
export class Senders {
  readonly #clients: ReadonlyMap<ClientKey, Client>;
  readonly #owners = new Map<string, ClientKey>();
  readonly #problems: string[] = [];
  #retries = 0;

  /** @param url the API's */
  constructor(url: string, keys: readonly ClientKey[]) {
    const onRetry = (err: unknown) => this.#failed(err);
    this.#clients = new Map(keys.map((key) => [key, createClient(url, onRetry, () => key.headers)]));
  }

  /** Who created a gift, by its id. */
  get owners(): ReadonlyMap<string, ClientKey> {
    return this.#owners;
  }

  /** Requests made again. */
  get retries(): number {
    return this.#retries;
  }

  /** Answers that nobody may get, in sentences. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Creates a gift as one of them, and returns its id. */
  async create(owner: ClientKey, message: string): Promise<string> {
    const giftId = await this.#clientOf(owner).create(message);
    this.#owners.set(giftId, owner);
    return giftId;
  }

  /**
   * Asks for a gift to be sent, as its owner.
   * @returns the answer's body as it came
   * @throws RefusedError when another key came first
   */
  send(giftId: string, idempotencyKey: string): Promise<string> {
    return this.#clientOf(this.#owners.get(giftId)).send(giftId, idempotencyKey);
  }

  #clientOf(owner: ClientKey | undefined): Client {
    const client = owner && this.#clients.get(owner);
    if (!client) throw new Error("nobody of this load created the gift");
    return client;
  }

  /** A lost connection and a 503 are part of the deal; a 500 means that something was not thought of. */
  #failed(err: unknown): void {
    this.#retries += 1;
    if (err instanceof AskAgainError && err.status === 500) this.#problems.push("a client was answered 500");
  }
}
