import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { processMeter, reapedMeter } from "../measure/processor.ts";
import { type Sample, sampled } from "../measure/sample.ts";
import type { OneRowLoad } from "./one-row-load.ts";
import { runPgbench } from "./pgbench.ts";
import type { BenchDatabase } from "./postgres.ts";
import type { Rig } from "./rig.ts";

/** The reference: prepared statements of one row each, from as many connections as there are callers. */
export interface OneRow {
  /** `pgbench`, or what stands in for it. */
  readonly name: string;
  load(load: OneRowLoad): Promise<Sample>;
}

/** pgbench where it is installed; otherwise named prepared statements through pg, from a process of its own. */
export async function openOneRow(rig: Rig, { connection }: BenchDatabase): Promise<OneRow> {
  const program = pgbenchProgram();
  if (program !== undefined)
    return {
      name: "pgbench",
      load: (load) =>
        sampled({ Postgres: rig.postgresMeter, client: reapedMeter() }, () =>
          runPgbench({ program, folder: rig.folder, connection }, load),
        ),
    };
  const name = "one row through pg (no pgbench here)";
  const child = await rig.start({ name, command: ["tests/bench/process/one-row.ts", JSON.stringify(connection)] });
  return {
    name,
    load: (load) =>
      sampled({ Postgres: rig.postgresMeter, client: processMeter(child.pid) }, async () => {
        const { operations = 0 } = await child.ask("run", load);
        return { operations };
      }),
  };
}

/** Debian keeps it out of PATH, beside the server. */
export function pgbenchProgram(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((one, other) => Number(other) - Number(one)) : [];
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...versions.map((each) => join(debian, each, "bin"))];
  return folders.map((folder) => join(folder, "pgbench")).find((path) => existsSync(path));
}
