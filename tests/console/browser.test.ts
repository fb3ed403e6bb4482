import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { recordRetry } from "@gift/core/send-attempt/retry";
import { startTcpProxy } from "@gift/rehearsal/system/tcp-proxy";
import { until } from "@gift/rehearsal/until";
import { sql } from "kysely";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { begun, deadMessage, giftIn, rowsOf } from "../core/gift-in.ts";
import { useTestDatabase } from "../support/database.ts";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { chromiumPath, openPage, skipReason, startChromium, type WatchedPage } from "./chromium.ts";
import { runConsole } from "./console.ts";

// A cold start of the browser on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

describe.skipIf(chromiumPath === undefined)(`in a real Chromium${skipReason}`, () => {
  const own = useTestDatabase();
  let sqs: SqsServer;
  let browser: Browser;

  beforeAll(async () => {
    [sqs, browser] = await Promise.all([startSqs(), startChromium()]);
  });
  afterAll(async () => {
    await browser.close();
    await sqs.close();
  });
  beforeEach(() =>
    sql`truncate gifts, send_requests, outbox, send_attempts, dead_letters, requeues restart identity`.execute(own.db),
  );

  async function open(origin: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
    const context = await browser.newContext(options);
    onTestFinished(() => context.close());
    return openPage(context, origin);
  }

  async function deadLetter() {
    const gift = await giftIn(own.db, "FAILED");
    await recordDeadLetter(own.db, deadMessage(gift.body));
    return gift;
  }

  const figure = (page: Page, state: string) =>
    page
      .locator("#gifts .cell")
      .filter({ has: page.getByText(state, { exact: true }) })
      .locator(".value");

  async function expectFigure(page: Page, name: string, text: string): Promise<void> {
    await until(`${name} ${text}`, async () => (await figure(page, name).textContent())?.trim() === text);
  }

  test("the page moves while gifts are sent, without an error and without a request to another host", async () => {
    const { origin } = await runConsole(own.connection, sqs);
    const { page, complaints } = await open(origin);
    await page.goto(origin);
    await until("live", async () => (await page.locator("#freshness").getAttribute("data-state")) === "live");
    await expectFigure(page, "SENT", "0");
    for (let count = 1; count <= 3; count += 1) await giftIn(own.db, "SENT");
    await expectFigure(page, "SENT", "3");
    await deadLetter();
    await page.getByRole("heading", { name: "One thing needs you" }).waitFor();
    await page.getByRole("link", { name: "PROVIDER_REFUSED" }).waitFor();
    // Something is drawn in each chart.
    expect(await page.locator(".chart canvas").count()).toBe(3);
    const hasInk = `[...document.querySelectorAll(".chart canvas")].map((canvas) => canvas.getContext("2d")
      .getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0))`;
    expect(await page.evaluate(hasInk)).toEqual([true, true, true]);
    expect(complaints).toEqual([]);
  });

  test("a gift is redriven with the keyboard alone, after a question that says what will happen", async () => {
    const { origin } = await runConsole(own.connection, sqs);
    const gift = await deadLetter();
    const { page, complaints } = await open(origin);
    await page.goto(origin);
    const press = async (name: RegExp) => {
      const hasFocus = async () => name.test(await focusedName(page));
      for (let steps = 0; steps < 40 && !(await hasFocus()); steps += 1) await page.keyboard.press("Tab");
      expect(await hasFocus(), `${name} can be reached with Tab`).toBe(true);
      await page.keyboard.press("Enter");
    };
    await press(/^Look, redrive or discard$/);
    await page.waitForURL("**/dead-letters");
    await press(/^Redrive dead letter 1$/);
    await page.getByRole("heading", { name: "Redrive dead letter 1?" }).waitFor();
    expect(await page.getByRole("main").textContent()).toContain("1 gift goes from FAILED to QUEUED");
    expect((await rowsOf(own.db, gift.id)).gift?.status).toBe("FAILED");
    await press(/^Redrive$/);
    await page.getByRole("heading", { name: "1 of 1 redriven" }).waitFor();
    const rows = await rowsOf(own.db, gift.id);
    expect(rows.gift?.status).toBe("QUEUED");
    expect(rows.deadLetters[0]).toMatchObject({ state: "REDRIVEN", resolved_by: "olga" });
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test.each(["light", "dark"] as const)(
    "no page breaks a rule of accessibility that axe knows, in the %s theme",
    async (colorScheme) => {
      const { origin } = await runConsole(own.connection, sqs);
      const gift = await deadLetter();
      await recordDeadLetter(own.db, deadMessage("nonsense"));
      const queued = await giftIn(own.db, "QUEUED");
      await recordRetry(own.db, await begun(own.db, queued), { code: "PROVIDER_UNAVAILABLE", message: "away" });
      const { page } = await open(origin, { colorScheme, reducedMotion: "reduce" });
      const paths = [
        "/",
        "/dead-letters",
        "/dead-letters?state=ANY",
        "/dead-letters/redrive?id=1",
        "/dead-letters/discard?state=OPEN",
      ];
      for (const path of [
        ...paths,
        `/gifts/${gift.id}`,
        "/gifts?status=FAILED",
        "/search?q=none",
        "/sign-in",
        "/nowhere",
      ]) {
        await page.goto(origin + path);
        expect(await violations(page), path).toEqual([]);
      }
    },
  );

  test("what is critical, and what is old, is legible too", async () => {
    const proxy = await startTcpProxy(own.connection);
    onTestFinished(() => proxy.close());
    const { origin } = await runConsole({ ...own.connection, port: proxy.port }, sqs);
    await proxy.cut();
    for (const colorScheme of ["light", "dark"] as const) {
      const { page } = await open(origin, { colorScheme, reducedMotion: "reduce" });
      await page.goto(origin);
      await page.getByText("Postgres doesn't answer.").last().waitFor();
      expect(await violations(page), colorScheme).toEqual([]);
    }
  });

  test("nothing scrolls sideways on a phone, tables within themselves excepted", async () => {
    const { origin } = await runConsole(own.connection, sqs);
    const gift = await deadLetter();
    const { page } = await open(origin, { viewport: { width: 360, height: 740 } });
    for (const path of ["/", "/dead-letters", "/dead-letters/redrive?id=1", `/gifts/${gift.id}`]) {
      await page.goto(origin + path);
      const excess = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
      expect(excess, path).toBe(0);
    }
  });

  test("when the console falls silent the page says so and calls nothing well; it goes on by itself afterwards", async () => {
    const console = await runConsole(own.connection, sqs);
    const proxy = await startTcpProxy({ port: Number(new URL(console.origin).port) });
    onTestFinished(() => proxy.close());
    const { page } = await open(console.origin);
    await page.goto(`http://127.0.0.1:${proxy.port}/`);
    await page.getByRole("heading", { name: "All is well" }).waitFor();
    proxy.freeze();
    await page.getByRole("heading", { name: "This page gets no news" }).waitFor();
    expect(await page.getByRole("heading", { name: "All is well" }).isVisible()).toBe(false);
    expect(await page.locator("#freshness-text").textContent()).toContain("these figures are old");
    await proxy.mend();
    await page.getByRole("heading", { name: "All is well" }).waitFor();
  });

  test("Pause holds the page still and gives the stream back", async () => {
    const console = await runConsole(own.connection, sqs);
    const { page } = await open(console.origin);
    await page.goto(console.origin);
    await until("live", async () => (await page.locator("#freshness").getAttribute("data-state")) === "live");
    const pause = page.getByRole("button", { name: "Pause" });
    await pause.click();
    expect(await pause.getAttribute("aria-pressed")).toBe("true");
    await until("no viewer", () => console.watchers() === 0);
    await giftIn(own.db, "SENT");
    expect(await page.locator("#freshness-text").textContent()).toContain("paused at");
    expect(await page.getByRole("heading", { name: "This page gets no news" }).isVisible()).toBe(false);
    await pause.click();
    await expectFigure(page, "SENT", "1");
  });

  test("an operator signs in, is asked for nothing again, and signs out", async () => {
    const key = "k".repeat(40);
    const { origin } = await runConsole(own.connection, sqs, { key });
    const gift = await giftIn(own.db, "FAILED");
    const { page, complaints } = await open(origin);
    await page.goto(`${origin}/gifts/${gift.id}`);
    await page.getByLabel("Your name, for the audit").fill("ann");
    await page.getByLabel("Key").fill(key);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "All is well" }).waitFor();
    await page.goto(`${origin}/gifts/${gift.id}/redrive`);
    await page.getByRole("button", { name: "Redrive" }).click();
    await page.getByText("by: ann").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(complaints).toEqual([]);
  });
});

/** What a screen reader would call the element that has the focus. */
async function focusedName(page: Page): Promise<string> {
  const name = `(document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "").trim()`;
  return String(await page.evaluate(name));
}

/** Broken rules and the elements that break them, WCAG 2.2 AA and good practice. */
async function violations(page: Page): Promise<unknown> {
  await page.evaluate(axeSource);
  return await page.evaluate(`axe.run(document).then(({ violations }) =>
    violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((node) => node.html.slice(0, 200) + node.failureSummary) })))`);
}
