import { readFileSync } from "node:fs";
import { join } from "node:path";
import { queueNames } from "@gift/fleet/each-queue";
import { fleet, workerNames } from "@gift/fleet/fleet";
import type { Definition } from "@gift/monitor/definition";
import { monitorIds } from "@gift/monitor/monitor-id";
import { monitorsOf } from "@gift/monitor/monitors";
import { burnRates } from "@gift/monitor/slo";
import { objectives } from "@gift/telemetry/objective";
import { describe, expect, test } from "vitest";
import { root } from "../support/sources.ts";
import { deployment, deploymentOf, extended } from "./deployment.ts";
import { seriesOf } from "./signal.ts";

const definitions = monitorsOf(deployment);
const keysOf = (all: readonly Definition[]) => all.map(({ key }) => key);

const deadLetterQueues = queueNames.filter((name) => !("deadLetter" in fleet.queues[name]));
const workQueues = queueNames.filter((name) => "deadLetter" in fleet.queues[name]);

/** Keys of the monitors whose query reads a metric. */
function readersOf(metric: string): readonly string[] {
  return definitions.flatMap(({ condition, key }) => {
    if (condition.kind !== "metric") return [];
    return seriesOf(condition.formula).some((series) => series.metric === metric) ? [key] : [];
  });
}

describe("the eight of the original design", () => {
  test.each([
    ["5xx of the load balancer", "aws.applicationelb.httpcode_elb_5xx", ["api-errors"]],
    ["no healthy host", "aws.applicationelb.healthy_host_count", ["healthy-hosts"]],
    [
      "fewer tasks than desired, for the API and for each worker",
      "aws.ecs.service.running",
      ["Api", ...workerNames.map((name) => `${name}-worker`)].map((name) => `tasks-missing-${name}`),
    ],
    [
      "a deep queue",
      "aws.sqs.approximate_number_of_messages_visible",
      [
        ...workQueues.map((name) => `queue-backlog-${name}`),
        ...deadLetterQueues.map((name) => `dead-letter-unrecorded-${name}`),
      ],
    ],
    ["an old queue", "aws.sqs.approximate_age_of_oldest_message", workQueues.map((name) => `queue-age-${name}`)],
    ["the database's CPU", "aws.rds.cpuutilization", ["database-cpu"]],
    ["the database's connections", "aws.rds.database_connections", ["database-connections"]],
  ])("%s", (_, metric, keys) => {
    expect(readersOf(metric)).toEqual(keys);
  });

  test("a surge of worker failures in the log", () => {
    const ofLog = definitions.filter(({ condition }) => condition.kind === "log");
    expect(keysOf(ofLog)).toEqual(["send-failures"]);
  });
});

describe("every monitor", () => {
  test("has a key of its own, and there is one at least for every alert of the runbook", () => {
    expect(new Set(keysOf(definitions)).size).toBe(definitions.length);
    expect(new Set(definitions.map(({ id }) => id))).toEqual(new Set(monitorIds));
    for (const { id, key } of definitions) expect(key.startsWith(id)).toBe(true);
  });

  test.each(definitions)("$key says what users feel and where to look first", ({ title, impact, firstChecks }) => {
    expect(title.length).toBeLessThan(60);
    expect(impact).toMatch(/\.$/);
    expect(firstChecks.length).toBeGreaterThanOrEqual(2);
    for (const check of firstChecks) expect(check).not.toMatch(/\.$/);
  });

  test.each(monitorIds)("of %s has a page in the runbook", (id) => {
    expect(readFileSync(join(root, "docs/runbook.md"), "utf8")).toMatch(new RegExp(`^## ${id}$`, "m"));
  });

  test("warns before it alerts", () => {
    for (const { key, condition } of definitions) {
      const { critical, warning = critical } = { warning: undefined, ...condition.thresholds };
      const isBelow = condition.kind === "metric" && condition.comparator === "<";
      expect(isBelow ? warning >= critical : warning <= critical, key).toBe(true);
    }
  });

  test("finds silence normal where nothing means nothing happened, and tells of it where something must report", () => {
    const silence = new Map(
      definitions.flatMap(({ key, condition }) =>
        condition.kind === "metric" ? [[key, condition.onMissingData] as const] : [],
      ),
    );
    expect(silence.get("queue-age-gift")).toBe("resolve");
    for (const key of ["api-errors", "dead-letter-gift-dead-letters", "queue-backlog-gift"])
      expect(silence.get(key)).toBe("default");
    for (const key of ["healthy-hosts", "tasks-missing-Api", "agent-silent-worker", "outbox-age-gift"])
      expect(silence.get(key)).toBe("show_and_notify_no_data");
  });
});

test("the API warns as soon as its p95 is over the objective's limit, and alerts before the slowest burn rate would", () => {
  const thresholds = definitions.find(({ id }) => id === "api-latency")?.condition.thresholds;
  const allowedPercent = 100 - objectives.latency.targetPercent;
  expect(thresholds).toMatchObject({ warning: allowedPercent });
  expect(thresholds?.critical).toBeLessThan(allowedPercent * burnRates.slow.rate);
});

test("a dependency that is away wakes somebody once, for the gifts; its dead letters can wait", () => {
  const priorityOf = (key: string) => definitions.find((each) => each.key === key)?.priority;
  expect(priorityOf("circuit-open-gift")).toBe(1);
  expect(priorityOf("circuit-open-gift-dead-letters")).toBe(2);
});

describe("one entry more for a queue, its dead letters and a worker", () => {
  const more = monitorsOf(deploymentOf(extended));

  test("brings its monitors, and changes no other", () => {
    const added = more.filter(({ key }) => !keysOf(definitions).includes(key));
    expect(new Set(keysOf(added))).toEqual(
      new Set([
        "tasks-missing-example-worker",
        "tasks-missing-sweep-worker",
        "queue-age-example",
        "queue-backlog-example",
        "circuit-open-example",
        "outbox-age-example",
        "dead-letter-lost",
        "dead-letter-unrecorded-lost",
      ]),
    );
    expect(more.filter(({ key }) => keysOf(definitions).includes(key))).toEqual(definitions);
  });

  test("has a backlog threshold of its own: what its tasks finish in the wait that it accepts", () => {
    const thresholdsOf = (key: string) => more.find((each) => each.key === key)?.condition.thresholds;
    // 60 s × slots ÷ 0.05 s, for three tasks.
    expect(thresholdsOf("queue-backlog-example")).toEqual({ critical: 7_200, warning: 3_600 });
    expect(thresholdsOf("queue-backlog-gift")).toEqual({ critical: 360_000, warning: 180_000 });
  });
});
