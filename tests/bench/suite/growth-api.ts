import { freePort } from "@gift/local/free-port";
import type { Bench } from "../bench.ts";
import { sidesOf } from "../finding.ts";
import { alternate, ratioOver, type Side, spreadOver } from "../measure/alternate.ts";
import { sampled } from "../measure/sample.ts";
import { layOutCreated } from "../rig/gift-rows.ts";
import { Numbers } from "../rig/numbers.ts";
import { giftsFor } from "../rig/one-row-side.ts";
import { startApi, startHttpClients } from "../rig/service.ts";

const connections = 64;

export const growthApi: Bench = {
  name: "growth-api",
  shows: "sends through 1 and 2 API processes",
  async run(rig) {
    const sqsPort = await freePort();
    await rig.start({ name: "sqs-sink", command: ["tests/bench/process/sqs-sink.ts", String(sqsPort)] });
    const url = `http://127.0.0.1:${sqsPort}/000000000000/gift`;
    const database = await rig.createDatabase();
    const links = { database, giftUrl: url, deadLettersUrl: url };
    const apis = [await startApi(rig, links, { name: "api-1" }), await startApi(rig, links, { name: "api-2" })];
    const clients = await startHttpClients(rig);
    const numbers = new Numbers(1);
    const side = (count: number): Side => {
      let range = numbers.take(0);
      const used = apis.slice(0, count);
      return {
        name: `${count} API`,
        async prepare(seconds) {
          range = numbers.take(giftsFor(rig, seconds));
          await layOutCreated(database.db, range);
        },
        load: (seconds) =>
          sampled({ Postgres: rig.postgresMeter, clients: clients.meter }, () =>
            clients.fire({ ports: used.map(({ port }) => port), connections, request: "send", seconds, ...range }),
          ),
      };
    };
    const rounds = await alternate([side(1), side(2)], { ...rig.alternation, rounds: Math.min(3, rig.sizes.rounds) });
    const value = ratioOver(rounds, ["2 API", "1 API"], (sample) => sample.perSecond);
    const points = [1, 2].map((count) => ({
      x: count,
      y: spreadOver(rounds, `${count} API`, ({ perSecond }) => perSecond),
    }));
    const shared = {
      sides: sidesOf(rounds),
      isDisturbed: rounds.isDisturbed,
      curve: { title: "sends per second", xName: "processes", points },
    };
    const note = "on two cores, which the API shares with Postgres and the clients";
    return [{ what: "sends, 2 API processes to 1", unit: "×", value, note, ...shared }];
  },
};
