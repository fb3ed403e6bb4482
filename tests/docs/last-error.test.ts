import { sendErrors } from "@gift/core/send-attempt/send-error";
import { expect, test } from "vitest";
import { readSources } from "../support/sources.ts";

const page = readSources("docs", ".md").find(({ path }) => path === "docs/api.md")?.text ?? "";

test("docs/api.md explains every code that a gift's last_error can have, and no other", () => {
  const documented = Array.from(page.matchAll(/^\| `([A-Z_]+)` \| /gm), ([, code]) => code);
  // Besides an attempt's: what the dead-letter handler writes when no attempt has said anything.
  expect(new Set(documented)).toEqual(new Set([...Object.keys(sendErrors), "DEAD_LETTERED"]));
});
