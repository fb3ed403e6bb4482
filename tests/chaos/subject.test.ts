import { Subject } from "@gift/chaos/system/subject";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../local/temporary-folder.ts";

const ready = `console.log('{"event":"service.ready"}');`;
const forever = `${ready} setInterval(() => 0, 1000); process.on("SIGTERM", () => process.exit(0));`;

async function subject(program: string): Promise<Subject> {
  const spec = {
    ...{ name: "child", command: ["--eval", program], environment: {}, stopTimeoutSeconds: 5, advice: "" },
    killSignal: "SIGKILL" as const,
  };
  const made = new Subject(spec, { logFolder: await temporaryFolder() });
  onTestFinished(() => made.stop());
  return made;
}

test.each(["SIGKILL", "SIGTERM"] as const)("after %s it runs again, and that is no crash", async (signal) => {
  const child = await subject(forever);
  await child.ready;
  const first = await child.signal(signal);
  await expect.poll(() => child.isReady(), { timeout: 15_000 }).toBe(false);
  await expect.poll(() => child.isReady(), { timeout: 15_000 }).toBe(true);
  expect(await child.signal("SIGCONT")).not.toBe(first);
  expect(child.crashes).toEqual([]);
});

test("an end that nobody asked for is a crash, with its last words", async () => {
  const words = `console.log('{"event":"service.failed","status":"fatal","message":"could not go on"}');`;
  const child = await subject(`${ready} setTimeout(() => { ${words} process.exitCode = 3; }, 20);`);
  await expect
    .poll(() => child.crashes[0], { timeout: 15_000 })
    .toBe("child ended by itself with exit code 3: could not go on");
  expect(child.failedStarts).toBe(0);
});

test("an end before it was ready is a failed start", async () => {
  const child = await subject("process.exitCode = 1");
  await expect.poll(() => child.failedStarts, { timeout: 15_000 }).toBeGreaterThan(0);
  expect(child.crashes).toEqual([]);
});

test("frozen, it does nothing; thawed, it goes on", async () => {
  const child = await subject(forever);
  await child.ready;
  const thaw = await child.freeze();
  await child.signal("SIGTERM");
  expect(child.isReady()).toBe(true);
  thaw();
  await expect.poll(() => child.isReady(), { timeout: 15_000 }).toBe(false);
  expect(child.crashes).toEqual([]);
});
