import { defineConfig } from "vitest/config";
import usual from "./vitest.config.ts";

/** What takes a minute or more: part of the check and not of every run of the tests. */
// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({ test: { ...usual.test, include: ["tests/**/*.long.ts"] } });
