/** Returns how to correct a name that does not exist: with the known one that it resembles, or else with all of them. */
export function suggestName(name: string, known: readonly string[]): string {
  const closest = closestName(name, known);
  return closest === undefined ? `choose one of ${known.join(", ")}` : `did you mean "${closest}"?`;
}

/** Returns the known name that resembles a mistyped one the most, if any does. Ignores case, and units such as GiB. */
export function closestName(name: string, known: readonly string[]): string | undefined {
  const given = name.toLowerCase();
  const ranked = known.map((one) => {
    const other = one.toLowerCase();
    const isStart = given.length > 2 && other.startsWith(given);
    return { one, distance: isStart ? Math.sign(other.length - given.length) : editDistance(given, other) };
  });
  const [best] = ranked.toSorted((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.floor((given.length + 1) * 0.4) ? best.one : undefined;
}

/** Returns the number of letters to insert, remove or replace (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (a[i] === b[j] ? 0 : 1)));
    row = next;
  }
  return row.at(-1)!;
}
