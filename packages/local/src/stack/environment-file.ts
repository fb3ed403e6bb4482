import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

export interface EnvironmentFile {
  /** Removes it, unless another stack has written its own by now. */
  remove(): Promise<void>;
}

/**
 * Writes variables so that `--env-file` of Node and of Bun reads them back unchanged.
 * @param path readable by the owner only: it holds the database's password
 */
export async function writeEnvironmentFile(
  path: string,
  variables: Readonly<Record<string, string>>,
): Promise<EnvironmentFile> {
  const text = Object.entries(variables)
    // Single quotes keep JSON's double quotes; one inside JSON can be written as its escape. So is a dollar sign, which
    // Bun takes for a variable even there.
    .map(([name, value]) => `${name}='${value.replaceAll("'", "\\u0027").replaceAll("$", "\\u0024")}'\n`)
    .join("");
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { mode: 0o600 });
  return {
    async remove() {
      if ((await readFile(path, "utf8").catch(() => "")) === text) await rm(path, { force: true });
    },
  };
}
