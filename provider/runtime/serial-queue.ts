const last = new Map<string, Promise<unknown>>();

/** Runs the works of one name after each other, in the order they come: Pulumi deletes resources side by side. */
export function runExclusive<T>(name: string, work: () => Promise<T>): Promise<T> {
  const before = last.get(name) ?? Promise.resolve();
  const mine = before.then(work, work);
  last.set(name, mine);
  return mine;
}
