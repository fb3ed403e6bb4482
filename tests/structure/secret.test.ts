import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generateKey, parseKey } from "@gift/core/api-key/credential";
import { describe, expect, test } from "vitest";
import { root } from "../support/sources.ts";

/** What secrets look like; the examples below are put together, so that this file has none. */
const patterns: Readonly<Record<string, RegExp>> = {
  "an API key of ours": /gift_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}/g,
  "an AWS access key": /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  "an AWS secret key": /aws_?secret_?(?:access_?)?key["']?\s*[:=]\s*["']?[0-9A-Za-z/+]{40}(?![0-9A-Za-z/+])/gi,
  "a private key": /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[0-9A-Za-z+/]{20}/g,
  "the address of a Slack webhook": /hooks\.slack\.com\/services\/T[0-9A-Z]{6,}\/B[0-9A-Z]{6,}\/[0-9A-Za-z]{20,}/g,
  "a GitHub token": /\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{60,})/g,
  "a Datadog key": /dd_?(?:api|app)_?key["']?\s*[:=]\s*["']?[0-9a-f]{32,40}\b/gi,
  "a URL with a password": /\bpostgres(?:ql)?:\/\/[^\s:/@"'`]+:[^\s/@"'`$<{]{8,}@(?!127\.0\.0\.1|localhost|\w+[:/])/g,
};

/** Also what is new and not ignored: a secret is found before it is committed. */
function trackedFiles(): string[] {
  const text = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  return text.split("\0").filter((path) => path !== "");
}

function secretsIn(text: string): string[] {
  return Object.entries(patterns).flatMap(([kind, pattern]) =>
    Array.from(text.matchAll(pattern), ([found]) => found)
      // A key of ours without its right checksum is an example, and opens nothing.
      .filter((found) => kind !== "an API key of ours" || parseKey(found) !== undefined)
      .map(() => kind),
  );
}

/** Undefined for what is listed but gone, or no text. */
function textOf(path: string): string | undefined {
  try {
    const bytes = readFileSync(join(root, path));
    return bytes.includes(0) ? undefined : bytes.toString("utf8");
  } catch {
    return undefined;
  }
}

describe("secrets", () => {
  test("are in none of the files that git has or would add", () => {
    const files = trackedFiles();
    expect(files.length).toBeGreaterThan(500);
    expect(files.flatMap((path) => secretsIn(textOf(path) ?? "").map((kind) => `${path} has ${kind}`))).toEqual([]);
  });

  test.each([
    ["an API key of ours", () => generateKey().key],
    ["an AWS access key", () => `AKIA${"Q7".repeat(8)}`],
    ["an AWS secret key", () => `aws_secret_access_key = ${"aB3/".repeat(10)}`],
    ["a private key", () => `-----BEGIN RSA ${"PRIVATE"} KEY-----\n${"MIIE".repeat(8)}`],
    [
      "the address of a Slack webhook",
      () => `https://hooks.slack.com/${"services"}/T0123ABCD/B0123ABCD/${"a1B2".repeat(6)}`,
    ],
    ["a GitHub token", () => `ghp_${"a1B2".repeat(9)}`],
    ["a Datadog key", () => `DD_API_KEY=${"0a1b".repeat(8)}`],
    ["a URL with a password", () => `postgres://owner:${"s3cret".repeat(2)}@db.example:5432/gift`],
  ])("%s would be found", (kind, example) => {
    expect(secretsIn(`x ${example()} y`)).toEqual([kind]);
  });
});
