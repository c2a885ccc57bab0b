/** Values that belong together, by what they have in common. */
export function groupBy<T>(values: readonly T[], common: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(common(value), [...(groups.get(common(value)) ?? []), value]);
  return groups;
}
