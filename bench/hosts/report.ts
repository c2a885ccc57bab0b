import { renderTable } from "../../commands/lib/table.ts";
import type { Curve, Plot } from "./plot.ts";
import {
  type ClusterResult,
  clusterTable,
  type EncryptionResult,
  encryptionTable,
  growthCurves,
  type GrowthResult,
  growthTable,
  fakeEngineCurves,
  type FakeEngineResult,
  fakeEngineTable,
  type Table,
  type ThroughputResult,
  throughputTable,
} from "./results.ts";

/** What can be measured on its own. */
export const HOST_PARTS = ["cluster", "growth", "stand-ins", "throughput", "encryption"] as const;
export type HostPart = (typeof HOST_PARTS)[number];

/** The results as plain data: this is what `--json` prints. */
export interface HostsReport {
  machine: string;
  /** How many processes had work on it before it began, as the mean of a minute. */
  load: number;
  /** Day of the measurement. */
  date: string;
  cluster: ClusterResult[];
  growth: GrowthResult[];
  standIns: FakeEngineResult[];
  throughput: ThroughputResult[];
  encryption: EncryptionResult[];
  /** What was left out, with the reason. */
  skipped: string[];
}

/** A table for each part that was measured. */
export function partTables({ cluster, growth, standIns, throughput, encryption }: HostsReport): [HostPart, Table][] {
  const tables: [HostPart, Table | undefined][] = [
    ["cluster", cluster.length > 0 ? clusterTable(cluster) : undefined],
    ["growth", growth.length > 0 ? growthTable(growth) : undefined],
    ["stand-ins", standIns.length > 0 ? fakeEngineTable(standIns) : undefined],
    ["throughput", throughput.length > 0 ? throughputTable(throughput) : undefined],
    ["encryption", encryption.length > 0 ? encryptionTable(encryption) : undefined],
  ];
  return tables.flatMap(([part, rows]) => (rows ? [[part, rows]] : []));
}

/** A plot for each part that has several sizes. */
export function plotsOf({ growth, standIns }: HostsReport): [HostPart, Plot][] {
  const plots: [HostPart, string, number, Curve[]][] = [
    ["growth", "A Swarm of real engines on one machine", growth.length, growthCurves(growth)],
    ["stand-ins", "A Swarm of stand-in engines", standIns.length, fakeEngineCurves(standIns)],
  ];
  return plots.flatMap(([part, title, sizes, curves]) =>
    sizes > 1 ? [[part, { title, x: "hosts", y: "seconds", curves }]] : [],
  );
}

/** What the numbers were measured on, and whether it was idle. */
export function machineLine({ machine, load }: HostsReport): string {
  return `${machine}, load ${load.toFixed(1)} before it began`;
}

export function renderHosts(report: HostsReport): string {
  const tables = partTables(report).flatMap(([part, { head, rows }]) => [part, renderTable(head, rows)]);
  return [machineLine(report), ...tables, ...report.skipped.map((line) => `left out: ${line}`)].join("\n");
}
