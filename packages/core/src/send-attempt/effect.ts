import { sql, type Transaction } from "kysely";
import type { Database } from "../database/database.ts";
import { sendErrors } from "./send-error.ts";

/**
 * So long after its begin an attempt may still take effect, when nobody has heard that it did not. Half of it is ours,
 * to make the call in: the fleet's handler timeout of 25 s fits in with room for a clock and a network. The other half
 * is the provider's, to finish what we hung up on.
 */
export const effectSeconds = 60;

/** No call to the provider begins later after its attempt's begin. */
export const callSeconds = effectSeconds / 2;

/** So long after a call began the provider may still act on it. */
export const providerSeconds = effectSeconds - callSeconds;

/**
 * Failures after which the provider does nothing more. The statement asks for these and not for the others: a code that
 * it doesn't know, such as another version's, costs a redrive a minute instead of a second delivery.
 */
export const definiteErrors = Object.entries(sendErrors).flatMap(([code, { effect }]) =>
  effect === "none" ? [code] : [],
);

/**
 * How long a gift's attempts may still take effect, so that a send under another key has to wait.
 * @param trx a transaction that holds the gift's row `for update`, so that no attempt is just beginning
 * @returns seconds by the database's clock, 0 when no attempt can take effect any more
 */
export async function remainingEffectSeconds(trx: Transaction<Database>, giftId: string): Promise<number> {
  const { rows } = await sql<{ seconds: number | null }>`
    select extract(epoch from max(started_at) - now())::float + ${effectSeconds}::float as seconds
    from send_attempts
    where gift_id = ${giftId} and (outcome is null or error_code <> all(${definiteErrors}::text[]))`.execute(trx);
  return Math.max(0, rows[0]?.seconds ?? 0);
}
