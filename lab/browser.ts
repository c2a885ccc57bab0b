import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
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
  /** Entries of the browser's log. */
  logEntries: string[];
  /** The expression's value. */
  value: unknown;
  /** A screenshot of the whole page, PNG. */
  screenshot: Buffer;
}

interface Answer {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { message: string };
}

/** Headless Chromium, controlled with the DevTools protocol. */
export class Browser {
  readonly #process: ChildProcess;
  readonly #socket: WebSocket;
  readonly #folder: string;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #listen: (answer: Answer) => void = () => {};
  #calls = 0;

  private constructor(process: ChildProcess, socket: WebSocket, folder: string) {
    this.#process = process;
    this.#socket = socket;
    this.#folder = folder;
    socket.addEventListener("message", ({ data }) => this.#receive(JSON.parse(String(data)) as Answer));
  }

  static async start(program: string): Promise<Browser> {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-browser-"));
    const flags = ["--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--remote-debugging-port=0"];
    // Chromium's sandbox does not work as root, and is not needed for our own page.
    const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    const child = spawn(program, [...flags, ...asRoot, `--user-data-dir=${folder}`, "about:blank"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const socket = new WebSocket(await readAddress(child));
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", reject);
    });
    return new Browser(child, socket, folder);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#socket.close();
    this.#process.kill();
    await ended;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }

  /** Opens a page, evaluates an expression in it and takes a screenshot. */
  async inspectPage(url: string, { width, scheme }: Viewport, expression: string): Promise<PageInspection> {
    const { targetId } = await this.#call("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.#call("Target.attachToTarget", { targetId, flatten: true });
    const call = (method: string, params: object = {}) => this.#call(method, params, String(sessionId));
    const requests: string[] = [];
    const logEntries: string[] = [];
    const loaded = new Promise<void>((resolve) => {
      this.#listen = ({ method, params = {} }) => {
        if (method === "Network.requestWillBeSent") requests.push((params["request"] as { url: string }).url);
        if (method === "Log.entryAdded") logEntries.push((params["entry"] as { text: string }).text);
        if (method === "Page.loadEventFired") resolve();
      };
    });
    for (const domain of ["Page", "Network", "Log"]) await call(`${domain}.enable`);
    await call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    await call("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: false });
    await call("Page.navigate", { url });
    await loaded;
    const { result } = await call("Runtime.evaluate", { expression, returnByValue: true });
    const { data } = await call("Page.captureScreenshot", { captureBeyondViewport: true });
    await this.#call("Target.closeTarget", { targetId });
    const screenshot = Buffer.from(String(data), "base64");
    return { requests, logEntries, value: (result as { value: unknown }).value, screenshot };
  }

  #receive(answer: Answer): void {
    if (answer.id === undefined) this.#listen(answer);
    else this.#waiting.get(answer.id)?.(answer);
  }

  #call(method: string, params: object = {}, sessionId?: string): Promise<Record<string, unknown>> {
    const id = ++this.#calls;
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        this.#waiting.delete(id);
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result ?? {});
      });
    });
  }
}

/** Reads the address of the DevTools socket from the browser's output. */
function readAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the browser ended with ${code}:\n${lines.join("\n")}`)));
    createInterface({ input: child.stderr! }).on("line", (line) => {
      lines.push(line);
      const [, address] = /^DevTools listening on (ws:\S+)$/.exec(line) ?? [];
      if (address) resolve(address);
    });
  });
}
