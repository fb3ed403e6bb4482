import { execFileSync } from "node:child_process";
import { chownSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { synthesized } from "./synth/synthesized.ts";
import { serviceNamed } from "./task.ts";

const { logFolder, process: writer } = serviceNamed(await synthesized({ stage: "staging" }), "Api");

/** Runs what the container runs, as it does, on a folder of this owner; returns the folder's owner and mode. */
function open(owner: number): { uid: number; mode: string } {
  const folder = mkdtempSync(join(tmpdir(), "gift-log-folder-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  execFileSync("chmod", ["755", folder]);
  chownSync(folder, owner, owner);
  const command = (logFolder.command ?? []).map((word) => (word === "/var/log/gift" ? folder : word));
  const withoutCapabilities = ["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"];
  execFileSync("setpriv", [...withoutCapabilities, ...command]);
  const { uid, mode } = statSync(folder);
  return { uid, mode: (mode & 0o7777).toString(8) };
}

test("it is root of the volume that the process writes its log to, and has nothing else", () => {
  expect(logFolder).toMatchObject({ user: "0:0", image: writer.image });
  expect(logFolder.mountPoints).toEqual(
    writer.mountPoints?.filter(({ containerPath }) => containerPath === "/var/log/gift"),
  );
  expect(logFolder.environment).toBeUndefined();
});

// Only root may give a folder away, here as in the container.
test.runIf(process.getuid?.() === 0).each([
  ["root's", 0, { uid: 0, mode: "1777" }],
  ["the image's user's", 1_000, { uid: 1_000, mode: "755" }],
])("a volume that is %s can be written by the process afterwards, without a capability", (_, owner, expected) => {
  expect(open(owner)).toEqual(expected);
});
