import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { formatPreflightIssue, type PreflightIssue } from "../../../../provider/preflight/checks/issue.ts";
import { formatReport } from "../../../../provider/preflight/checks/all.ts";
import {
  blockedLinks,
  type ProbeHost,
  planTasks,
  type ProbeReport,
  type ProbeLink,
  planLinks,
  overlappingLinks,
} from "../../../../provider/preflight/connectivity/plan.ts";
import { probeScript } from "../../../../provider/preflight/connectivity/script.ts";
import {
  blockedLinkIssues,
  foreignSourceIssues,
  skippedProbeIssues,
} from "../../../../provider/preflight/checks/connectivity.ts";
import type { NetworkRequirement } from "../../../../core/requirement.ts";
import type { ClusterSnapshot } from "../../../../provider/preflight/snapshot.ts";
import { host, machine, NETWORK, ownManager, ownNetwork, snapshot, SWARM } from "../../preflight-snapshot.ts";

const NEEDS = { dataPathPort: 4789, encrypted: false };
const probed = (key: string, more: Partial<ProbeHost> = {}): ProbeHost => ({
  key,
  address: `10.1.0.${key.charCodeAt(0)}`,
  isNode: false,
  isManager: false,
  hasRoot: true,
  ...more,
});
const report = (more: Partial<ProbeReport> = {}): ProbeReport => ({
  received: {},
  connected: {},
  sources: {},
  failed: {},
  done: false,
  startedAt: 0,
  endedAt: 6_000,
  ...more,
});
const PLAIN = ["7946/tcp", "7946/udp", "4789/udp"];

describe("plans the links to probe", () => {
  test.each<[string, ProbeHost[], Partial<typeof NEEDS & { mtu: number }>, Record<string, string[]>]>([
    [
      "one more port to a manager",
      [probed("a", { isManager: true }), probed("b")],
      {},
      { "a b": PLAIN, "b a": ["7946/tcp", "2377/tcp", "7946/udp", "4789/udp"] },
    ],
    [
      "another data path port",
      [probed("a"), probed("b")],
      { dataPathPort: 5000 },
      { "a b": ["7946/tcp", "7946/udp", "5000/udp"], "b a": ["7946/tcp", "7946/udp", "5000/udp"] },
    ],
    [
      "ESP and whole packets",
      [probed("a"), probed("b")],
      { encrypted: true, mtu: 1400 },
      { "a b": [...PLAIN, "esp", "mtu"], "b a": [...PLAIN, "esp", "mtu"] },
    ],
    [
      "no ESP unless both hosts have root",
      [probed("a"), probed("b", { hasRoot: false })],
      { encrypted: true },
      { "a b": PLAIN, "b a": PLAIN },
    ],
    ["nothing between nodes", [probed("a", { isNode: true }), probed("b", { isNode: true })], {}, {}],
    [
      "a node's UDP ports only with root",
      [probed("a", { isNode: true, hasRoot: false }), probed("b")],
      {},
      { "a b": PLAIN, "b a": ["7946/tcp"] },
    ],
  ])("%s", (_, hosts, needs, links) =>
    expect(
      Object.fromEntries(
        planLinks(hosts, { ...NEEDS, ...needs }).map(({ from, to, checks }) => [`${from} ${to}`, checks]),
      ),
    ).toEqual(links),
  );
});

test("plans each host's listeners and peers, except for a node's own ports", () => {
  const hosts = [probed("a", { isNode: true, isManager: true }), probed("b", { dataAddress: "10.9.0.98" })];
  const parts = planTasks(hosts, planLinks(hosts, { ...NEEDS, encrypted: true, mtu: 1400 }), "mark", {
    mtu: 1400,
    dataPathPort: 4789,
  });
  expect(parts).toEqual({
    a: {
      self: "a",
      nonce: "mark",
      tcp: [],
      udp: [7946, 4789],
      esp: true,
      packetBytes: 1400,
      dataPathPort: 4789,
      peers: {
        b: {
          address: "10.1.0.98",
          dataAddress: "10.9.0.98",
          greet: true,
          checks: ["7946/tcp", "7946/udp", "4789/udp", "esp", "mtu"],
          expects: ["7946/udp", "4789/udp", "esp", "mtu"],
        },
      },
    },
    b: {
      self: "b",
      nonce: "mark",
      tcp: [7946],
      udp: [7946, 4789],
      esp: true,
      packetBytes: 1400,
      dataPathPort: 4789,
      peers: {
        a: {
          address: "10.1.0.97",
          dataAddress: "10.1.0.97",
          greet: false,
          checks: ["7946/tcp", "2377/tcp", "7946/udp", "4789/udp", "esp", "mtu"],
          expects: ["7946/tcp", "7946/udp", "4789/udp", "esp", "mtu"],
        },
      },
    },
  });
});

describe("finds blocked links", () => {
  const way = (checks: string[]): ProbeLink[] => [{ from: "a", to: "b", checks }];
  test.each<[string, string[], Partial<ProbeReport>, Partial<ProbeReport>, string[]]>([
    [
      "none if either host reports the packet",
      PLAIN,
      { connected: { b: ["7946/tcp"] } },
      { received: { a: ["7946/udp", "4789/udp"] } },
      [],
    ],
    ["those that neither host reports", PLAIN, {}, { received: { a: ["7946/tcp"] } }, ["7946/udp", "4789/udp"]],
    [
      "none for ports that could not be opened",
      PLAIN,
      {},
      { failed: { "4789/udp": "in use" } },
      ["7946/tcp", "7946/udp"],
    ],
    ["large packets if small ones arrive", ["7946/udp", "mtu"], {}, { received: { a: ["7946/udp"] } }, ["mtu"]],
    ["only small packets if no packet arrives", ["7946/udp", "mtu"], {}, {}, ["7946/udp"]],
  ])("%s", (_, checks, a, b, blocked) =>
    expect(blockedLinks(way(checks), { a: report(a), b: report(b) }).flatMap((found) => found.checks)).toEqual(blocked),
  );

  test("none for hosts without a report, or that did not probe at the same time", () => {
    expect(blockedLinks(way(PLAIN), { a: report() })).toEqual([]);
    const apart = { a: report(), b: report({ startedAt: 5_000, endedAt: 11_000 }) };
    expect(overlappingLinks(way(PLAIN), apart, {})).toEqual([]);
    // The host's clock is that much ahead.
    const ahead = { b: machine({ clock: { least: 4_900, most: 5_100 } }) };
    expect(overlappingLinks(way(PLAIN), apart, ahead)).toEqual(way(PLAIN));
    // A sender that received the other hosts' greetings early.
    const early = (done: boolean) => ({ a: report({ done, endedAt: 700 }), b: report() });
    expect(overlappingLinks(way(PLAIN), early(true), {})).toEqual(way(PLAIN));
    expect(overlappingLinks(way(PLAIN), early(false), {})).toEqual([]);
  });
});

const lines = (findings: PreflightIssue[]) =>
  findings.map((finding) => `${finding.warning ? "warning: " : ""}${formatPreflightIssue(finding)}`);
const seen = snapshot(
  { a: host(), b: host() },
  { addresses: { a: "10.1.0.97", b: "10.1.0.98" }, machines: { a: machine({ hasPython: true }), b: machine() } },
);

test("reports one line for a pair of hosts in both directions, and one for the MTU", () => {
  const links = [
    { from: "b", to: "a", checks: ["2377/tcp", "7946/udp"] },
    { from: "a", to: "b", checks: ["esp", "mtu"] },
  ];
  const found = (mtu: number) =>
    lines(blockedLinkIssues(SWARM, [{ ...NETWORK, settings: { mtu } }], seen, links, 4789));
  const blocked =
    'Swarm "swarm": hosts.a.privateAddress "10.1.0.97": traffic between this host and host b (10.1.0.98) is blocked: from b to a 2377/tcp, 7946/udp; from a to b ESP (IP protocol 50): open these ports in the firewalls and security groups of both';
  const narrow = (mtu: number) =>
    `OverlayNetwork "net": mtu ${mtu}: packets of ${mtu} bytes do not pass unfragmented between host a and host b: give the mtu that the link between them carries (\`ping -M do -s <mtu - 28>\` finds it)`;
  expect(found(1400)).toEqual([blocked, narrow(1400)]);
  // Only warns, as the MTU is the default.
  expect(found(1500)).toEqual([blocked, `warning: ${narrow(1500)}`]);
});

test("refuses the default MTU of an encrypted network on a path with a smaller one, unless the network exists", () => {
  const links = [{ from: "a", to: "b", checks: ["mtu"] }];
  const exists = { ...seen, hosts: { ...seen.hosts, a: ownManager({ networks: [ownNetwork()] }) } };
  const isWarning = (found: ClusterSnapshot) =>
    blockedLinkIssues(SWARM, [NETWORK], found, links, 4789).map(({ warning }) => warning);
  expect(isWarning(seen)).toEqual([false]);
  expect(isWarning(exists)).toEqual([true]);
});

test.each([
  [
    ["4789/udp"],
    4789,
    "; if something in between uses 4789/udp itself (NSX, Proxmox, some clouds), set dataPathPort on the Swarm",
  ],
  [
    ["5789/udp"],
    5789,
    "; if something in between uses 5789/udp itself (NSX, Proxmox, some clouds), set dataPathPort on the Swarm",
  ],
  [["7946/udp"], 4789, ""],
])("names dataPathPort if the data path is blocked: %j", (checks, port, fix) => {
  const [line] = lines(blockedLinkIssues(SWARM, [], seen, [{ from: "a", to: "b", checks }], port));
  expect(line).toContain(`open these ports in the firewalls and security groups of both${fix}`);
  expect(line?.includes("dataPathPort")).toBe(fix !== "");
});

describe("a host with packets from another address", () => {
  const reports = { a: report({ sources: { b: "10.1.0.9" } }), b: report() };
  const problem = (key: string, given: string) =>
    `Swarm "swarm": hosts.b.${key} "${given}": its packets reach host a from 10.1.0.9, and overlay networks drop what does ` +
    "not come from the address that is given: give 10.1.0.9, or change the machine's routes or addresses until " +
    `\`ip route get 10.1.0.97\` there shows \`src ${given}\``;
  const issues = (networks: NetworkRequirement[], found: ClusterSnapshot) =>
    lines(foreignSourceIssues(SWARM, networks, found, reports));

  test("is rejected if there is an overlay network", () => {
    expect(issues([NETWORK], seen)).toEqual([problem("privateAddress", "10.1.0.98")]);
    expect(issues([], seen)).toEqual([`warning: ${problem("privateAddress", "10.1.0.98")}`]);
  });

  test("is named by its data path address", () =>
    expect(issues([NETWORK], { ...seen, dataPathAddresses: { b: "10.2.0.98" } })).toEqual([
      problem("dataPathAddress", "10.2.0.98"),
    ]));

  test("causes a warning if it is a node", () =>
    expect(issues([NETWORK], { ...seen, hosts: { ...seen.hosts, b: ownManager() } })).toEqual([
      `warning: ${problem("privateAddress", "10.1.0.98")}`,
    ]));

  test("is reported once for all hosts that it reaches", () => {
    const others = { a: reports.a, c: report({ sources: { b: "10.1.0.9" } }) };
    expect(lines(foreignSourceIssues(SWARM, [NETWORK], seen, others))).toEqual([
      expect.stringContaining("its packets reach hosts a, c from 10.1.0.9"),
    ]);
  });
});

test("reports skipped probes once for each host", () => {
  const hosts = [probed("a", { hasRoot: false })];
  const links = [{ from: "c", to: "a", checks: ["7946/tcp"] }];
  const needs = { ...NEEDS, encrypted: true };
  const run = { able: ["a", "b"], probed: hosts, links, missed: links, failures: { a: "killed" }, needs };
  expect(lines(skippedProbeIssues(SWARM, seen, run))).toEqual([
    'warning: Swarm "swarm": hosts.b.privateAddress "10.1.0.98": connections from other hosts were not checked: it has no python3',
    'warning: Swarm "swarm": hosts.a.privateAddress "10.1.0.97": connections from other hosts were not checked: killed',
    'warning: Swarm "swarm": hosts.c.privateAddress (not given): connections to host a were not checked: they took too long to start; run it again',
    'warning: Swarm "swarm": hosts.a.privateAddress "10.1.0.97": connections to its ESP (IP protocol 50) were not checked: that needs root there, or sudo without a password',
  ]);
});

test("the program is valid Python with any hostname", ({ skip }) => {
  if (spawnSync("python3", ["--version"]).error) skip("there is no python3 here to read it");
  const [part] = Object.values(
    planTasks([probed("a"), probed("b")], [{ from: "a", to: "b", checks: PLAIN }], "m", { dataPathPort: 4789 }),
  );
  const script = probeScript({ ...part!, self: `it's "a" \\ $(b)` });
  const compiled = script.replace(
    "exec $as python3 -",
    "exec python3 -c 'import ast, sys; ast.parse(sys.stdin.read())'",
  );
  expect(compiled).not.toBe(script);
  execFileSync("sh", { input: compiled });
});

describe("the report", () => {
  const finding = (more: Partial<PreflightIssue>): PreflightIssue => ({
    subject: "S",
    check: "clock",
    hosts: [],
    argument: "x",
    value: 1,
    problem: "p",
    ...more,
  });
  const two = snapshot({ a: host(), bb: host() }, { unreachable: ["c"] });

  test("is empty without issues", () => expect(formatReport([], two)).toEqual({ errors: [], warnings: [] }));

  test("lists hosts by checks, with the most severe result", () => {
    const findings = [
      finding({ check: "disks", hosts: ["a"], warning: true }),
      finding({ check: "disks", hosts: ["a"] }),
      finding({ hosts: ["bb"], warning: true }),
      finding({ check: "names" }),
    ];
    expect(formatReport(findings, two)).toEqual({
      errors: ["S: x 1: p", "S: x 1: p"],
      warnings: [
        ["host  clock    disks", "a     ok       refused", "bb    warning  ok", "c     -        -"].join("\n"),
        "warning: S: x 1: p",
        "warning: S: x 1: p",
      ],
    });
  });

  test("does not report unchecked facts as ok", () => {
    const findings = [
      finding({ check: "mtu", hosts: ["a"], warning: true }),
      finding({ check: "engine", hosts: ["a"], warning: true }),
    ];
    const [table] = formatReport(findings, { ...two, factsErrors: { bb: "silence" } }).warnings;
    expect(table).toBe(
      ["host  engine   mtu", "a     warning  warning", "bb    ok       -", "c     -        -"].join("\n"),
    );
  });

  test("has no table for a single host", () =>
    expect(formatReport([finding({ hosts: ["a"], warning: true })], snapshot({ a: host() })).warnings).toEqual([
      "warning: S: x 1: p",
    ]));
});
