import { freePort } from "@gift/local/free-port";
import type { Bench } from "../bench.ts";
import { sidesOf } from "../finding.ts";
import { alternate, ratioOver, type Side } from "../measure/alternate.ts";
import { processMeter } from "../measure/processor.ts";
import { sampled } from "../measure/sample.ts";
import type { Rig } from "../rig/rig.ts";
import { type HttpClients, startHttpClients } from "../rig/service.ts";

const connections = 64;

/** HTTP alone: both servers run on the same stub of a database, so its Kysely (some 30 µs) is in both figures. */
export const http: Bench = {
  name: "http",
  shows: "our POST /gifts without a database, and Fastify's",
  async run(rig) {
    const clients = await startHttpClients(rig);
    const [ours, fastify] = [
      await startSide(rig, clients, "ours", "tests/bench/process/stub-api.ts"),
      await startSide(rig, clients, "Fastify", "tests/bench/peer/fastify-post.ts"),
    ];
    const rounds = await alternate([ours, fastify], rig.alternation);
    const goal = { goal: "http-post", what: "POST /gifts, CPU per request", unit: "×" } as const;
    const value = ratioOver(rounds, ["Fastify", "ours"], (sample) => sample.processor.server ?? Number.NaN);
    const rate = ratioOver(rounds, ["ours", "Fastify"], (sample) => sample.perSecond);
    const shared = { sides: sidesOf(rounds), isDisturbed: rounds.isDisturbed };
    const note = "real createApp and server; only the database is a stub, the same for both";
    return [
      { ...goal, value, note, ...shared },
      { what: "POST /gifts, requests per second, ours to Fastify's", unit: "×", value: rate },
    ];
  },
};

async function startSide(rig: Rig, clients: HttpClients, name: string, entryPoint: string): Promise<Side> {
  const port = await freePort();
  const { pid } = await rig.start({ name: `http-${name}`, command: [entryPoint, String(port)] });
  return {
    name,
    load: (seconds) =>
      sampled({ server: processMeter(pid), clients: clients.meter }, () =>
        clients.fire({ ports: [port], connections, request: "create", seconds }),
      ),
  };
}
