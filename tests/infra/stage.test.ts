import { describe, expect, test } from "vitest";
import { isPermanent, stageOf, stages } from "../../infra/stage-table.ts";

const everyStage = Object.entries({ ...stages, personal: stageOf("dave") });
const { production, staging } = stages;

describe("the stage table", () => {
  test("anything but a permanent stage's name is a personal or preview stage", () => {
    expect(["staging", "production", "public", "customer"].filter((name) => !isPermanent(name))).toEqual([]);
    for (const name of ["dave", "pr-12", "Production", "toString", ""]) {
      expect(isPermanent(name)).toBe(false);
      expect(stageOf(name)).toBe(stageOf("dave"));
    }
  });

  test("production is private, in several zones, protected, and keeps logs for 30 days and backups for a month", () => {
    expect(production).toMatchObject({
      removal: "retain",
      isProtected: true,
      network: { subnets: "private", flowLogDays: 30 },
      database: { isMultiAz: true, backupDays: 35 },
      worker: { minTasks: 1, maxTasks: 3, services: "each" },
      logRetention: "1 month",
      testValues: "refused",
    });
  });

  test("staging has no NAT, one worker on Spot and logs for a week", () => {
    expect(staging).toMatchObject({
      network: { subnets: "public", interfaceEndpoints: [] },
      worker: { minTasks: 1, maxTasks: 1, spotShare: 1, services: "one" },
      logRetention: "1 week",
    });
  });

  test.each(everyStage)("%s contradicts itself nowhere", (name, stage) => {
    expect(stage.isProtected).toBe(stage.removal === "retain");
    for (const service of [stage.api, stage.worker]) {
      expect(service.maxTasks).toBeGreaterThanOrEqual(service.minTasks);
      expect(service.spotShare).toBeGreaterThanOrEqual(0);
      expect(service.spotShare).toBeLessThanOrEqual(1);
    }
    // Scaling by backlog divides by RunningTaskCount, which only Container Insights counts.
    if (stage.worker.maxTasks > stage.worker.minTasks) expect(stage.containerInsights).not.toBe("disabled");
    if (stage.isProtected) expect(stage.database).toMatchObject({ isMultiAz: true });
    if (stage.isProtected) expect(stage).toMatchObject({ auth: "api-key", testValues: "refused" });
    // Keys over plain HTTP are for a stage without anybody's data.
    if (stage.auth === "api-key" && name !== "staging") expect(stage.domain).toBeDefined();
    // Who lets everybody in needs a limit, unless nobody knows the address.
    if (stage.auth === "none" && isPermanent(name)) expect(stage.firewall).toBeDefined();
    if (stage.network.subnets === "public") expect(stage.network.interfaceEndpoints).toEqual([]);
    // RDS starts at 20 GB, refuses a limit less than a tenth above that and advises 26 %.
    expect(stage.database.storageLimitGigabytes).toBeGreaterThanOrEqual(26);
  });
});
