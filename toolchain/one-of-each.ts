/** Makes tests run one case of each class. `npm test` sets it; `npm run test:full` and plain vitest run all cases. */
export const ONE_OF_EACH_VARIABLE = "PULUMI_SWARM_TEST_ONE_OF_EACH";

/** Cases by class; the first case of a class represents the others. */
export type Classes<T> = Readonly<Record<string, readonly [T, ...T[]]>>;

const isReduced = () => process.env[ONE_OF_EACH_VARIABLE] !== undefined;

/** Returns the cases to run. */
export function selectCases<T>(classes: Classes<T>, reduced = isReduced()): T[] {
  return reduced ? Object.values(classes).map(([first]) => first) : allCases(classes);
}

export function allCases<T>(classes: Classes<T>): T[] {
  return Object.values(classes).flat();
}

/** Returns the note of `npm test` on omitted cases; undefined if there are none. */
export function describeOmittedCases<T>(
  what: string,
  tables: readonly Classes<T>[],
  reduced = isReduced(),
): string | undefined {
  const all = tables.flatMap(allCases).length;
  const left = all - tables.flatMap((classes) => selectCases(classes, reduced)).length;
  if (left === 0) return undefined;
  return `${left} of ${all} ${what}, as one of each class is enough here: \`npm run test:full\` runs all of them`;
}
