/** The real app on the real server, but its database answers without one: what is left is HTTP. Argument: port. */
import { createApp } from "@gift/api/app";
import { listen } from "@gift/api/http/server";
import { keepObjectsYoung } from "@gift/lifecycle/young-generation";
import { obey } from "./obey.ts";
import { openStubDatabase } from "./stub-database.ts";

// As the API's own process does, before there is load.
keepObjectsYoung();
const log = () => undefined;
const app = createApp({
  ...{ db: openStubDatabase(), log, authentication: "none", areTestValuesAllowed: false },
  dispatcher: { add: () => undefined },
  whyNotReady: async () => undefined,
});
await listen(app, { host: "127.0.0.1", port: Number(process.argv[2]), log });
obey({});
