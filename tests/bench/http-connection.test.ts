import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { HttpConnection } from "./process/http-connection.ts";

async function serve(answer: Parameters<typeof createServer>[1] & {}): Promise<number> {
  const server: Server = createServer(answer).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

const request = "GET / HTTP/1.1\r\nhost: bench\r\n\r\n";

test("answers are read one after the other on one connection, in pieces and chunked too", async () => {
  let connections = 0;
  let requests = 0;
  const port = await serve((req, res) => {
    if (requests === 0) connections += 1;
    requests += 1;
    if (requests === 1) res.writeHead(201, { "content-length": 10 }).end("0123456789");
    else if (requests === 2) {
      res.writeHead(202, { "content-length": 6 }).write("abc");
      setImmediate(() => res.end("def"));
    } else {
      res.writeHead(409).write("several ");
      setImmediate(() => res.end("chunks"));
    }
    req.resume();
  });
  const connection = await HttpConnection.open(port);
  expect(await connection.request(request)).toBe(201);
  expect(await connection.request(request)).toBe(202);
  expect(await connection.request(request)).toBe(409);
  expect(connections).toBe(1);
  connection.close();
});

test("a connection that the server closes fails the request", async () => {
  const port = await serve((req) => req.socket.destroy());
  const connection = await HttpConnection.open(port);
  await expect(connection.request(request)).rejects.toThrow();
});
