import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "@gift/core/database/database";
import type { Finding } from "@gift/rehearsal/audit/audit";
import { until } from "@gift/rehearsal/until";
import type { Kysely } from "kysely";
import { patienceMilliseconds } from "../patience.ts";
import type { KeyPlan } from "../plan/key-plan.ts";
import type { AccessCounts } from "./access-counts.ts";
import { EndedKey } from "./ended-key.ts";
import { Intrusion } from "./intrusion.ts";
import { revoke, rotate } from "./key-change.ts";
import type { Keyring } from "./keyring.ts";
import { type KnownGifts, prowl, strangersOf, useOwn } from "./prowl.ts";
import { repeatedly } from "./repeatedly.ts";
import { Trespass } from "./trespass.ts";

export interface AccessOptions {
  readonly url: string;
  readonly database: Kysely<Database>;
  readonly load: KnownGifts;
  readonly keyring: Keyring;
  readonly plan: KeyPlan;
  /** Ends everything early. */
  readonly signal: AbortSignal;
  /** In [0, 1): who asks for what. */
  random(): number;
  say(sentence: string): void;
}

/** Those who ask for what they may not have, while everything else happens. */
export interface Access {
  /** Gifts of which they got something. */
  findings(): readonly Finding[];
  /** What else they were answered that they shouldn't be, in sentences. */
  problems(): readonly string[];
  /**
   * Asks about every gift once more, waits until the ended keys have been refused often enough, and ends.
   * @throws Error when one never is, or when a key could not be changed
   */
  conclude(): Promise<AccessCounts>;
}

/** Ten questions a second of each. */
const pauseMilliseconds = 100;

/** Starts asking, and changes keys when the plan says so. */
export function startAccess({ url, database, load, keyring, plan, signal, random, say }: AccessOptions): Access {
  const { clients, revocable } = keyring;
  const [rotating, revoking] = clients;
  const [trespass, intrusion] = [new Trespass(url), new Intrusion(url)];
  const rotated = new EndedKey(url, "was rotated away", rotating.issued);
  const revoked = new EndedKey(url, "was revoked", revocable);
  const stopping = new AbortController();
  const ending = AbortSignal.any([signal, stopping.signal]);

  const asking = Promise.all([
    repeatedly(pauseMilliseconds, ending, () => prowl({ trespass, intrusion, load, clients, random })),
    repeatedly(pauseMilliseconds, ending, () => useOwn(rotated, rotating, { load, random })),
    repeatedly(pauseMilliseconds, ending, () => useOwn(revoked, revoking, { load, random })),
  ]);
  const changing = Promise.all([
    changeAt(
      plan.rotateAtMilliseconds,
      () => rotate(database, rotating, rotated, plan.overlapSeconds),
      `${rotating.clientId}'s key rotated`,
    ),
    changeAt(plan.revokeAtMilliseconds, () => revoke(database, revocable, revoked), "a key revoked"),
  ]);
  // Reported by conclude(), which awaits it.
  changing.catch(() => undefined);

  async function changeAt(milliseconds: number, change: () => Promise<void>, sentence: string): Promise<void> {
    await pause(milliseconds, undefined, { signal: ending });
    await change();
    say(sentence);
  }

  return {
    findings: () => trespass.findings,
    problems: () => [...intrusion.problems, ...rotated.problems, ...revoked.problems],
    async conclude() {
      await changing;
      await trespass.askAll(load.answers.keys, (giftId) => strangersOf(giftId, { load, clients }));
      await until("the ended keys to be refused", () => rotated.isOver() && revoked.isOver(), patienceMilliseconds);
      stopping.abort();
      await asking;
      return {
        strangersRefused: trespass.refused,
        intrudersRefused: intrusion.refused,
        revoked: revoked.counts,
        rotated: rotated.counts,
      };
    },
  };
}
