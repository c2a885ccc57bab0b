import { describe, expect, test } from "vitest";
import { parseHostsArgs } from "../../../bench/hosts/arguments.ts";
import { formatTable, replaceSection } from "../../../bench/hosts/document.ts";
import { axis, plotSvg } from "../../../bench/hosts/plot.ts";
import { type HostsReport, partTables, plotsOf, renderHosts } from "../../../bench/hosts/report.ts";
import { inventory } from "../../../bench/hosts/methods/ansible.ts";

const cost = (seconds: number) => ({ seconds, peakMiB: 700.4 });
const asked = (seconds: number) => ({ ...cost(seconds), callsPerHost: 18.04, answersKiBPerHost: 22.5 });
const report: HostsReport = {
  machine: "a machine",
  load: 0.25,
  date: "2026-01-02",
  cluster: [
    { hosts: 4, ours: [6, 5, 9], ended: [20, 21, 22], byCli: [5, 5, 5], byAnsible: [12, 20, 10] },
    { hosts: 16, ours: [9], ended: [27], byCli: [18] },
  ],
  growth: [
    { hosts: 5, up: cost(10), preview: cost(4) },
    { hosts: 30, up: cost(25), preview: cost(5) },
  ],
  standIns: [
    { hosts: 100, up: asked(20), limitSeconds: 480, upOnce: asked(10), preview: asked(5), stateKiB: 860 },
    { hosts: 300, up: asked(60), limitSeconds: 480, upOnce: asked(30), preview: asked(15), stateKiB: 2580 },
    { hosts: 1000, limitSeconds: 480, upOnce: asked(100), preview: asked(50), stateKiB: 8600 },
  ],
  throughput: [{ what: "PUT, 64 MiB objects", network: "macvlan", ours: [90, 100, 80], host: [100, 120, 90] }],
  encryption: [{ what: "PUT, 64 MiB objects", encrypted: [4, 6, 5], plain: [10, 8, 12] }],
  skipped: ["cluster by Ansible: no python3"],
};

describe("the report", () => {
  const tables = Object.fromEntries(partTables(report));

  test("compares a cluster with each alternative, and shows the target", () => {
    expect(tables["cluster"]?.rows).toEqual([
      [
        ...["`pulumi up`, 4 hosts", "6.00 s", "3: 5.00 s – 9.00 s", "docker CLI over ssh, in sequence", "5.00 s"],
        ...["3: 5.00 s – 5.00 s", "1.20", "≤ 1.2"],
      ],
      [
        ...["`pulumi up`, 4 hosts", "6.00 s", "3: 5.00 s – 9.00 s", "Ansible, community.docker", "12.0 s"],
        ...["3: 10.0 s – 20.0 s", "0.50", "≤ 0.5"],
      ],
      [
        ...["`pulumi up`, 4 hosts, until it ends", "21.0 s", "3: 20.0 s – 22.0 s", "docker CLI over ssh, in sequence"],
        ...["5.00 s", "3: 5.00 s – 5.00 s", "4.20", ""],
      ],
      [
        ...["`pulumi up`, 16 hosts", "9.00 s", "1", "docker CLI over ssh, in sequence", "18.0 s"],
        ...["1", "0.50", "≤ 1.0"],
      ],
      [
        ...["`pulumi up`, 16 hosts, until it ends", "27.0 s", "1", "docker CLI over ssh, in sequence", "18.0 s"],
        ...["1", "1.50", ""],
      ],
    ]);
  });

  test("compares sizes with the smallest", () => {
    expect(tables["growth"]?.rows.at(-1)).toEqual(["30", "25.0 s", "2.50 ×", "5.00 s", "1.25 ×", "700 MiB"]);
  });

  test("counts the requests to stand-ins for each host", () => {
    const rows = tables["stand-ins"]?.rows;
    expect(rows?.map(([what, hosts, time]) => [what, hosts, time])).toEqual([
      ["up", "100", "20.0 s"],
      ["up", "300", "1 min 0 s"],
      ["up", "1000", "more than 8 min 0 s"],
      ["up, state written once", "100", "10.0 s"],
      ["up, state written once", "300", "30.0 s"],
      ["up, state written once", "1000", "1 min 40 s"],
      ["preview, no changes", "100", "5.00 s"],
      ["preview, no changes", "300", "15.0 s"],
      ["preview, no changes", "1000", "50.0 s"],
    ]);
    expect(rows?.at(-2)?.slice(2)).toEqual([...["15.0 s", "50 ms", "700 MiB", "18.0", "22.5 KiB", "8.6 KiB"]]);
  });

  test("shows median speeds", () => {
    expect(tables["throughput"]?.rows).toEqual([
      [
        ...["PUT, 64 MiB objects", "macvlan", "90.0 MiB/s (80.0 – 100.0, 3 rounds)"],
        ...["100.0 MiB/s (90.0 – 120.0, 3 rounds)", "0.90", "≥ 0.9"],
      ],
    ]);
  });

  test("compares encryption with the same network without it", () => {
    expect(tables["encryption"]?.rows).toEqual([
      ["PUT, 64 MiB objects", "5.0 MiB/s (4.0 – 6.0, 3 rounds)", "10.0 MiB/s (8.0 – 12.0, 3 rounds)", "0.50"],
    ]);
  });

  test("lists omitted parts at the end on a terminal", () => {
    expect(renderHosts(report)).toMatch(
      /^a machine, load 0.3 before it began\ncluster\n[^]*\nleft out: cluster by Ansible: no python3$/,
    );
  });

  test("leaves aborted runs out of a plot", () => {
    const curves = plotsOf(report).find(([part]) => part === "stand-ins")?.[1].curves;
    expect(curves?.map(({ name, points }) => [name, points.length])).toEqual([
      ["up", 2],
      ["up, state written once", 3],
      ["preview, no changes", 3],
    ]);
  });

  test("has no table for parts that were not measured, and no plot for a single size", () => {
    const some = { ...report, cluster: [], growth: report.growth.slice(0, 1), throughput: [], encryption: [] };
    expect(partTables(some).map(([part]) => part)).toEqual(["growth", "stand-ins"]);
    expect(plotsOf(some).map(([part]) => part)).toEqual(["stand-ins"]);
  });
});

describe("a plot", () => {
  test.each([
    [0, [0, 1]],
    [1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [30, [0, 10, 20, 30]],
    [24.6, [0, 5, 10, 15, 20, 25]],
    [1000, [0, 200, 400, 600, 800, 1000]],
  ])("axes up to %d are %j", (most, ticks) => expect(axis(most)).toEqual(ticks));

  test("has a line and a name for each curve, and escapes text", () => {
    const curves = [
      { name: "up", points: [[0, 0] as const, [10, 10] as const] },
      { name: "a & b", points: [[10, 5] as const] },
    ];
    const svg = plotSvg({ title: "1 < 2", x: "hosts", y: "seconds", curves });
    expect(svg.match(/<polyline/g)).toHaveLength(2);
    expect(svg).toContain('points="64,304 616,40"');
    for (const text of ["1 &lt; 2", "a &amp; b", "hosts", "seconds"]) expect(svg).toContain(text);
  });

  test("of no values is rejected", () => {
    expect(() => plotSvg({ title: "t", x: "x", y: "y", curves: [] })).toThrow('plot "t": there is nothing to draw');
  });
});

describe("the document", () => {
  test("replaces a section, and keeps all around it", () => {
    const before = "a\n<!-- bench:x -->\nold\n<!-- /bench:x -->\nb\n";
    const after = "a\n<!-- bench:x -->\n\nnew\n\n<!-- /bench:x -->\nb\n";
    expect(replaceSection(before, { name: "x", content: "new\n" })).toBe(after);
    expect(replaceSection(after, { name: "x", content: "new" })).toBe(after);
  });

  test("rejects a section without a place", () => {
    expect(() => replaceSection("a", { name: "x", content: "new" })).toThrow(
      "document: <!-- bench:x --> and <!-- /bench:x --> are missing",
    );
  });

  test("aligns a table", () => {
    expect(formatTable({ head: ["a", "name"], rows: [["1234", "x|y"]] })).toBe(
      ["| a    | name |", "| ---- | ---- |", "| 1234 | x\\|y |"].join("\n"),
    );
  });
});

describe("the arguments", () => {
  test("select all parts unless some are named", () => {
    expect([...parseHostsArgs([]).parts]).toEqual(["cluster", "growth", "stand-ins", "throughput", "encryption"]);
    expect(parseHostsArgs(["growth", "--hosts", "2,3", "--json"])).toEqual({
      ...{ parts: new Set(["growth"]), sizes: [2, 3], json: true, write: false },
    });
  });

  test.each([
    [["grow"], /argument "grow": choose of cluster, growth, stand-ins, throughput/],
    [["--hosts", "3"], /--hosts "3": name the part/],
    [["growth", "--hosts", "3,x"], /--hosts "x": must be a whole number/],
  ])("%j are rejected", (args, message) => expect(() => parseHostsArgs(args)).toThrow(message));
});

test("the Ansible inventory contains every host with its connection, and three managers", () => {
  const ssh = { user: "root", identityFile: "/id", knownHosts: "/known", hostKey: "key" };
  const hosts = [1, 2, 3, 4].map((number) => ({ number, hostname: `node${number}`, address: `a${number}`, ssh }));
  expect(inventory(hosts, "image", "/python")).toMatchObject({
    all: {
      vars: { image: "image" },
      hosts: { node4: { address: "a4", ansible_host: "a4", ansible_python_interpreter: "/python" } },
      children: { managers: { hosts: { node1: {}, node2: {}, node3: {} } } },
    },
  });
});
