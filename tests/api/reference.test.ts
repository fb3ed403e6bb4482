import { describe, expect, test } from "vitest";
import { useApi } from "./api.ts";

const api = useApi();

describe("the reference page", () => {
  test("is HTML whose every file this process serves, with the right type", async () => {
    const page = await api.call("GET", "/docs");
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const links = Array.from(page.text.matchAll(/(?:src|href)="([^"]+)"/g), ([, link]) => link ?? "");
    expect(links).toHaveLength(6);
    for (const link of links) {
      const file = await api.call("GET", link);
      expect({ link, status: file.status, type: file.headers.get("content-type") }).toEqual({
        link,
        status: 200,
        type:
          { css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8", png: "image/png" }[
            link.split(".").at(-1) ?? ""
          ] ?? "application/json",
      });
      expect(file.text.length).toBeGreaterThan(100);
    }
  });

  test("may talk to nobody else: the browser is told so", async () => {
    const policy = (await api.call("GET", "/docs")).headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|\*/);
  });

  test("names no other host", async () => {
    for (const path of ["/docs", "/docs/page.js", "/docs/page.css"])
      expect((await api.call("GET", path)).text).not.toMatch(/https?:\/\//);
  });

  test("shows the document without sending it to a validator", async () => {
    const { text } = await api.call("GET", "/docs/page.js");
    expect(text).toContain('url: "/openapi.json"');
    expect(text).toContain("validatorUrl: null");
  });

  test("serves the files it names and no others of their folders", async () => {
    for (const name of ["package.json", "index.html", "swagger-ui.js", "swagger-ui-bundle.js.map", "page.html"])
      expect((await api.call("GET", `/docs/${name}`)).status).toBe(404);
  });
});
