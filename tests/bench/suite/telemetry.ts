import { freePort } from "@gift/local/free-port";
import type { Bench } from "../bench.ts";
import { sidesOf } from "../finding.ts";
import { alternate, ratioOver, type Side } from "../measure/alternate.ts";
import { sampled } from "../measure/sample.ts";
import { layOutCreated } from "../rig/gift-rows.ts";
import { Numbers } from "../rig/numbers.ts";
import { giftsFor } from "../rig/one-row-side.ts";
import type { BenchDatabase } from "../rig/postgres.ts";
import type { Rig } from "../rig/rig.ts";
import { type HttpClients, type HttpService, startApi, startHttpClients } from "../rig/service.ts";

const connections = 32;

export const telemetry: Bench = {
  name: "telemetry",
  shows: "sends with and without tracer, metrics and the log file",
  async run(rig) {
    const [agentPort, sqsPort] = [await freePort(), await freePort()];
    await rig.start({ name: "agent", command: ["tests/bench/process/agent.ts", String(agentPort)] });
    await rig.start({ name: "sqs-sink", command: ["tests/bench/process/sqs-sink.ts", String(sqsPort)] });
    const database = await rig.createDatabase();
    const url = `http://127.0.0.1:${sqsPort}/000000000000/gift`;
    const links = { database, giftUrl: url, deadLettersUrl: url };
    const [off, on] = [
      await startApi(rig, links, { name: "api-telemetry-off" }),
      await startApi(rig, links, { name: "api-telemetry-on", agentUrl: `http://127.0.0.1:${agentPort}` }),
    ];
    const clients = await startHttpClients(rig);
    const numbers = new Numbers(1);
    const sides = [
      sendSide(rig, "off", { api: off, clients, database, numbers }),
      sendSide(rig, "on", { api: on, clients, database, numbers }),
    ];
    const rounds = await alternate(sides, rig.alternation);
    const value = ratioOver(rounds, ["on", "off"], (sample) => sample.perSecond);
    const what = "sends per second with telemetry, to those without";
    return [{ goal: "telemetry", what, unit: "×", value, sides: sidesOf(rounds), isDisturbed: rounds.isDisturbed }];
  },
};

interface SendOptions {
  readonly api: HttpService;
  readonly clients: HttpClients;
  readonly database: BenchDatabase;
  readonly numbers: Numbers;
}

/** Sends over HTTP, each of a gift of its own. */
function sendSide(rig: Rig, name: string, { api, clients, database, numbers }: SendOptions): Side {
  let range = numbers.take(0);
  return {
    name,
    async prepare(seconds) {
      range = numbers.take(giftsFor(rig, seconds));
      await layOutCreated(database.db, range);
    },
    load: (seconds) =>
      sampled({ API: api.meter, Postgres: rig.postgresMeter }, () =>
        clients.fire({ ports: [api.port], connections, request: "send", seconds, ...range }),
      ),
  };
}
