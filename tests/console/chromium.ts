import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

/** Where Debian, Ubuntu, Fedora, Alpine, Chrome's own packages and macOS put it. */
const usualPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/opt/google/chrome/chrome",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The Chromium of this machine; undefined when it has none. */
export const chromiumPath = usualPlaces.find((path) => existsSync(path));

/** For a test's name: why it is skipped. */
export const skipReason = chromiumPath ? "" : " (skipped: no Chromium here, e.g. apt-get install chromium)";

/** Starts it. Its sandbox needs rights that a container, or root, doesn't have; the pages are our own. */
export function startChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error("no Chromium here");
  return chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
}

export interface WatchedPage {
  readonly page: Page;
  /** Whatever the browser complained about, and what was asked of another host. */
  readonly complaints: readonly string[];
}

/** A page that notes every complaint. */
export async function openPage(context: BrowserContext, origin: string): Promise<WatchedPage> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (err) => complaints.push(`exception: ${err.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`asked ${request.url()}`);
  });
  return { page, complaints };
}
