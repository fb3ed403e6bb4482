import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readDeployment } from "@gift/release/deployment";
import { describe, expect, test } from "vitest";
import { stages } from "../../infra/stage-table.ts";
import { synthesized } from "../infra/synth/synthesized.ts";
import { temporaryFolder } from "./run-release.ts";

describe("what a stage puts out", () => {
  test.each([...Object.keys(stages), "pr-1"])(
    "%s: is what a release reads, and names every ECS service by the name that ECS knows it by",
    async (stage) => {
      const { outputs, resources } = await synthesized({ stage });
      const path = join(temporaryFolder(), "outputs.json");
      writeFileSync(path, JSON.stringify(outputs));
      const deployment = readDeployment(path);
      const services = resources.filter(({ type }) => type === "aws:ecs/service:Service");
      const declared = services.map(({ inputs }) => [inputs.name, inputs.taskDefinition]);
      expect(deployment.taskDefinitions).toEqual(Object.fromEntries(declared));
      expect(deployment.url).toMatch(/^https?:\/\/[^/]+\/?$/);
    },
    60_000,
  );
});
