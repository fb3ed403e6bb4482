import { chown, readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Binaries } from "./binaries.ts";

/** How a Postgres program is started so that it doesn't run as root, which Postgres refuses. */
export interface Account {
  /** Words that go before the program, e.g. a `setpriv` command; empty when it's started directly. */
  readonly prefix: readonly string[];
  /** Given to `spawn` when the process must change its user. */
  readonly ids: { readonly uid?: number; readonly gid?: number };
  /** Hands a file or folder to the account. */
  own(path: string): Promise<void>;
}

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

const noChange: Account = { prefix: [], ids: {}, own: async () => undefined };

/** Bits of CapEff in /proc/self/status, from linux/capability.h. */
const capability = { dac_override: 1n, dac_read_search: 2n, setpcap: 8n };

/**
 * The account Postgres runs under: the caller's own, or, for root, the owner of the data folder, or else `nobody`.
 * A clone under a folder that only root may enter (mode 0700) is reached with one inherited capability.
 * @param dataFolder may not exist yet
 * @throws Error with one sentence when root has no way to start Postgres as someone else
 */
export async function chooseAccount(binaries: Binaries, dataFolder: string): Promise<Account> {
  if (process.geteuid?.() !== 0) return noChange;
  const ids = (await ownerOf(dataFolder)) ?? (await nobody());
  const own = (path: string) => chown(path, ids.uid, ids.gid);
  const reachable = (await everyoneMayEnter(binaries.postgres)) && (await everyoneMayEnter(dataFolder));
  if (reachable) return { prefix: [], ids, own };
  return { prefix: await setprivCommand(ids), ids: {}, own };
}

async function ownerOf(folder: string): Promise<Ids | undefined> {
  const owner = await stat(folder).catch(() => undefined);
  return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : undefined;
}

/** From /etc/passwd, because initdb looks its user up there and refuses a number without a name. */
async function nobody(): Promise<Ids> {
  const passwd = await readFile("/etc/passwd", "utf8").catch(() => "");
  const match = /^nobody:[^:]*:(\d+):(\d+):/m.exec(passwd);
  if (!match) throw new Error("Postgres refuses to run as root and there is no user nobody: start as another user.");
  return { uid: Number(match[1]), gid: Number(match[2]) };
}

async function everyoneMayEnter(path: string): Promise<boolean> {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const mode = await stat(folder).then(
      (found) => found.mode,
      () => 0o777,
    );
    if ((mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * Postgres checks its own path with access(2), which drops the capabilities of a process that isn't root unless the
 * securebit no_setuid_fixup is set; without it initdb fails with "invalid binary". dac_read_search (enter and read) is
 * all it needs; Docker's default set lacks it and grants dac_override instead.
 */
async function setprivCommand({ uid, gid }: Ids): Promise<readonly string[]> {
  const held = await heldCapabilities();
  const wanted = held("dac_read_search") ? "dac_read_search" : "dac_override";
  if (!held(wanted) || !held("setpcap") || !(await exists("/usr/bin/setpriv")))
    throw new Error(
      "Postgres refuses to run as root and its folders are closed to other users: install util-linux (setpriv), move the clone out of the private folder, start as another user, or set DATABASE_URL.",
    );
  const only = `-all,+${wanted}`;
  return [
    ...["/usr/bin/setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--securebits=+no_setuid_fixup"],
    ...[`--inh-caps=${only}`, `--ambient-caps=${only}`, `--bounding-set=${only}`, "--"],
  ];
}

async function heldCapabilities(): Promise<(name: keyof typeof capability) => boolean> {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  return (name) => ((effective >> capability[name]) & 1n) === 1n;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
