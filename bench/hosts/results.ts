import { benchReport, duration, type Measurement, measurementTable, median } from "../report.ts";
import type { Cost } from "./cost.ts";
import type { Curve } from "./plot.ts";

/** Seconds from bare engines to a healthy cluster, for each run and method. */
export interface ClusterResult {
  hosts: number;
  ours: number[];
  /** Until our command ended, which waits longer than for write quorum. */
  ended: number[];
  byCli: number[];
  /** Absent if skipped. */
  byAnsible?: number[];
}

/** The cost of a Swarm of real engines. */
export interface GrowthResult {
  hosts: number;
  /** From bare engines until all have joined. */
  up: Cost;
  /** With nothing changed. */
  preview: Cost;
}

/** Requests of one Pulumi run to the engines. */
export interface EngineRequests {
  callsPerHost: number;
  /** Size of the responses for each host. */
  answersKiBPerHost: number;
}

/** The cost of a Swarm for Pulumi alone, with fake engines. */
export interface FakeEngineResult {
  hosts: number;
  /** Absent if it exceeded `limitSeconds`. */
  up?: Cost & EngineRequests;
  limitSeconds: number;
  /** With the state written once, at the end, instead of before and after each resource. */
  upOnce: Cost & EngineRequests;
  /** With nothing changed. */
  preview: Cost & EngineRequests;
  /** Size of the stack's state. */
  stateKiB: number;
}

/** Speeds of clients in MiB/s for each round, on a network and on the hosts' network. */
export interface ThroughputResult {
  what: string;
  /** The network's driver. */
  network: string;
  ours: number[];
  host: number[];
}

/** Speeds of clients in MiB/s for each round, on an encrypted and on an unencrypted network. */
export interface EncryptionResult {
  what: string;
  encrypted: number[];
  plain: number[];
}

/** A table for a terminal or a document. */
export interface Table {
  head: string[];
  rows: string[][];
}

export function clusterTable(results: readonly ClusterResult[]): Table {
  const measurements = results.flatMap(({ hosts, ours, ended, byCli, byAnsible }): Measurement[] => {
    const what = `\`pulumi up\`, ${hosts} hosts`;
    const cli = { what: "docker CLI over ssh, in sequence", seconds: byCli };
    const ansible = byAnsible && { what: "Ansible, community.docker", seconds: byAnsible };
    return [
      { what, seconds: ours, against: cli, aim: hosts < 16 ? 1.2 : 1 },
      ...(ansible ? [{ what, seconds: ours, against: ansible, aim: 0.5 }] : []),
      { what: `${what}, until it ends`, seconds: ended, against: cli },
    ];
  });
  return measurementTable(benchReport(measurements).rows);
}

/** Compares each size with the smallest one. */
export function growthTable(results: readonly GrowthResult[]): Table {
  const [first] = results;
  if (!first) throw new Error("growth: a table needs at least one result");
  return {
    head: [
      "hosts",
      "all joined",
      `against ${first.hosts}`,
      "preview, no changes",
      `against ${first.hosts}`,
      "peak memory",
    ],
    rows: results.map(({ hosts, up, preview }) => [
      String(hosts),
      duration(up.seconds),
      times(up.seconds / first.up.seconds),
      duration(preview.seconds),
      times(preview.seconds / first.preview.seconds),
      `${Math.round(up.peakMiB)} MiB`,
    ]),
  };
}

const FAKE_ENGINE_RUNS: Record<string, (result: FakeEngineResult) => (Cost & EngineRequests) | undefined> = {
  up: ({ up }) => up,
  "up, state written once": ({ upOnce }) => upOnce,
  "preview, no changes": ({ preview }) => preview,
};

/** Returns one row for each run, with values per host. */
export function fakeEngineTable(results: readonly FakeEngineResult[]): Table {
  const rows = Object.entries(FAKE_ENGINE_RUNS).flatMap(([what, runOf]) =>
    results.map((result) => {
      const { hosts, stateKiB, limitSeconds } = result;
      const run = runOf(result);
      if (!run) return [what, String(hosts), `more than ${duration(limitSeconds)}`, "", "", "", "", ""];
      const { seconds, peakMiB, callsPerHost, answersKiBPerHost } = run;
      return [
        what,
        String(hosts),
        duration(seconds),
        `${((seconds / hosts) * 1000).toFixed(0)} ms`,
        `${Math.round(peakMiB)} MiB`,
        callsPerHost.toFixed(1),
        `${answersKiBPerHost.toFixed(1)} KiB`,
        `${(stateKiB / hosts).toFixed(1)} KiB`,
      ];
    }),
  );
  const head = ["run", "hosts", "time", "a host", "peak memory", "calls a host", "answers a host", "state a host"];
  return { head, rows };
}

/** Returns the medians of all rounds. The target ratio is at least 0.9. */
export function throughputTable(results: readonly ThroughputResult[]): Table {
  return {
    head: ["8 clients", "network", "speed", "host network", "ratio", "aim"],
    rows: results.map(({ what, network, ours, host }) => [
      what,
      network,
      speed(ours),
      speed(host),
      (median(ours) / median(host)).toFixed(2),
      "≥ 0.9",
    ]),
  };
}

/** Returns the medians of all rounds. */
export function encryptionTable(results: readonly EncryptionResult[]): Table {
  return {
    head: ["8 clients", "encrypted", "not encrypted", "ratio"],
    rows: results.map(({ what, encrypted, plain }) => [
      what,
      speed(encrypted),
      speed(plain),
      (median(encrypted) / median(plain)).toFixed(2),
    ]),
  };
}

/** Returns times over the number of hosts. */
export function growthCurves(results: readonly GrowthResult[]): Curve[] {
  return [
    { name: "up", points: results.map(({ hosts, up }) => [hosts, up.seconds]) },
    { name: "preview, no changes", points: results.map(({ hosts, preview }) => [hosts, preview.seconds]) },
  ];
}

export function fakeEngineCurves(results: readonly FakeEngineResult[]): Curve[] {
  return Object.entries(FAKE_ENGINE_RUNS).map(([name, runOf]) => ({
    name,
    points: results.flatMap((result) => {
      const run = runOf(result);
      return run ? [[result.hosts, run.seconds] as const] : [];
    }),
  }));
}

const times = (ratio: number) => `${ratio.toFixed(2)} ×`;
const speed = (rounds: readonly number[]) => `${median(rounds).toFixed(1)} MiB/s (${spread(rounds)})`;
const spread = (rounds: readonly number[]) =>
  `${Math.min(...rounds).toFixed(1)} – ${Math.max(...rounds).toFixed(1)}, ${rounds.length} rounds`;
