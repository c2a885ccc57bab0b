/** What can be measured on its own. */
export const PARTS = ["preview", "up", "clone"] as const;
export type Part = (typeof PARTS)[number];

export const BENCH_USAGE = "npm run bench [-- preview | up | clone] [--cold] [--yes] [--json] [--stack dev]";

/** The parts named, or all. */
export function partsOf(names: readonly string[]): Set<Part> {
  const wrong = names.find((name) => !PARTS.some((part) => part === name));
  if (wrong !== undefined) throw new Error(`argument "${wrong}": choose of ${PARTS.join(", ")}; usage: ${BENCH_USAGE}`);
  return new Set(names.length === 0 ? PARTS : PARTS.filter((part) => names.includes(part)));
}
