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

/** Parts that can be measured separately. */
export const HOST_PARTS = ["cluster", "growth", "stand-ins", "throughput", "encryption"] as const;
export type HostPart = (typeof HOST_PARTS)[number];

/** The result that `--json` prints. */
export interface HostsReport {
  machine: string;
  /** The load average of the last minute before the benchmark. */
  load: number;
  /** The day of the measurement. */
  date: string;
  cluster: ClusterResult[];
  growth: GrowthResult[];
  standIns: FakeEngineResult[];
  throughput: ThroughputResult[];
  encryption: EncryptionResult[];
  /** Skipped parts, with the reason. */
  skipped: string[];
}

/** Returns a table for each measured part. */
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

/** Returns a plot for each part with several sizes. */
export function plotsOf({ growth, standIns }: HostsReport): [HostPart, Plot][] {
  const plots: [HostPart, string, number, Curve[]][] = [
    ["growth", "A Swarm of real engines on one machine", growth.length, growthCurves(growth)],
    ["stand-ins", "A Swarm of stand-in engines", standIns.length, fakeEngineCurves(standIns)],
  ];
  return plots.flatMap(([part, title, sizes, curves]) =>
    sizes > 1 ? [[part, { title, x: "hosts", y: "seconds", curves }]] : [],
  );
}

/** Describes the machine and its load. */
export function machineLine({ machine, load }: HostsReport): string {
  return `${machine}, load ${load.toFixed(1)} before it began`;
}

export function renderHosts(report: HostsReport): string {
  const tables = partTables(report).flatMap(([part, { head, rows }]) => [part, renderTable(head, rows)]);
  return [machineLine(report), ...tables, ...report.skipped.map((line) => `left out: ${line}`)].join("\n");
}
