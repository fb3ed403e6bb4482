/** The functions under test inside one process, as the API or the worker calls them. Argument: connection. */
import { openDatabase } from "@gift/core/database/database";
import { percentileOf } from "../measure/spread.ts";
import type { OneRowWork } from "../rig/one-row-load.ts";
import { unbatchedWrites, writesUnderTest } from "../subject/writes.ts";
import { obey } from "./obey.ts";

export interface WriteLoad {
  readonly work: OneRowWork;
  readonly isBatched: boolean;
  readonly callers: number;
  readonly seconds: number;
  /** The gifts to take, by number: every `stride`-th. */
  readonly first: number;
  readonly count: number;
  readonly stride?: number;
  /** Neighbors in time are far apart in the table. */
  readonly isScattered?: boolean;
}

/** Steps of a prime number visit every gift of a table once, in an order that no cache foresees. */
const prime = 1_000_003;

/** As many connections as the API has. */
const maxConnections = 10;
const db = openDatabase({ ...JSON.parse(process.argv[2] ?? "{}"), maxConnections, applicationName: "bench writes" });
const writes = { batched: writesUnderTest(db), single: unbatchedWrites(db) };

async function run({ work, isBatched, callers, seconds, first, count, stride = 1, isScattered = false }: WriteLoad) {
  const write = writes[isBatched ? "batched" : "single"][work];
  const step = isScattered ? prime : 1;
  const since = performance.now();
  const milliseconds: number[] = [];
  let taken = 0;
  const caller = async () => {
    while (taken < count && performance.now() - since < seconds * 1_000) {
      const number = first + ((taken * step) % count) * stride;
      taken += 1;
      const started = performance.now();
      await write(number);
      milliseconds.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const elapsed = (performance.now() - since) / 1_000;
  milliseconds.sort((one, other) => one - other);
  return { operations: milliseconds.length, seconds: elapsed, p50: percentileOf(milliseconds, 0.5) };
}

obey({ run }, () => db.destroy());
