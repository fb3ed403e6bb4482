import { expect, test } from "vitest";
import { serviceProblems } from "./check/service.ts";
import { synthesized } from "./synth/synthesized.ts";

/** A mistake in a source, and what the check says of every service that it reaches. */
const mistakes: readonly (readonly [file: string, text: string, by: string, problem: string])[] = [
  ["infra/datadog.ts", "essential: false", "essential: true", "the agent's end is the task's"],
  [
    "infra/datadog.ts",
    "restartPolicy: { enabled: true",
    "restartPolicy: { enabled: false",
    "an agent that ended stays away",
  ],
  ["infra/datadog.ts", 'memory: "0.25 GB",', "", "the agent may take all memory"],
  ["infra/datadog.ts", '!name.startsWith("SST_")', "name", "the agent is given links"],
  ["infra/datadog.ts", "portMappings: [],", "", "the agent's ports are mapped"],
  [
    "infra/process.ts",
    'condition: "COMPLETE"',
    'condition: "SUCCESS"',
    "the process doesn't wait for its log's folder, or only for its success",
  ],
  [
    "infra/log-folder.ts",
    "essential: false",
    "essential: true",
    "the end of what opens the log's folder is the task's",
  ],
  [
    "infra/log-folder.ts",
    "logConfiguration,\n    essential",
    'logConfiguration, secrets: [{ name: "A", valueFrom: "b" }],\n    essential',
    "what opens the log's folder is given links",
  ],
  [
    "infra/log-folder.ts",
    'linuxParameters: { capabilities: { drop: ["ALL"] } },',
    "",
    "what opens the log's folder has capabilities",
  ],
  ["infra/process.ts", 'user: "1000:1000",', "", "the process is root"],
  ["infra/process.ts", "readonlyRootFilesystem: true,", "", "the process can change its image"],
  ["infra/process.ts", ', capabilities: { drop: ["ALL"] }', "", "the process has capabilities"],
  [
    "infra/process.ts",
    "stopTimeout: Math.max",
    "stopTimeout: Math.min(5) || Math.max",
    "the process is killed while it drains",
  ],
  ["infra/process.ts", 'condition: "START"', 'condition: "HEALTHY"', "a deploy waits for the agent's health"],
  [
    "infra/service.ts",
    "deploymentMinimumHealthyPercent = 100",
    "deploymentMinimumHealthyPercent = 0",
    "a deploy stops tasks before it starts others",
  ],
  ["infra/service.ts", 'opts.ignoreChanges = ["desiredCount"];', "", "a deploy resets the number of tasks"],
  ["infra/service.ts", "capacity: capacityOf(row),", "", "is created anew when it gets a share of Spot"],
  ["infra/service.ts", "args.enableExecuteCommand = false;", "", "gives a shell to whoever may ask for one"],
  [
    "infra/service.ts",
    "adjust?.(args, opts);",
    "args.deploymentCircuitBreaker = { enable: true, rollback: false };",
    "a bad deploy isn't taken back",
  ],
];

test.each(mistakes)(
  "%s: %s → %s is noticed",
  async (file, text, by, problem) => {
    const stack = await synthesized({ stage: "staging", edits: [{ file, text, by }] });
    expect(serviceProblems(stack)).toContain(`Worker: ${problem}`);
  },
  60_000,
);
