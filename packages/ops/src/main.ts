import { done, failed } from "./exit-code.ts";
import { run } from "./run.ts";

// A reader that has seen enough, as in `… | head`.
process.stdout.on("error", (err: NodeJS.ErrnoException) => process.exit(err.code === "EPIPE" ? done : failed));

const { code, complaint } = await run(process.argv.slice(2));
if (complaint !== undefined) process.stderr.write(`${complaint}\n`);
process.exitCode = code;
