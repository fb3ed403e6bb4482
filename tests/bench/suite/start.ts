import { connect } from "node:net";
import type { Bench } from "../bench.ts";
import { spreadOf } from "../measure/spread.ts";
import { startApi } from "../rig/service.ts";

export const start: Bench = {
  name: "start",
  shows: "the API's start to ready, with a warm compile cache",
  async run(rig) {
    const database = await rig.createDatabase();
    const url = "http://127.0.0.1:9/000000000000/gift";
    const seconds: number[] = [];
    // The first fills the compile cache, as building the image does.
    for (let round = 0; round <= rig.sizes.starts; round += 1) {
      rig.say(`start ${round} of ${rig.sizes.starts}`);
      const since = performance.now();
      const api = await startApi(rig, { database, giftUrl: url, deadLettersUrl: url });
      await untilReady(api.port);
      if (round > 0) seconds.push((performance.now() - since) / 1_000);
      await api.child.stop();
    }
    return [{ goal: "start", what: "from spawn to a 200 of /readyz", unit: "s", value: spreadOf(seconds) }];
  },
};

const longestMilliseconds = 10_000;

async function untilReady(port: number): Promise<void> {
  const deadline = performance.now() + longestMilliseconds;
  while (!(await isReady(port))) if (performance.now() > deadline) throw new Error("the API isn't ready after 10 s");
}

/** Without `fetch`, whose first call loads undici and takes 30 ms of the time that is measured. */
function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () =>
      socket.write("GET /readyz HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n"),
    );
    socket.setEncoding("latin1").on("data", (text: string) => resolve(text.startsWith("HTTP/1.1 200")));
    socket.on("error", () => resolve(false));
    socket.on("close", () => resolve(false));
  });
}
