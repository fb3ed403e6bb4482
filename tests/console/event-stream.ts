import { onTestFinished } from "vitest";

type PartName = "announcement" | "verdict" | "flow" | "gifts" | "failures" | "dead-letters";

/** One round as the page's script gets it. */
export interface RoundEvent {
  readonly at: string;
  readonly parts: Readonly<Record<PartName, string>>;
  readonly charts: readonly (readonly (number | null)[])[];
}

export interface EventStream {
  /** The next round. */
  next(): Promise<RoundEvent>;
  /** The first round that is as wanted; throws at the deadline. */
  until(isWanted: (round: RoundEvent) => boolean, seconds?: number): Promise<RoundEvent>;
  /** Resolves when the server has ended it, whatever rounds came before. */
  ended(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the live page's stream as a browser would; it ends with the test. */
export async function openStream(origin: string, headers: Readonly<Record<string, string>> = {}): Promise<EventStream> {
  const abort = new AbortController();
  const res = await fetch(`${origin}/stream`, { headers, signal: abort.signal });
  if (!res.ok || !res.body) throw new Error(`the stream answered ${res.status}`);
  const reader = res.body.pipeThrough(new TextDecoderStream()).getReader();
  onTestFinished(() => abort.abort());
  let buffered = "";

  async function read(): Promise<RoundEvent | undefined> {
    while (!buffered.includes("\n\n")) {
      const { value, done } = await reader.read();
      if (done) return undefined;
      buffered += value;
    }
    const [message = "", ...rest] = buffered.split("\n\n");
    buffered = rest.join("\n\n");
    return JSON.parse(message.split("\ndata: ")[1] ?? "");
  }

  async function next(): Promise<RoundEvent> {
    const round = await read();
    if (!round) throw new Error("the stream ended");
    return round;
  }

  return {
    next,
    async until(isWanted, seconds = 15) {
      const deadline = Date.now() + seconds * 1_000;
      let round = await next();
      while (!isWanted(round)) {
        if (Date.now() > deadline) throw new Error(`waited ${seconds} s; last: ${JSON.stringify(round.parts)}`);
        round = await next();
      }
      return round;
    },
    async ended() {
      while ((await read()) !== undefined);
    },
    close: () => reader.cancel(),
  };
}
