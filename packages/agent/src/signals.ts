import type { Point } from "./point.ts";
import type { Span } from "./span.ts";

/** Hears of each signal as it arrives. */
export interface Subscriber {
  span?(span: Span): void;
  point?(point: Point): void;
}

/** What has arrived, oldest first, and a way to wait for more. */
export interface Signals {
  readonly spans: readonly Span[];
  readonly points: readonly Point[];
  /** @returns what ends the subscription */
  subscribe(subscriber: Subscriber): () => void;
  /**
   * Looks now and after each arrival until there is an answer.
   * @param look answers undefined or false while there is none
   * @throws Error with the names that did arrive, at the deadline
   */
  until<Answer>(look: () => Answer | undefined | false, deadlineMilliseconds?: number): Promise<Answer>;
}

/** Signals that arrive by being added. A load of an hour must fit: beyond the limit the oldest are forgotten. */
export function createSignals(
  limit: number,
): Signals & { add(spans: readonly Span[], points: readonly Point[]): void } {
  const spans: Span[] = [];
  const points: Point[] = [];
  const subscribers = new Set<Subscriber>();
  const waiting = new Set<() => void>();

  function until<Answer>(look: () => Answer | undefined | false, deadlineMilliseconds = 15_000): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(deadline);
        waiting.delete(attempt);
        settle();
      };
      const attempt = () => {
        try {
          const answer = look();
          if (answer !== undefined && answer !== false) finish(() => resolve(answer));
        } catch (err) {
          finish(() => reject(err));
        }
      };
      const giveUp = () => reject(new Error(`no answer in ${deadlineMilliseconds} ms; ${arrived(spans, points)}`));
      const deadline = setTimeout(() => finish(giveUp), deadlineMilliseconds);
      waiting.add(attempt);
      attempt();
    });
  }

  return {
    spans,
    points,
    until,
    subscribe(subscriber) {
      subscribers.add(subscriber);
      return () => void subscribers.delete(subscriber);
    },
    add(newSpans, newPoints) {
      keep(spans, newSpans, limit);
      keep(points, newPoints, limit);
      for (const subscriber of subscribers) {
        for (const span of newSpans) subscriber.span?.(span);
        for (const point of newPoints) subscriber.point?.(point);
      }
      for (const attempt of waiting) attempt();
    },
  };
}

/** A tenth more than the limit stays, so that not every arrival moves the whole array. */
function keep<Signal>(kept: Signal[], added: readonly Signal[], limit: number): void {
  for (const signal of added) kept.push(signal);
  if (kept.length > limit * 1.1) kept.splice(0, kept.length - limit);
}

function arrived(spans: readonly Span[], points: readonly Point[]): string {
  const names = new Set([...spans, ...points].map(({ name }) => name));
  return `arrived: ${spans.length} spans, ${points.length} points: ${Array.from(names).join(", ")}`;
}
