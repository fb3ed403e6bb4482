import { SSMClient } from "@aws-sdk/client-ssm";
import { queueNames } from "@gift/fleet/each-queue";
import { readHandbook } from "@gift/release/operate/handbook";
import { describe, expect, test } from "vitest";
import { stages } from "../../infra/stage-table.ts";
import { serveAws } from "../release/aws.ts";
import { synthesized } from "./synth/synthesized.ts";

const variableOf = (queue: string) => `${queue.replaceAll("-", "_").toUpperCase()}_QUEUE`;

describe("what an operator's commands know about a stage", () => {
  test.each([...Object.keys(stages), "pr-1"])(
    "%s: is what bun run operate reads",
    async (stage) => {
      const { resources } = await synthesized({ stage });
      const parameter = resources.find(({ inputs }) => inputs.name === `/gift/${stage}/handbook`);
      const { endpoint } = await serveAws(() => ({ Parameter: { Value: parameter?.inputs.value } }));
      const credentials = { accessKeyId: "OPERATOR", secretAccessKey: "secret" };
      const handbook = await readHandbook(new SSMClient({ endpoint, region: "us-east-1", credentials }), stage);
      expect(handbook.operator).toMatchObject({ container: "Operator", logGroup: `/gift/${stage}/Operator` });
      expect(new Set(Object.keys(handbook.names))).toEqual(
        new Set(["API_URL", "CLUSTER", "DATABASE", "LOAD_BALANCER", "LOG_GROUP", ...queueNames.map(variableOf)]),
      );
      expect(JSON.stringify(handbook)).not.toMatch(/password|secret/i);
    },
    60_000,
  );

  test("in sst dev there is none", async () => {
    const { resources } = await synthesized({ stage: "ann", isDev: true });
    expect(resources.filter(({ type }) => type === "aws:ssm/parameter:Parameter")).toEqual([]);
  });
});
