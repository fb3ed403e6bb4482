import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { DatabaseLink } from "@gift/local/database-link";
import { repositoryFolder } from "@gift/local/repository";
import type { QueueUrls } from "@gift/local/sqs/queues";
import { linkEnvironment } from "@gift/local/stack/service-spec";

const run = promisify(execFile);
const program = join(repositoryFolder, "packages/ops/src/main.ts");

/**
 * Runs an operator's command as `bun run ops …` does, in a process of its own.
 * @returns what it printed
 * @throws Error with what it printed, when it ends with another exit code than 0
 */
export async function operate(
  links: { readonly link: DatabaseLink; readonly queueUrls: QueueUrls },
  words: readonly string[],
): Promise<string> {
  const environment = linkEnvironment({ database: links.link, queues: links.queueUrls });
  try {
    const { stdout } = await run(process.execPath, [program, ...words], {
      env: { PATH: "/usr/bin:/bin", USER: "rehearsal", ...environment },
    });
    return stdout.trim();
  } catch (err) {
    throw new Error(`bun run ops ${words.join(" ")} failed: ${printed(err)}`, { cause: err });
  }
}

function printed(err: unknown): string {
  if (!(err instanceof Error)) return String(err);
  const output = ["stdout", "stderr"].map((name) => String(Reflect.get(err, name) ?? "")).join("");
  return output.trim() || err.message;
}
