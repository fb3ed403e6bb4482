import { defineConfig } from "vitest/config";

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: ["tests/support/global-setup.ts"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Vitest's one second is too short on a machine with other work; a poll that succeeds doesn't wait for it.
    expect: { poll: { timeout: 15_000, interval: 20 } },
    // Two cores: more files at once only make the timing-sensitive ones wait for each other.
    maxWorkers: 2,
  },
});
