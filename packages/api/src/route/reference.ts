import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { Elysia } from "elysia";

const { resolve } = createRequire(import.meta.url);
const ownPath = (name: string) => new URL(`../reference/${name}`, import.meta.url);
const swaggerUiPath = (name: string) => resolve(`swagger-ui-dist/${name}`);

const contentTypes = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  png: "image/png",
} as const;

/** Whatever the page tries, the browser lets it load from and talk to this process only. */
const contentSecurityPolicy = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data:"],
  ...["connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join("; ");

/** `GET /docs`: the OpenAPI document, rendered by Swagger UI from files of this process. */
export function referenceRoute() {
  return new Elysia()
    .get("/docs", async () => serve(ownPath("page.html"), "html"))
    .get("/docs/page.css", async () => serve(ownPath("page.css"), "css"))
    .get("/docs/page.js", async () => serve(ownPath("page.js"), "js"))
    .get("/docs/swagger-ui.css", async () => serve(swaggerUiPath("swagger-ui.css"), "css"))
    .get("/docs/swagger-ui-bundle.js", async () => serve(swaggerUiPath("swagger-ui-bundle.js"), "js"))
    .get("/docs/favicon-32x32.png", async () => serve(swaggerUiPath("favicon-32x32.png"), "png"));
}

/** Read for each request: kept in memory, the bundle's 1.7 MB would be held for a page that is rarely opened. */
async function serve(path: string | URL, kind: keyof typeof contentTypes): Promise<Response> {
  return new Response(await readFile(path), {
    headers: {
      "content-type": contentTypes[kind],
      "content-security-policy": contentSecurityPolicy,
      "cache-control": "max-age=600",
      "x-content-type-options": "nosniff",
    },
  });
}
