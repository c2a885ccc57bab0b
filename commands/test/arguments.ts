import { requestedProjects, skippedProjects, hasProjectOption, type OptionalProject } from "../lib/test-projects.ts";

export const TEST_USAGE = `usage: npm test [-- [--full] [--durations] [files and other options of vitest]]
  --full       everything: all kill points, and the projects that are left out otherwise with what they need
  --durations  prints how long each file and each test took, slowest first
  --help       prints this
such as: npm test -- test/unit; npm test -- --project integration -t drift`;

export interface TestArguments {
  help: boolean;
  full: boolean;
  durations: boolean;
  /** For vitest, in their order. */
  rest: string[];
}

/** Reads the command's own flags; all others are vitest's. */
export function testArguments(argv: readonly string[]): TestArguments {
  const own = ["--help", "-h", "--full", "--durations"];
  return {
    help: argv.includes("--help") || argv.includes("-h"),
    full: argv.includes("--full"),
    durations: argv.includes("--durations"),
    rest: argv.filter((arg) => !own.includes(arg)),
  };
}

export interface TestPlan {
  /** Projects to make ready before the tests start. */
  prepared: readonly OptionalProject[];
  /** Projects that do not run, with the reason. */
  missing: readonly { name: string; reason: string }[];
  /** Vitest's arguments. */
  args: string[];
}

/** Chooses the projects: those that are named, all in a full run, else those that need no long preparation. */
export function testPlan({ full, rest }: TestArguments, projects: readonly OptionalProject[]): TestPlan {
  if (hasProjectOption(rest)) return { prepared: requestedProjects(projects, rest), missing: [], args: rest };
  if (full) return { prepared: projects, missing: [], args: rest };
  const missing = skippedProjects(projects);
  return { prepared: [], missing, args: [...missing.map(({ name }) => `--project=!${name}`), ...rest] };
}
