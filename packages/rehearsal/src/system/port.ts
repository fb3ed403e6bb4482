import { once } from "node:events";
import type { Server } from "node:net";

/**
 * Takes a port of 127.0.0.1.
 * @param port 0 for any that is free
 * @returns the port
 */
export async function takePort(server: Server, port = 0): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address ? address.port : port;
}

/**
 * Gives the port up: connections are refused until it is taken again.
 * @param endConnections ends those there are
 */
export async function leavePort(server: Server, endConnections: () => void): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  endConnections();
  await closed;
}
