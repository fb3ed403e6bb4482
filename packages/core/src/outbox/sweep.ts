import type { Kysely } from "kysely";
import type { Database } from "../database/database.ts";
import { toStorableText } from "../database/storable-text.ts";
import { claimFromOutbox } from "./claim.ts";
import { deleteFromOutbox } from "./delete.ts";
import type { OutboxMessage } from "./outbox.table.ts";
import { postponeInOutbox } from "./postpone.ts";

/** Hands one message to its queue; resolves once SQS has accepted it. */
export type Publish = (message: OutboxMessage) => Promise<void>;

export interface SweepOptions {
  readonly limit: number;
  /** Longer than the slowest publish, or two sweeps send the same message (which the worker absorbs). */
  readonly leaseSeconds: number;
}

export interface Swept {
  readonly claimed: number;
  readonly published: number;
  /** The newest publish error, when there was one. */
  readonly error?: unknown;
}

/**
 * One sweep of the outbox: claim → publish → delete. A crash between publish and delete publishes again; the worker
 * finds the gift SENT and acknowledges.
 * @param db the database
 * @param publish sends one message; concurrent calls are batched by the publisher
 */
export async function sweepOutbox(db: Kysely<Database>, publish: Publish, options: SweepOptions): Promise<Swept> {
  const messages = await claimFromOutbox(db, options);
  const results = await Promise.allSettled(messages.map((message) => publish(message)));
  const published: string[] = [];
  const refused = new Map<string, string[]>();
  let error: unknown;
  for (const [index, message] of messages.entries()) {
    const result = results[index];
    if (result?.status === "fulfilled") published.push(message.id);
    else {
      error = result?.reason;
      const text = describe(error);
      refused.set(text, [...(refused.get(text) ?? []), message.id]);
    }
  }
  if (published.length > 0) await deleteFromOutbox(db, published);
  for (const [text, ids] of refused) await postponeInOutbox(db, ids, text);
  return { claimed: messages.length, published: published.length, ...(error !== undefined && { error }) };
}

function describe(err: unknown): string {
  return toStorableText(err instanceof Error ? `${err.name}: ${err.message}` : String(err), 1_000);
}
