import type { Side } from "../measure/alternate.ts";
import { countGone, layOutFor } from "./gift-rows.ts";
import { Numbers } from "./numbers.ts";
import type { OneRow } from "./one-row.ts";
import { type OneRowWork, oneRowClients } from "./one-row-load.ts";
import type { BenchDatabase } from "./postgres.ts";
import type { Rig } from "./rig.ts";

/**
 * Gifts to lay out for so many seconds: 20,000 a second is what neither HTTP nor one row at a time reaches on two
 * cores.
 */
export function giftsFor(rig: Rig, seconds: number): number {
  return Math.ceil(30_000 * rig.sizes.layOutShare * Math.max(1, seconds));
}

const stateBefore = { send: "CREATED", sent: "QUEUED" } as const;

/**
 * One row at a time as a side. Each client has gifts of its own; a statement that found none would be cheap, so it is
 * an error.
 */
export function oneRowSide(rig: Rig, oneRow: OneRow, { db }: BenchDatabase, work: OneRowWork): Side {
  const gifts = new Numbers(1e9);
  const span = (seconds: number) => Math.ceil(giftsFor(rig, seconds) / oneRowClients);
  let range = gifts.take(0);
  return {
    name: oneRow.name,
    async prepare(seconds) {
      range = gifts.take(span(seconds) * oneRowClients);
      await layOutFor(work, db, range);
    },
    async load(seconds) {
      const time = rig.sizes.isShort ? undefined : seconds;
      const sample = await oneRow.load({ work, seconds: time, first: range.first, span: span(seconds) });
      if (work !== "insert" && (await countGone(db, range, stateBefore[work])) < sample.operations)
        throw new Error(`${oneRow.name} ran out of gifts, and its last statements found none`);
      return sample;
    },
  };
}
