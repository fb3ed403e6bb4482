import { randomUUID } from "node:crypto";
import { WriteStream } from "node:tty";
import { freePort } from "@gift/local/free-port";
import { forReader } from "@gift/ops/output";
import { run } from "@gift/ops/run";
import { expect, inject, test } from "vitest";
import { unknownGiftId } from "../core/gift-in.ts";
import { linkTo, runOps } from "./run-ops.ts";

const selection = [
  "<IDS>|[IDS]",
  "--all",
  "--error-code",
  "--gift",
  "--since",
  "--until",
  "--limit",
  "--rate",
  "--operator",
  "--dry-run",
  "--json",
];

/** Every command, and what its help must name. */
const commands: Record<string, string[]> = {
  "gift show": ["<ID>", "--json"],
  "gifts list": ["--status", "--oldest", "--limit", "--json", "CREATED|QUEUED|SENT|FAILED"],
  "gifts redrive": [
    ...["[IDS]", "--all", "--error-code", "--since", "--limit", "--rate", "--operator", "--dry-run", "--json"],
  ],
  "gifts requeue": ["[IDS]", "--all", "--idle-for", "--limit", "--operator", "--dry-run", "--json"],
  "dead-letters list": ["--state", "--error-code", "--gift", "--since", "--until", "--limit", "--json"],
  "dead-letters show": ["<ID>", "--json"],
  "dead-letters redrive": selection.slice(1),
  "dead-letters discard": [...selection.slice(1), "--yes"],
  "outbox status": ["--json"],
  "keys generate": ["--json"],
  "keys create": ["--client", "--scope", "--rate-limit", "--expires", "--verifier", "--operator", "--json"],
  "keys list": ["--client", "--all", "--json"],
  "keys rotate": ["<PREFIX>", "--overlap", "--expires", "--verifier", "--operator", "--json"],
  "keys revoke": ["<PREFIX>", "--yes", "--operator", "--json"],
  migrate: ["--with-roles", "--json"],
};

test.each(Object.entries(commands))("help: %s --help lists its flags and the exit codes", async (command, named) => {
  const help = await runOps([...command.split(" "), "--help"], {});
  expect(help).toMatchObject({ code: 0, stderr: "" });
  expect(help.stdout).toContain(`USAGE bun run ops ${command}`);
  for (const word of [...named, "EXIT CODES", "0  done", "1  failed", "2  wrong usage", "3  the database"])
    expect(help.stdout).toContain(word);
});

test.each(["", "gift", "gifts", "dead-letters", "outbox", "keys"])(
  '"%s" alone is wrong usage, and names the commands below it',
  async (group) => {
    const alone = await run(group === "" ? [] : [group]);
    expect(alone.code).toBe(2);
    for (const command of Object.keys(commands).filter((name) => name.startsWith(group)))
      expect(alone.complaint).toContain(command.slice(group.length).trim().split(" ")[0]);
  },
);

test("help: --help alone lists every command", async () => {
  const help = await runOps(["--help"], {});
  expect(help).toMatchObject({ code: 0, stderr: "" });
  for (const word of ["gift", "gifts", "dead-letters", "outbox", "keys", "migrate"])
    expect(help.stdout).toContain(word);
});

test("help: in a pipe it has no escape codes, whatever the terminal can do", async () => {
  const help = await runOps(["gifts", "--help"], { TERM: "xterm-256color", COLORTERM: "truecolor", FORCE_COLOR: "1" });
  expect(help).toMatchObject({ code: 0, stdout: expect.not.stringContaining("\u001b") });
});

test.each([
  ["a terminal with colors", true, { TERM: "xterm-256color" }, true],
  ["NO_COLOR=1", true, { TERM: "xterm-256color", NO_COLOR: "1" }, false],
  ["NO_COLOR with another value", true, { TERM: "xterm-256color", NO_COLOR: "yes" }, false],
  ["a NO_COLOR that says nothing", true, { TERM: "xterm-256color", NO_COLOR: "" }, true],
  ["no terminal", false, { TERM: "xterm-256color" }, false],
])("colors: %s", (_, isTTY, environment, hasColors) => {
  const terminal = { isTTY, hasColors: () => WriteStream.prototype.hasColors(environment) };
  expect(forReader("\u001b[1mUSAGE\u001b[22m", terminal).includes("\u001b")).toBe(hasColors);
});

test.each([
  ["an unknown command", ["gits", "list"], 'there is no command "bun run ops gits"; there are: gift, gifts'],
  ["an unknown command below another", ["gift", "delete"], "there are: show"],
  ["a name every object has", ["constructor"], "there is no command"],
  ["a mistyped flag", ["dead-letters", "redrive", "1", "--dryrun"], "Unknown option '--dryrun'"],
  ["a flag before the command", ["--json", "gifts", "list"], 'there is no command "bun run ops --json"'],
  ["a value for a switch", ["outbox", "status", "--json=no"], "Option '--json' does not take an argument"],
  ["a flag without its value", ["gifts", "list", "--limit"], "Option '--limit <value>' argument missing"],
  [
    "a flag whose value looks like a flag",
    ["gifts", "list", "--limit", "--json"],
    "Option '--limit' argument is ambiguous",
  ],
  ["a word too many", ["gift", "show", unknownGiftId, "more"], 'has no use for "more"'],
  ["a missing id", ["gift", "show"], "Missing required positional argument: ID"],
  ["a malformed gift id", ["gift", "show", "42"], '"42" is not a gift\'s id: it is a UUID'],
  ["a malformed letter id", ["dead-letters", "show", "1e3"], '"1e3" is not a dead letter\'s id'],
  ["a letter id that no column holds", ["dead-letters", "show", "9".repeat(30)], "is not a dead letter's id"],
  [
    "a status that doesn't exist",
    ["gifts", "list", "--status", "LOST"],
    "Expected one of: CREATED, QUEUED, SENT, FAILED",
  ],
  [
    "a state that doesn't exist",
    ["dead-letters", "list", "--state", "open"],
    "Expected one of: OPEN, REDRIVEN, DISCARDED, ANY",
  ],
  ["no limit at all", ["gifts", "list", "--limit", "0"], '--limit "0" is not a whole number from 1 to 10000'],
  ["a limit that is no number", ["dead-letters", "list", "--limit", "1.5"], "is not a whole number"],
  ["a rate of nothing", ["dead-letters", "redrive", "1", "--rate", "0"], '--rate "0" is not a number per second'],
  ["a time without a zone", ["dead-letters", "list", "--since", "2026-01-31T08:00"], "is not an ISO time"],
  [
    "a day that doesn't exist",
    ["dead-letters", "list", "--until", "2026-13-01"],
    '--until "2026-13-01" is not an ISO time',
  ],
  ["an error code that is none", ["dead-letters", "list", "--error-code", "no%"], "is not a code like PROVIDER_FAILED"],
  ["no operator", ["gifts", "redrive", unknownGiftId, "--operator", " "], "--operator needs a name"],
  ["nothing chosen", ["dead-letters", "redrive"], "give the ids of dead letters, or --all"],
  ["ids and --all", ["dead-letters", "redrive", "1", "--all"], "give ids or --all, not both"],
  [
    "a filter with ids",
    ["dead-letters", "redrive", "1", "--gift", unknownGiftId],
    "filters and --limit choose among --all",
  ],
  ["no gift chosen", ["gifts", "redrive"], "give the ids of gifts, or --all"],
  ["gift ids with a filter", ["gifts", "redrive", unknownGiftId, "--since", "2026-01-31"], "choose among --all"],
  ["a malformed gift id among others", ["gifts", "redrive", unknownGiftId, "42"], '"42" is not a gift\'s id'],
  ["a discard that nobody confirms", ["dead-letters", "discard", "1"], "discarding is final: add --yes"],
])("%s is wrong usage, told in one sentence", async (_, words, sentence) => {
  const { code, complaint } = await run(words);
  expect(code).toBe(2);
  expect(complaint).toContain(sentence);
  expect(complaint).not.toContain("\n");
});

test("wrong usage leaves the process with 2, nothing on standard output and one line on standard error", async () => {
  const finished = await runOps(["dead-letters", "redrive", "1", "--dryrun"], {});
  expect(finished).toMatchObject({ code: 2, stdout: "", stderr: "Unknown option '--dryrun' (--help tells more)\n" });
});

test("without a linked database it says how to get one", async () => {
  const finished = await runOps(["outbox", "status"], {});
  expect(finished).toMatchObject({ code: 3, stdout: "" });
  expect(finished.stderr).toContain("start the local stack with `bun run local`, or run `bun run operate <stage>");
  expect(finished.stderr.trim().split("\n")).toHaveLength(1);
});

test("a malformed link is named without its password", async () => {
  const { code, stderr } = await runOps(["outbox", "status"], {
    SST_RESOURCE_Database: JSON.stringify({ host: "h", auth: "password", password: "hunter2" }),
  });
  expect(code).toBe(1);
  expect(stderr).toContain("Resource.Database is not usable: port: expected integer, but it is missing");
  expect(stderr).not.toContain("hunter2");
});

test.each([["outbox", "status"], ["migrate"], ["gift", "show", unknownGiftId], ["dead-letters", "redrive", "--all"]])(
  "with the database down: %s %s exits 3 and names the address",
  async (...words) => {
    const port = await freePort();
    const environment = linkTo({ host: "127.0.0.1", port, database: "gift", user: "gift" });
    const finished = await runOps(words, environment);
    expect(finished).toMatchObject({ code: 3, stdout: "" });
    expect(finished.stderr).toContain(`the database at 127.0.0.1:${port} can't be reached: connect ECONNREFUSED`);
    expect(finished.stderr.trim().split("\n")).toHaveLength(1);
  },
);

test("a database that doesn't exist is a failure told in one sentence", async () => {
  const { host, port, user } = inject("postgres");
  const environment = linkTo({ host, port, user, database: `missing_${randomUUID().slice(0, 8)}` });
  const finished = await runOps(["outbox", "status"], environment);
  expect(finished.code).toBe(1);
  expect(finished.stderr).toMatch(/^database "missing_\w+" does not exist\n$/);
});
