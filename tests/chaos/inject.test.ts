import { once } from "node:events";
import { connect, createServer } from "node:net";
import { carryOut } from "@gift/chaos/fault/carry-out";
import type { Way } from "@gift/chaos/plan/fault-kind";
import { Subject } from "@gift/chaos/system/subject";
import type { System } from "@gift/chaos/system/system";
import { ofEachQueue } from "@gift/fleet/each-queue";
import { startTcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../local/temporary-folder.ts";
import { useTestDatabase } from "../support/database.ts";

const database = useTestDatabase();
const never = new AbortController().signal;
const nobody = () => undefined;

/** A system of one process, and of an echo behind both proxies. */
async function system(): Promise<System> {
  const echo = createServer((socket) => void socket.on("error", nobody).pipe(socket));
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
  const address = echo.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const [postgres, sqs] = [await startTcpProxy({ port }), await startTcpProxy({ port })];
  const program = `console.log('{"event":"service.ready"}'); setInterval(() => 0, 1000); process.on("SIGTERM", () => process.exit(0));`;
  const spec = { command: ["--eval", program], environment: {}, stopTimeoutSeconds: 5, advice: "", name: "api" };
  const api = new Subject({ ...spec, killSignal: "SIGKILL" }, { logFolder: await temporaryFolder() });
  const { host, port: databasePort, database: name, user: username } = database.connection;
  const stop = async () => void (await Promise.all([api.stop(), postgres.close(), sqs.close(), echo.close()]));
  onTestFinished(stop);
  await api.ready;
  return {
    ...{ postgres, sqs, stop, apiUrl: "", subjects: new Map([["api", api]]), database: database.db },
    link: { host, port: databasePort, database: name, username, auth: "password", password: "unused" },
    queueUrls: ofEachQueue(() => ""),
    readDepth: () => Promise.reject(new Error("there are no queues here")),
  };
}

const fault = (target: "api" | "postgres-connections" | "sqs-connections" | "sqs", way: Way) => ({
  ...{ target, way, startsAtMilliseconds: 0, lastsMilliseconds: 30 },
});

test.each(["kill", "terminate", "freeze"] as const)("after %s the process runs and is ready", async (way) => {
  const harmed = await system();
  const told: string[] = [];
  const plan = [fault("api", way)];
  expect(await carryOut(harmed, plan, (each) => told.push(each.way), never)).toEqual(plan);
  expect(told).toEqual([way]);
  expect(harmed.subjects.get("api")?.isReady()).toBe(true);
  expect(harmed.subjects.get("api")?.crashes).toEqual([]);
});

test.each(["cut", "hang", "half-open", "slow"] as const)(
  "%s harms the connections named, and is taken back",
  async (way) => {
    const harmed = await system();
    await carryOut(harmed, [fault("sqs-connections", way)], nobody, never);
    for (const { port } of [harmed.sqs, harmed.postgres]) {
      const socket = connect(port, "127.0.0.1");
      const startedAt = performance.now();
      socket.write("a");
      expect(String((await once(socket, "data"))[0])).toBe("a");
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      socket.destroy();
    }
  },
);

test("a plan that can't be carried out is an error: it would prove nothing", async () => {
  const harmed = await system();
  await expect(carryOut(harmed, [fault("sqs", "kill")], nobody, never)).rejects.toThrow("there is no process sqs");
});

test("an interruption leaves out what comes later, and takes back what lasts", async () => {
  const harmed = await system();
  const interrupt = new AbortController();
  const lasting = [fault("api", "freeze"), fault("sqs-connections", "hang")].map((each) => ({
    ...{ ...each, lastsMilliseconds: 600_000 },
  }));
  const later = { ...fault("api", "kill"), startsAtMilliseconds: 600_000 };
  const tell = ({ way }: { way: Way }) => way === "hang" && interrupt.abort();
  expect(await carryOut(harmed, [...lasting, later], tell, interrupt.signal)).toEqual(lasting);
});
