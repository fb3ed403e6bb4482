import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readDeployment } from "@gift/release/deployment";
import { readOperator } from "@gift/release/operate/operator";
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
      const task = resources.find(
        ({ type, inputs }) =>
          type === "aws:ecs/taskDefinition:TaskDefinition" && /Operator$/.test(String(inputs.family)),
      );
      expect(task).toBeDefined();
      expect(readOperator(path)).toMatchObject({ region: "us-east-1", operator: { container: "Operator" } });
      const services = resources.filter(({ type }) => type === "aws:ecs/service:Service");
      const declared = services.map(({ inputs }) => [inputs.name, inputs.taskDefinition]);
      expect(deployment.taskDefinitions).toEqual(Object.fromEntries(declared));
      expect(deployment.url).toMatch(/^https?:\/\/[^/]+\/?$/);
    },
    60_000,
  );
});
