import { readFileSync } from "node:fs";
import { check } from "@gift/link/check";
import { type Static, Type } from "@sinclair/typebox";
import { taskDeclaration } from "../task/task.ts";

const outputs = Type.Object({ region: Type.String({ minLength: 1 }), operator: taskDeclaration });

/**
 * Reads where operators work on the stage that was deployed last.
 * @param path of SST's outputs
 * @throws Error that says what to do when there is none
 */
export function readOperator(path: string): Static<typeof outputs> {
  return check(outputs, parse(path), path);
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new Error(
      `${path} can't be read: it is what "sst deploy" leaves in the folder it ran in; for the local stack there is "bun run ops"`,
      { cause },
    );
  }
}
