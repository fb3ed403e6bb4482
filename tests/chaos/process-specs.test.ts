import { faultKinds } from "@gift/chaos/plan/fault-kind";
import { processSpecs } from "@gift/chaos/system/process-specs";
import { ofEachQueue } from "@gift/fleet/each-queue";
import { expect, test } from "vitest";

const specs = processSpecs({
  dataFolder: "data",
  port: 4_321,
  links: {
    database: { host: "127.0.0.1", port: 1, database: "gift", username: "gift", auth: "password", password: "x" },
    queues: ofEachQueue((queue) => `http://127.0.0.1:9/000000000000/${queue}`),
  },
});
const environmentOf = (name: string) => specs.find((spec) => spec.name === name)?.environment;

test("every process that a plan names is one of the system's, and the reverse", () => {
  const killed = faultKinds.filter(({ way }) => way === "kill").flatMap(({ targets }) => targets);
  expect(specs.map(({ name }) => name)).toEqual(killed.filter((target) => target !== "sqs"));
});

test("each role has a process of its own, so that one can be harmed alone", () => {
  expect(environmentOf("outbox")).toMatchObject({ ROLES: "outbox" });
  expect(environmentOf("dead-letters")).toMatchObject({ ROLES: "dead-letters" });
  for (const number of [1, 2, 3]) expect(environmentOf(`gift-worker-${number}`)).toMatchObject({ ROLES: "gift" });
});

test("they are the local stack's own: test values are allowed, the API listens where clients ask and asks for their keys, the provider fails at times", () => {
  expect(environmentOf("api")).toMatchObject({ PORT: "4321", HOST: "127.0.0.1", TEST_VALUES: "allowed" });
  expect(environmentOf("api")).toMatchObject({ AUTH: "api-key" });
  expect(environmentOf("gift-worker-1")).toMatchObject({ TEST_VALUES: "allowed", FAILURE_RATE: "0.1" });
});
