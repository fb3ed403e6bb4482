// SST's config.ts imports `Shell` from "bun"; the bun-types that SST ships bring a second @types/node and break the
// check.
export interface ShellPromise extends Promise<{ exitCode: number; stdout: Uint8Array; stderr: Uint8Array }> {
  nothrow(): ShellPromise;
  quiet(): ShellPromise;
  text(): Promise<string>;
}
export type Shell = (strings: TemplateStringsArray, ...values: unknown[]) => ShellPromise;
