import { once } from "node:events";
import { createServer } from "node:net";

/** Whether nobody listens on a port of 127.0.0.1 right now. */
export async function isFree(port: number): Promise<boolean> {
  return (await tryListen(port)) !== undefined;
}

/**
 * The first port that is free: one of `preferred`, in their order, or else any that the system offers.
 * Another process may still take it before its owner listens; whoever uses it has to cope with that.
 */
export async function freePort(preferred: readonly number[] = []): Promise<number> {
  for (const port of preferred) if (await isFree(port)) return port;
  const port = await tryListen(0);
  if (port === undefined) throw new Error("the system has no free port left on 127.0.0.1");
  return port;
}

async function tryListen(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  } catch {
    return undefined;
  }
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : undefined;
}
