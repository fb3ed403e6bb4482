/**
 * Takes what telemetry sends, and asks for one trace in a hundred: at saturation a real agent asks for about ten a
 * second. The stand-in of `packages/agent` asks for all and decodes them, which is what tests need. Argument: port.
 */
import { createServer } from "node:http";
import { obey } from "./obey.ts";

const answer = JSON.stringify({ rate_by_service: { "service:,env:": 0.01 } });
const info = JSON.stringify({ version: "7.0.0", endpoints: ["/v0.4/traces", "/v0.6/stats", "/dogstatsd/v2/proxy"] });
const server = createServer((req, res) => {
  req.resume().once("end", () => {
    res.writeHead(200, { "content-type": "application/json" }).end(req.url === "/info" ? info : answer);
  });
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => obey({}));
