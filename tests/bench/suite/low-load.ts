import type { Bench } from "../bench.ts";
import { alternate, type Side } from "../measure/alternate.ts";
import { spreadOf } from "../measure/spread.ts";
import { layOutCreated } from "../rig/gift-rows.ts";
import { Numbers } from "../rig/numbers.ts";
import { startWrites, writeOnce } from "./batched.ts";

/** What one caller alone may send in a second. */
const mostPerSecond = 4_000;

export const lowLoad: Bench = {
  name: "low-load",
  shows: "what batching adds to a request that is alone",
  async run(rig) {
    const database = await rig.createDatabase();
    const child = await startWrites(rig, database);
    const numbers = new Numbers(1);
    const side = (name: string, isBatched: boolean): Side => {
      let range = numbers.take(0);
      return {
        name,
        async prepare(seconds) {
          range = numbers.take(Math.ceil(mostPerSecond * seconds));
          await layOutCreated(database.db, range);
        },
        load: (seconds) => writeOnce(child, {}, { work: "send", isBatched, callers: 1, seconds, ...range }),
      };
    };
    const rounds = await alternate([side("batched", true), side("single", false)], rig.alternation);
    const p50 = (name: string, round: number) => rounds.sides.get(name)?.[round]?.figures.p50 ?? Number.NaN;
    const value = spreadOf(rounds.counted.map((round) => p50("batched", round) - p50("single", round)));
    const alone = spreadOf(rounds.counted.map((round) => p50("single", round)));
    const note = `p50 of a send by one caller; unbatched ${alone.median.toFixed(2)} ms`;
    return [
      {
        goal: "low-load",
        what: "added to a send that is alone",
        unit: "ms",
        value,
        note,
        isDisturbed: rounds.isDisturbed,
      },
    ];
  },
};
