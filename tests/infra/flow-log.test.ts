import { expect, test } from "vitest";
import { stages } from "../../infra/stage-table.ts";
import { account } from "./synth/account.ts";
import { named, ofType, statementsOf } from "./synth/read.ts";
import { synthesized } from "./synth/synthesized.ts";

const watched = ["production", "customer"] as const;

test.each(watched)(
  "in %s rejected connections are logged, by AWS's service for this account's flow logs and into this group alone",
  async (stage) => {
    const stack = await synthesized({ stage });
    expect(named(stack, "FlowLogs").inputs).toMatchObject({ retentionInDays: stages[stage].network.flowLogDays });
    const trust = JSON.stringify(named(stack, "FlowLogRole").inputs.assumeRolePolicy).replaceAll("\\", "");
    for (const part of ["vpc-flow-logs.amazonaws.com", "sts:AssumeRole", "aws:SourceAccount", account])
      expect(trust).toContain(`"${part}"`);
    const resources = statementsOf(named(stack, "FlowLogPolicy")).flatMap(({ Resource }) => Resource);
    expect(resources.filter((arn) => !arn.includes(`/gift/${stage}/flow`))).toEqual([]);
  },
  60_000,
);

test("elsewhere there is none to pay for", async () => {
  for (const stage of ["staging", "public", "dave"])
    expect(ofType(await synthesized({ stage }), "aws:ec2/flowLog:FlowLog")).toEqual([]);
}, 60_000);
