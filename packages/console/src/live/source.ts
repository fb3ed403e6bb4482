import { errorFields } from "@gift/telemetry/error-fields";

/** What a source said in this round, or since when it says nothing. An old value is never passed on as a new one. */
export type Reading<Value> =
  | { readonly kind: "fresh"; readonly value: Value }
  | { readonly kind: "away"; readonly since: Date; readonly reason: string };

/** Something that is asked once a second and may be away. */
export class Source<Value> {
  readonly #ask: () => Promise<Value>;
  readonly #timeoutMilliseconds: number;
  #inFlight: Promise<Value> | undefined;
  #awaySince: Date | undefined;

  /**
   * @param ask how it is asked
   * @param timeoutMilliseconds an answer that takes longer is of no use to this round
   */
  constructor(ask: () => Promise<Value>, timeoutMilliseconds: number) {
    this.#ask = ask;
    this.#timeoutMilliseconds = timeoutMilliseconds;
  }

  /** Asks. A question that is still open is waited for and not asked again: a slow server gets no slower from us. */
  async read(): Promise<Reading<Value>> {
    this.#inFlight ??= this.#ask().finally(() => {
      this.#inFlight = undefined;
    });
    try {
      const value = await inTime(this.#inFlight, this.#timeoutMilliseconds);
      this.#awaySince = undefined;
      return { kind: "fresh", value };
    } catch (err) {
      this.#awaySince ??= new Date();
      return { kind: "away", since: this.#awaySince, reason: String(errorFields(err).error_message) };
    }
  }
}

async function inTime<Value>(answer: Promise<Value>, milliseconds: number): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${milliseconds / 1_000} s`)), milliseconds);
  // Nobody else hears of an answer that fails after it was given up.
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
