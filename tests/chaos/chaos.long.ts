import { faultKinds } from "@gift/chaos/plan/fault-kind";
import { occursIn, planFaults } from "@gift/chaos/plan/plan";
import { failuresOf } from "@gift/chaos/result";
import { runChaos } from "@gift/chaos/run";
import { expect, test } from "vitest";

const never = new AbortController().signal;
const options = { seed: 3, minutes: 0.4 };

test("real processes, killed, frozen and cut at random under load, lose nothing and double nothing", async () => {
  const plan = planFaults({ ...options, leaseSeconds: 6 });
  expect(faultKinds.filter((kind) => !occursIn(plan, kind))).toEqual([]);
  const said: string[] = [];
  const result = await runChaos({
    ...{ ...options, giftsPerSecond: 8, interrupt: { stop: never, kill: never } },
    say: (sentence) => said.push(sentence),
  });
  expect(failuresOf(result), [...said, ...result.evidence].join("\n")).toEqual([]);
  expect(said.filter((sentence) => sentence.startsWith("✗"))).toHaveLength(plan.length);
  const { access, audit, injected } = result;
  expect(audit.accepted).toBe(result.gifts);
  expect(audit.sent + audit.failed).toBe(audit.accepted);
  expect(result.replays).toBe(audit.accepted);
  // Each gift was asked for as the other client at the end, in three ways.
  expect(access.strangersRefused).toBeGreaterThanOrEqual(3 * audit.accepted);
  for (const { lastPassMilliseconds } of [access.revoked, access.rotated])
    expect(lastPassMilliseconds).toBeLessThanOrEqual(5_000);
  for (const count of [audit.sent, audit.failed, result.retries, ...Object.values(injected)])
    expect(count).toBeGreaterThan(0);
}, 400_000);
