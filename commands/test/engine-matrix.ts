import { basename } from "node:path";
import type { FileReport } from "../../toolchain/test-reporter.ts";
import { ENGINES, type EngineVersion, parseEngineVersions } from "../../lab/engines.ts";
import { helpOf, parseCommandArgs } from "../lib/args.ts";

/** The files of `test/integration` with results that may depend on the version of the engine. */
const MATRIX_FILES = [
  "lifecycle",
  "service",
  "drift",
  "networks",
  "ssh-engine",
  "firewall",
  "preflight",
  "members",
  "secrets",
  "commands",
  "upgrade",
];

/** Selects `test/engines`: tests with engines of several versions in one Swarm. */
export const TOGETHER = "together";

export interface EngineMatrix {
  /** The newest version first. */
  engines: EngineVersion[];
  files: string[];
  /** Whether to run the tests with engines of several versions in one Swarm. */
  together: boolean;
}

export function matrixArguments(argv: readonly string[]): EngineMatrix {
  const { values, rest } = parseCommandArgs("test-engines", argv);
  const engine = values["--engine"];
  const wanted = engine === undefined ? ENGINES : parseEngineVersions("--engine", engine);
  const known = [...MATRIX_FILES, TOGETHER];
  const other = rest.find((name) => !known.includes(name));
  if (other !== undefined) {
    throw new Error(`file "${other}": must be one of ${known.join(", ")}: see ${helpOf("test-engines")}`);
  }
  return {
    engines: ENGINES.filter((version) => wanted.includes(version)),
    files: MATRIX_FILES.filter((name) => rest.length === 0 || rest.includes(name)),
    together: rest.length === 0 ? engine === undefined : rest.includes(TOGETHER),
  };
}

/** The results of the files on one engine, or with all engines together. */
export interface MatrixRun {
  name: string;
  files: readonly FileReport[];
}

/** Formats a table with a row for each file and a column for each run. */
export function matrixTable(runs: readonly MatrixRun[]): { head: string[]; rows: string[][] } {
  const nameOf = ({ file }: FileReport) => basename(file, ".test.ts");
  const names = [...new Set(runs.flatMap(({ files }) => files.map(nameOf)))];
  const order = (name: string) => (MATRIX_FILES.includes(name) ? MATRIX_FILES.indexOf(name) : MATRIX_FILES.length);
  const cell = (files: readonly FileReport[], name: string) => {
    const found = files.filter((file) => nameOf(file) === name);
    return found.length > 0 ? formatCounts(found) : "";
  };
  return {
    head: ["File", ...runs.map(({ name }) => name)],
    rows: [
      ...names
        .toSorted((a, b) => order(a) - order(b))
        .map((name) => [name, ...runs.map(({ files }) => cell(files, name))]),
      ["all", ...runs.map(({ files }) => formatCounts(files))],
    ],
  };
}

/** Formats a result: `12 passed, 1 failed, 73 s`. */
function formatCounts(files: readonly FileReport[]): string {
  const tests = files.flatMap(({ tests }) => tests);
  const count = (state: string) => tests.filter((test) => test.state === state).length;
  const broken = files.filter(({ errors, state }) => errors.length > 0 || (state !== "passed" && state !== "skipped"));
  const failed = count("failed") + broken.filter(({ tests }) => tests.every(({ state }) => state !== "failed")).length;
  const seconds = Math.round(files.reduce((sum, { ms }) => sum + ms, 0) / 1000);
  const counts = [
    `${count("passed")} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(count("skipped") > 0 ? [`${count("skipped")} skipped`] : []),
  ];
  return [...counts, `${seconds} s`].join(", ");
}
