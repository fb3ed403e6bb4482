import type { Finding } from "@gift/rehearsal/audit/audit";
import { until } from "@gift/rehearsal/until";
import type { AcceptedKey } from "../load/answers.ts";
import { patienceMilliseconds } from "../patience.ts";
import { type Attempt, attempt } from "./attempt.ts";
import type { ClientKey } from "./client-key.ts";
import { attemptsOn } from "./gift-attempt.ts";

const trespassersAtOnce = 16;

/** Clients who ask for what another one sent: all must look to them as if there were no such gift. */
export class Trespass {
  readonly #url: string;
  readonly #findings: Finding[] = [];
  #refused = 0;

  /** @param url the API's */
  constructor(url: string) {
    this.#url = url;
  }

  /** Requests that were answered 404. */
  get refused(): number {
    return this.#refused;
  }

  /** Gifts that a stranger learned of, or did something to. */
  get findings(): readonly Finding[] {
    return this.#findings;
  }

  /**
   * Asks once.
   * @returns whether there was an answer that decides
   */
  async ask({ giftId }: AcceptedKey, what: Attempt, stranger: ClientKey): Promise<boolean> {
    const status = await attempt(this.#url, what, stranger.headers);
    if (status === 404) this.#refused += 1;
    else if (status !== undefined)
      this.#findings.push({ giftId, why: `another client asked to ${what.does} it and was answered ${status}` });
    return status !== undefined;
  }

  /**
   * Asks in every way about every gift, as every stranger, until it is answered.
   * @throws Error when something is never answered
   */
  async askAll(gifts: readonly AcceptedKey[], strangersOf: (giftId: string) => readonly ClientKey[]): Promise<void> {
    const left = gifts.flatMap((gift) =>
      strangersOf(gift.giftId).flatMap((stranger) => attemptsOn(gift).map((what) => ({ gift, what, stranger }))),
    );
    const one = async () => {
      for (let next = left.pop(); next; next = left.pop()) {
        const { gift, what, stranger } = next;
        const isAnswered = () => this.ask(gift, what, stranger);
        await until(`an answer to ${what.does} another's gift`, isAnswered, patienceMilliseconds);
      }
    };
    await Promise.all(Array.from({ length: trespassersAtOnce }, one));
  }
}
