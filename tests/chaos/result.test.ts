import { report } from "@gift/chaos/report";
import { failuresOf, type Result } from "@gift/chaos/result";
import { expect, test } from "vitest";

const injected = {
  ...{ kill: 5, freeze: 3, terminate: 4, "restart-fast": 2, "restart-immediate": 1 },
  ...{ "end-sessions": 1, cut: 2, "half-open": 2, hang: 2, slow: 3 },
};

const good: Result = {
  ...{
    seed: 7,
    minutes: 1,
    injected,
    emulatorKills: 1,
    failedStarts: 1,
    gifts: 600,
    retries: 450,
    refusals: 30,
    replays: 600,
  },
  access: {
    ...{ strangersRefused: 2_300, intrudersRefused: 500 },
    revoked: { passed: 250, refused: 21, lastPassMilliseconds: 3_210 },
    rotated: { passed: 300, refused: 22, lastPassMilliseconds: 0 },
  },
  audit: { accepted: 600, sent: 560, failed: 40, lost: [], doubled: [] },
  leftovers: { cutShort: 80, deadLetters: 20, failedWithEffect: 0 },
  unsettled: { queued: 0, outbox: 0, messages: 0 },
  ...{ requeued: 0, findings: [], problems: [], evidence: [], quietAfterSeconds: 19.5 },
};
const finding = { giftId: "a-gift", why: "it is SENT and the provider never performed it" };

const unused = { passed: 0, refused: 20, lastPassMilliseconds: 0 };
const untried = (access: Partial<Result["access"]>): Partial<Result> => ({ access: { ...good.access, ...access } });

test("a run in which everything adds up says so, with the numbers that people ask for and how to repeat it", () => {
  const printed = report(good);
  expect(failuresOf(good)).toEqual([]);
  for (const row of [
    /killed.*│ 5, the emulator 1 of them/,
    /Postgres restarted.*│ 3: 2 fast, 1 immediate/,
    /cut.*│ 5 /,
    /slowed.*│ 5 /,
  ])
    expect(printed).toMatch(row);
  for (const row of [/accepted.*│ 600 of 600/, /SENT +│ 560 /, /FAILED +│ 40,/, /lost +│ 0 /, /doubled +│ 0 /])
    expect(printed).toMatch(row);
  for (const row of [/404.*│ 2300 /, /401.*│ 500 /, /revoked.*│ passed 250 times, 3\.2 s .* refused 21/])
    expect(printed).toMatch(row);
  expect(printed).toContain("✓");
  expect(printed).toContain("bun run chaos --minutes 1 --seed 7");
});

test.each<[string, Partial<Result>, string]>([
  ["a lost send", { audit: { ...good.audit, lost: [finding] } }, `1 lost: ${finding.why}; e.g. a-gift`],
  [
    "a doubled one",
    { audit: { ...good.audit, doubled: [finding, finding] } },
    `2 doubled: ${finding.why}; e.g. a-gift`,
  ],
  ["books that differ", { findings: [finding] }, `1 wrong: ${finding.why}; e.g. a-gift`],
  ["a row that is stuck", { unsettled: { ...good.unsettled, outbox: 3 } }, "outbox: 3 never ended"],
  ["strangers that never asked", untried({ strangersRefused: 0 }), "nobody asked for another client's gift"],
  ["nobody without a key", untried({ intrudersRefused: 0 }), "nobody asked for anything without a right key"],
  [
    "a revoked key that was never right",
    untried({ revoked: unused }),
    "nobody asked for anything with the revoked key",
  ],
  ["a rotated one likewise", untried({ rotated: unused }), "nobody asked for anything with the rotated key"],
  ["a crash", { problems: ["api ended by itself"] }, "api ended by itself"],
  ["a problem again and again", { problems: ["500", "500"] }, "500 (2 times)"],
])("%s fails the run", (_, wrong, failure) => {
  expect(failuresOf({ ...good, ...wrong })).toEqual([failure]);
  const printed = report({ ...good, ...wrong, evidence: ["gift a-gift: its story"] });
  expect(printed).toContain(`✗ ${failure}`);
  expect(printed).toContain("its story");
  expect(printed).not.toContain("✓");
});
