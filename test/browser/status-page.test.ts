import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { statusPage } from "../../commands/status/html/page.ts";
import { say } from "../../toolchain/progress.ts";
import { findBrowser, inspectPage, startBrowser, type Viewport } from "../../lab/browser.ts";
import { FOUR_HOSTS, ONE_HOST } from "./reports.ts";

const VIEWS: Viewport[] = [360, 800, 1280].flatMap((width) => [
  { width, scheme: "light" as const },
  { width, scheme: "dark" as const },
]);
const PAGES = { well: ONE_HOST, "not-well": FOUR_HOSTS };

/**
 * Runs in the page. Returns how much wider the page is than its window, and the texts with too little contrast to their
 * background, by WCAG 2 (4.5 to 1, large texts 3 to 1).
 */
const MEASURE = `(() => {
  const parts = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    const colour = parts(getComputedStyle(element).backgroundColor);
    return colour[3] === 0 && element.parentElement ? ground(element.parentElement) : colour;
  };
  const weak = [];
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent.trim()).join(" ").trim();
    if (own === "") continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(parts(style.color)), light(ground(element))].sort((one, other) => other - one);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < (isLarge ? 3 : 4.5)) weak.push(own + ": " + contrast.toFixed(2));
  }
  return { wider: document.documentElement.scrollWidth - window.innerWidth, weak, height: document.body.scrollHeight };
})()`;

/** Folder in which pages and screenshots are kept; by default they are removed. */
const KEPT = process.env["PULUMI_SWARM_TEST_PICTURES"];

let browser: Awaited<ReturnType<typeof startBrowser>>;
let folder: string;

beforeAll(async () => {
  const program = findBrowser();
  if (!program) throw new Error("there is no Chromium on PATH: install one (Debian: `apt-get install chromium`)");
  folder = KEPT === undefined ? mkdtempSync(join(tmpdir(), "pulumi-swarm-status-page-")) : resolve(KEPT);
  mkdirSync(folder, { recursive: true });
  for (const [name, report] of Object.entries(PAGES)) {
    writeFileSync(join(folder, `${name}.html`), statusPage(report, new Date("2026-11-25T12:00:00Z")));
  }
  browser = await startBrowser(program);
});
afterAll(async () => {
  await browser?.close();
  if (KEPT !== undefined) say(`pictures of the status page: ${folder}`);
  else if (folder) rmSync(folder, { recursive: true, force: true });
});

test.each(Object.keys(PAGES).flatMap((name) => VIEWS.map((view) => ({ name, ...view }))))(
  "$name, $width pixels wide, $scheme: fits, is readable, and requests nothing",
  async ({ name, ...view }) => {
    const url = pathToFileURL(join(folder, `${name}.html`)).href;
    const { requests, logEntries, value, screenshot } = await inspectPage(browser, url, view, MEASURE);
    writeFileSync(join(folder, `${name}-${view.width}-${view.scheme}.png`), screenshot);
    expect(requests).toEqual([url]);
    expect(logEntries).toEqual([]);
    expect(value).toMatchObject({ wider: 0, weak: [] });
    // The page is higher than the window, and so is the screenshot.
    expect((value as { height: number }).height).toBeGreaterThan(900);
    expect(screenshot.readUInt32BE(20)).toBeGreaterThan(900);
  },
);

test("light and dark differ", async () => {
  const url = pathToFileURL(join(folder, "well.html")).href;
  const [light, dark] = [
    await inspectPage(browser, url, { width: 800, scheme: "light" }, "getComputedStyle(document.body).backgroundColor"),
    await inspectPage(browser, url, { width: 800, scheme: "dark" }, "getComputedStyle(document.body).backgroundColor"),
  ];
  expect(light.value).not.toBe(dark.value);
  expect(light.screenshot.equals(dark.screenshot)).toBe(false);
});
