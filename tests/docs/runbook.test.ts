import { readFileSync } from "node:fs";
import { join } from "node:path";
import { boardOf } from "@gift/monitor/board/board";
import { monitorIds } from "@gift/monitor/monitor-id";
import { monitorsOf } from "@gift/monitor/monitors";
import { logEvents } from "@gift/telemetry/log-event";
import { metrics } from "@gift/telemetry/metric";
import { describe, expect, test } from "vitest";
import { synthesized } from "../infra/synth/synthesized.ts";
import { readSources, root } from "../support/sources.ts";
import { production } from "./alert-tables.ts";

const text = readFileSync(join(root, "docs/runbook.md"), "utf8");
const [introduction = "", ...sections] = text.split(/^## /m);
const pages = new Map(
  sections.flatMap((section) => {
    const [id = "", ...lines] = section.split("\n");
    return id === "Before anything else" ? [] : [[id, lines.join("\n")] as const];
  }),
);

/** What every page answers, in this order. */
const parts = ["Means.", "Users feel", "Look, in this order.", "Stop the bleeding.", "Fix for good.", "Verify."];

const documents = ["runbook", "failure-modes", "observability", "rehearsals"].flatMap((name) =>
  readSources("docs", ".md").filter(({ path }) => path === `docs/${name}.md`),
);

describe("the runbook", () => {
  test("has one page per alert, and none for an alert that doesn't exist", () => {
    expect(introduction).toContain("One page per alert");
    expect(new Set(pages.keys())).toEqual(new Set(monitorIds));
  });

  test.each(monitorIds)("%s says what it means, what users feel, where to look, what to do and how to verify", (id) => {
    const page = pages.get(id) ?? "";
    const places = parts.map((part) => page.indexOf(`**${part}`));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test("looks at the load balancer, ECS, the database and the queue in that order, wherever it lists all four", () => {
    for (const [id, page] of pages) {
      const steps = Array.from(page.matchAll(/(\d)\. (ALB|ECS|Database|[Qq]ueue)/g), ([, , name = ""]) =>
        name.toLowerCase(),
      );
      const order = ["alb", "ecs", "database", "queue"].filter((name) => steps.includes(name));
      expect({ id, steps }).toEqual({ id, steps: order });
    }
  });

  test("uses only names that `bun run operate STAGE names` prints or that it sets itself", async () => {
    const { resources } = await synthesized({ stage: "production" });
    const handbook = resources.find(({ inputs }) => inputs.name === "/gift/production/handbook");
    const { names }: { names: Record<string, string> } = JSON.parse(String(handbook?.inputs.value));
    const used = new Set(Array.from(text.matchAll(/\$\{?([A-Z][A-Z_]+)/g), ([, name = ""]) => name));
    expect([...used].filter((name) => !(name in names) && name !== "STAGE")).toEqual([]);
    expect(Object.keys(names).filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  }, 60_000);

  test("quotes charts by titles that the dashboard has", () => {
    const groups = boardOf(production, monitorsOf(production));
    const titles = groups.flatMap(({ charts }) => charts.map(({ title }) => title));
    const prose = text.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, "");
    const quoted = Array.from(prose.matchAll(/"([A-Z][^"\n]+)"/g), ([, title = ""]) => title);
    expect(quoted.length).toBeGreaterThan(5);
    expect(quoted.filter((title) => !titles.some((each) => each.startsWith(title)))).toEqual([]);
  });

  test("names the ECS services as production deploys them", async () => {
    const { resources } = await synthesized({ stage: "production" });
    const services = resources.filter(({ type }) => type === "aws:ecs/service:Service");
    for (const { inputs } of services) expect(text).toContain(`\`${inputs.name}\``);
  }, 60_000);
});

describe.each(documents)("what $path names exists", ({ text: document }) => {
  test("log events and metrics", () => {
    const prefixes = new Set(Object.keys({ ...logEvents, ...metrics }).map((name) => name.split(".")[0]));
    const named = Array.from(document.matchAll(/`([a-z_]+)\.([a-z_]+(?:\.[a-z_]+)*)`/g), ([word = ""]) =>
      word.slice(1, -1),
    );
    const ours = named.filter((name) => prefixes.has(name.split(".")[0]) && !name.endsWith(".ts"));
    expect(ours.filter((name) => !(name in logEvents) && !(name in metrics))).toEqual([]);
  });

  test("events that a log filter asks for", () => {
    const events = Array.from(document.matchAll(/\$\.event = "([^"]+)"/g), ([, name = ""]) => name);
    expect(events.filter((name) => !(name in logEvents))).toEqual([]);
  });
});
