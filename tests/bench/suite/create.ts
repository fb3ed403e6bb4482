import { freePort } from "@gift/local/free-port";
import type { Bench } from "../bench.ts";
import { compareWithOneRow } from "./against-one-row.ts";

export const create: Bench = {
  name: "create",
  shows: "POST /gifts over HTTP against pgbench's one-row prepared insert",
  async run(rig) {
    const { finding } = await compareWithOneRow(rig, "create", await freePort());
    return [finding];
  },
};
