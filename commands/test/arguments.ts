import { parseCommandArgs } from "../lib/args.ts";
import { hasProjectOption, type OptionalProject, requestedProjects, skippedProjects } from "../lib/test-projects.ts";

export interface TestArguments {
  full: boolean;
  durations: boolean;
  /** The arguments of vitest, in the original order. */
  rest: string[];
}

export function testArguments(argv: readonly string[]): TestArguments {
  const { flags, rest } = parseCommandArgs("test", argv);
  return { full: flags.has("--full"), durations: flags.has("--durations"), rest };
}

export interface TestPlan {
  /** Projects to prepare before the tests start. */
  prepared: readonly OptionalProject[];
  /** Projects that do not run, with the reason. */
  missing: readonly { name: string; reason: string }[];
  /** Vitest's arguments. */
  args: string[];
}

/** Chooses the projects: the named ones; all in a full run; otherwise those that need no long preparation. */
export function testPlan({ full, rest }: TestArguments, projects: readonly OptionalProject[]): TestPlan {
  if (hasProjectOption(rest)) return { prepared: requestedProjects(projects, rest), missing: [], args: rest };
  if (full) return { prepared: projects, missing: [], args: rest };
  const missing = skippedProjects(projects);
  return { prepared: [], missing, args: [...missing.map(({ name }) => `--project=!${name}`), ...rest] };
}
