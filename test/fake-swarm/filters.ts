type Labels = Record<string, string> | null | undefined;

/** Applies a request's filters to a listing. @throws Error for an unknown filter. */
export function applyFilters<T>(
  all: readonly T[],
  query: URLSearchParams,
  by: Record<string, (one: T, value: string) => boolean>,
): T[] {
  const asked = JSON.parse(query.get("filters") ?? "{}") as Record<string, string[] | Record<string, boolean>>;
  return Object.entries(asked).reduce<T[]>(
    (left, [name, given]) => {
      const matches = by[name];
      if (!matches) throw new Error(`the fake Swarm does not implement the filter ${name}`);
      const values = Array.isArray(given) ? given : Object.keys(given);
      // All labels must match, but only one value of any other filter.
      if (name === "label") return left.filter((one) => values.every((value) => matches(one, value)));
      return left.filter((one) => values.some((value) => matches(one, value)));
    },
    [...all],
  );
}

/** Returns whether an object has a label `key` or `key=value`. */
export function hasLabel(one: { Spec?: { Labels?: Labels }; Labels?: Labels }, label: string): boolean {
  const [key = "", value] = label.split(/=(.*)/s);
  const labels = one.Spec ? one.Spec.Labels : one.Labels;
  const found = labels?.[key];
  return found !== undefined && (value === undefined || found === value);
}

export const nameContains =
  <K extends string>(key: K) =>
  (one: Record<K, string>, name: string): boolean =>
    one[key].includes(name);
