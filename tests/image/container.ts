import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface ContainerOptions {
  /** The image's unpacked file system. */
  readonly rootFolder: string;
  /** Keeps what runc wants of a container. */
  readonly stateFolder: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Starts a container as ECS does: user 1000, no capability, a read-only root with two writable volumes. The network is
 * the machine's, so that the containers find each other on 127.0.0.1.
 */
export function startContainer({ rootFolder, stateFolder, command, environment }: ContainerOptions): ChildProcess {
  const bundle = mkdtempSync(join(stateFolder, "bundle-"));
  mkdirSync(join(bundle, "state"));
  const volume = (destination: string) => ({
    destination,
    type: "tmpfs",
    source: "tmpfs",
    options: ["nosuid", "nodev", "mode=755", "uid=1000", "gid=1000"],
  });
  const specification = {
    ociVersion: "1.0.0",
    process: {
      user: { uid: 1000, gid: 1000 },
      args: command,
      env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      cwd: "/app",
      capabilities: {},
      noNewPrivileges: true,
    },
    root: { path: rootFolder, readonly: true },
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755"] },
      volume("/tmp"),
      volume("/var/log/gift"),
    ],
    linux: { namespaces: [{ type: "pid" }, { type: "mount" }, { type: "ipc" }] },
  };
  writeFileSync(join(bundle, "config.json"), JSON.stringify(specification));
  const words = ["--root", join(bundle, "state"), "run", "--bundle", bundle];
  return spawn("runc", [...words, `gift-${process.pid}-${Date.now()}`], { stdio: ["ignore", "pipe", "inherit"] });
}
