import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { OpenContext, Route } from "../http/route.ts";
import { PageError } from "../page-error.ts";

const { resolve } = createRequire(import.meta.url);
const own = (name: string) => new URL(`../browser/${name}`, import.meta.url);

type FilePath = string | URL | readonly URL[];

const contentTypes = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
} as const;

/** In this order: a later one wins. */
const styles = ["base", "bar", "form", "table", "gift", "live", "narrow"];

/** Everything that a page may load, under the name it is loaded by: nothing else of this machine can be asked for. */
const files = {
  "page.css": { kind: "css", path: styles.map((name) => own(`style/${name}.css`)) },
  "live.js": { kind: "js", path: own("live.js") },
  "chart.js": { kind: "js", path: own("chart.js") },
  "icon.svg": { kind: "svg", path: own("icon.svg") },
  "uplot.css": { kind: "css", path: resolve("uplot/dist/uPlot.min.css") },
  "uplot.js": { kind: "js", path: resolve("uplot/dist/uPlot.esm.js") },
  "idiomorph.js": { kind: "js", path: resolve("idiomorph/dist/idiomorph.esm.js") },
} as const satisfies Record<string, { kind: keyof typeof contentTypes; path: FilePath }>;

interface Asset {
  readonly text: string;
  readonly contentType: string;
  readonly etag: string;
}

/** `GET /assets/:name`, before anybody is let in: the sign-in page has a style sheet, too. */
export function assetRoute(): Route<OpenContext> {
  const assets = new Map(Object.entries(files).map(([name, file]) => [name, load(file)]));
  return {
    method: "GET",
    path: "/assets/:name",
    handle({ request, params }) {
      const asset = assets.get(params.name ?? "");
      if (!asset) throw new PageError(404, "There is no such file.");
      // Asked for again with each page, answered without a body unless the process has another version by now.
      const headers = { "cache-control": "no-cache", etag: asset.etag };
      if (request.headers.get("if-none-match") === asset.etag) return new Response(null, { status: 304, headers });
      return new Response(asset.text, { headers: { ...headers, "content-type": asset.contentType } });
    },
  };
}

function load({ kind, path }: { kind: keyof typeof contentTypes; path: FilePath }): Asset {
  const paths = typeof path === "string" || path instanceof URL ? [path] : path;
  const text = paths.map((one) => readFileSync(one, "utf8")).join("\n");
  const etag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 16)}"`;
  return { text, contentType: contentTypes[kind], etag };
}
