import { createHash } from "node:crypto";
import type { NewMessage } from "./message.ts";

const windowMilliseconds = 300_000;

interface Accepted {
  readonly messageId: string;
  readonly sequence: number;
  readonly at: number;
}

/** FIFO's memory of five minutes, counted from the send; it outlives the message's deletion. */
export class Deduplication {
  readonly #accepted = new Map<string, Accepted>();

  /** The first message under this id, while it is remembered. */
  find(id: string, now: number): Accepted | undefined {
    const accepted = this.#accepted.get(id);
    return accepted && now - accepted.at < windowMilliseconds ? accepted : undefined;
  }

  remember(id: string, accepted: Accepted): void {
    this.#accepted.set(id, accepted);
  }
}

/** The id given, or the hash of the body (never of the attributes) on a queue that derives it. */
export function deduplicationIdOf(message: NewMessage, isContentDeduplicated: boolean): string | undefined {
  if (message.deduplicationId !== undefined) return message.deduplicationId;
  return isContentDeduplicated ? createHash("sha256").update(message.body).digest("hex") : undefined;
}
