import { renderTable } from "../commands/lib/table.ts";

/** A measurement, and what it is compared with. */
export interface Measurement {
  what: string;
  /** Seconds of each run. */
  seconds: number[];
  against?: { what: string; seconds: number[] };
  /** The target: the largest ratio of the medians. */
  aim?: number;
}

export interface BenchRow extends Measurement {
  median: number;
  againstMedian?: number;
  ratio?: number;
}

/** The result that `--json` prints. */
export interface BenchReport {
  rows: BenchRow[];
  /** Skipped parts, with the reason. */
  skipped: string[];
}

export function benchReport(measurements: readonly Measurement[], skipped: readonly string[] = []): BenchReport {
  return { rows: measurements.map(rowOf), skipped: [...skipped] };
}

function rowOf(measurement: Measurement): BenchRow {
  const ours = median(measurement.seconds);
  if (!measurement.against) return { ...measurement, median: ours };
  const theirs = median(measurement.against.seconds);
  return { ...measurement, median: ours, againstMedian: theirs, ratio: ours / theirs };
}

/** Returns the median; for an even number of values the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error("a median needs at least one value");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function renderBench({ rows, skipped }: BenchReport): string {
  const { head, rows: cells } = measurementTable(rows);
  return [renderTable(head, cells), ...skipped.map((line) => `left out: ${line}`)].join("\n");
}

/** Returns the table of measurements, one row for each. */
export function measurementTable(measured: readonly BenchRow[]): { head: string[]; rows: string[][] } {
  const rows = measured.map(({ what, seconds, median: ours, against, againstMedian, ratio, aim }) => [
    what,
    duration(ours),
    spread(seconds),
    against?.what ?? "",
    againstMedian === undefined ? "" : duration(againstMedian),
    against ? spread(against.seconds) : "",
    ratio === undefined ? "" : ratio.toFixed(2),
    aim === undefined ? "" : `≤ ${aim.toFixed(1)}`,
  ]);
  const head = ["measured", "median", "runs", "against", "median", "runs", "ratio", "aim"];
  return { head, rows };
}

function spread(seconds: readonly number[]): string {
  if (seconds.length === 1) return "1";
  return `${seconds.length}: ${duration(Math.min(...seconds))} – ${duration(Math.max(...seconds))}`;
}

/** `0.84 s`, `12.3 s`, `3 min 20 s`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
