/** What can be measured on its own. */
export const PARTS = ["preview", "up", "clone"] as const;
export type Part = (typeof PARTS)[number];

export const BENCH_USAGE = "npm run bench [-- preview | up | clone] [--cold] [--yes] [--json] [--stack dev]";

/** The parts named, or all. */
export const selectParts = (names: readonly string[]): Set<Part> => selectNamed(PARTS, names, BENCH_USAGE);

/** Those of all parts that are named, in their own order; all when none is. */
export function selectNamed<P extends string>(all: readonly P[], names: readonly string[], usage: string): Set<P> {
  const wrong = names.find((name) => !all.some((part) => part === name));
  if (wrong !== undefined) throw new Error(`argument "${wrong}": choose of ${all.join(", ")}; usage: ${usage}`);
  return new Set(names.length === 0 ? all : all.filter((part) => names.includes(part)));
}
