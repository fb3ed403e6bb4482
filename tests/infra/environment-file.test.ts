import { readFileSync } from "node:fs";
import { join } from "node:path";
import { consumerBinding, producerBinding } from "@gift/fleet/binding";
import { expect, test } from "vitest";
import { renderEnvironment } from "./synth/environment-file.ts";
import { root } from "./synth/repository.ts";
import { synthesized } from "./synth/synthesized.ts";

test("sst-env.d.ts is what a deploy of production would write: else `bun run synth --stage production --types > sst-env.d.ts`", async () => {
  const { links } = await synthesized({ stage: "production" });
  expect(readFileSync(join(root, "sst-env.d.ts"), "utf8")).toBe(renderEnvironment(links));
});

test("every binding that a process reads is linked, under sst dev too", async () => {
  const read = ["Database", producerBinding("gift"), consumerBinding("gift"), consumerBinding("gift-dead-letters")];
  for (const isDev of [false, true]) {
    const { links } = await synthesized({ stage: "dave", isDev });
    expect(Object.keys(links)).toEqual(expect.arrayContaining(read));
  }
});

test("a binding's types are those of its values, its own type a literal, sorted as SST sorts them", () => {
  const properties = { url: "u", port: 1, isOpen: true, nested: { type: "inner" }, list: [1], type: "sst.aws.Queue" };
  expect(
    renderEnvironment({ B: { properties: { type: "b" } }, A: { properties } }),
  ).toContain(`  export interface Resource {
    "A": {
      "isOpen": boolean
      "list": any
      "nested": {
        "type": string
      }
      "port": number
      "type": "sst.aws.Queue"
      "url": string
    }
    "B": {
      "type": "b"
    }
  }`);
});
