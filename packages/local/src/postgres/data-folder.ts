import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";

/** Superuser of every cluster this package makes. */
export const superuser = "gift";

/** The folder holds something Postgres 18 can't start from. */
export class UnusableDataFolderError extends Error {
  override readonly name = "UnusableDataFolderError";
}

/**
 * Makes the cluster's files when the folder is missing or empty, and otherwise checks that they are of Postgres 18.
 * initdb works in a sibling folder that is renamed when complete, so an interrupted one never leaves half a cluster.
 * @param password of the superuser; undefined trusts every connection from this machine
 * @throws UnusableDataFolderError when the folder holds something else
 */
export async function prepareDataFolder(
  binaries: Binaries,
  account: Account,
  folder: string,
  password: string | undefined,
): Promise<void> {
  const version = await readFile(join(folder, "PG_VERSION"), "utf8").catch(() => undefined);
  if (version?.trim() === "18") return;
  if (version !== undefined)
    throw new UnusableDataFolderError(`${folder} belongs to Postgres ${version.trim()}, and this is Postgres 18.`);
  if (await holdsFiles(folder)) throw new UnusableDataFolderError(`${folder} holds no Postgres files.`);
  await createCluster(binaries, account, folder, password);
}

async function holdsFiles(folder: string): Promise<boolean> {
  return (await readdir(folder).catch(() => [])).length > 0;
}

async function createCluster(
  binaries: Binaries,
  account: Account,
  folder: string,
  password: string | undefined,
): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await account.own(unfinished);
  const passwordFile = join(dirname(folder), "initdb.password");
  if (password !== undefined) {
    await writeFile(passwordFile, password, { mode: 0o600 });
    await account.own(passwordFile);
  }
  try {
    await runInitdb(binaries, account, unfinished, password === undefined ? undefined : passwordFile);
  } finally {
    await rm(passwordFile, { force: true });
  }
  if (await stat(folder).catch(() => undefined)) await rm(folder, { recursive: true });
  await rename(unfinished, folder);
}

async function runInitdb(binaries: Binaries, account: Account, folder: string, passwordFile?: string): Promise<void> {
  const authentication = passwordFile ? ["--auth=scram-sha-256", `--pwfile=${passwordFile}`] : ["--auth=trust"];
  const [program = binaries.initdb, ...words] = [
    ...[...account.prefix, binaries.initdb, `--pgdata=${folder}`, `--username=${superuser}`, ...authentication],
    ...["--no-locale", "--encoding=UTF8", "--no-instructions"],
  ];
  const child = spawn(program, words, { ...account.ids, cwd: "/", stdio: ["ignore", "pipe", "pipe"] });
  const closed = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  const [code, errors] = await Promise.all([closed, text(child.stderr), text(child.stdout)]);
  if (code !== 0) throw new Error(`initdb failed: ${errors.trim()}`);
}
