import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { installMissing, isOnPath } from "./packages.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Returns the path of a browser on this machine. */
export function findBrowser(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(existsSync);
}

/** Installs Chromium if there is no browser, and if this is root and has apt-get. */
export async function installBrowser(): Promise<void> {
  if (findBrowser() || process.getuid?.() !== 0 || !isOnPath("apt-get")) return;
  await installMissing({ chromium: "chromium" });
}

/** Starts a headless browser of this machine. */
export function startBrowser(executablePath: string): Promise<Browser> {
  // Chromium's sandbox does not work as root, and is not needed for our own page.
  return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
}

/** Window size and color scheme of a page. */
export interface Viewport {
  /** Width of the window in pixels. */
  width: number;
  scheme: "light" | "dark";
}

/** The result of inspecting a page. */
export interface PageInspection {
  /** URLs that the page requested. */
  requests: string[];
  /** Messages of the browser's console, and errors of scripts. */
  logEntries: string[];
  /** The expression's value. */
  value: unknown;
  /** A screenshot of the whole page, PNG. */
  screenshot: Buffer;
}

/** Opens a page, evaluates an expression in it and takes a screenshot. */
export async function inspectPage(
  browser: Browser,
  url: string,
  { width, scheme }: Viewport,
  expression: string,
): Promise<PageInspection> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
  const requests: string[] = [];
  const logEntries: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => logEntries.push(message.text()));
  page.on("pageerror", ({ message }) => logEntries.push(message));
  await page.goto(url);
  const value: unknown = await page.evaluate(expression);
  const screenshot = await page.screenshot({ fullPage: true });
  await page.close();
  return { requests, logEntries, value, screenshot };
}
