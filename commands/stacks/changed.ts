/** A stack that a file of the repository configures. */
export interface StackFile {
  name: string;
  /** Kind of its environment: `pulumi-swarm:stack`. */
  kind: string;
}

/** What every stack is made of: whatever changes there may change each of them. */
const PROGRAM = [
  /^(index\.ts|provider\.cjs|Pulumi\.yaml|package(-lock)?\.json|\.npmrc)$/,
  /^(stacks|components|core|engine|policy|provider)\//,
  /^toolchain\/versions\.ts$/,
];

/**
 * The stacks with what these files mean to them.
 *
 * @param files paths of what has changed, from the repository's root; undefined when everything may have
 */
export function changedStacks(
  stacks: readonly StackFile[],
  files: readonly string[] | undefined,
): (StackFile & { changed: boolean })[] {
  const isProgram = (file: string) => PROGRAM.some((pattern) => pattern.test(file));
  const all = files === undefined || files.some(isProgram);
  return stacks.map((stack) => ({ ...stack, changed: all || files.includes(`Pulumi.${stack.name}.yaml`) }));
}

/** How git writes that there is nothing before: the first push of a branch. */
export function isNoCommit(ref: string): boolean {
  return /^0+$/.test(ref);
}
