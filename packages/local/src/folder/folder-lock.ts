import { createHash } from "node:crypto";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createConnection, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** Who holds a folder, as it tells a second copy. */
export interface Holder {
  readonly pid: number;
  readonly address: string;
}

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes a folder for this process. The lock is a listening socket, so it ends with the process whatever ends it; a pid
 * file outlives a kill -9 and then names a stranger.
 * @param folder absolute, links resolved
 * @returns the lock, or who has it
 */
export async function lockFolder(folder: string, holder: Holder): Promise<FolderLock | Holder> {
  const address = socketAddress(folder);
  for (;;) {
    const server = await listen(address, holder);
    if (server) return { release: () => new Promise((resolve) => server.close(() => resolve())) };
    const other = await ask(address);
    if (other) return other;
    // The file of a socket whose process is gone (only where sockets are files).
    await rm(address, { force: true }).catch(() => undefined);
  }
}

/** Linux has socket names without a file, which can't be left behind; elsewhere it's a file among temporary files. */
function socketAddress(folder: string): string {
  const name = `gift-local-${createHash("sha256").update(folder).digest("hex").slice(0, 32)}`;
  return process.platform === "linux" ? `\0${name}` : join(tmpdir(), name);
}

async function listen(address: string, holder: Holder): Promise<Server | undefined> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(JSON.stringify(holder));
  });
  try {
    server.listen(address);
    await once(server, "listening");
    return server.unref();
  } catch (err) {
    if (err instanceof Error && "code" in err && err.code === "EADDRINUSE") return undefined;
    throw err;
  }
}

async function ask(address: string): Promise<Holder | undefined> {
  const socket = createConnection(address);
  try {
    const answer: unknown = JSON.parse(await text(socket));
    return isHolder(answer) ? answer : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(value: unknown): value is Holder {
  return typeof value === "object" && value !== null && "pid" in value && "address" in value;
}
