import { spawn } from "node:child_process";
import { once } from "node:events";
import { root } from "../support/sources.ts";

/** Runs `bun run bench` with these words. */
export async function runBench(...words: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ["tests/bench/main.ts", ...words], { cwd: root });
  const said = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said.stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said.stderr += chunk;
  });
  const [code] = await once(child, "close");
  return { code, ...said };
}
