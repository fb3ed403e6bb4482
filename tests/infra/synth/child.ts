import { writeFileSync } from "node:fs";
import { synthesize } from "./synthesize.ts";

// One synthesis per process; the caller names the file for the result and reads errors from standard error.
const [request = "", resultFile = ""] = process.argv.slice(2);
try {
  writeFileSync(resultFile, JSON.stringify(await synthesize(JSON.parse(request))));
  process.exitCode = 0;
} catch (err) {
  console.error(err);
  process.exitCode = 1;
}
// Pulumi's mocks keep handles open.
process.exit();
