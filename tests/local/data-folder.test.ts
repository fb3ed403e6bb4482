import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { StackError } from "@gift/local/command/usage-error";
import { canonical, prepareDataFolder } from "@gift/local/folder/data-folder";
import { lockFolder } from "@gift/local/folder/folder-lock";
import { stablePort, storedPassword } from "@gift/local/folder/stored";
import { freePort, portProblem } from "@gift/local/free-port";
import { writeEnvironmentFile } from "@gift/local/stack/environment-file";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";

const self = { pid: process.pid, address: "http://127.0.0.1:3000" };

test("--fresh empties a folder of ours", async () => {
  const folder = join(await temporaryFolder(), "data");
  await prepareDataFolder(folder, false);
  await writeFile(join(folder, "old"), "");
  await prepareDataFolder(folder, true);
  expect(await readdir(folder)).not.toContain("old");
});

test.each([true, false])("a folder that this tool didn't make is refused and left alone (fresh: %s)", async (fresh) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "letter.txt"), "mine");
  const preparing = prepareDataFolder(folder, fresh);
  await expect(preparing).rejects.toThrow(StackError);
  await expect(preparing).rejects.toThrow(`choose another folder with --data-dir`);
  expect(await readdir(folder)).toEqual(["letter.txt"]);
});

test.runIf(process.platform === "linux")(
  "a folder in a place that takes none is reported, not tried for ever",
  async () => {
    await expect(prepareDataFolder("/proc/gift-service", false)).rejects.toThrow(/can't be written \(ENOENT\)/);
  },
);

test("a folder that can't be written is reported in a sentence", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "file"), "");
  await expect(prepareDataFolder(join(folder, "file", "data"), false)).rejects.toThrow(
    /can't be written \(ENOTDIR\): make it writable, or choose another with --data-dir\.$/,
  );
});

test("a second taker of a folder learns who has it, and gets it after the release", async () => {
  const folder = await temporaryFolder();
  const lock = await lockFolder(folder, self);
  expect(await lockFolder(folder, { pid: 1, address: "elsewhere" })).toEqual(self);
  if (!("release" in lock)) throw new Error("the first taker didn't get the folder");
  await lock.release();
  const next = await lockFolder(folder, self);
  expect(next).toHaveProperty("release");
  if ("release" in next) await next.release();
});

test("two names of one folder are one folder", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "real"));
  await symlink(join(folder, "real"), join(folder, "link"));
  expect(await canonical(join(folder, "link", "not", "yet"))).toBe(await canonical(join(folder, "real", "not", "yet")));
});

test("a server's port stays the same between runs, unless somebody else has taken it", async () => {
  const folder = await temporaryFolder();
  const first = await stablePort(folder, "postgres");
  expect(await stablePort(folder, "postgres")).toBe(first);
  const other = createServer().listen(first, "127.0.0.1");
  onTestFinished(() => void other.close());
  expect(await portProblem(first)).toBe("EADDRINUSE");
  expect(await stablePort(folder, "postgres")).not.toBe(first);
});

test("two folders' servers don't want the same port, though both may find it free", async () => {
  const folders = [await temporaryFolder(), await temporaryFolder()];
  const ports = folders.flatMap((folder) => [stablePort(folder, "postgres"), stablePort(folder, "sqs")]);
  expect(new Set(await Promise.all(ports)).size).toBe(4);
});

test("a free port is one that can be listened on", async () => {
  expect(await portProblem(await freePort())).toBeUndefined();
});

test("the database's password is made once, for its owner's eyes", async () => {
  const folder = await temporaryFolder();
  const password = await storedPassword(folder);
  expect(password.length).toBeGreaterThanOrEqual(20);
  expect(await storedPassword(folder)).toBe(password);
  expect((await stat(join(folder, "postgres.password"))).mode & 0o077).toBe(0);
});

test("a lost password of an existing database is reported, not replaced", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "postgres"));
  await expect(storedPassword(folder)).rejects.toThrow(/is missing, .* or start over with --fresh\.$/);
});

test("variables written for node --env-file come back unchanged", async () => {
  const file = join(await temporaryFolder(), "env");
  const link = { password: `it's "quoted" #1 $HOME \\n`, host: "127.0.0.1" };
  await writeEnvironmentFile(file, {
    SST_RESOURCE_Database: JSON.stringify(link),
    GIFT_API_URL: "http://127.0.0.1:3000",
  });
  const print =
    "console.log(JSON.stringify([JSON.parse(process.env.SST_RESOURCE_Database), process.env.GIFT_API_URL]))";
  const printed = execFileSync(process.execPath, [`--env-file=${file}`, "-e", print], { encoding: "utf8" });
  expect(JSON.parse(printed)).toEqual([link, "http://127.0.0.1:3000"]);
  // Bun would put a variable's value in its place.
  expect(await readFile(file, "utf8")).not.toContain("$");
});

test("the environment file goes with its stack, but not when it's another one's by then", async () => {
  const file = join(await temporaryFolder(), "env");
  const first = await writeEnvironmentFile(file, { STACK: "1" });
  const second = await writeEnvironmentFile(file, { STACK: "2" });
  await first.remove();
  expect(await readFile(file, "utf8")).toBe("STACK='2'\n");
  await second.remove();
  await expect(stat(file)).rejects.toThrow("ENOENT");
});
