import type { Definition } from "@gift/monitor/definition";
import { monitorsOf } from "@gift/monitor/monitors";
import { formulaQuery, queryOf, queryTypes, sloQueries } from "@gift/monitor/query";
import { own } from "@gift/monitor/series";
import { seriesQuery } from "@gift/monitor/series-query";
import { slos } from "@gift/monitor/slo";
import { describe, expect, test } from "vitest";
import { deployment, namesOf, sloNames } from "./deployment.ts";

const definitions = monitorsOf(deployment);
const names = namesOf(deployment);
const query = ({ condition }: Definition) => queryOf(condition, names, sloNames);

function queryNamed(key: string): string {
  const found = definitions.find((definition) => definition.key === key);
  if (!found) throw new Error(`there is no monitor ${key}`);
  return query(found);
}

describe("a monitor in Datadog's language", () => {
  test.each([
    [
      "a share: counts are filled with zeros, and summed before they are divided",
      "api-errors",
      "sum(last_10m):( default_zero(sum:aws.applicationelb.httpcode_target_5xx{loadbalancer:app/balancer/0123456789abcdef}.as_count()) + default_zero(sum:aws.applicationelb.httpcode_elb_5xx{loadbalancer:app/balancer/0123456789abcdef}.as_count()) ) / sum:aws.applicationelb.request_count{loadbalancer:app/balancer/0123456789abcdef}.as_count() * 100 > 5",
    ],
    [
      "a difference of two gauges",
      "tasks-missing-gift-worker",
      "min(last_15m):avg:aws.ecs.service.desired{clustername:cluster,servicename:gift-worker} - avg:aws.ecs.service.running{clustername:cluster,servicename:gift-worker} >= 1",
    ],
    [
      "a share of our own counts",
      "api-latency",
      "sum(last_10m):( default_zero(sum:gift.http.responses{env:production,is_fast:false}.as_count()) ) / sum:gift.http.responses{env:production}.as_count() * 100 > 20",
    ],
    [
      "a count of our own",
      "dead-letter-gift-dead-letters",
      "sum(last_15m):default_zero(sum:gift.dead_letter.recorded{env:production,queue:gift-dead-letters}.as_count()) > 10",
    ],
    [
      "a day",
      "slo-dead-letters",
      "sum(last_1d):default_zero(sum:gift.dead_letter.recorded{env:production}.as_count()) > 0",
    ],
    [
      "a threshold from below",
      "database-storage",
      "avg(last_15m):avg:aws.rds.free_storage_space{dbinstanceidentifier:gift-production} < 1073741824",
    ],
    [
      "a search of the log",
      "send-failures",
      'logs("env:production service:worker @event:(send.failed OR send.unparsable OR send.unknown_gift OR consumer.handler_failed)").index("*").rollup("count").last("5m") > 20',
    ],
    [
      "a burn rate",
      "slo-availability-fast",
      'burn_rate("availability").over("30d").long_window("1h").short_window("5m") > 14.4',
    ],
  ])("%s", (_, key, expected) => {
    expect(queryNamed(key)).toBe(expected);
  });

  test.each(definitions)("$key ends in its critical threshold, as Datadog demands", (definition) => {
    expect(query(definition)).toMatch(new RegExp(`[<>]=? ${definition.condition.thresholds.critical}$`));
    expect(queryTypes[definition.condition.kind]).toMatch(/^(query|log|slo) alert$/);
  });

  test("a queue that nobody named is an error, and no query for `undefined`", () => {
    const nameless = { ...names, queues: {} };
    const age = definitions.find(({ key }) => key === "queue-age-gift");
    expect(() => age && queryOf(age.condition, nameless, sloNames)).toThrow("there is no queue gift: known are ");
  });

  test("several values of a tag are a list, which takes AND instead of commas", () => {
    const series = own("gift.http.responses", "sum", { operation: ["createGift", "sendGift"], is_fast: "true" });
    expect(seriesQuery(series, names)).toBe(
      "sum:gift.http.responses{env:production AND operation IN (creategift,sendgift) AND is_fast:true}.as_count()",
    );
  });

  test("a count can be drawn per second and split by a tag; a gauge has no such modifier", () => {
    const series = own("gift.outbox.published", "sum");
    expect(seriesQuery(series, names, "rate", ["by"])).toBe(
      "sum:gift.outbox.published{env:production} by {by}.as_rate()",
    );
    const gauge = { is: "series", of: own("gift.outbox.depth", "max") } as const;
    expect(formulaQuery(gauge, names)).toBe("max:gift.outbox.depth{env:production}");
  });
});

test("an SLO divides the good by all, of the same stage", () => {
  expect(sloQueries(slos["slo-delivery"], names)).toEqual({
    numerator: "sum:gift.send.sent{env:production,is_in_time:true}.as_count()",
    denominator: "sum:gift.send.sent{env:production}.as_count() + sum:gift.send.failed{env:production}.as_count()",
  });
  expect(sloQueries(slos["slo-availability"], names).numerator).toBe(
    "sum:gift.http.responses{env:production,!status_class:5xx}.as_count()",
  );
});
