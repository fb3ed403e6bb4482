import type { Database } from "@gift/core/database/database";
import { type Kysely, sql } from "kysely";
import type { Bench } from "../bench.ts";
import { spreadOf } from "../measure/spread.ts";
import { type GiftRange, giftIdOf, layOutCreated } from "../rig/gift-rows.ts";
import { Numbers } from "../rig/numbers.ts";
import { startHttpClients } from "../rig/service.ts";
import { allSent, connections, endToEndSide, startOurs } from "./end-to-end.ts";

export const latency: Bench = {
  name: "latency",
  shows: "accept → SENT at half of the throughput, p50 and p99",
  async run(rig) {
    const [clients, service] = [await startHttpClients(rig), await startOurs(rig)];
    const full = endToEndSide(rig, clients, { ...service, name: "full load" });
    const paces: number[] = [];
    for (let round = 0; round < 2; round += 1) {
      await full.prepare?.(rig.sizes.seconds);
      paces.push((await full.load(rig.sizes.seconds)).perSecond);
    }
    const perSecond = Math.max(...paces) / 2;
    const numbers = new Numbers(1e6);
    const measured: { p50: number; p99: number }[] = [];
    for (let round = 0; round < rig.sizes.rounds; round += 1) {
      rig.say(`round ${round + 1} of ${rig.sizes.rounds} at ${Math.round(perSecond)} sends per second`);
      const range = numbers.take(Math.ceil(perSecond * rig.sizes.seconds));
      await layOutCreated(service.database.db, range);
      await clients.fire({ ports: [service.port], connections, request: "send", perSecond, ...range });
      await allSent(service.database, range);
      measured.push(await latencyOf(service.database.db, range));
    }
    const what = (name: string) => `accept → SENT at ${Math.round(perSecond)} sends per second, ${name}`;
    return (["p50", "p99"] as const).map((name) => {
      const value = spreadOf(measured.map((each) => each[name]));
      return { goal: `latency-${name}` as const, what: what(name), unit: "ms" as const, value };
    });
  },
};

/** Both ends by the database's clock: the statement that accepted the send, and the one that made the gift SENT. */
async function latencyOf(db: Kysely<Database>, { first, count }: GiftRange): Promise<{ p50: number; p99: number }> {
  const { rows } = await sql<{ p50: number; p99: number }>`
    with latency as (
      select extract(epoch from updated_at - request.created_at) * 1000 as milliseconds
      from gifts join send_requests request on gift_id = id
      where id between ${giftIdOf(first)} and ${giftIdOf(first + count - 1)}
    )
    select percentile_cont(0.5) within group (order by milliseconds)::float as p50,
      percentile_cont(0.99) within group (order by milliseconds)::float as p99
    from latency`.execute(db);
  return rows[0] ?? { p50: Number.NaN, p99: Number.NaN };
}
