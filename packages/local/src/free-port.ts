import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Whether a port of 127.0.0.1 can be listened on right now.
 * @returns undefined when it can, or the system's error code, e.g. EADDRINUSE
 */
export async function portProblem(port: number): Promise<string | undefined> {
  const result = await tryListen(port);
  return typeof result === "string" ? result : undefined;
}

/**
 * The first port that is free: one of `preferred`, in their order, or else any that the system offers.
 * Another process may still take it before its owner listens; whoever uses it has to cope with that.
 */
export async function freePort(preferred: readonly number[] = []): Promise<number> {
  for (const port of preferred) if ((await portProblem(port)) === undefined) return port;
  const port = await tryListen(0);
  if (typeof port === "string") throw new Error(`the system offers no free port on 127.0.0.1 (${port})`);
  return port;
}

async function tryListen(port: number): Promise<number | string> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  } catch (err) {
    return err instanceof Error && "code" in err ? String(err.code) : String(err);
  }
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : "no address";
}
