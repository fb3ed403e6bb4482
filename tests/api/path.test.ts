import { isHealthCheck } from "@gift/api/http/health-check";
import { pathOf } from "@gift/api/http/path";
import { expect, test } from "vitest";

test.each([
  ["/gifts", "/gifts"],
  ["/gifts?a=/b?c", "/gifts"],
  ["http://api/gifts?key=x", "/gifts"],
  ["HTTP://api", "/"],
  ["*", "*"],
  ["", ""],
  ["http://[::1/gifts?key=x", "http://[::1/gifts"],
  ["gifts?key=x", "gifts"],
])("the path of %j is %j: never what is in the query", (url, path) => expect(pathOf(url)).toBe(path));

test.each([
  ["/healthz", true],
  ["/readyz?from=load-balancer", true],
  ["http://api/healthz", true],
  ["/healthz/", false],
  ["/HEALTHZ", false],
  ["/gifts?/healthz", false],
  [undefined, false],
])("%j is a health check: %j", (url, is) => expect(isHealthCheck(url)).toBe(is));
