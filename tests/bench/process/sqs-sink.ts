/**
 * Takes every message, keeps none and counts: SQS as the API sees it. On AWS it runs on somebody else's processors; an
 * emulator on these two would be measured with the API. Argument: port.
 */
import { createServer } from "node:http";
import { obey } from "./obey.ts";

let calls = 0;
let messages = 0;
const server = createServer((req, res) => {
  let text = "";
  req.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  req.on("end", () => {
    const { Entries = [] }: { Entries?: readonly { Id: string }[] } = JSON.parse(text);
    calls += 1;
    messages += Entries.length;
    const Successful = Entries.map(({ Id }) => ({ Id, MessageId: Id, MD5OfMessageBody: "" }));
    res.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify({ Successful }));
  });
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => {
  obey({ counts: () => Promise.resolve({ calls, messages }) });
});
