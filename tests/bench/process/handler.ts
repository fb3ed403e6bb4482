import { setTimeout as pause } from "node:timers/promises";

export const handlerKinds = ["none", "5ms", "5ms-slow", "20ms"] as const;

/** How long handlers take: not at all; 5 ms; 5 ms but 5 % of them 300; 20 ms. */
export type HandlerKind = (typeof handlerKinds)[number];

/** A handler that does nothing but take its time, and counts. */
export function createHandler(kind: HandlerKind): { handle(): Promise<void>; handled(): number } {
  let begun = 0;
  let handled = 0;
  return {
    handled: () => handled,
    async handle() {
      begun += 1;
      const milliseconds = millisecondsOf(kind, begun);
      if (milliseconds > 0) await pause(milliseconds);
      handled += 1;
    },
  };
}

/** Every twentieth is slow, and not one in twenty by chance: both sides meet the same. */
function millisecondsOf(kind: HandlerKind, number: number): number {
  if (kind === "none") return 0;
  if (kind === "20ms") return 20;
  return kind === "5ms-slow" && number % 20 === 0 ? 300 : 5;
}
