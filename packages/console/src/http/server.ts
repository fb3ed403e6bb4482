import { once } from "node:events";
import { createServer } from "node:http";
import { NodeRequest, sendNodeResponse } from "srvx/node";
import type { App } from "./app.ts";
import { maxBodyBytes } from "./form.ts";

export interface HttpServer {
  readonly port: number;
  /** Stops listening; resolves when every connection is closed. Those still busy at the deadline are cut. */
  close(deadlineMilliseconds: number): Promise<void>;
}

/**
 * Listens.
 * @param where host and port; port 0 takes any that is free
 * @throws Error when it can't
 */
export async function listen(app: App, where: { host: string; port: number }): Promise<HttpServer> {
  const server = createServer({ headersTimeout: 15_000, requestTimeout: 15_000 });
  server.on("request", (req, res) => {
    const request = new NodeRequest({ req, res, maxRequestBodySize: maxBodyBytes });
    app
      .fetch(request, req.socket.remoteAddress ?? "")
      .then((response) => sendNodeResponse(res, response))
      // The page answers its own errors: this is a client that went away while it was written to.
      .catch(() => res.destroy());
  });
  server.listen(where.port, where.host);
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : where.port,
    async close(deadlineMilliseconds) {
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      const deadline = setTimeout(() => server.closeAllConnections(), deadlineMilliseconds);
      await closed;
      clearTimeout(deadline);
    },
  };
}
