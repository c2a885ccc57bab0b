import type { FileReport } from "../../toolchain/test-reporter.ts";

/** Faster tests, such as most unit tests, are not listed. */
const MIN_LISTED_MS = 1000;

interface Duration {
  ms: number;
  what: string;
}

/** Returns the time of each file, hooks included, and of each test, the slowest first. */
export function durationLines(files: readonly FileReport[]): string[] {
  const perFile = files.map(({ file, ms, tests }) => ({ ms, what: `${file} (${tests.length} tests)` }));
  const perTest = files.flatMap(({ file, tests }) => tests.map(({ name, ms }) => ({ ms, what: `${file} > ${name}` })));
  return [
    ...slowestFirst("files", perFile),
    ...slowestFirst("tests", perTest),
    `all files together: ${(sum(perFile) / 60_000).toFixed(1)} min of worker time`,
  ];
}

function slowestFirst(kind: string, all: readonly Duration[]): string[] {
  const slow = all.filter(({ ms }) => ms >= MIN_LISTED_MS).toSorted((a, b) => b.ms - a.ms);
  const others = all.filter(({ ms }) => ms < MIN_LISTED_MS);
  return [
    `time of ${kind}:`,
    ...slow.map(({ ms, what }) => `${seconds(ms)}  ${what}`),
    ...(others.length > 0 ? [`${seconds(sum(others))}  ${others.length} ${kind} of less than a second each`] : []),
  ];
}

const sum = (all: readonly Duration[]) => all.reduce((total, { ms }) => total + ms, 0);

const seconds = (ms: number) => `${(ms / 1000).toFixed(1).padStart(8)} s`;
