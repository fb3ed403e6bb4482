import type { CheckName } from "../door.ts";
import type { Edit } from "../edit.ts";

/** A deliberate mistake in what stands between the network and the gifts, and the check that must notice it. */
export interface DoorBug {
  readonly bug: string;
  readonly edits: readonly Edit[];
  readonly noticedBy: CheckName;
}

const api = (file: string) => `packages/api/src/${file}.ts`;
const core = (file: string) => `packages/core/src/${file}.ts`;

/** A parameter of a statement, as the source writes it. */
const parameter = (name: string) => `$\{${name}}`;

const owned = parameter("isOwnedBy(request.owner)");
const giftId = parameter("request.giftId");
const requestId = parameter("request.requestId");
const from = parameter("from");

export const doorBugs: readonly DoorBug[] = [
  {
    bug: "the key check is not awaited",
    edits: [
      {
        file: api("access/entrance"),
        text: "const key = await authenticate(request);",
        by: "authenticate(request).catch(() => undefined);\n    const key = null;",
      },
    ],
    noticedBy: "without a valid key nothing is done",
  },
  {
    bug: "the hook isn't an async function, so Elysia doesn't await it",
    edits: [
      {
        file: api("access/entrance"),
        text: "return async ({ request, set }: Arrival): Promise<void> => {",
        by: "const check = async ({ request, set }: Arrival): Promise<void> => {",
      },
      {
        file: api("access/entrance"),
        text: "    attachKey(request, key);\n  };",
        by: "    attachKey(request, key);\n  };\n  return (arrival: Arrival): void => {\n    check(arrival).catch(() => undefined);\n  };",
      },
    ],
    noticedBy: "without a valid key nothing is done",
  },
  {
    bug: "whoever comes while Postgres is away is let in",
    edits: [
      {
        file: api("access/entrance"),
        text: "await authenticate(request);",
        by: "await authenticate(request).catch((err) => {\n      if (err.code === 'UNAUTHORIZED') throw err;\n      return null;\n    });",
      },
    ],
    noticedBy: "while Postgres is away nobody passes",
  },
  {
    bug: "a key is found by its prefix and not compared",
    edits: [{ file: core("api-key/verify"), text: "return isEqual ? row : undefined;", by: "return row;" }],
    noticedBy: "only the whole key is one",
  },
  {
    bug: "revoked keys are found",
    edits: [{ file: core("api-key/verify"), text: " and revoked_at is null", by: "" }],
    noticedBy: "a revoked key is refused within seconds",
  },
  {
    bug: "what was once right is right for good",
    edits: [
      {
        file: api("access/key-memory"),
        text: "until: askedAt + keyMemorySeconds * 1_000",
        by: "until: Number.POSITIVE_INFINITY",
      },
    ],
    noticedBy: "a revoked key is refused within seconds",
  },
  {
    bug: "expired keys are found",
    edits: [
      {
        file: core("api-key/verify"),
        text: " and (expires_at is null or expires_at > now())",
        by: "",
      },
    ],
    noticedBy: "an expired key is refused",
  },
  {
    bug: "anybody's gift can be read",
    edits: [{ file: core("gift/find"), text: ".where(isOwnedBy(owner))", by: "" }],
    noticedBy: "another client's gift is not found",
  },
  {
    bug: "anybody's gift can be sent",
    edits: [
      {
        file: core("gift/request-send"),
        text: `and status = ${from} and ${owned}`,
        by: `and status = ${from}`,
      },
    ],
    noticedBy: "another client's gift is not found",
  },
  {
    bug: "anybody's gift can be sent among others",
    edits: [
      {
        file: core("gift/request-send-batch"),
        text: " and (input.client_id is null or gifts.client_id = input.client_id)",
        by: "",
      },
    ],
    noticedBy: "another client's gift is not found",
  },
  {
    bug: "anybody's send is replayed to whoever knows its key",
    edits: [
      {
        file: core("gift/request-send"),
        text: `send_requests.request_id = ${requestId} and ${owned}`,
        by: `send_requests.request_id = ${requestId}`,
      },
    ],
    noticedBy: "another client's gift is not found",
  },
  {
    bug: "a conflict tells that a gift exists",
    edits: [
      {
        file: core("gift/request-send"),
        text: `where id = ${giftId} and ${owned}) as status`,
        by: `where id = ${giftId}) as status`,
      },
      { file: core("gift/request-send"), text: "    .where(isOwnedBy(request.owner))\n", by: "" },
    ],
    noticedBy: "another client's gift is not found",
  },
  {
    bug: "the operator API asks for any key",
    edits: [
      {
        file: api("route/operator/operator-routes"),
        text: "    .onTransform(({ request }) => void operatorOf(request))\n",
        by: "",
      },
    ],
    noticedBy: "a client's key is none for operators",
  },
  {
    bug: "where clients need no key, anybody is an operator",
    edits: [
      { file: api("access/authentication"), text: " && !isOperatorPath(routedPathOf(request))", by: "" },
      { file: api("access/caller"), text: "  if (!key) throw new UnauthorizedError();\n", by: "" },
      {
        file: api("access/caller"),
        text: `return \`${parameter("key.clientId")}`,
        by: `return \`${parameter("key?.clientId")}`,
      },
      { file: api("access/caller"), text: `:${parameter("key.prefix")}`, by: `:${parameter("key?.prefix")}` },
    ],
    noticedBy: "without a key nobody is an operator, whatever is asked of clients",
  },
  {
    bug: "readiness waits behind requests for their connections",
    edits: [{ file: api("service"), text: "createReadiness({ db: probed,", by: "createReadiness({ db," }],
    noticedBy: "a task that is busy stays in service",
  },
  {
    bug: "the limit is told and not held",
    edits: [
      { file: api("access/entrance"), text: "if (!state.isAllowed) throw", by: "if (state.limitPerMinute < 0) throw" },
    ],
    noticedBy: "a key above its limit is refused",
  },
];
