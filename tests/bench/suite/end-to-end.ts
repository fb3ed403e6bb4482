import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "@gift/local/free-port";
import type { Bench } from "../bench.ts";
import { sidesOf } from "../finding.ts";
import { alternate, ratioOver, type Side } from "../measure/alternate.ts";
import { processMeter } from "../measure/processor.ts";
import { sampled } from "../measure/sample.ts";
import { countGone, type GiftRange, layOutCreated } from "../rig/gift-rows.ts";
import { Numbers } from "../rig/numbers.ts";
import type { BenchDatabase } from "../rig/postgres.ts";
import type { Rig } from "../rig/rig.ts";
import { type HttpClients, startApi, startGiftWorker, startHttpClients } from "../rig/service.ts";

export const connections = 64;

/** A service that takes sends on a port and brings them to SENT. */
export interface SendingService {
  readonly name: string;
  readonly port: number;
  readonly database: BenchDatabase;
  readonly pids: { readonly API: number; readonly worker: number };
}

export const endToEnd: Bench = {
  name: "end-to-end",
  shows: "accept → SENT with everything, against the same service on graphile-worker and on pg-boss",
  async run(rig) {
    const clients = await startHttpClients(rig);
    const services = [await startOurs(rig), await startPeer(rig, "graphile-worker"), await startPeer(rig, "pg-boss")];
    const sides = services.map((service) => endToEndSide(rig, clients, service));
    const rounds = await alternate(sides, { ...rig.alternation, rounds: Math.min(3, rig.sizes.rounds) });
    const ratio = (peer: string) => ratioOver(rounds, ["ours", peer], (sample) => sample.perSecond);
    const shared = { unit: "×", isDisturbed: rounds.isDisturbed } as const;
    const what = (peer: string) => `accept → SENT, gifts per second, ours to ${peer}'s`;
    const [graphile, boss] = ["graphile-worker", "pg-boss"];
    const note = "ours includes the emulator of SQS, which on AWS is no process of ours";
    return [
      {
        goal: "end-to-end-graphile-worker",
        what: what(graphile),
        value: ratio(graphile),
        note,
        sides: sidesOf(rounds),
        ...shared,
      },
      { goal: "end-to-end-pg-boss", what: what(boss), value: ratio(boss), ...shared },
    ];
  },
};

/** The API and the gift role, with the emulator between them. */
export async function startOurs(rig: Rig): Promise<SendingService> {
  const [database, queues] = [await rig.createDatabase(), await rig.createQueues()];
  const api = await startApi(rig, { database, ...queues });
  const worker = await startGiftWorker(rig, { database, ...queues });
  await worker.ask("start");
  return { name: "ours", port: api.port, database, pids: { API: api.child.pid, worker: worker.pid } };
}

async function startPeer(rig: Rig, name: "graphile-worker" | "pg-boss"): Promise<SendingService> {
  const database = await rig.createDatabase();
  const port = await freePort();
  const start = (role: string) =>
    rig.start({
      name: `${name}-${role}`,
      command: [`tests/bench/peer/${name}.ts`, role, String(port), JSON.stringify(database.connection)],
    });
  const [api, worker] = [await start("api"), await start("worker")];
  return { name, port, database, pids: { API: api.pid, worker: worker.pid } };
}

/** So many sends as fast as they are accepted, until the last gift is SENT. */
export function endToEndSide(rig: Rig, clients: HttpClients, service: SendingService): Side {
  const numbers = new Numbers(1);
  let range = numbers.take(0);
  const processes = Object.entries(service.pids).map(([name, pid]) => [name, processMeter(pid)] as const);
  const meters = { ...Object.fromEntries(processes), Postgres: rig.postgresMeter };
  return {
    name: service.name,
    async prepare() {
      range = numbers.take(rig.sizes.endToEndGifts);
      await layOutCreated(service.database.db, range);
    },
    load: () =>
      sampled(meters, async () => {
        await clients.fire({ ports: [service.port], connections, request: "send", ...range });
        await allSent(service.database, range);
        return { operations: range.count };
      }),
  };
}

const longestSeconds = 60;

/** Polls every 50 ms, which adds as much at most to a load of seconds, to each side alike. */
export async function allSent({ db }: BenchDatabase, range: GiftRange): Promise<void> {
  const deadline = performance.now() + longestSeconds * 1_000;
  const last = { first: range.first + range.count - 1, count: 1 };
  for (;;) {
    // One row as long as that isn't SENT; the whole range, a few ms of Postgres, only then.
    const isNear = (await countGone(db, last, "QUEUED")) === 1;
    if (isNear && (await countGone(db, range, "QUEUED")) === range.count) return;
    if (performance.now() > deadline) throw new Error(`not every gift was SENT within ${longestSeconds} s`);
    await pause(50);
  }
}
