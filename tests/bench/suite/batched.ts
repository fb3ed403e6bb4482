import type { Bench } from "../bench.ts";
import { type Finding, sidesOf } from "../finding.ts";
import { alternate, ratioOver, type Side } from "../measure/alternate.ts";
import { type ProcessorMeter, processMeter } from "../measure/processor.ts";
import { type Sample, sampled } from "../measure/sample.ts";
import type { WriteLoad } from "../process/writes.ts";
import type { Child } from "../rig/child.ts";
import { layOutFor } from "../rig/gift-rows.ts";
import { Numbers } from "../rig/numbers.ts";
import { openOneRow } from "../rig/one-row.ts";
import { type OneRowWork, oneRowClients } from "../rig/one-row-load.ts";
import { oneRowSide } from "../rig/one-row-side.ts";
import type { BenchDatabase } from "../rig/postgres.ts";
import type { Rig } from "../rig/rig.ts";

/** Writes per second that are not reached on two cores, batched or not. */
const mostPerSecond = 40_000;
const goalOf = { insert: "batched-insert", send: "batched-send", sent: "batched-sent" } as const;

export const batched: Bench = {
  name: "batched",
  shows: "insert, send and SENT inside one process, 64 callers, against pgbench one row at a time",
  async run(rig) {
    const findings: Omit<Finding, "bench">[] = [];
    for (const work of ["insert", "send", "sent"] as const) findings.push(await compare(rig, work));
    return findings;
  },
};

async function compare(rig: Rig, work: OneRowWork): Promise<Omit<Finding, "bench">> {
  const database = await rig.createDatabase();
  const oneRow = await openOneRow(rig, database);
  const sides = [await ourSide(rig, database, work), oneRowSide(rig, oneRow, database, work)];
  const rounds = await alternate(sides, { ...rig.alternation, say: (text) => rig.say(`${work}: ${text}`) });
  const value = ratioOver(rounds, ["ours", oneRow.name], (sample) => sample.perSecond);
  const what = `${work} inside the process, per second`;
  return { goal: goalOf[work], what, unit: "×", value, sides: sidesOf(rounds), isDisturbed: rounds.isDisturbed };
}

async function ourSide(rig: Rig, database: BenchDatabase, work: OneRowWork): Promise<Side> {
  const child = await startWrites(rig, database);
  const meters = { ours: processMeter(child.pid), Postgres: rig.postgresMeter };
  const gifts = new Numbers(1);
  let range = gifts.take(0);
  return {
    name: "ours",
    async prepare(seconds) {
      range = gifts.take(Math.ceil(mostPerSecond * rig.sizes.layOutShare * seconds));
      await layOutFor(work, database.db, range);
    },
    load: (seconds) => writeOnce(child, meters, { work, isBatched: true, callers: oneRowClients, seconds, ...range }),
  };
}

/** The functions under test, in a process of their own. */
export async function startWrites(rig: Rig, { connection }: BenchDatabase): Promise<Child> {
  return await rig.start({ name: "writes", command: ["tests/bench/process/writes.ts", JSON.stringify(connection)] });
}

export function writeOnce(child: Child, meters: Record<string, ProcessorMeter>, load: WriteLoad): Promise<Sample> {
  return sampled(meters, async () => {
    const { operations = 0, seconds = Number.NaN, ...figures } = await child.ask("run", load);
    return { operations, seconds, figures };
  });
}
