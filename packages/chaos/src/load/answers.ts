import type { Finding } from "@gift/rehearsal/audit/audit";

/** A send that was accepted, by its gift and its idempotency key. */
export interface AcceptedKey {
  readonly giftId: string;
  readonly key: string;
}

/** What clients were answered to their sends: the first body under each key, and whatever differed from it. */
export class Answers {
  readonly #bodies = new Map<string, Map<string, string>>();
  readonly #keys: AcceptedKey[] = [];
  readonly #findings: Finding[] = [];

  /** Gifts whose send was accepted. */
  get accepted(): ReadonlySet<string> {
    return new Set(this.#bodies.keys());
  }

  /** What must not have been answered: another body under one key, or two accepted keys of one gift. */
  get findings(): readonly Finding[] {
    return this.#findings;
  }

  /** Each accepted gift and key. */
  get keys(): readonly AcceptedKey[] {
    return this.#keys;
  }

  /** Takes the body of an answer that accepted or replayed a send. */
  add(giftId: string, key: string, body: string): void {
    const byKey = this.#bodies.get(giftId) ?? new Map<string, string>();
    this.#bodies.set(giftId, byKey);
    const first = byKey.get(key);
    if (first === undefined) this.#keys.push({ giftId, key });
    if (first === undefined) byKey.set(key, body);
    else if (first !== body) this.#find(giftId, `key ${key} was answered ${first} first and ${body} later`);
    if (first === undefined && byKey.size > 1) this.#find(giftId, `${byKey.size} keys were accepted for it`);
  }

  #find(giftId: string, why: string): void {
    this.#findings.push({ giftId, why });
  }
}
