import { describe, expect, test } from "vitest";
import { statusArguments } from "../../../commands/status/arguments.ts";
import { hostHealth, serviceHealth, taskHealth } from "../../../commands/status/html/health.ts";
import { hostsView } from "../../../commands/status/html/hosts.ts";
import { html } from "../../../commands/status/html/markup.ts";
import { statusPage } from "../../../commands/status/html/page.ts";
import type { HostReport } from "../../../commands/status/hosts.ts";
import type { ServiceReport, StatusReport, TaskReport } from "../../../commands/status/model.ts";
import { type ServerReport, storeReport } from "../../../commands/status/store.ts";
import { FOUR_HOSTS } from "../../browser/reports.ts";

const AT = new Date("2026-11-25T12:00:00Z");

const host = (over: Partial<HostReport> = {}): HostReport => ({
  key: "a",
  hostname: "node1",
  role: "manager",
  leader: true,
  state: "ready",
  availability: "active",
  engineVersion: "28.5.1",
  engine: "ssh://admin@192.0.2.1",
  reachable: true,
  ...over,
});
const task = (over: Partial<TaskReport> = {}): TaskReport => ({
  id: "task1",
  name: "minio-main.node1",
  service: "minio-main",
  node: "node1",
  image: "silo",
  desired: "running",
  state: "running",
  since: "2026-11-25T11:00:00Z",
  ageSeconds: 3600,
  addresses: ["10.20.0.3/24"],
  ...over,
});
const service = (over: Partial<ServiceReport> = {}): ServiceReport => ({
  id: "service1",
  name: "minio-main",
  mode: "global",
  running: 1,
  desired: 1,
  image: "silo:1",
  ports: ["9000->9000/tcp (host)"],
  ...over,
});
const server = (over: Partial<ServerReport> = {}): ServerReport => ({
  endpoint: "minio-node1:9000",
  state: "online",
  uptimeSeconds: 60,
  version: "2026-09-16",
  drives: [{ path: "/drives/d1", state: "ok", usedBytes: 1024, totalBytes: 4096, pool: 0, set: 0 }],
  ...over,
});
const report = (over: Partial<StatusReport> = {}): StatusReport => ({
  stack: "prod",
  hosts: [host()],
  manager: "a",
  network: FOUR_HOSTS.network,
  services: [service()],
  tasks: [task()],
  store: {
    writable: true,
    endpoints: { a: { url: "http://192.0.2.1:9000", healthy: true, answer: "healthy" } },
    servers: [server()],
    problems: [],
  },
  problems: [],
  ...over,
});

/** HTML elements without an end tag. */
const VOID = ["meta", "br"];

interface Page {
  /** Every start tag with its attributes. */
  elements: { name: string; attributes: Record<string, string> }[];
  /** All text outside of tags. */
  text: string;
}

/** Parses the page strictly: every element must have an end tag, in order. */
function parsed(page: string): Page {
  const open: string[] = [];
  const elements: Page["elements"] = [];
  const text = page
    .replace(/(?<=<style>)[^<]*(?=<\/style>)/, "")
    .replace(/<(\/?)([a-z][a-z0-9]*)((?:\s+[\w-]+(?:="[^"<>]*")?)*)\s*(\/?)>/g, (_tag, end, name, rest, own) => {
      if (end) expect(open.pop()).toBe(name);
      else {
        const attributes = [...String(rest).matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, key = "", value = ""]) => [
          key,
          value,
        ]);
        elements.push({ name: String(name), attributes: Object.fromEntries(attributes) as Record<string, string> });
        if (!own && !VOID.includes(String(name))) open.push(String(name));
      }
      return "\n";
    });
  expect(open).toEqual([]);
  return { elements, text: text.replace("<!doctype html>", "") };
}

describe("the page", () => {
  test("has an end tag for every element, and no text that could be one", () => {
    const { elements, text } = parsed(statusPage(report(), AT));
    expect(elements.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["html", "main", "h1", "h2", "table", "svg"]),
    );
    expect(text).not.toMatch(/[<>]/);
  });

  test("contains all that a user needs", () => {
    const { text } = parsed(statusPage(report(), AT));
    for (const part of [
      "Stack prod",
      "all is well",
      "manager, leader",
      "node1",
      "28.5.1",
      "minio-overlay-network",
      "10.20.0.0/24",
    ]) {
      expect(text).toContain(part);
    }
    for (const part of ["minio-main", "running", "for 1 h", "minio-node1:9000", "/drives/d1", "1.0 KiB of 4.0 KiB"]) {
      expect(text).toContain(part);
    }
    for (const part of ["write quorum", "healthy", "2026-11-25 12:00:00 UTC", "4097", "p1 192.0.2.1"]) {
      expect(text).toContain(part);
    }
  });

  test("loads and runs nothing, which its Content-Security-Policy enforces", () => {
    const page = statusPage(report(), AT);
    const { elements } = parsed(page);
    const names = elements.map(({ name }) => name);
    for (const name of ["script", "link", "img", "iframe", "form", "a"]) expect(names).not.toContain(name);
    const attributes = elements.flatMap((element) => Object.keys(element.attributes));
    for (const name of ["src", "href", "srcset", "onload", "onclick"]) expect(attributes).not.toContain(name);
    expect(page).not.toMatch(/url\(|@import|https?:\/\/(?!192\.0\.2\.)/);
    const policy = elements.find(({ attributes: { "http-equiv": header } }) => header === "Content-Security-Policy");
    expect(policy?.attributes["content"]).toMatch(/^default-src &#39;none&#39;; style-src/);
  });

  test("describes colours and positions for users who cannot see them", () => {
    const { elements, text } = parsed(statusPage(report({ hosts: [host({ state: "down" })] }), AT));
    const withName = (name: string) => elements.filter((element) => element.name === name);
    expect(withName("html")[0]?.attributes["lang"]).toBe("en");
    expect(withName("th").every(({ attributes }) => ["row", "col"].includes(attributes["scope"] ?? ""))).toBe(true);
    expect(withName("caption")).toHaveLength(withName("table").length);
    expect(withName("svg").every(({ attributes }) => attributes["aria-hidden"] === "true")).toBe(true);
    expect(elements.filter(({ attributes }) => attributes["role"] === "img")).toMatchObject([
      { attributes: { "aria-label": "25 % of the disk used" } },
    ]);
    expect(text).toContain("unhealthy");
  });

  test("lists problems first", () => {
    const { text } = parsed(statusPage(report({ problems: ["host a: its node is down", "another"] }), AT));
    expect(text).toContain("2 problems");
    expect(text.indexOf("its node is down")).toBeLessThan(text.indexOf("Hosts on their network"));
  });

  test("shows unknown values without a manager", () => {
    const { text } = parsed(
      statusPage(report({ manager: undefined, network: undefined, services: [], tasks: [] }), AT),
    );
    expect(text.match(/unknown: no manager answers/g)).toHaveLength(4);
  });

  test("shows why the state of a store is unknown", () => {
    const store = { writable: false, endpoints: {}, servers: [], error: "refused", problems: [] };
    const { text } = parsed(statusPage(report({ store }), AT));
    expect(text).toContain("state unknown: refused");
    expect(text).toContain("no endpoint is published");
  });
});

const MARKUP = `<script>alert("x")</script>'&`;

describe("escapes markup in", () => {
  test.each<[string, Partial<StatusReport>]>([
    ["the stack", { stack: MARKUP }],
    ["a host's key", { hosts: [host({ key: MARKUP })] }],
    ["a host's name", { hosts: [host({ hostname: MARKUP })] }],
    ["a node's state", { hosts: [host({ state: MARKUP })] }],
    ["an engine's version", { hosts: [host({ engineVersion: MARKUP })] }],
    ["an engine's address", { hosts: [host({ engine: MARKUP })] }],
    ["an engine's error", { hosts: [host({ reachable: false, error: MARKUP })] }],
    ["the network's name", { network: { ...report().network!, name: MARKUP } }],
    ["the network's labels", { network: { ...report().network!, labels: { [MARKUP]: MARKUP } } }],
    ["a peer", { network: { ...report().network!, peers: [{ name: MARKUP, address: MARKUP }] } }],
    ["the manager's key", { manager: MARKUP }],
    ["a service", { services: [service({ name: MARKUP, image: MARKUP, ports: [MARKUP, MARKUP], update: MARKUP })] }],
    ["a task", { tasks: [task({ name: MARKUP, service: MARKUP, state: MARKUP, addresses: [MARKUP], error: MARKUP })] }],
    [
      "a server",
      { store: { ...report().store, servers: [server({ endpoint: MARKUP, state: MARKUP, version: MARKUP })] } },
    ],
    [
      "a drive",
      {
        store: {
          ...report().store,
          servers: [server({ drives: [{ ...server().drives[0]!, path: MARKUP, state: MARKUP }] })],
        },
      },
    ],
    [
      "an endpoint",
      { store: { ...report().store, endpoints: { [MARKUP]: { url: MARKUP, healthy: false, answer: MARKUP } } } },
    ],
    ["a problem", { problems: [MARKUP] }],
  ])("%s", (_what, over) => {
    const page = statusPage(report(over), AT);
    const { elements, text } = parsed(page);
    expect(page).not.toContain("<script");
    expect(elements.map(({ name }) => name)).not.toContain("script");
    expect(text).toContain("&#60;script&#62;alert(&#34;x&#34;)&#60;/script&#62;&#39;&#38;");
  });

  test("keeps markup of parts, joins lists, and omits missing values", () => {
    expect(html`<p>${[html`<b>${1}</b>`, undefined, false, "<"]}</p>`.text).toBe("<p><b>1</b>&#60;</p>");
  });
});

describe("the assignment to hosts", () => {
  const hosts = [host({ key: "a", hostname: "node1" }), host({ key: "b", hostname: "big-node1" })];

  test.each([
    ["minio-node1:9000", "a"],
    ["minio-big-node1:9000", "b"],
    ["https://minio-node1:9000", "a"],
    ["node1:9000", "a"],
    ["minio-node2:9000", undefined],
    ["minio-anode1:9000", undefined],
  ])("puts the member %s on host %s", (endpoint, key) => {
    const store = { ...report().store, servers: [server({ endpoint })] };
    const view = hostsView(report({ hosts, store }));
    expect(view.hosts.find(({ servers }) => servers.length > 0)?.host.key).toBe(key);
    expect(view.otherServers).toHaveLength(key === undefined ? 1 : 0);
  });

  test("puts the only member of a store, which calls itself 127.0.0.1, on the host that answered", () => {
    const drives = [{ path: "/drives/d1", state: "ok" }];
    const info = { servers: [{ endpoint: "127.0.0.1:9000", state: "online", drives }] };
    const store = storeReport({ status: "success", info }, {}, "b");
    const view = hostsView(report({ hosts, store }));
    expect(view.hosts.map(({ servers }) => servers.length)).toEqual([0, 1]);
    expect(view.otherServers).toEqual([]);
    expect(parsed(statusPage(report({ hosts, store }), AT)).text).not.toContain("Not on a host of this stack");
  });

  test("omits tasks that have ended, and lists tasks on other hosts separately", () => {
    const tasks = [
      task(),
      task({ id: "old", desired: "shutdown", state: "failed" }),
      task({ id: "far", node: "other" }),
    ];
    const view = hostsView(report({ tasks }));
    expect(view.hosts[0]?.tasks.map(({ id }) => id)).toEqual(["task1"]);
    expect(view.otherTasks.map(({ id }) => id)).toEqual(["far"]);
  });
});

describe("health", () => {
  test.each([
    [{}, "good"],
    [{ availability: "drain" }, "warn"],
    [{ state: "down" }, "bad"],
    [{ reachable: false }, "bad"],
    [{ state: "unknown" }, "unknown"],
    [{ state: "unknown", reachable: false }, "bad"],
  ] as [Partial<HostReport>, string][])("of a host %j is %s", (over, health) =>
    expect(hostHealth(host(over))).toBe(health),
  );

  test.each([
    [{}, "good"],
    [{ state: "starting" }, "warn"],
    [{ state: "failed", desired: "shutdown" }, "bad"],
    [{ state: "shutdown", desired: "shutdown" }, "unknown"],
    [{ desired: "shutdown" }, "warn"],
  ] as [Partial<TaskReport>, string][])("of a task %j is %s", (over, health) =>
    expect(taskHealth(task(over))).toBe(health),
  );

  test.each([
    [1, 1, "good"],
    [1, 2, "warn"],
    [0, 1, "bad"],
    [0, 0, "bad"],
  ])("of a service with %i of %i tasks is %s", (running, desired, health) =>
    expect(serviceHealth(service({ running, desired }))).toBe(health),
  );
});

test("arguments", () => {
  expect(statusArguments(["--html", "status.html", "--json"])).toMatchObject({ html: "status.html", json: true });
  expect(statusArguments(["--html=a=b.html"]).html).toBe("a=b.html");
  expect(statusArguments([]).html).toBeUndefined();
  expect(() => statusArguments(["--html"])).toThrow("--html: needs a value");
  expect(() => statusArguments(["--html", "--json"])).toThrow("--html: needs a value");
  expect(() => statusArguments(["page.html"])).toThrow(
    'argument "page.html": unknown to `npm run status`: see `npm run status -- --help`',
  );
});
