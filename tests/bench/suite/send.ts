import { freePort } from "@gift/local/free-port";
import type { Bench } from "../bench.ts";
import { spreadOf } from "../measure/spread.ts";
import { compareWithOneRow } from "./against-one-row.ts";

export const send: Bench = {
  name: "send",
  shows: "POST …/send over HTTP against the same work as one prepared statement; SQS calls per send",
  async run(rig) {
    const port = await freePort();
    const sink = await rig.start({ name: "sqs-sink", command: ["tests/bench/process/sqs-sink.ts", String(port)] });
    const { finding } = await compareWithOneRow(rig, "send", port);
    const { calls = Number.NaN, messages = Number.NaN } = await sink.ask("counts");
    const value = spreadOf([calls / messages]);
    return [finding, { goal: "calls-api", what: "SQS calls per gift, API", unit: "calls per gift", value }];
  },
};
