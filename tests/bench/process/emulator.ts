/** The SQS emulator with its queues in memory: what it would write to disk is no part of what SQS costs anybody. */
import { buildApp } from "fauxqs";

const app = buildApp({ logger: false });
await app.listen({ host: "127.0.0.1", port: Number(process.argv[2]) });
process.once("SIGTERM", () => process.exit(0));
process.stdout.write(`${JSON.stringify({ event: "service.ready" })}\n`);
