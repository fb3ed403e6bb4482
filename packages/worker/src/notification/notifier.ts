import { resolvesWithin, sleepUnless } from "@gift/queue/deadline";
import { errorFields } from "@gift/telemetry/error-fields";
import type { Log } from "@gift/telemetry/logger";
import type { Channel, Posted } from "./channel.ts";
import { createDigestCollector, type Digest, type Notice } from "./digest.ts";
import { createNotificationPace, type PaceOptions } from "./pace.ts";

export interface NotifierOptions {
  readonly channel: Channel;
  readonly log: Log;
  readonly pace?: PaceOptions;
  /** Longest wait for an answer. Default 5,000. */
  readonly postTimeoutMilliseconds?: number;
}

export interface Notifier {
  /** Takes note of a dead letter: never throws, never waits, and needs no memory that grows. */
  notify(notice: Notice): void;
  /**
   * Posts what is left, then ends; nothing is in flight when it resolves.
   * @param graceMilliseconds most time for it
   */
  stop(graceMilliseconds: number): Promise<void>;
}

/** A sleep of so long is as good as one without end, and fits a timer. */
const longMilliseconds = 3_600_000;

/**
 * Starts telling people of dead letters, at the pace that they can read. A channel that fails costs messages and log
 * lines and nothing else: the record of a letter is its row, which is there before this hears of it.
 */
export function startNotifier(options: NotifierOptions): Notifier {
  const { channel, log, postTimeoutMilliseconds = 5_000 } = options;
  const collected = createDigestCollector();
  const pace = createNotificationPace(options.pace);
  const farewell = new AbortController();
  let isStopping = false;
  let nap = new AbortController();

  async function post(digest: Digest): Promise<Posted | { kind: "failed"; err: unknown }> {
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(postTimeoutMilliseconds), farewell.signal]);
      return await channel.post(digest, signal);
    } catch (err) {
      // Whatever it is: the caller's work is done, and a later message tells the same.
      return { kind: "failed", err };
    }
  }

  async function tell(): Promise<void> {
    const digest = collected.take();
    const posted = await post(digest);
    const fields = { dead_letters: digest.letters, errors: digest.errors.length };
    if (posted.kind === "delivered") {
      pace.delivered();
      log("notification.sent", fields);
    } else if (posted.kind === "refused") {
      // Not repeated: a message that is never taken would stand in the way of all later ones.
      pace.delivered();
      log("notification.dropped", { ...fields, reason: posted.reason });
    } else {
      collected.putBack(digest);
      pace.failed(posted.kind === "later" ? posted.retryAfterMilliseconds : undefined);
      const why = posted.kind === "later" ? { reason: posted.reason } : errorFields(posted.err);
      log("notification.failed", { ...fields, ...why });
    }
    if (collected.letters() > 0) pace.waits();
  }

  async function run(): Promise<void> {
    while (!isStopping) {
      const pause = pace.pauseBefore(collected);
      if (pause > 0) {
        nap = new AbortController();
        await sleepUnless(nap.signal, Math.min(pause, longMilliseconds));
      } else await tell();
    }
    if (collected.letters() > 0 && !farewell.signal.aborted && !pace.isAskedToWait()) await tell();
    if (collected.letters() > 0)
      log("notification.dropped", {
        dead_letters: collected.letters(),
        reason: "the process ended before it could be told",
      });
  }

  // A loop of its own, so that no message is logged or traced as part of the letter that happened to cause it.
  const ended = run();
  return {
    notify(notice) {
      collected.add(notice);
      pace.waits();
      nap.abort();
    },
    async stop(graceMilliseconds) {
      isStopping = true;
      nap.abort();
      await resolvesWithin(graceMilliseconds, ended);
      farewell.abort();
      await ended;
    },
  };
}
