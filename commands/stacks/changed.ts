import { renderTable } from "../lib/table.ts";

/** A stack that a file of the repository configures. */
export interface StackFile {
  name: string;
  /** Kind of its environment: `pulumi-swarm:stack`. */
  kind: string;
}

/** Files that belong to every stack: changing one may change each stack. */
const PROGRAM = [
  /^(index\.ts|provider\.cjs|Pulumi\.yaml|package(-lock)?\.json|\.npmrc)$/,
  /^(stacks|components|core|engine|policy|provider)\//,
  /^toolchain\/versions\.ts$/,
];

/**
 * Returns the stacks, with whether a change of these files may change them.
 *
 * @param files paths of the changed files, from the repository's root; undefined if any file may have changed
 */
export function changedStacks(
  stacks: readonly StackFile[],
  files: readonly string[] | undefined,
): (StackFile & { changed: boolean })[] {
  const isProgram = (file: string) => PROGRAM.some((pattern) => pattern.test(file));
  const all = files === undefined || files.some(isProgram);
  return stacks.map((stack) => ({ ...stack, changed: all || files.includes(`Pulumi.${stack.name}.yaml`) }));
}

/** Returns whether a ref is git's placeholder for no commit, as in the first push of a branch. */
export function isNoCommit(ref: string): boolean {
  return /^0+$/.test(ref);
}

/**
 * Renders the stacks as a table.
 *
 * @param since the commit that they were compared with; undefined if they are only listed
 */
export function renderStacks(stacks: readonly (StackFile & { changed?: boolean })[], since?: string): string {
  if (since === undefined)
    return renderTable(
      ["stack", "kind"],
      stacks.map(({ name, kind }) => [name, kind]),
    );
  const rows = stacks.map(({ name, kind, changed }) => [name, kind, changed ? "yes" : "no"]);
  return renderTable(["stack", "kind", `changed since ${since}`], rows);
}
