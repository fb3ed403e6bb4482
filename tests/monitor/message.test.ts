import type { Definition } from "@gift/monitor/definition";
import { messageOf, type Route } from "@gift/monitor/message";
import { monitorsOf } from "@gift/monitor/monitors";
import { describe, expect, test } from "vitest";
import type { StageRow } from "../../infra/stage-row.ts";
import { stages } from "../../infra/stage-table.ts";
import { deployment } from "./deployment.ts";

const definitions = monitorsOf(deployment);
const awake: Route = { channel: "@slack-alerts", page: "@pagerduty-gift" };
const asleep: Route = { channel: "@slack-staging" };
const url = "https://example.com/runbook.md";

/** Who is told when something has happened: the handles inside Datadog's block. */
function told(message: string, block: string): string[] {
  const [, inside = ""] = new RegExp(`\\{\\{#${block}\\}\\}(.*?)\\{\\{/${block}\\}\\}`, "s").exec(message) ?? [];
  return inside.split(" ").filter((word) => word !== "");
}

function ofPriority(priority: Definition["priority"]): Definition {
  const found = definitions.find((definition) => definition.priority === priority);
  if (!found) throw new Error(`no monitor has priority ${priority}`);
  return found;
}

describe("a message", () => {
  test.each(definitions)("of $key says what users feel, where to look and where its page is", (definition) => {
    const message = messageOf(definition, awake, url);
    expect(message).toContain(definition.impact);
    for (const [index, check] of definition.firstChecks.entries()) expect(message).toContain(`${index + 1}. ${check}.`);
    expect(message).toContain(`${url}#${definition.id}`);
  });

  test("of the first priority wakes somebody, and tells them when it is over: PagerDuty would keep the incident open", () => {
    const message = messageOf(ofPriority(1), awake, url);
    expect(told(message, "is_alert")).toEqual(["@pagerduty-gift", "@slack-alerts"]);
    expect(told(message, "is_recovery")).toEqual(told(message, "is_alert"));
  });

  test("of a warning or of missing data is for the channel, whatever the priority", () => {
    const message = messageOf(ofPriority(1), awake, url);
    expect(told(message, "is_warning")).toEqual(["@slack-alerts"]);
    expect(told(message, "is_no_data")).toEqual(["@slack-alerts"]);
  });

  test.each([2, 3] as const)("of priority %i wakes nobody", (priority) => {
    expect(messageOf(ofPriority(priority), awake, url)).not.toContain("@pagerduty");
  });

  test.each(definitions)("of $key wakes nobody on a stage without a pager, and reaches the channel", (definition) => {
    const message = messageOf(definition, asleep, url);
    for (const block of ["is_alert", "is_warning", "is_no_data", "is_recovery"])
      expect(told(message, block)).toEqual(["@slack-staging"]);
  });
});

test("staging and the demonstration wake nobody; production and a customer's stage do", () => {
  const pages = Object.entries<StageRow>(stages).map(([name, { monitors }]) => [
    name,
    monitors?.notify.page !== undefined,
  ]);
  expect(Object.fromEntries(pages)).toEqual({ staging: false, public: false, production: true, customer: true });
});
