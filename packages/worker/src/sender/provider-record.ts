import type { Database } from "@gift/core/database/database";
import { isDatabaseAtFault } from "@gift/core/database/unavailable";
import { type Kysely, type RawBuilder, sql } from "kysely";

/** The simulated provider can't reach its record, which is in our own Postgres: no failure of the provider's. */
export class RecordUnavailableError extends Error {
  readonly code = "RECORD_UNAVAILABLE";
  constructor(cause: unknown) {
    super("the simulated provider's record can't be reached", { cause });
    this.name = "RecordUnavailableError";
  }
}

/** One call, as the provider sees it. */
export interface ProviderCall {
  readonly idempotencyKey: string;
  readonly giftId: string;
  /** The call takes effect once the gift has had so many calls before it, over all its keys; null: never. */
  readonly effectiveAfterCalls: number | null;
}

/**
 * Records a call at the provider: the key's first effective call sets its reference, later ones find it. One statement,
 * so a crash leaves the call counted with its effect or not at all.
 * @param db the provider's own connections
 * @param call the call, and whether it takes effect
 * @returns the key's reference, or null while no call under it took effect
 * @throws RecordUnavailableError
 */
export async function recordCall(db: Kysely<Database>, call: ProviderCall): Promise<string | null> {
  const recording = sql<{ reference: string | null }>`
    with judged as (
      select coalesce(coalesce(sum(calls), 0) >= ${call.effectiveAfterCalls}::int, false) as takes_effect
      from simulated_provider.sends where gift_id = ${call.giftId}
    )
    insert into simulated_provider.sends as send (idempotency_key, gift_id, calls, effects, reference, effective_at)
    select ${call.idempotencyKey}, ${call.giftId}, 1, takes_effect::int,
      case when takes_effect then gen_random_uuid() end, case when takes_effect then now() end
    from judged
    on conflict (idempotency_key) do update set
      calls = send.calls + 1,
      effects = send.effects + case when send.reference is null then excluded.effects else 0 end,
      reference = coalesce(send.reference, excluded.reference),
      effective_at = coalesce(send.effective_at, excluded.effective_at)
    returning reference`;
  return await referenceOf(db, recording);
}

/**
 * Reads what the provider recorded under a key.
 * @param db the provider's own connections
 * @returns the key's reference, or null when no call under it took effect
 * @throws RecordUnavailableError
 */
export async function readReference(db: Kysely<Database>, idempotencyKey: string): Promise<string | null> {
  const sends = sql<{ reference: string | null }>`
    select reference from simulated_provider.sends where idempotency_key = ${idempotencyKey}`;
  return await referenceOf(db, sends);
}

async function referenceOf(
  db: Kysely<Database>,
  statement: RawBuilder<{ reference: string | null }>,
): Promise<string | null> {
  try {
    const { rows } = await statement.execute(db);
    return rows[0]?.reference ?? null;
  } catch (err) {
    if (isDatabaseAtFault(err)) throw new RecordUnavailableError(err);
    throw err;
  }
}
