import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { account } from "./account.ts";

/**
 * The SST command line's own server, which components ask for the bootstrap bucket and repository. Loopback only.
 * @returns its address, and how to stop it
 */
export async function startRpcServer(region: string): Promise<{ url: string; stop(): void }> {
  const server: Server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      const { method }: { method?: string } = JSON.parse(Buffer.concat(chunks).toString());
      res.end(JSON.stringify({ result: answer(method, region) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => void server.close() };
}

function answer(method: string | undefined, region: string): object {
  if (method === "Provider.Aws.Appsync") return { http: "mock.appsync-api", realtime: "mock.appsync-realtime" };
  return {
    asset: "sst-asset",
    assetEcrRegistryId: account,
    assetEcrUrl: `${account}.dkr.ecr.${region}.amazonaws.com/sst-asset`,
    state: "sst-state",
    appsyncHttp: "mock.appsync",
    appsyncRealtime: "mock.appsync",
  };
}
