import { sql } from "kysely";
import type { TaskPlan } from "../system/service.ts";
import type { System } from "../system/system.ts";
import type { Scenario } from "./scenario.ts";
import type { Scene } from "./scene.ts";

/** A database user that a migration forgot to grant anything but reading: ready, and every write is a 500. */
const powerless = { username: "gift_powerless", password: "rehearsal" };

/** Requests that failed while a deploy went on that should cost none. */
const failedDuring = new WeakMap<Scene, string[]>();

export const badDeploy: Scenario = {
  name: "bad-deploy",
  injected: "a version that can't start, then one that answers 500",
  shows: "a version that can't start never gets a request; one that breaks requests is seen and rolled back",
  expects: ["api-errors", "slo-availability-fast"],
  async inject(scene) {
    await createPowerlessUser(scene.system);
    await withoutFailures(scene, "deploying a version that can't start: the one before keeps serving", async () => {
      if (await scene.system.services.api.deploy(thatCannotStart)) throw new Error("it started all the same");
    });
    await scene.step("deploying a version that starts, is ready and answers 500", async () => {
      scene.breaksNow();
      if (!(await scene.system.services.api.deploy(thatAnswers500))) throw new Error("it didn't start");
    });
  },
  async repair(scene) {
    const { api } = scene.system.services;
    await scene.step("roll back (gh workflow run rollback.yml)", () => api.deploy((plan) => plan));
    await withoutFailures(scene, "deploying a good version under load", async () => void (await api.deploy()));
  },
  verify: (scene) => failedDuring.get(scene) ?? [],
};

async function withoutFailures(scene: Scene, sentence: string, deploy: () => Promise<void>): Promise<void> {
  const before = scene.load.retries();
  await scene.step(sentence, deploy);
  const failed = scene.load.retries() - before;
  if (failed > 0)
    failedDuring.set(scene, [...(failedDuring.get(scene) ?? []), `${failed} requests failed while ${sentence}`]);
}

function thatCannotStart(plan: TaskPlan): TaskPlan {
  return withEnvironment(plan, { AUTH: "a word that this version doesn't know" });
}

function thatAnswers500(plan: TaskPlan): TaskPlan {
  const { SST_RESOURCE_Database: given = "{}" } = plan.spec.environment;
  const link: object = JSON.parse(given);
  return withEnvironment(plan, { SST_RESOURCE_Database: JSON.stringify({ ...link, ...powerless }) });
}

function withEnvironment(plan: TaskPlan, changed: Record<string, string>): TaskPlan {
  return { ...plan, spec: { ...plan.spec, environment: { ...plan.spec.environment, ...changed } } };
}

async function createPowerlessUser({ database }: System): Promise<void> {
  const { username, password } = powerless;
  const { rows } = await sql`select from pg_roles where rolname = ${username}`.execute(database);
  if (rows.length > 0) return;
  await sql`create role ${sql.id(username)} login password ${sql.lit(password)}`.execute(database);
  await sql`grant pg_read_all_data to ${sql.id(username)}`.execute(database);
}
