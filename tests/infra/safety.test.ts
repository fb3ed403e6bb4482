import { beforeAll, describe, expect, test } from "vitest";
import { checks } from "./check/all.ts";
import { deployments } from "./deployment.ts";
import type { Stack } from "./synth/stack.ts";
import { synthesized } from "./synth/synthesized.ts";

describe.each(deployments)("$label", (deployment) => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await synthesized(deployment);
  }, 60_000);

  test.each(Object.entries(checks))("%s", (_, problemsOf) => {
    expect(problemsOf(stack)).toEqual([]);
  });
});
