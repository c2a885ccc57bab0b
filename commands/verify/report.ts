import { renderTable } from "../lib/table.ts";
import type { Listing, Reading, Round } from "./round.ts";

/** The results of the objects from one writer, read through one reader. */
export interface PairResult {
  writer: string;
  reader: string;
  equal: number;
  objects: number;
}

/** The results of a run, with its duration. */
export interface VerifyRun {
  stack: string;
  endpoints: Record<string, string>;
  /** Why an endpoint did not answer; it took no part in the round. */
  unreachable: Record<string, string>;
  bucket: string;
  objects: { name: string; size: number }[];
  seconds: number;
}

/** The result as plain data: the output of `--json`. */
export interface VerifyReport extends VerifyRun {
  pairs: PairResult[];
  /** The differences, one line each; empty if there are none. */
  differences: string[];
}

export function verifyReport(run: VerifyRun, { readings, listings }: Round): VerifyReport {
  const hosts = Object.keys(run.endpoints).filter((host) => !(host in run.unreachable));
  const pairs = hosts.flatMap((writer) => hosts.map((reader) => comparePair(writer, reader, readings)));
  const unanswered = Object.entries(run.unreachable).map(
    ([host, why]) => `endpoint ${host} (${run.endpoints[host]}): ${why}`,
  );
  const differences = [
    ...unanswered,
    ...readings.filter((reading) => !isEqual(reading)).map(readingDifference),
    ...listings.flatMap(listingDifferences),
  ];
  return { ...run, pairs, differences };
}

function comparePair(writer: string, reader: string, readings: readonly Reading[]): PairResult {
  const own = readings.filter((reading) => reading.writer === writer && reading.reader === reader);
  return { writer, reader, equal: own.filter(isEqual).length, objects: own.length };
}

function isEqual({ written, read, error }: Reading): boolean {
  return error === undefined && written === read;
}

function readingDifference({ writer, reader, object, size, written, read, error }: Reading): string {
  const subject = `"${object}" (${size} bytes) written through ${writer}, read through ${reader}`;
  return `${subject}: ${error ?? `SHA-256 ${read ?? "of nothing"} instead of ${written}`}`;
}

function listingDifferences({ reader, when, missing, unexpected, error }: Listing): string[] {
  if (error !== undefined) return [`list through ${reader} after objects were ${when}: ${error}`];
  return [
    ...missing.map((key) => `list through ${reader}: "${key}" is missing`),
    ...unexpected.map(
      (key) => `list through ${reader}: "${key}" is listed${when === "deleted" ? " after it was deleted" : ""}`,
    ),
  ];
}

/** Formats the report for people. */
export function renderVerify({ endpoints, bucket, objects, pairs, differences, seconds }: VerifyReport): string {
  const hosts = Object.keys(endpoints);
  const cell = (writer: string, reader: string) => {
    const pair = pairs.find((one) => one.writer === writer && one.reader === reader);
    if (!pair) return "no answer";
    return pair.equal === pair.objects
      ? `${pair.equal} equal`
      : `${pair.objects - pair.equal} of ${pair.objects} differ`;
  };
  const rows = hosts.map((writer) => [
    `${writer} (${endpoints[writer]})`,
    ...hosts.map((reader) => cell(writer, reader)),
  ]);
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  const size = `${objects.length} objects, ${(bytes / 1024 / 1024).toFixed(1)} MiB in total,`;
  return [
    renderTable(["written through", ...hosts.map((host) => `read through ${host}`)], rows),
    `${size} written, read, listed and deleted through each endpoint, in a temporary bucket (${bucket}), in ${seconds} s`,
    ...(differences.length === 0
      ? ["every object read back equal through every endpoint"]
      : [`${differences.length} differences:`, ...differences.map((line) => `  ${line}`)]),
  ].join("\n");
}
