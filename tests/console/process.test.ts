import { roles } from "@gift/core/migration/privilege";
import { grantRoles } from "@gift/core/migration/roles";
import { freePort } from "@gift/local/free-port";
import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { launchProcess, linkedEnvironment, startProcess } from "../support/process.ts";
import { openStream } from "./event-stream.ts";

const own = useTestDatabase();
const entryPoint = "packages/console/src/main.ts";

test("refuses to be reachable from elsewhere without a key, in one sentence", async () => {
  const environment = { ...linkedEnvironment({ database: own.connection }), HOST: "0.0.0.0" };
  const refused = launchProcess({ entryPoint, environment });
  expect(await refused.exited).toEqual({ code: 1, signal: null });
  expect(refused.logs).toEqual([
    expect.objectContaining({
      event: "service.failed",
      error_message: expect.stringMatching(/^CONSOLE_KEY is missing/),
    }),
  ]);
});

test("serves as the operator's role and stops at once on SIGTERM, with a viewer watching", async () => {
  await grantRoles(own.db);
  const database = { ...own.connection, user: roles.ops };
  const environment = { ...linkedEnvironment({ database }), PORT: `${await freePort()}`, HOST: "127.0.0.1" };
  const started = await startProcess({ entryPoint, environment });
  const address = String((await started.event("console.listening")).address);
  expect(address).toBe(`http://127.0.0.1:${environment.PORT}`);
  const stream = await openStream(address);
  const { parts } = await stream.next();
  // Nobody listens where this process finds SQS.
  expect(parts.verdict).toContain("SQS doesn&#39;t answer");
  expect(parts.verdict).not.toContain("Postgres");
  const asked = performance.now();
  expect(await started.stop()).toEqual({ code: 0, signal: null });
  expect(performance.now() - asked).toBeLessThan(9_000);
  await stream.ended();
});
