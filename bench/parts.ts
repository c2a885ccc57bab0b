/** Parts that can be measured separately. */
export const PARTS = ["preview", "up", "clone"] as const;
export type Part = (typeof PARTS)[number];

export const BENCH_USAGE = "npm run bench [-- preview | up | clone] [--cold] [--yes] [--json] [--stack dev]";

/** Returns the named parts, or all. */
export const selectParts = (names: readonly string[]): Set<Part> => selectNamed(PARTS, names, BENCH_USAGE);

/** Selects the named parts in the order of `all`; all if none is named. */
export function selectNamed<P extends string>(all: readonly P[], names: readonly string[], usage: string): Set<P> {
  const wrong = names.find((name) => !all.some((part) => part === name));
  if (wrong !== undefined) throw new Error(`argument "${wrong}": choose of ${all.join(", ")}; usage: ${usage}`);
  return new Set(names.length === 0 ? all : all.filter((part) => names.includes(part)));
}
