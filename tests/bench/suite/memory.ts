import type { Bench } from "../bench.ts";
import type { Finding } from "../finding.ts";
import { residentMegabytes } from "../measure/processor.ts";
import { spreadOf } from "../measure/spread.ts";
import { layOutCreated } from "../rig/gift-rows.ts";
import type { Rig } from "../rig/rig.ts";
import { startApi, startGiftWorker, startHttpClients } from "../rig/service.ts";
import { allSent, connections, startOurs } from "./end-to-end.ts";

const steps = 5;

export const memory: Bench = {
  name: "memory",
  shows: "resident memory of API and worker on the way to 100,000 gifts",
  async run(rig) {
    await fillCompileCache(rig);
    const [clients, service] = [await startHttpClients(rig), await startOurs(rig)];
    const count = rig.sizes.memoryGifts / steps;
    const resident: { gifts: number; API: number; worker: number }[] = [];
    const read = () => ({
      API: residentMegabytes(service.pids.API),
      worker: residentMegabytes(service.pids.worker),
    });
    for (let step = 0; step < steps; step += 1) {
      const range = { first: 1 + step * count, count };
      rig.say(`gifts ${range.first} to ${range.first + count - 1}`);
      await layOutCreated(service.database.db, range);
      await clients.fire({ ports: [service.port], connections, request: "create", count });
      await clients.fire({ ports: [service.port], connections, request: "send", ...range });
      await allSent(service.database, range);
      resident.push({ gifts: range.first + count - 1, ...read() });
    }
    return (["API", "worker"] as const).map((process): Omit<Finding, "bench"> => {
      const points = resident.map((each) => ({ x: each.gifts, y: spreadOf([each[process]]) }));
      const value = points.at(-1)?.y ?? spreadOf([]);
      const goal = process === "API" ? "memory-api" : "memory-worker";
      return {
        goal,
        what: `${process}, resident`,
        unit: "MB",
        value,
        curve: { title: `${process}, resident MB`, xName: "gifts", points },
      };
    });
  },
};

/** As building the image does: in a process that has had to strip types itself, the stripper stays, 18 MB. */
async function fillCompileCache(rig: Rig): Promise<void> {
  const links = { database: await rig.createDatabase(), ...(await rig.createQueues()) };
  await (await startApi(rig, links)).child.stop();
  await (await startGiftWorker(rig, links)).stop();
}
